#!/bin/bash
# engines.sh: the engines that the builder does not have, as Debian roots $CACHE/engines/NAME-VERSION for the integration tests
# (redis 7.0 of bookworm, valkey 9.1 of sid; the builder has redis 8.0 and valkey 8.1). Their programs run with their root's
# own loader and libraries. Made once.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"

# engine NAME VERSION SUITE
engine() {
  local root=$CACHE/engines/$1-$2 tar
  [ ! -e "$root/usr/bin/$1-server" ] || return 0
  tar=$("$here/base.sh" "$3" "$1-server,$1-tools")
  remove_tree "$root.new"
  mkdir -p "$root.new"
  tar -C "$root.new" --numeric-owner -xpf "$tar" --exclude='./dev/*'
  rm "$tar"
  mv "$root.new" "$root"
}
engine redis 7.0 bookworm
engine valkey 9.1 sid
