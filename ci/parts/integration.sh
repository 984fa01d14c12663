#!/bin/bash
# The program with real engines on loopback; each test with the version whose turn it is at this commit, with --long with all four.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
. "$here/pytest.sh"
BOWLINE_BIN=$("$ROOT/ci/lib/program.sh")
export BOWLINE_BIN
"$ROOT/ci/lib/engines.sh"
[ -n "${BOWLINE_LONG:-}" ] && some=(--share "${BOWLINE_SHARE:-1/1}") || some=(-m "not long" --engines "${BOWLINE_ENGINES:-turn}")
run_pytest "$ROOT/ci/integration/run.sh" --color=no "${some[@]}"
