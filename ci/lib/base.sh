#!/bin/bash
# base.sh SUITE: the tar of a minimal Debian of that suite, made once; prints its path. The builder, the base image and the
# engines' images are made from it.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"
suite=$1 tar=$CACHE/base/$1.tar
if [ ! -s "$tar" ]; then
  packages mmdebstrap:mmdebstrap
  mkdir -p "$CACHE/base"
  sources=()
  url=$(mirror) security=$(mirror Debian-Security)
  [ -z "$url" ] || sources+=("deb $url $suite main")
  [ -z "$url" ] || [ -z "$security" ] || [ "$suite" = sid ] || sources+=("deb $security $suite-security main")
  step "Debian $suite, minimal" mmdebstrap --variant=minbase --include=ca-certificates \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    "$suite" "$tar.new.tar" "${sources[@]}"
  mv "$tar.new.tar" "$tar"
fi
echo "$tar"
