#!/bin/bash
# Faults on the local Kubernetes; each scenario with the engine whose turn it is at this commit, with --long with both. The cluster
# is made anew for it: nothing of a former run has a say.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
. "$here/pytest.sh"
"$ROOT/ci/lib/tools.sh" charts # Helm 3 is valkey's
"$ROOT/ci/lib/tools.sh" firewall
"$ROOT/ci/lib/tools.sh" monitoring
"$ROOT/ci/lib/cluster.sh" --fresh
[ -n "${BOWLINE_LONG:-}" ] && some=(--share "${BOWLINE_SHARE:-1/1}") || some=(-m "not long" --engines "${BOWLINE_ENGINES:-turn}")
# In the tests it would say nothing for minutes.
if [[ -n ${BOWLINE_LONG:-} && $("$ROOT/ci/e2e/run.sh" --collect-only -q "${some[@]}") == *test_landed.py::test_landed* ]]; then
  "$ROOT/ci/images/landed.sh"
fi
run_pytest "$ROOT/ci/e2e/run.sh" --color=no --durations=25 --durations-min=10 "${some[@]}"
