#!/bin/bash
# The program with real engines of four versions on loopback.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
. "$here/pytest.sh"
BOWLINE_BIN=$("$ROOT/ci/lib/program.sh")
export BOWLINE_BIN
"$ROOT/ci/lib/engines.sh"
[ -n "${BOWLINE_LONG:-}" ] && some=() || some=(-m "not long")
run_pytest "$ROOT/ci/integration/run.sh" --color=no "${some[@]}"
