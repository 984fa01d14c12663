#!/bin/bash
# C++ unit tests, with address and undefined-behaviour sanitizers; the count is of Catch2 test cases.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
compile() { "$ROOT/ci/lib/builder.sh" run sh -c 'cmake --preset dev && cmake --build --preset dev'; }
ctest() { "$ROOT/ci/lib/builder.sh" run ctest --preset dev -V --timeout 300 --no-tests=error; }

"$ROOT/ci/lib/builder.sh" make
step "debug build with sanitizers" compile
log=$(mktemp)
trap 'rm -f "$log"' EXIT
rc=0
ctest >"$log" 2>&1 || rc=$?
awk -f "$here/catch2.awk" "$log" || rc=1
exit "$rc"
