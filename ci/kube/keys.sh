#!/bin/bash
# keys.sh: the cluster's certificates and kubeconfigs, below $KUBE_DIR/pki and $KUBE_DIR/kc. Called by up.sh.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
mkdir -p "$KUBE_DIR/pki" "$KUBE_DIR/kc" "$KUBE_DIR/m"
chmod 700 "$KUBE_DIR/pki" "$KUBE_DIR/kc"
cd "$KUBE_DIR/pki"

key() { openssl req "$@" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes 2>/dev/null; }

# cert NAME CN O [SAN]
cert() {
  local n=$1
  [ ! -e "$n.crt" ] || return 0
  key -new -keyout "$n.key" -out "$n.csr" -subj "/O=$3/CN=$2"
  openssl x509 -req -in "$n.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$n.crt" -extfile <(
    echo "extendedKeyUsage=clientAuth,serverAuth"
    [ -z "${4:-}" ] || echo "subjectAltName=$4"
  ) 2>/dev/null
  rm "$n.csr"
}

# kubeconfig NAME
kubeconfig() {
  cat >"$KUBE_DIR/kc/$1" <<C
apiVersion: v1
kind: Config
clusters: [{ name: bowline, cluster: { server: "https://$FAB.1:6443", certificate-authority: $KUBE_DIR/pki/ca.crt } }]
users: [{ name: me, user: { client-certificate: $KUBE_DIR/pki/$1.crt, client-key: $KUBE_DIR/pki/$1.key } }]
contexts: [{ name: bowline, context: { cluster: bowline, user: me } }]
current-context: bowline
C
}

if [ ! -e ca.crt ]; then
  key -x509 -days 3650 -keyout ca.key -out ca.crt -subj /CN=bowline-ca
  openssl ecparam -name prime256v1 -genkey -noout -out sa.key
fi
api=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
cert apiserver kube-apiserver bowline "IP:$FAB.1,IP:$SVC.0.1,IP:127.0.0.1,$api"
cert admin admin system:masters
cert kcm system:kube-controller-manager bowline
cert scheduler system:kube-scheduler bowline
cert proxy system:kube-proxy bowline
for n in admin kcm scheduler proxy; do kubeconfig $n; done
printf 'nameserver %s.1\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n' \
  "$FAB" >"$KUBE_DIR/resolv.conf"
