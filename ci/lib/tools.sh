#!/bin/bash
# tools.sh [charts|all]: Kubernetes, helm and their companions into $CACHE/bin, one after the other, each only if the version
# there is not the wanted one. `charts`: only what tests of the chart need without a cluster. From nothing: about 15 min on two
# cores, once.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"

kubernetes=1.36.3 helm=4.2.4 helm3=3.21.4 unittest=1.0.0 coredns=1.14.7 etcd=3.5
kube_minor=36

# has FILE MODULE VERSION: what the Go program says it was made from.
has() {
  [ -x "$BIN/$1" ] && go version -m "$BIN/$1" 2>/dev/null | awk -v m="$2" -v v="v$3" \
    '($1 == "mod" || $1 == "dep") && $2 == m && $3 == v { found = 1 } END { exit !found }'
}

# flags PREFIX=VALUE...: linker flags that set string variables.
flags() {
  local x out="-s -w"
  for x; do out+=" -X $x"; done
  echo "$out"
}

# tool FILE MODULE VERSION PACKAGE LDFLAGS: a program whose module can be installed by name.
tool() {
  local tmp
  if has "$1" "$2" "$3"; then return 0; fi
  tmp=$(mktemp -d -p "$BIN")
  step "$1 $3" env GOBIN="$tmp" go install -trimpath -ldflags "$5" "$4@v$3"
  mv "$tmp/$(basename "$4")" "$BIN/$1"
  rmdir "$tmp"
}

kubernetes() {
  local p ld=() stale=
  for p in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    has $p k8s.io/kubernetes $kubernetes || stale=1
  done
  [ -n "$stale" ] || return 0
  for p in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    ld+=("$p.gitVersion=v$kubernetes" "$p.gitMajor=1" "$p.gitMinor=$kube_minor" "$p.gitTreeState=clean")
  done
  step "Kubernetes $kubernetes (6 programs, the longest step)" \
    env GOBIN="$BIN" go -C "$here/../kube/tools/kube" install -trimpath -ldflags "$(flags "${ld[@]}")" tool
}

# Ours, on the library of the Kubernetes project.
volumes() {
  local want module=$here/../kube/tools/volumes
  want=$(hash_of "$module"/{main.go,go.mod,go.sum})
  if [ -x "$BIN/volumes" ] && stamp_is "$BIN/volumes.stamp" "$want"; then return 0; fi
  step "volume provisioner" go -C "$module" build -trimpath -ldflags "$(flags)" -o "$BIN/volumes" .
  stamp "$BIN/volumes.stamp" "$want"
}

etcd_there() { [[ $("$BIN/etcd" --version 2>/dev/null) == "etcd Version: $etcd"* ]]; }
# Debian's package, since etcd's module cannot be installed by name and takes two minutes.
etcd() {
  local tmp
  if etcd_there; then return 0; fi
  tmp=$(mktemp -d -p "$BIN")
  "$here/builder.sh" make
  chmod 777 "$tmp"
  BOWLINE_BUILD=$tmp step "etcd $etcd" "$here/builder.sh" run \
    sh -c 'apt-get update -qq && cd /build && apt-get download -qq etcd-server && dpkg -x etcd-server_*.deb root'
  mv "$tmp/root/usr/bin/etcd" "$BIN/etcd"
  rm -r "$tmp"
  etcd_there || die "Debian's etcd does not run here, or is not $etcd"
}

packages go:golang-go
[ "$(go env GOVERSION | awk -F'[o.]' '{ print $2 * 1000 + $3 }')" -ge 1026 ] || die "needs Go 1.26 or newer in PATH"
export CGO_ENABLED=0
mkdir -p "$BIN"
exec 9>"$CACHE/tools.lock"
flock 9

tool helm helm.sh/helm/v4 $helm helm.sh/helm/v4/cmd/helm "$(flags helm.sh/helm/v4/internal/version.version=v$helm)"
v3=helm.sh/helm/v3
tool helm3 $v3 $helm3 $v3/cmd/helm "$(flags $v3/internal/version.version=v$helm3 \
  $v3/pkg/chartutil.k8sVersionMajor=1 $v3/pkg/chartutil.k8sVersionMinor=$kube_minor \
  $v3/pkg/lint/rules.k8sVersionMajor=1 $v3/pkg/lint/rules.k8sVersionMinor=$kube_minor)"
u=github.com/helm-unittest/helm-unittest
tool helm-unittest $u $unittest $u/cmd/helm-unittest "$(flags)"
[ "${1:-all}" = all ] || exit 0
kubernetes
c=github.com/coredns/coredns
tool coredns $c $coredns $c "$(flags)"
volumes
etcd
