#!/bin/bash
# A real API server, the local Kubernetes': it takes the chart's objects, and what must outlive a release does.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
"$ROOT/ci/lib/tools.sh" charts
"$ROOT/ci/lib/cluster.sh"
"$ROOT/ci/chart/check" server
