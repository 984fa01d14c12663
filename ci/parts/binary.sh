#!/bin/bash
# The release binary as users get it: hardening, size, manners; and that the toolkit's Dockerfile builds it.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
cd "$ROOT"
packages readelf:binutils
bin=$(ci/lib/program.sh)

# Not a pipe into grep -q: with pipefail the end of the pipe would make the reader's success a failure.
elf() { readelf -W "$1" "$bin"; }
has() { grep -qE "$2" <<<"$(elf "$1")"; } # -OPTION PATTERN
static_pie() { has -h 'Type: *DYN' && ! has -l INTERP && ! has -d NEEDED; }
relro() { has -l GNU_RELRO && has -d 'BIND_NOW|FLAGS.*NOW'; }
no_exec_stack() { has -l 'GNU_STACK.* RW ' && ! has -l 'GNU_STACK.*RWE'; }
stack_protector() { grep -qa 'stack smashing detected' "$bin"; }
stripped() { ! has -S '\.symtab'; }
# 10 MB until it had the metrics (docs/decisions/0040-metrics.md).
small() { [ "$(stat -c %s "$bin")" -lt $((11 * 1000 * 1000)) ] || { stat -c '%s bytes' "$bin"; return 1; }; }
no_build_paths() { ! grep -caE '/src/tools/|/build/static' "$bin"; }
exits() { # WANTED CMD...
  local want=$1 rc=0
  shift
  "$@" >/dev/null 2>&1 || rc=$?
  [ "$rc" = "$want" ] || { echo "exit code $rc, not $want"; return 1; }
}
# The pure layers decide from snapshots alone: nothing in them may reach for a file, a socket, a clock or the environment.
pure() {
  local outside='^(open(at)?|fopen|creat|read|write|unlink|rename|stat|lstat|socket|connect|send|recv|getaddrinfo|getenv|secure_getenv|clock_gettime|gettimeofday|time|rand|random|getrandom|nanosleep|fork|execvp?)(64)?$|basic_[io]?fstream|basic_filebuf|chrono.*3now|random_device|this_thread'
  ! ci/lib/builder.sh run gcc-nm -u "/build/static-release/tools/libbowline_$1.a" | awk '$1 == "U" { print $2 }' | grep -E "$outside"
}
installs() { # tells the best time of many in milliseconds; how fast is a figure (goal: 20), not a verdict
  local dir i began ms best=100000
  dir=$(mktemp -d)
  for i in $(seq 30); do
    mkdir "$dir/$i"
    began=$(date +%s%N)
    "$bin" install --to "$dir/$i" 2>/dev/null
    ms=$((($(date +%s%N) - began) / 1000000))
    [ "$ms" -ge "$best" ] || best=$ms
    cmp "$bin" "$dir/$i/bowline"
    rm -r "${dir:?}/$i"
  done
  rm -r "$dir"
  say "install: $best ms at best of 30"
}
dockerfile() { # once per change of what it is made from
  local from mark=$CACHE/images/dockerfile.from
  from=$(hash_of tools/image/Dockerfile ci/images/build.sh ci/lib/deps.sh ci/lib/pins.tsv CMakeLists.txt CMakePresets.json \
    tools/CMakeLists.txt tools/cmake/*)
  if stamp_is "$mark" "$from"; then return 0; fi
  ci/images/build.sh dockerfile && stamp "$mark" "$from"
}

check "static position-independent executable" static_pie
check "full RELRO" relro
check "no executable stack" no_exec_stack
check "stack protector" stack_protector
for layer in base model plan plan_common plan_cluster plan_sentinel plan_standalone plan_upgrade; do check "no I/O in the layer $layer" pure "$layer"; done
check "stripped" stripped
check "smaller than 11 MB" small
check "no build paths inside" no_build_paths
check "--version" exits 0 "$bin" --version
check "--help" exits 0 "$bin" --help
check "no verb: usage, exit code 64" exits 64 "$bin"
check "unknown verb: exit code 64" exits 64 "$bin" no-such-verb
check "installs itself, complete each time" installs
check "the toolkit's Dockerfile builds" dockerfile
tally
