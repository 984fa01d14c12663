#!/bin/bash
# cluster.sh [--fresh]: the local Kubernetes, up, with the current images on every node; with all that it needs before.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
packages containerd:containerd runc:runc /usr/lib/cni/bridge:containernetworking-plugins iptables:iptables ip:iproute2 \
  openssl:openssl nsenter:util-linux sysctl:procps
"$here/tools.sh" kube
"$here/../images/build.sh"
"$here/../kube/up.sh" "$@" "$IMAGES"/{pause,redis,valkey,bowline}.tar
