#!/bin/bash
# base.sh SUITE: the tar of a minimal Debian of that suite, made once; prints its path. The builder and the base image of the
# toolkit's Dockerfile are made from it.
# base.sh --into TAR SUITE PACKAGE,... [MMDEBSTRAP-OPTION...]: the same with these packages, made in any case (see engine.sh).
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

# make_tar TAR SUITE PACKAGE,... [OPTION...]
make_tar() {
  local tar=$1 suite=$2 include=$3 url security line sources=() options=("${@:4}")
  packages mmdebstrap:mmdebstrap
  mkdir -p "$CACHE/base"
  url=$(mirror) security=$(mirror Debian-Security)
  [ -z "$url" ] || sources+=("deb $url $suite main")
  case $suite in sid | forky | experimental) security='' ;; esac # these have their fixes in themselves
  if [ "$suite" = experimental ]; then # what sid has not yet, upon sid
    suite=sid
    [ -z "$url" ] || sources+=("deb $url $suite main")
  fi
  [ -z "$url" ] || [ -z "$security" ] || sources+=("deb $security $suite-security main")
  # What this machine's apt was told about its mirror (a proxy, a clock ahead of the mirror) holds in there too.
  while read -r line; do options+=("--aptopt=$line"); done < <(apt-config dump 2>/dev/null |
    grep -E '^Acquire::(Check-Valid-Until|Check-Date|Retries|https?::Proxy) ')
  step "Debian $suite with $include" mmdebstrap --variant=minbase --include="$include" "${options[@]}" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    "$suite" "$tar.new.tar" "${sources[@]}"
  mv "$tar.new.tar" "$tar"
}

if [ "$1" = --into ]; then
  make_tar "${@:2}"
else
  tar=$CACHE/base/$1.tar
  [ -s "$tar" ] || make_tar "$tar" "$1" ca-certificates
  echo "$tar"
fi
