#!/bin/bash
# python-check.sh: types (mypy --strict) and style (ruff) of the Python below ci/.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
venv=$("$here/venv.sh")
cd "$ROOT/ci"
"$venv/bin/ruff" check .
"$venv/bin/ruff" format --check .
"$venv/bin/mypy"
