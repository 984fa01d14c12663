#!/bin/bash
# The documents: what they name exists, links lead somewhere, the reference of verbs is current.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
BOWLINE_BIN=$("$ROOT/ci/lib/program.sh")
export BOWLINE_BIN
"$ROOT/ci/docs/check"
