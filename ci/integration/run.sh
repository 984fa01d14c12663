#!/bin/bash
# run.sh [pytest arguments]: engines of several versions on loopback, without Kubernetes. $BOWLINE_BIN is the program.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
venv=$("$here/../lib/venv.sh")
cd "$ROOT/ci"
export PYTHONDONTWRITEBYTECODE=1 BOWLINE_CACHE="$CACHE"
exec "$venv/bin/python" -m pytest -p no:cacheprovider integration "$@"
