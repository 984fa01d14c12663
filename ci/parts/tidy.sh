#!/bin/bash
# clang-tidy over every C++ source and our headers, with the checks of .clang-tidy; the count is of translation units. Of M shares
# ($BOWLINE_SHARE) it takes every M-th source.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
configure() { "$ROOT/ci/lib/builder.sh" run cmake --preset tidy; }
objects() { # one a line
  # shellcheck disable=SC2016 # expanded in the builder
  "$ROOT/ci/lib/builder.sh" run python3 -c 'import json, sys
number, count = map(int, sys.argv[1].split("/"))
print(*sorted(unit["output"] for unit in json.load(open("/build/tidy/compile_commands.json")))[number - 1 :: count], sep="\n")' \
    "${BOWLINE_SHARE:-1/1}"
}
# -k 0: all findings in one go.
compile() { "$ROOT/ci/lib/builder.sh" run cmake --build --preset tidy --target "${units[@]}" -- -k 0; }

"$ROOT/ci/lib/builder.sh" make
step "clang-tidy: configure" configure
mapfile -t units < <(objects)
total=${#units[@]}
[ "$total" -gt 0 ] || die "no C++ sources"
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
