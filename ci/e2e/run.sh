#!/bin/bash
# run.sh [--long] [pytest arguments]: the end-to-end tests, in the network of the local Kubernetes (ci/up first).
#   ci/e2e/run.sh                      all, both engines
#   ci/e2e/run.sh -k 'redis and pods'  some
# Recorded figures: $CACHE/e2e/figures.json; the cluster's state at a failure: $CACHE/e2e/<test>.txt
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
venv=$("$here/../lib/venv.sh")
marks=(-m "not long")
[ "${1:-}" != --long ] || { marks=(); shift; }
cd "$ROOT/ci"
exec "$ROOT/ci/kube/in.sh" env PYTHONDONTWRITEBYTECODE=1 BOWLINE_CACHE="$CACHE" \
  "$venv/bin/python" -m pytest -p no:cacheprovider "${marks[@]}" e2e "$@"
