#!/bin/bash
# tools.sh kube|charts|helm|firewall|exporter|monitoring: programs in $CACHE/bin, each made only if the version there is not the wanted one.
#   kube      what the local Kubernetes needs: Kubernetes, helm 4, CoreDNS, etcd, the volume provisioner
#   charts    what tests of the chart need: helm 4 and 3, helm-unittest, promtool
#   helm      helm 4 alone
#   firewall  what enforces NetworkPolicies in the local Kubernetes (ci/kube/firewall.sh)
#   exporter  the community's redis_exporter, with which GET /metrics is compared (ci/integration/test_metrics.py)
#   monitoring  Prometheus and Alertmanager, by which alerts are seen to fire (ci/e2e/test_alerts.py)
# Versions and sums are in the modules below ci/kube/tools; go itself refuses what is not as their go.sum says.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
modules=$here/../kube/tools

# version MODULE PATH: the version of PATH that the module in that folder requires, without its v.
version() { awk -v p="$2" '$1 == p { sub(/^v/, "", $2); print $2 } $1 == "require" && $2 == p { sub(/^v/, "", $3); print $3 }' "$modules/$1/go.mod"; }

# has FILE PATH VERSION: what the Go program says it was made from.
has() {
  [ -x "$BIN/$1" ] && go version -m "$BIN/$1" 2>/dev/null | awk -v m="$2" -v v="v$3" \
    '($1 == "mod" || $1 == "dep") && $2 == m && $3 == v { found = 1 } END { exit !found }'
}

# compile MODULE FILE PACKAGE [NAME=VALUE...]: the package as $BIN/FILE, with these string variables set.
compile() {
  local module=$modules/$1 file=$2 package=$3 x flags="-s -w"
  shift 3
  for x; do flags+=" -X $x"; done
  go -C "$module" build -v -trimpath -ldflags "$flags" -o "$BIN/$file.new" "$package" && mv "$BIN/$file.new" "$BIN/$file"
}

kubernetes() {
  local p v minor ld=() stale=
  v=$(version kube k8s.io/kubernetes) minor=$(kube_minor)
  for p in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    has $p k8s.io/kubernetes "$v" || stale=1
  done
  [ -n "$stale" ] || return 0
  for p in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    ld+=("-X $p.gitVersion=v$v" "-X $p.gitMajor=1" "-X $p.gitMinor=$minor" "-X $p.gitTreeState=clean")
  done
  step "Kubernetes $v (6 programs, the longest step)" \
    env GOBIN="$BIN" go -C "$modules/kube" install -v -trimpath -ldflags "-s -w ${ld[*]}" tool
}
kube_minor() { version kube k8s.io/kubernetes | cut -d. -f2; }

helm() { # helm4 or helm3
  local major=$1 v file=helm path=helm.sh/helm/v$1 minor
  [ "$major" = 4 ] || file=helm$major
  v=$(version helm "$path") minor=$(kube_minor)
  has "$file" "$path" "$v" && return
  case $major in
    4) set -- "$path/internal/version.version=v$v" ;;
    3) set -- "$path/internal/version.version=v$v" "$path/pkg/chartutil.k8sVersionMajor=1" "$path/pkg/chartutil.k8sVersionMinor=$minor" \
      "$path/pkg/lint/rules.k8sVersionMajor=1" "$path/pkg/lint/rules.k8sVersionMinor=$minor" ;;
  esac
  step "$file $v" compile helm "$file" "$path/cmd/helm" "$@"
}
unittest() {
  local path=github.com/helm-unittest/helm-unittest v
  v=$(version helm $path)
  has helm-unittest $path "$v" || step "helm-unittest $v" compile helm helm-unittest $path/cmd/helm-unittest
}
exporter() {
  local path=github.com/oliver006/redis_exporter v
  v=$(version exporter $path)
  has redis_exporter $path "$v" || step "redis_exporter $v" compile exporter redis_exporter $path
}
coredns() {
  local path=github.com/coredns/coredns v
  v=$(version coredns $path)
  has coredns $path "$v" || step "CoreDNS $v" compile coredns coredns .
}
# ours NAME TEXT: a small program of ours on a library: the Kubernetes project's, kube-router's.
ours() {
  local want
  want=$(hash_of "$modules/$1"/{main.go,go.mod,go.sum})
  if [ -x "$BIN/$1" ] && stamp_is "$BIN/$1.stamp" "$want"; then return 0; fi
  step "$2" compile "$1" "$1" .
  stamp "$BIN/$1.stamp" "$want"
}

# debian FILE PACKAGE: /usr/bin/FILE of a package of the builder's Debian as $BIN/FILE, its /usr/share as $BIN/FILE.share.
# Nothing is installed, so no service is started.
debian() {
  local tmp
  tmp=$(mktemp -d -p "$BIN")
  "$here/builder.sh" make
  chmod 777 "$tmp"
  # shellcheck disable=SC2016 # expanded in the builder
  BOWLINE_BUILD=$tmp step "$1 of Debian's package $2" "$here/builder.sh" run \
    sh -c 'apt-get update -qq && cd /build && apt-get download -qq "$1" && dpkg -x "$1"_*.deb root' - "$2"
  remove_tree "$BIN/$1.share"
  mv "$tmp/root/usr/share" "$BIN/$1.share"
  mv "$tmp/root/usr/bin/$1" "$BIN/$1"
  rm -rf "$tmp" "$tmp.lock"
}

promtool_there() { [[ $("$BIN/promtool" --version 2>/dev/null) == "promtool, version $promtool."* ]]; }
promtool=2
# Debian's package, since Prometheus' module cannot be installed by name and is large.
promtool() {
  if promtool_there; then return 0; fi
  debian promtool promtool
  promtool_there || die "Debian's promtool does not run here, or is not $promtool"
}

monitoring_there() { [[ $("$BIN/$1" --version 2>/dev/null) == "${1#prometheus-}, version $2."* ]]; }
# monitoring PACKAGE MAJOR: Debian's, for the same reason.
monitoring() {
  if monitoring_there "$@"; then return 0; fi
  debian "$1" "$1"
  monitoring_there "$@" || die "Debian's $1 does not run here, or is not $2"
}

etcd_there() { [[ $("$BIN/etcd" --version 2>/dev/null) == "etcd Version: $etcd"* ]]; }
etcd=3.5
# Debian's package, since etcd's module cannot be installed by name and takes two minutes.
etcd() {
  if etcd_there; then return 0; fi
  debian etcd etcd-server
  etcd_there || die "Debian's etcd does not run here, or is not $etcd"
}

case ${1:-} in kube | charts | helm | firewall | exporter | monitoring) ;; *) sed -n '2,9s/^# \?//p' "$0"; exit 2 ;; esac
packages go:golang-go
[ "$(go env GOVERSION | awk -F'[o.]' '{ print $2 * 1000 + $3 }')" -ge 1026 ] || die "needs Go 1.26 or newer in PATH"
export CGO_ENABLED=0
mkdir -p "$BIN"
exec 9>"$CACHE/tools.lock"
flock 9

case $1 in
  kube) kubernetes; helm 4; coredns; ours volumes "volume provisioner"; etcd ;;
  charts) helm 4; helm 3; unittest; promtool ;;
  helm) helm 4 ;;
  exporter) exporter ;;
  monitoring) monitoring prometheus $promtool; monitoring prometheus-alertmanager 0 ;;
  firewall)
    packages ipset:ipset iptables-legacy:iptables
    ours firewall "firewall (kube-router $(version firewall github.com/cloudnativelabs/kube-router/v2))"
    ;;
esac
