#!/bin/bash
# C++ unit tests, with address and undefined-behaviour sanitizers; the count is of Catch2 test cases. Without arguments all but those of
# the pure layers, which ci/parts/pure.sh runs.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
share=${BOWLINE_SHARE:-1/1}
[ $# -gt 0 ] || set -- -LE '^pure$' --timeout 600
compile() { "$ROOT/ci/lib/builder.sh" run sh -c 'cmake --preset dev && cmake --build --preset dev'; }
# -I N,,M: every M-th of CTest's tests, which are programs or shards of them ($BOWLINE_SHARE).
ctest() {
  "$ROOT/ci/lib/builder.sh" run env BOWLINE_LONG="${BOWLINE_LONG:-}" \
    ctest --preset dev -V -j "$(nproc)" -I "${share%/*},,${share#*/}" --no-tests=error "$@"
}

"$ROOT/ci/lib/builder.sh" make
step "debug build with sanitizers" compile
log=$(mktemp)
trap 'rm -f "$log"' EXIT
rc=0
ctest "$@" >"$log" 2>&1 || rc=$?
awk -f "$here/catch2.awk" "$log" || rc=1
exit "$rc"
