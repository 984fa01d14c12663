#!/bin/bash
# Histories of whole clusters (tools/simulator, docs/decisions/0037-simulator.md): each seed is one, with faults that are drawn from
# it. $BOWLINE_SIMULATE_SECONDS (60; with --long 1800) on each core; the count is of checks. With --long also the mutants: the program
# without one of its precautions (ci/mutants/*.patch, applied to a copy), each of which the simulator must find.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/tally.sh"
seconds=${BOWLINE_SIMULATE_SECONDS:-${BOWLINE_LONG:+1800}}
seconds=${seconds:-60}
program=/build/simulate/tools/bowline-sim
# Others from day to day, the same for all who build one commit.
first=$((16#$(git -C "$ROOT" rev-parse HEAD | cut -c1-7) * 1000 + 1))

compile() { "$ROOT/ci/lib/builder.sh" run sh -c 'cmake --preset simulate && cmake --build --preset simulate'; }

# histories FIRST SECONDS: so many as there is time for; the story of each one that fails.
histories() { "$ROOT/ci/lib/builder.sh" run "$program" --seeds "$1:$(($1 + 999999))" --seconds "$2"; }

replays() { # a seed is a history: told twice, it is the same
  local one other
  one=$("$ROOT/ci/lib/builder.sh" run "$program" --seed "$first" --details | sha256sum)
  other=$("$ROOT/ci/lib/builder.sh" run "$program" --seed "$first" --details | sha256sum)
  [ "$one" = "$other" ]
}

side_by_side() { # on all cores
  local core rc=0 running=()
  for ((core = 0; core < $(nproc); core++)); do
    histories $((first + core * 1000000)) "$seconds" &
    running+=($!)
  done
  for core in "${running[@]}"; do wait "$core" || rc=1; done
  return "$rc"
}

# mutant PATCH: found, when a history fails.
mutant() {
  local copy rc=0
  copy=$(mktemp -d)
  cp -r "$ROOT"/{CMakeLists.txt,CMakePresets.json,tools,ci} "$copy"
  patch -s -d "$copy" -p1 <"$1"
  export BOWLINE_SOURCE=$copy BOWLINE_BUILD=$CACHE/build-mutants
  compile
  "$ROOT/ci/lib/builder.sh" run "$program" --seeds 1:1000000 --seconds "${BOWLINE_MUTANT_SECONDS:-600}" --first || rc=$?
  rm -rf "$copy"
  [ "$rc" = 1 ]
}

"$ROOT/ci/lib/builder.sh" make
step "the simulator" compile
check "one seed, one history" replays
check "histories from seed $first on, $seconds s on each core" side_by_side
if [ -n "${BOWLINE_LONG:-}" ]; then
  for patch in "$ROOT"/ci/mutants/*.patch; do
    check "mutant $(basename "$patch" .patch) is found" mutant "$patch"
  done
fi
tally
