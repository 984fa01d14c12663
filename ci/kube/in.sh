#!/bin/bash
# in.sh CMD...: run a client (kubectl, helm, a test) in the cluster's network, as cluster admin and with cluster DNS.
# Files are the caller's own. Pod IPs, ClusterIPs and NodePorts can be reached from here, and no other network.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
. "$here/lib.sh"
[ $# -gt 0 ] || die "in.sh CMD..."
export KUBECONFIG=$KUBE_DIR/kc/admin PATH=$BIN:$PATH KUBE_INSIDE=1
machine_pid cp >/dev/null || die "the local Kubernetes is not running (ci/kube/up.sh)"
# shellcheck disable=SC2016 # expanded by the inner shell
exec nsenter --net="/run/netns/$(ns_of cp)" -- unshare --mount --propagation private \
  sh -c 'mount --bind "$0" "$(readlink -f /etc/resolv.conf)" && exec "$@"' "$KUBE_DIR/resolv.conf" "$@"
