#!/bin/bash
# engines.sh: the engines that the builder does not have, as Debian roots $CACHE/engines/NAME-VERSION for the integration tests
# (redis 7.0 and 8.6, and valkey 9.1; the builder has redis 8.0 and valkey 8.1). Their programs run with their root's own loader and
# libraries. Made once. A root that has another version than its name says is refused.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"

# has_version NAME VERSION CMD...: what CMD prints is this version.
has_version() {
  local name=$1 want=$2 found
  shift 2
  found=$("$@" 2>&1) || true
  [[ $found == *" v=$want."* ]] || die "$name $want is wanted, but '$*' says: $found. Remedy: ${remedy:?}"
}

# engine NAME VERSION
engine() {
  local root=$CACHE/engines/$1-$2 tar remedy
  if [ ! -e "$root/usr/bin/$1-server" ]; then
    tar=$("$here/engine.sh" "$1" "$2")
    remove_tree "$root.new"
    mkdir -p "$root.new"
    tar -C "$root.new" --numeric-owner -xpf "$tar" --exclude='./dev/*'
    mv "$root.new" "$root"
  fi
  remedy="rm -r $root $CACHE/base/$1-$2.tar, it is made again"
  has_version "$1" "$2" chroot "$root" "$1-server" --version
}
# in_builder NAME VERSION: what Debian $SUITE has.
in_builder() {
  local remedy="the builder's Debian has moved on: name the new version in ci/integration/engines.py and here"
  has_version "$1" "$2" "$here/builder.sh" run "$1-server" --version
}
engine redis 7.0
engine redis 8.6
engine valkey 9.1
in_builder redis 8.0
in_builder valkey 8.1
