#!/bin/bash
# PID 1 of the control plane's machine: etcd, the API server, the controllers, the scheduler, cluster DNS, the volume
# provisioner, and a kube-proxy so that clients here (in.sh) reach ClusterIPs whatever happens to the nodes.
# Started by up.sh.
set -u
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
. "$here/machine.sh"
machine_mounts
export PATH=$BIN:$PATH
trap 'exit 0' TERM INT

pki=$KUBE_DIR/pki

mkdir -p /var/lib/etcd && chmod 700 /var/lib/etcd
keep etcd "$BIN/etcd" --data-dir /var/lib/etcd --name cp \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
  --initial-cluster cp=http://127.0.0.1:2380 --unsafe-no-fsync

keep kube-apiserver "$BIN/kube-apiserver" \
  --etcd-servers http://127.0.0.1:2379 \
  --bind-address "$FAB.1" --advertise-address "$FAB.1" --secure-port 6443 \
  --service-cluster-ip-range "$SVC.0.0/16" \
  --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
  --anonymous-auth=true --allow-privileged=true \
  --client-ca-file "$pki/ca.crt" \
  --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
  --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
  --kubelet-preferred-address-types InternalIP \
  --service-account-issuer https://kubernetes.default.svc.cluster.local \
  --service-account-key-file "$pki/sa.key" --service-account-signing-key-file "$pki/sa.key" \
  --default-not-ready-toleration-seconds "$EVICT_SECONDS" \
  --default-unreachable-toleration-seconds "$EVICT_SECONDS" \
  --event-ttl 6h

keep kube-controller-manager "$BIN/kube-controller-manager" \
  --kubeconfig "$KUBE_DIR/kc/kcm" --authentication-kubeconfig "$KUBE_DIR/kc/kcm" \
  --authorization-kubeconfig "$KUBE_DIR/kc/kcm" --bind-address 127.0.0.1 --leader-elect=false \
  --use-service-account-credentials=true --service-account-private-key-file "$pki/sa.key" \
  --root-ca-file "$pki/ca.crt" \
  --cluster-signing-cert-file "$pki/ca.crt" --cluster-signing-key-file "$pki/ca.key" \
  --node-monitor-period "$NODE_MONITOR" --node-monitor-grace-period "$NODE_GRACE"

keep kube-scheduler "$BIN/kube-scheduler" \
  --kubeconfig "$KUBE_DIR/kc/scheduler" --authentication-kubeconfig "$KUBE_DIR/kc/scheduler" \
  --authorization-kubeconfig "$KUBE_DIR/kc/scheduler" --bind-address 127.0.0.1 --leader-elect=false

cat >/run/Corefile <<C
.:53 {
  bind $FAB.1
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig $KUBE_DIR/kc/admin
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }
  ready 127.0.0.1:8181
  cache 5
  loadbalance
}
C
keep coredns "$BIN/coredns" -conf /run/Corefile

keep volumes "$BIN/volumes" -kubeconfig "$KUBE_DIR/kc/admin" -nodes "$KUBE_DIR/m"

keep_proxy "$FAB.1" n1

touch "$M/ready"
while :; do wait -n || sleep 0.2; done   # bash, as PID 1, also reaps what was orphaned
