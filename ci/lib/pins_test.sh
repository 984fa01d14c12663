#!/bin/bash
# pins_test.sh: what deps.sh does when a place has something else than what is pinned: it refuses that, says so and takes the
# next place; and with no place left it ends with the pin's name. The places are the real ones. That the program compiles from
# the second place is what the check of the toolkit's Dockerfile shows (ci/images/build.sh dockerfile). Then: each engine of the tests has a second place, and pinned files when no suite has it any more.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"

# In the builder: pins with another last digit of the sum, in the lines of the named places.
# shellcheck disable=SC2016 # expanded in the builder
trial='
  set -eu
  cd /tmp
  fetch() { # NAME PLACE...: deps.sh sources in the folder NAME with wrong sums for these places
    name=$1
    shift
    mkdir "$name"
    cp /src/ci/lib/deps.sh /src/ci/lib/pins.tsv "$name"
    for place; do
      sed -i "/\t$place\t/s/[0-7]\$/8/; t; /\t$place\t/s/[89a-f]\$/0/" "$name/pins.tsv"
    done
    ! cmp -s /src/ci/lib/pins.tsv "$name/pins.tsv"
    rc=0
    (cd "$name" && sh ./deps.sh sources) >"$name/log" 2>&1 || rc=$?
    cat "$name/log"
  }
  says() { grep -q -- "$1" "$name/log" || { echo "FAILED: $name does not say: $1"; exit 1; }; }

  fetch second debian
  [ "$rc" = 0 ] || { echo "FAILED: the second place did not help"; exit 1; }
  says "warning: curl as pinned cannot be had from the place .debian."
  says "curl: from the place .crate."
  [ -s second/curl/include/curl/curl.h ] || { echo "FAILED: the second place has no curl"; exit 1; }

  fetch none debian crate
  [ "$rc" != 0 ] || { echo "FAILED: wrong sums have been accepted"; exit 1; }
  says "error: no place has curl as pinned"
  says "Remedy: "
  [ ! -e none/curl ] || { echo "FAILED: a source with a wrong sum was unpacked"; exit 1; }
'
"$here/builder.sh" try sh -c "$trial"

# NAME VERSION PLACES-LEFT-OUT WANTED
engine_from() {
  local got
  got=$(BOWLINE_PINS_SKIP=$3 "$here/engine.sh" --place "$1" "$2")
  [ "$got" = "$4" ] || die "FAILED: $1 $2 without '$3' comes from '$got', not from '$4'"
}
while read -r name version; do
  mapfile -t suites < <(awk -F '\t' -v n="$name" -v v="$version" '$1 == n && $2 == v && $3 == "suite" { print $4 }' "$here/engines.tsv")
  engine_from "$name" "$version" "" "${suites[0]}"
  engine_from "$name" "$version" "${suites[0]}" "${suites[1]:-pool}"
  engine_from "$name" "$version" "${suites[*]}" pool
done < <(awk -F '\t' '/^[^#]/ { print $1, $2 }' "$here/engines.tsv" | sort -u)
