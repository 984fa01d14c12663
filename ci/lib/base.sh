#!/bin/bash
# base.sh SUITE [PACKAGE,...]: the tar of a minimal Debian of that suite (with these packages), made once; prints its path.
# The builder, the base images and the engines of the integration tests are made from such tars.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"
suite=$1 include=${2:-ca-certificates}
tar=$CACHE/base/$1${2:+-${2%%,*}}.tar

make_tar() {
  local url security line sources=() options=()
  url=$(mirror) security=$(mirror Debian-Security)
  [ -z "$url" ] || sources+=("deb $url $suite main")
  [ -z "$url" ] || [ -z "$security" ] || [ "$suite" = sid ] || sources+=("deb $security $suite-security main")
  # What this machine's apt was told about its mirror (a proxy, a clock ahead of the mirror) holds in there too.
  while read -r line; do options+=("--aptopt=$line"); done < <(apt-config dump 2>/dev/null |
    grep -E '^Acquire::(Check-Valid-Until|Check-Date|Retries|https?::Proxy) ')
  step "Debian $suite with $include" mmdebstrap --variant=minbase --include="$include" "${options[@]}" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    "$suite" "$tar.new.tar" "${sources[@]}"
  mv "$tar.new.tar" "$tar"
}

if [ ! -s "$tar" ]; then
  packages mmdebstrap:mmdebstrap
  mkdir -p "$CACHE/base"
  make_tar
fi
echo "$tar"
