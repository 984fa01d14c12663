#!/bin/bash
# The chart: all of ci/chart/check, with the program and with the local Kubernetes' API server.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
BOWLINE_BIN=$("$ROOT/ci/lib/program.sh")
export BOWLINE_BIN
"$ROOT/ci/lib/tools.sh" charts
"$ROOT/ci/lib/cluster.sh"
"$ROOT/ci/chart/check"
