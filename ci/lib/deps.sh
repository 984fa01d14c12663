#!/bin/sh
# deps.sh [build|dev]: what the program is compiled with, into this Debian (as root; trixie). The toolkit image's Dockerfile
# and ci/lib/builder.sh both run it, so they have the same toolchain. `dev` adds what only developers and tests use.
set -eu
export DEBIAN_FRONTEND=noninteractive

list=/etc/apt/sources.list
if [ -e "$list.d/debian.sources" ]; then
  sed -i 's/^Types: deb$/Types: deb deb-src/' "$list.d/debian.sources"
elif ! grep -q '^deb-src' "$list"; then
  sed -n '/-security /!s/^deb /deb-src /p' "$list" >"$list.d/source.list"
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends ca-certificates g++ make cmake ninja-build pkgconf dpkg-dev \
  libhiredis-dev libssl-dev zlib1g-dev libzstd-dev rapidjson-dev libcli11-dev libspdlog-dev libfmt-dev

if [ "${1:-build}" = dev ]; then
  apt-get install -y -qq --no-install-recommends catch2 clang-format-19 clang-tidy-19 clang-19 ccache file git python3 procps \
    redis-server redis-tools valkey-server valkey-tools
fi

# cpp-httplib: the package is a shared library, the source package has the single header.
# curl: the package's static library needs Kerberos, LDAP and more; this one does HTTP and TLS only.
work=$(mktemp -d)
chmod 755 "$work"
cd "$work"
apt-get source -qq --download-only curl cpp-httplib
dpkg-source --no-check --skip-patches -x cpp-httplib_*.dsc httplib
install -D -m 644 httplib/httplib.h /usr/local/include/httplib.h
dpkg-source --no-check -x curl_*.dsc curl
cd curl
off=
for f in ftp file ldap ldaps rtsp proxy dict telnet tftp pop3 imap smb smtp gopher mqtt manual libcurl-option docs \
  unix-sockets ntlm tls-srp alt-svc hsts cookies websockets netrc doh threaded-resolver; do off="$off --disable-$f"; done
for f in libpsl brotli zstd zlib nghttp2 libidn2 librtmp libssh2; do off="$off --without-$f"; done
# shellcheck disable=SC2086 # a list of options
./configure --quiet --disable-shared --enable-static --with-openssl $off \
  CFLAGS="-Os -ffunction-sections -fdata-sections -fPIE"
make -s -j"$(nproc)" -C lib
make -s -C lib install
make -s -C include install
cd /
rm -rf "$work" /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
