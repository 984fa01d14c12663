#!/bin/bash
# run.sh [pytest arguments]: the end-to-end tests, in the network of the local Kubernetes (ci/up first).
#   ci/e2e/run.sh -m 'not long'                all that ci/test runs, both engines
#   ci/e2e/run.sh -m 'not long' --engines=turn what ci/test runs at this commit; --engines=others: the rest
#   ci/e2e/run.sh -k 'redis and test_replica'  some
# Recorded figures: $CACHE/e2e/figures.json; the cluster's state at a failure (with BOWLINE_E2E_SAVE=1 after
# every test): $CACHE/e2e/<test>.txt
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
venv=$("$here/../lib/venv.sh")
exec 9>"$CACHE/e2e.lock" # faults of two runs at once would be in each other's figures
flock -n 9 || { say "waiting for another run of the end-to-end tests to end"; flock 9; }
cd "$ROOT/ci"
exec "$ROOT/ci/kube/in.sh" env PYTHONDONTWRITEBYTECODE=1 BOWLINE_CACHE="$CACHE" \
  "$venv/bin/python" -m pytest -p no:cacheprovider -p e2e.selection e2e "$@"
