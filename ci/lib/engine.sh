#!/bin/bash
# engine.sh [--place] NAME VERSION: the tar of a Debian with this engine (redis or valkey, for instance 8.0), made once; prints its
# path. With --place it makes nothing: it prints the first place that is not left out, and fetches what is pinned there.
# It comes from the first place in engines.tsv that has this version. The user NAME has the id 999, as in upstream's image.
# BOWLINE_PINS_SKIP="WHAT..." leaves out places (sid, forky, pool), for tests.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
place_only=
if [ "$1" = --place ]; then
  place_only=1
  shift
fi
name=$1 version=$2
tar=$CACHE/base/$name-$version.tar
pins=$here/engines.tsv

# The user has to be there before the package's own scripts ask for it; the last hook refuses another version.
# shellcheck disable=SC2016 # expanded by mmdebstrap's shell
hooks=(
  --essential-hook='echo "'"$name"':x:999:999::/data:/usr/sbin/nologin" >>"$1/etc/passwd"; echo "'"$name"':x:999:" >>"$1/etc/group"'
  --customize-hook='found=$(chroot "$1" '"$name"'-server --version); case $found in *"v='"$version"'."*) ;; *)
    echo "error: this is not '"$name $version"': $found" >&2; exit 1 ;; esac'
  --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/usr/share/doc/* "$1"/usr/share/man/*'
  --customize-hook='install -d -o 999 -g 999 "$1/data"; ln -sf '"$name"'-server "$1/usr/bin/'"$name"'-sentinel"'
)

# from_suite SUITE
from_suite() {
  local glob="$version.*"
  [ "$name" != redis ] || glob="5:$glob" # Debian's epoch
  "$here/base.sh" --into "$tar" "$1" "$name-server=$glob,$name-tools=$glob" "${hooks[@]}"
}

# fetch_pool DIR: the pinned files, into that folder.
fetch_pool() {
  local file sum mirror
  mirror=$(mirror)
  grep "^$name"$'\t'"$version"$'\tpool\t' "$pins" >"$1/pins"
  while IFS=$'\t' read -r _ _ _ file sum; do
    /usr/lib/apt/apt-helper download-file "${mirror%/}/$file" "$1/$(basename "$file")" "SHA256:$sum" >&2 || return 1
  done <"$1/pins"
}

# from_pool SUITE: the pinned files, upon that suite.
from_pool() {
  local dir file uploads=()
  dir=$(mktemp -d)
  fetch_pool "$dir" || return 1
  for file in "$dir"/*.deb; do
    uploads+=(--customize-hook="upload $file /tmp/$(basename "$file")")
  done
  # shellcheck disable=SC2016
  "$here/base.sh" --into "$tar" "$1" ca-certificates "${uploads[@]}" \
    --customize-hook='chroot "$1" sh -c "apt-get install -y --no-install-recommends /tmp/*.deb && rm /tmp/*.deb"' "${hooks[@]}" || return 1
  rm -r "$dir"
}

# The places, each once: "suite NAME" lines, and one "pool FIRST-SUITE".
places() {
  awk -F '\t' -v n="$name" -v v="$version" '$1 == n && $2 == v && $3 == "suite" { if (!first) first = $4; print $3, $4 }
    $1 == n && $2 == v && $3 == "pool" && !pool++ { print "pool", first }' "$pins"
}

make_tar() {
  local kind suite label before=
  while read -r kind suite; do
    label=$suite
    [ "$kind" = suite ] || label=pool
    if [[ " ${BOWLINE_PINS_SKIP:-} " == *" $label "* ]]; then
      say "warning: $name $version: the place '$label' is left out (BOWLINE_PINS_SKIP)"
      before=1
      continue
    fi
    if "from_$kind" "$suite" </dev/null; then
      [ -z "$before" ] || say "warning: $name $version comes from the place '$label', not from the first one in ci/lib/engines.tsv"
      return 0
    fi
    say "warning: $name $version cannot be had from the place '$label'; trying the next one"
    before=1
  done < <(places)
  die "no place in ci/lib/engines.tsv has $name $version. Remedy: name a suite or files of a pool that have it (ci/pins --newer says \
what there is), or test another version: ci/lib/engines.sh, ci/images/build.sh, ci/integration/engines.py"
}

# first_place: the first one that is not left out, by its label.
first_place() {
  local kind suite dir
  while read -r kind suite; do
    [ "$kind" = suite ] || suite=pool
    [[ " ${BOWLINE_PINS_SKIP:-} " != *" $suite "* ]] || continue
    if [ "$suite" = pool ]; then
      dir=$(mktemp -d)
      fetch_pool "$dir" || die "the pinned files of $name $version cannot be had. Remedy: ci/lib/engines.tsv names others"
      rm -r "$dir"
    fi
    echo "$suite"
    return 0
  done < <(places)
  die "no place in ci/lib/engines.tsv has $name $version"
}

if [ -n "$place_only" ]; then
  first_place
  exit 0
fi
if [ ! -s "$tar" ]; then
  packages mmdebstrap:mmdebstrap
  mkdir -p "$CACHE/base"
  make_tar
fi
echo "$tar"
