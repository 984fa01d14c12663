#!/bin/bash
# The release binary as users get it: hardening, size, start time, manners; and that the toolkit's Dockerfile builds it.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
cd "$ROOT"
packages readelf:binutils file:file
bin=$(ci/lib/program.sh)

elf() { readelf -W "$@" "$bin"; }
static_pie() { elf -h | grep -q 'Type: *DYN' && ! elf -l | grep -q INTERP && ! elf -d | grep -q NEEDED; }
relro() { elf -l | grep -q GNU_RELRO && elf -d | grep -qE 'BIND_NOW|FLAGS.*NOW'; }
no_exec_stack() { elf -l | grep GNU_STACK | grep -q 'RW ' && ! elf -l | grep GNU_STACK | grep -q 'RWE'; }
stack_protector() { elf -l | grep -q . && grep -qa 'stack smashing detected' "$bin"; }
stripped() { file "$bin" | grep -q ', stripped'; }
small() { [ "$(stat -c %s "$bin")" -lt $((10 * 1000 * 1000)) ] || { stat -c '%s bytes' "$bin"; return 1; }; }
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
install_quick() { # the best of five, in milliseconds
  local dir i began ms best=100000
  dir=$(mktemp -d)
  for i in 1 2 3 4 5; do
    mkdir "$dir/$i"
    began=$(date +%s%N)
    "$bin" install --to "$dir/$i"
    ms=$((($(date +%s%N) - began) / 1000000))
    [ "$ms" -ge "$best" ] || best=$ms
    cmp "$bin" "$dir/$i/bowline"
  done
  rm -r "$dir"
  echo "install: $best ms"
  [ "$best" -lt 20 ]
}
dockerfile() { # once per change of what it is made from
  local from mark=$CACHE/images/dockerfile.from
  from=$(hash_of tools/image/Dockerfile ci/lib/deps.sh CMakeLists.txt CMakePresets.json tools/CMakeLists.txt tools/cmake/*)
  if stamp_is "$mark" "$from"; then return 0; fi
  ci/images/build.sh dockerfile && stamp "$mark" "$from"
}

check "static position-independent executable" static_pie
check "full RELRO" relro
check "no executable stack" no_exec_stack
check "stack protector" stack_protector
for layer in base model plan; do check "no I/O in the layer $layer" pure "$layer"; done
check "stripped" stripped
check "smaller than 10 MB" small
check "no build paths inside" no_build_paths
check "--version" exits 0 "$bin" --version
check "--help" exits 0 "$bin" --help
check "no verb: usage, exit code 64" exits 64 "$bin"
check "unknown verb: exit code 64" exits 64 "$bin" no-such-verb
check "installs itself in less than 20 ms" install_quick
check "the toolkit's Dockerfile builds" dockerfile
tally
