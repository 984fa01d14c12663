#!/bin/bash
# cluster.sh [--fresh]: the local Kubernetes, up, with the current images on every node; with all that it needs before.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
packages containerd:containerd runc:runc /usr/lib/cni/bridge:containernetworking-plugins iptables:iptables ip:iproute2 \
  openssl:openssl nsenter:util-linux sysctl:procps mmdebstrap:mmdebstrap go:golang-go

# Both at once: the images wait for the network again and again, while Kubernetes is compiled for minutes. Each is a process
# group of its own (-m), so that it can be ended with all that it has started.
set -m
"$here/tools.sh" kube </dev/null &
tools=$!
"$here/../images/build.sh" </dev/null &
made=$!
set +m
trap 'kill -- -"$tools" -"$made" 2>/dev/null || true' EXIT
wait -n -p ended "$tools" "$made" || die "what the local Kubernetes needs could not be made, see above"
[ "$ended" = "$tools" ] && other=$made || other=$tools
wait "$other" || die "what the local Kubernetes needs could not be made, see above"
trap - EXIT
# shellcheck disable=SC2153 # common.sh's
"$here/../kube/up.sh" "$@" "$IMAGES"/{pause,redis,valkey,bowline}.tar
