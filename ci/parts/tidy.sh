#!/bin/bash
# clang-tidy over every C++ source and our headers, with the checks of .clang-tidy; the count is of translation units.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
configure() { "$ROOT/ci/lib/builder.sh" run cmake --preset tidy; }
# -k 0: all findings in one go.
compile() { "$ROOT/ci/lib/builder.sh" run cmake --build --preset tidy -- -k 0; }
units() { "$ROOT/ci/lib/builder.sh" run grep -c '"file":' /build/tidy/compile_commands.json; }

"$ROOT/ci/lib/builder.sh" make
step "clang-tidy: configure" configure
total=$(units)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
rc=0
say "clang-tidy: the first time about 20 min on two cores, then only what changed"
compile >"$log" 2>&1 || rc=$?
failed=$(grep -c '^FAILED: .*\.cc\.o' "$log" || true)
# What is no translation unit (the linker, ninja itself) fails the part too.
[ "$rc" = 0 ] || [ "$failed" != 0 ] || failed=1
[ "$failed" = 0 ] || grep -vE '^\[[0-9]+/[0-9]+\]|^FAILED: |^[0-9]+ warnings? (treated|generated)|__run_co_compile' "$log" || true
echo "$((total - failed)) passed, $failed failed"
[ "$failed" = 0 ]
