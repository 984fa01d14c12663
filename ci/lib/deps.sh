#!/bin/sh
# deps.sh [build|dev]: what the program is compiled with, into this Debian (as root; trixie). The toolkit image's Dockerfile
# and ci/lib/builder.sh both run it, so they have the same toolchain. `dev` adds what only developers and tests use.
# deps.sh sources: only gets the sources that are compiled, into the current folder.
# curl is compiled, since Debian's static library needs Kerberos, LDAP and more; this one does HTTP and TLS only. Its source
# is pinned in pins.tsv beside this file; BOWLINE_PINS_SKIP="PLACE..." leaves out places, for tests.
set -eu
export DEBIAN_FRONTEND=noninteractive
here=$(cd "$(dirname "$0")" && pwd)
pins=$here/pins.tsv
tab=$(printf '\t')
what=${1:-build}

install_packages() { apt-get install -y -qq --no-install-recommends "$@"; }
apt-get update -qq
install_packages ca-certificates patch xz-utils
[ "$what" = sources ] || install_packages g++ make cmake ninja-build pkgconf ccache \
  libhiredis-dev libssl-dev zlib1g-dev libzstd-dev rapidjson-dev libcli11-dev libspdlog-dev libfmt-dev libboost-dev
[ "$what" != dev ] || install_packages catch2 clang-format-19 clang-tidy-19 clang-19 libclang-rt-19-dev file git python3 procps \
  redis-server redis-tools valkey-server valkey-tools

# pool FILE SHA256 OUT: a file of the Debian mirrors that apt is set up with. apt-helper refuses what has another sum.
pool() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | sort -u | while read -r mirror; do
    if /usr/lib/apt/apt-helper download-file "${mirror%/}/$1" "$3" "SHA256:$2" >&2; then break; fi
  done
  [ -s "$3" ] || { echo "$1 with the SHA-256 $2: none of apt's mirrors has it" >&2; return 1; }
}

# NAME_from_PLACE: the source as pinned, into ./NAME; ends at the first command that fails (see source_of).
# Debian's source package, with its security patches.
curl_from_debian() {
  grep "^curl${tab}debian${tab}" "$pins" >files
  while IFS=$tab read -r _ _ _ file sum; do pool "$file" "$sum" "${file##*/}"; done <files
  mkdir curl
  tar -C curl --strip-components=1 -xf curl_*.orig.tar.gz
  tar -C curl -xf curl_*.debian.tar.xz
  # ZZZgnutls-build.patch is for the second flavour of the library and is not in the series of the first (debian/rules).
  grep -vE '^#|^ZZZgnutls' curl/debian/patches/series >series
  while read -r name _; do patch -d curl -p1 -s -f <"curl/debian/patches/$name"; done <series
}

# The tree that the crate curl-sys carries. crates.io keeps every version for ever.
curl_from_crate() {
  grep "^curl${tab}crate${tab}" "$pins" >crate.pin
  IFS=$tab read -r _ _ version crate sum <crate.pin
  command -v cargo >/dev/null || install_packages cargo
  mkdir -p crate/src
  : >crate/src/lib.rs
  printf '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = "=%s"\n' \
    "$crate" "$version" >crate/Cargo.toml
  CARGO_HOME=$PWD/cargo cargo fetch --quiet --manifest-path crate/Cargo.toml
  cp cargo/registry/cache/*/"$crate-${version}.crate" curl.crate
  echo "$sum  curl.crate" | sha256sum --check --quiet || { echo "$crate $version has not the SHA-256 $sum" >&2; return 1; }
  mkdir curl
  tar -C curl --strip-components=2 -xzf curl.crate "$crate-$version/curl"
}

# source_of NAME: ./NAME from the first place that has it as pinned. Not to be called in a condition, where -e does not hold.
source_of() {
  for place in $(awk -F '\t' -v n="$1" '$1 == n { print $2 }' "$pins" | uniq); do
    case " ${BOWLINE_PINS_SKIP:-} " in
      *" $place "*) echo "warning: $1: the place '$place' is left out (BOWLINE_PINS_SKIP)" >&2; continue ;;
    esac
    rm -rf "$1"
    set +e
    (set -e; "$1_from_$place")
    failed=$?
    set -e
    if [ "$failed" = 0 ]; then echo "$1: from the place '$place'" >&2; return 0; fi
    echo "warning: $1 as pinned cannot be had from the place '$place' (see above); trying the next one" >&2
  done
  echo "error: no place has $1 as pinned in ci/lib/pins.tsv. Remedy: ci/pins --newer says what there is; pin a version of $1 that \
is there, with its sums (docs/decisions/0016-pins.md)" >&2
  return 1
}

if [ "$what" = sources ]; then source_of curl; exit; fi
work=$(mktemp -d)
cd "$work"
source_of curl
set --
for f in FTP FILE LDAP LDAPS RTSP PROXY DICT TELNET TFTP POP3 IMAP SMB SMTP GOPHER MQTT IPFS NTLM SRP ALTSVC HSTS COOKIES \
  WEBSOCKETS NETRC DOH; do set -- "$@" "-DCURL_DISABLE_$f=ON"; done
# No perl: curl has it make manuals, and the crate does not carry their sources.
cmake -S curl -B make -G Ninja -Wno-dev -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=lib \
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON "-DCMAKE_C_FLAGS=-ffunction-sections -fdata-sections" \
  -DBUILD_SHARED_LIBS=OFF -DBUILD_STATIC_LIBS=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF \
  -DCMAKE_DISABLE_FIND_PACKAGE_Perl=ON -DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF -DENABLE_CURL_MANUAL=OFF -DCURL_USE_OPENSSL=ON -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF \
  -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF -DUSE_LIBIDN2=OFF -DENABLE_THREADED_RESOLVER=OFF \
  -DENABLE_UNIX_SOCKETS=OFF "$@"
cmake --build make
cmake --install make
test -s /usr/local/lib/libcurl.a
cd /
rm -rf "$work" /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
