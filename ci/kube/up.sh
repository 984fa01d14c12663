#!/bin/bash
# up.sh [--fresh] [IMAGE.tar...]: the local Kubernetes: control plane, NODES nodes, these images on every node.
# A healthy cluster is kept as it is; anything else is ended and started again with its state; when that does not get
# ready, or the computer was restarted in between, or with --fresh, from nothing.
# All of it lives in network namespaces that have no way out.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
. "$here/lib.sh"

fresh=
if [ "${1:-}" = --fresh ]; then fresh=1; shift; fi
for t; do [ -r "$t" ] || die "no image file $t"; done

running_nodes() {
  local i
  { machine_pid cp && machine_pid outside; } >/dev/null || return 1
  for i in $(seq "$NODES"); do machine_pid "n$i" >/dev/null || return 1; done
}
# A node's own kubelet must answer: "Ready" alone may be what the node said before a restart.
nodes_answer() {
  local i
  for i in $(seq "$NODES"); do k get --raw "/api/v1/nodes/n$i/proxy/healthz" || return 1; done
}
nodes_ready() { [ "$(k get nodes --no-headers | grep -cw Ready)" = "$NODES" ] && nodes_answer; }

network() { # the control plane's network also holds the bridge to which the nodes plug in
  local net
  net=$(ns_of cp)
  ip netns add "$net"
  ip -n "$net" link set lo up
  ip -n "$net" link add fab0 type bridge
  ip -n "$net" addr add "$FAB.1/24" dev fab0
  ip -n "$net" link set fab0 up
  ip -n "$net" route add "$SVC.0.0/16" dev fab0 # so that kube-proxy's rules get to see it
  in_net cp sysctl -qw net.ipv4.ip_forward=1
}

objects() {
  k apply -f - >/dev/null <<C
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations: { storageclass.kubernetes.io/is-default-class: "true" }
provisioner: bowline.invalid/volumes
volumeBindingMode: WaitForFirstConsumer
reclaimPolicy: Delete
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: bowline-kube-proxy }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:node-proxier" }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:kube-proxy" }]
C
}

start() {
  local i j jobs=()
  "$here/keys.sh"
  network
  outside_start
  machine_start cp "$here/cp-init.sh"
  for i in $(seq "$NODES"); do "$here/node.sh" start "$i" & jobs+=($!); done
  for j in "${jobs[@]}"; do wait "$j" || return 1; done # not a bare wait: the control plane is our child too
  wait_for 60 api_ready || { say "the API server is not ready; see $KUBE_DIR/m/cp/log"; return 1; }
  wait_for 30 objects || { say "the API server takes no objects; see $KUBE_DIR/m/cp/log"; return 1; }
  wait_for 90 nodes_ready || { say "nodes are not ready; see $KUBE_DIR/m/n*/log"; return 1; }
  # No pod can be made before the default account is there.
  wait_for 30 k get serviceaccount default || { say "no default service account; see $KUBE_DIR/m/cp/log"; return 1; }
}

[ "$(id -u)" = 0 ] || die "needs root"
boot=$(cat /proc/sys/kernel/random/boot_id)
# The one setting of the whole computer that we raise: 128 is too few for several kubelets.
[ "$(cat /proc/sys/fs/inotify/max_user_instances)" -ge 1024 ] || sysctl -qw fs.inotify.max_user_instances=1024
stamp_is "$KUBE_DIR/boot" "$boot" || fresh=1

began=$SECONDS
if [ -z "$fresh" ] && running_nodes && nodes_ready >/dev/null 2>&1; then
  say "local Kubernetes is up already"
else
  say "local Kubernetes: starting ${fresh:+from nothing }(state: $KUBE_DIR)"
  "$here/down.sh" ${fresh:+--all}
  if ! start; then
    [ -z "$fresh" ] || die "the local Kubernetes does not start"
    say "starting again, from nothing"
    "$here/down.sh" --all
    start || die "the local Kubernetes does not start"
  fi
  stamp "$KUBE_DIR/boot" "$boot"
  say "local Kubernetes: $NODES nodes ready after $((SECONDS - began)) s"
fi
for t; do "$here/image.sh" load "$t"; done
