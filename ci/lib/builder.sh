#!/bin/bash
# builder.sh make           the builder: a Debian root with the compiler and all libraries (made once, about 2 min)
# builder.sh run CMD...     run CMD in it; the repository (or, from the environment, $BOWLINE_SOURCE) is /src and the current
#                           folder, $BOWLINE_BUILD is /build
# builder.sh try CMD...     the same, but on a throw-away layer above the root: what CMD installs is gone afterwards
# builder.sh path           where its root is
# Builds are kept in $CACHE/build (or, from the environment, $BOWLINE_BUILD). Examples:
#   ci/lib/builder.sh run sh -c 'cmake --preset dev && cmake --build --preset dev && ctest --preset dev'
#   ci/lib/builder.sh run clang-format-19 -i tools/src/base/parse.cc
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
root=$CACHE/builder
build=${BOWLINE_BUILD:-$CACHE/build}
source=${BOWLINE_SOURCE:-$ROOT}

# The CA bundle of this machine, which may hold more than Debian's, is /etc/host-ca.crt in there: not in the place of Debian's,
# since that file is replaced when ca-certificates is installed.
host_ca() {
  local file
  for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt; do
    if [ -s "$file" ]; then readlink -f "$file"; return; fi
  done
}

# enter ROOT CMD...: a chroot with mounts of its own, which end with CMD and are seen by nobody else. $layer: see `try`.
layer=
enter() {
  local file
  mkdir -p "$build" "$CACHE/engines" "$1/src" "$1/build" "$1/engines" "$CACHE/ccache" "$1/ccache"
  for file in "$1/etc/resolv.conf" "$1/etc/host-ca.crt"; do [ -e "$file" ] || : >"$file"; done
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare --mount --propagation private bash -euc '
    r=$1 src=$2 build=$3 cache=$4 layer=$5 ca=$6
    shift 6
    if [ -n "$layer" ]; then
      mkdir -p "$layer"
      mount -t tmpfs tmpfs "$layer"
      mkdir "$layer"/{upper,work,root}
      mount -t overlay overlay -o "lowerdir=$r,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
      r=$layer/root
    fi
    mount -t proc proc "$r/proc"
    mount --rbind /dev "$r/dev"
    mount -t tmpfs tmpfs "$r/tmp"
    mount --bind "$src" "$r/src"
    mount --bind "$build" "$r/build"
    mount --bind "$cache/engines" "$r/engines"
    mount --bind "$cache/ccache" "$r/ccache"
    mount --bind "$(readlink -f /etc/resolv.conf)" "$r/etc/resolv.conf"
    [ -z "$ca" ] || mount --bind "$ca" "$r/etc/host-ca.crt"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
      CMAKE_BUILD_PARALLEL_LEVEL="$(nproc)" BOWLINE_BUILD=/build CCACHE_DIR=/ccache \
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime \
      CMAKE_CXX_COMPILER_LAUNCHER=ccache ${http_proxy:+http_proxy="$http_proxy"} \
      ${https_proxy:+https_proxy="$https_proxy"} ${ca:+CARGO_HTTP_CAINFO=/etc/host-ca.crt} \
      chroot "$r" sh -c '\''cd /src && exec "$@"'\'' - "$@"
  ' - "$1" "$source" "$build" "$CACHE" "$layer" "$(host_ca)" "${@:2}"
}
install_deps() { (enter "$1" sh ci/lib/deps.sh dev); }

make_root() {
  local want tar new=$root.new
  want=$(hash_of "$here/deps.sh" "$here/pins.tsv")
  stamp_is "$root/etc/bowline-builder" "$want" && return
  tar=$("$here/base.sh" "$SUITE")
  remove_tree "$new"
  mkdir -p "$new"
  tar -C "$new" --numeric-owner -xpf "$tar" --exclude='./dev/*'
  step "builder: compiler and libraries" install_deps "$new"
  stamp "$new/etc/bowline-builder" "$want"
  remove_tree "$root"
  mv "$new" "$root"
}

# Every tree is /src in there. Objects of another tree may be younger than this one's sources, and would pass for theirs.
own_objects() {
  local dir
  # Whoever builds in the folder shares its lock: another tree must not take it under a running build.
  exec 8>"$build.lock"
  flock -s 8
  stamp_is "$build/tree" "$source" && return
  if ! flock -n 8; then
    say "builder: $build is in use by $(cat "$build/tree" 2>/dev/null); waiting (BOWLINE_BUILD=FOLDER takes another one)"
    flock -w 1800 8 || die "$build is still in use; set BOWLINE_BUILD to another folder"
  fi
  for dir in "$build"/*/; do remove_tree "$dir"; done
  mkdir -p "$build"
  stamp "$build/tree" "$source"
  flock -s 8
}

[ "$(id -u)" = 0 ] || die "needs root"
mkdir -p "$CACHE"
# Whoever runs something in the builder shares the lock, so that nobody replaces it under a running build.
exec 9>"$CACHE/builder.lock"
if ! stamp_is "$root/etc/bowline-builder" "$(hash_of "$here/deps.sh" "$here/pins.tsv")"; then
  say "builder: waiting for whoever is using it"
  flock -w 600 9 || die "the builder is in use; see $CACHE/builder.lock"
  make_root
fi
flock -s 9
case ${1:-} in
  make) ;;
  run) own_objects; enter "$root" "${@:2}" ;;
  try) layer=$CACHE/layer; own_objects; enter "$root" "${@:2}" ;;
  path) echo "$root" ;;
  *) sed -n '2,9s/^# \?//p' "$0"; exit 2 ;;
esac
