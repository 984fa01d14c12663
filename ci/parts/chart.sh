#!/bin/bash
# The chart: what ci/chart/check can tell without a cluster, with the program.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
BOWLINE_BIN=$("$ROOT/ci/lib/program.sh")
export BOWLINE_BIN
"$ROOT/ci/lib/tools.sh" charts
"$ROOT/ci/chart/check" renders
