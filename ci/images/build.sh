#!/bin/bash
# build.sh [toolkit|engines|base|dockerfile]...: image archives in $CACHE/images, made again only when what they are made
# from changed. Without arguments: all that the local Kubernetes needs (toolkit, engines, base).
#   toolkit     bowline.tar: the release binary of ci/lib/program.sh, packed as tools/image/Dockerfile packs it. Its tag, in bowline.tag,
#               is the version with the program's checksum, so that no node takes an older build for it.
#   engines     redis.tar, valkey.tar: stand-ins from Debian's packages, named as the chart names them
#   base        pause.tar: what Kubernetes itself needs
#   dockerfile  checks that tools/image/Dockerfile builds, with the second place of the pinned sources, and that its program is
#               the builder's; objects are taken from the builder's compiler cache (same compiler, same paths)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
. "$here/pack.sh"
pack=$here/../kube/image.sh
# made ARCHIVE TEXT: is the archive there, from TEXT?
made() { [ -s "$IMAGES/$1.tar" ] && stamp_is "$IMAGES/$1.from" "$2"; }

build_ah() {
  local driver=overlay
  [ "$(stat -f -c %T "$CACHE")" != overlayfs ] || driver=vfs # an overlay cannot stand on an overlay
  BUILDAH_ISOLATION=chroot buildah --storage-driver "$driver" --root "$CACHE/containers/storage" \
    --runroot "$CACHE/containers/run" "$@"
}

# debian SUITE: the base image, as an archive and known to buildah.
debian() {
  local tar name=docker.io/library/debian:$1-slim out=debian-$1-slim
  tar=$("$here/../lib/base.sh" "$1")
  if ! made "$out" "$(stat -c '%Y %s' "$tar")"; then
    "$pack" pack "$tar" "$IMAGES/$out.tar" "$name" \
      '{"Cmd":["bash"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
    build_ah rmi -f "$name" >/dev/null 2>&1 || true
    stamp "$IMAGES/$out.from" "$(stat -c '%Y %s' "$tar")"
  fi
  build_ah inspect --type image "$name" >/dev/null 2>&1 || step "$name" build_ah pull "docker-archive:$IMAGES/$out.tar"
}

# engine NAME VERSION IMAGE: a stand-in for the upstream image, of Debian's packages: same name, user, volume and commands.
# Nothing of bowline.
engine() {
  local tar from config
  tar=$("$here/../lib/engine.sh" "$1" "$2")
  config='{"Cmd":["'$1'-server","--protected-mode","no"],"User":"999:999","WorkingDir":"/data","ExposedPorts":{"6379/tcp":{}},
    "Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
  from="$3 $(stat -c '%Y %s' "$tar") $(hash_of - <<<"$config")"
  ! made "$1" "$from" || return 0
  step "image $3" "$pack" pack "$tar" "$IMAGES/$1.tar" "$3" "$config"
  stamp "$IMAGES/$1.from" "$from"
}

base() {
  [ -s "$IMAGES/pause.tar" ] || "$pack" pause "$IMAGES/pause.tar"
}

engines() {
  engine redis 8.6 docker.io/library/redis:8.6
  engine valkey 9.1 docker.io/valkey/valkey:9.1
}

toolkit() {
  local binary sum tag
  binary=$("$here/../lib/program.sh")
  sum=$(hash_of "$binary")
  tag=$(app_version "$ROOT/charts/bowline")-${sum:0:12}
  ! made bowline "$tag $sum" || return 0
  pack_toolkit "$binary" "$IMAGES/bowline.tar" "$TOOLKIT_IMAGE:$tag"
  stamp "$IMAGES/bowline.tag" "$tag"
  stamp "$IMAGES/bowline.from" "$tag $sum"
}

# same_program IMAGE BINARY: as the builder's, but for what curl's other source makes of it (2 % of the size).
same_program() {
  local container program size other rc=0
  container=$(build_ah from "$1")
  program=$(build_ah mount "$container")/bowline
  size=$(stat -c %s "$program") other=$(stat -c %s "$2")
  echo "$size bytes in the image, $other bytes from the builder; $("$program" --version), $("$2" --version)"
  if [ "$("$program" --version)" != "$("$2" --version)" ] || [ $((50 * (size - other))) -gt "$other" ] ||
    [ $((50 * (other - size))) -gt "$other" ]; then rc=1; fi
  build_ah rm "$container" >/dev/null
  return $rc
}

dockerfile() {
  local binary ca='' image=$TOOLKIT_IMAGE:dockerfile
  packages buildah:buildah
  binary=$("$here/../lib/program.sh")
  debian "$SUITE"
  mkdir -p "$CACHE/ccache"
  # A machine behind a proxy of its own trusts certificates that a plain Debian does not.
  for ca in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt ''; do [ ! -s "$ca" ] || break; done
  step "Dockerfile of the toolkit" build_ah bud --layers --build-arg BOWLINE_PINS_SKIP=debian \
    --volume "$CACHE/ccache:/ccache" --build-arg CCACHE_DIR=/ccache --build-arg CMAKE_CXX_COMPILER_LAUNCHER=ccache \
    ${ca:+--volume "$(readlink -f "$ca"):/etc/host-ca.crt:ro" --build-arg CARGO_HTTP_CAINFO=/etc/host-ca.crt} \
    -f "$ROOT/tools/image/Dockerfile" -t "$image" "$ROOT"
  build_ah inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{len .OCIv1.RootFS.DiffIDs}}' \
    "$image"
  same_program "$image" "$binary"
}

mkdir -p "$IMAGES" "$CACHE/containers"
[ $# -gt 0 ] || set -- base engines toolkit
for what; do
  case $what in
    toolkit | engines | base | dockerfile) "$what" ;;
    *) sed -n '2,10s/^# \?//p' "$0"; exit 2 ;;
  esac
done
