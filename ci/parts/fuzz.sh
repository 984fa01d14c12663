#!/bin/bash
# Fuzz targets (tools/fuzz) with libFuzzer and sanitizers, $BOWLINE_FUZZ_SECONDS each (30; with --long 600); the count is of targets.
# Inputs that reach more code are kept with the build, so that the next run begins there. An input that fails is printed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
seconds=${BOWLINE_FUZZ_SECONDS:-${BOWLINE_LONG:+600}}
seconds=${seconds:-30}
targets=()
for file in "$ROOT"/tools/fuzz/*.cc; do
  [ "$(basename "$file")" = main.cc ] || targets+=("$(basename "$file" .cc)")
done
compile() { "$ROOT/ci/lib/builder.sh" run sh -c 'cmake --preset fuzz && cmake --build --preset fuzz --target fuzz'; }

# fuzz TARGET SECONDS: its output; fails when an input was found that must not be.
fuzz() {
  # shellcheck disable=SC2016 # expanded in the builder
  "$ROOT/ci/lib/builder.sh" run sh -euc '
    kept=/build/fuzz-inputs/$1
    mkdir -p "$kept" "/tmp/seeds"
    [ ! -d "tools/fuzz/seeds/$1" ] || cp "tools/fuzz/seeds/$1"/* /tmp/seeds
    "/build/fuzz/tools/fuzz_$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -artifact_prefix=/tmp/ \
      "$kept" /tmp/seeds tools/testdata/*-[0-9]*/ || {
      for file in /tmp/crash-* /tmp/timeout-* /tmp/oom-* /tmp/leak-*; do
        [ ! -e "$file" ] || { echo "input:"; od -c "$file" | head -n 100; }
      done
      exit 1
    }' - "$1" "$2"
}

"$ROOT/ci/lib/builder.sh" make
step "fuzz targets" compile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "fuzz: $seconds s for each of ${#targets[@]} targets, $(nproc) at a time"
running=0
for target in "${targets[@]}"; do
  { fuzz "$target" "$seconds" >"$work/$target" 2>&1 && : >"$work/$target.well"; } &
  running=$((running + 1))
  [ "$running" -lt "$(nproc)" ] || { wait -n || true; running=$((running - 1)); }
done
wait
passed=0 failed=0
for target in "${targets[@]}"; do
  well=false
  [ ! -e "$work/$target.well" ] || well=true
  # The canary has a fault on purpose: a fuzzer that does not find it finds nothing.
  if [ "$target" = canary ]; then
    if $well; then well=false; elif grep -q 'deadly signal' "$work/canary"; then well=true; fi
  fi
  runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/$target")
  if $well; then
    echo "passed $target${runs:+ ($runs inputs)}"
    passed=$((passed + 1))
  else
    echo "FAILED $target"
    sed 's/^/  /' "$work/$target" | tail -n 150
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
