#!/bin/bash
# PID 1 of a node's machine: containerd, kubelet, kube-proxy. Everything that a node must forget at a reboot is on the
# tmpfs /run; images, volumes and kubelet's folder are on disk below $M/var-lib. Started by node.sh.
set -u
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
. "$here/machine.sh"
machine_mounts
export PATH=$BIN:$PATH
trap 'exit 0' TERM INT

i=${MACHINE#n}
ip=$FAB.$((10 + i))

mkdir -p /run/cni /var/lib/volumes
: >/run/resolv.conf
cat >/run/cni/10-bowline.conflist <<C
{ "cniVersion": "1.0.0", "name": "bowline", "plugins": [
  { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": { "type": "host-local", "dataDir": "/run/cni-ipam",
              "ranges": [[{ "subnet": "$PODS.$i.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
C

cat >/run/containerd.toml <<C
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE_IMAGE"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$CNI_BIN"
    conf_dir = "/run/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    discard_unpacked_layers = true
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
C

cat >/run/kubelet.yaml <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ip
authentication:
  anonymous: { enabled: false }
  webhook: { enabled: true }
  x509: { clientCAFile: $KUBE_DIR/pki/ca.crt }
authorization: { mode: Webhook }
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
clusterDomain: cluster.local
clusterDNS: ["$FAB.1"]
resolvConf: /run/resolv.conf
nodeStatusUpdateFrequency: $NODE_STATUS_FREQ
nodeStatusReportFrequency: 10s
nodeLeaseDurationSeconds: $NODE_LEASE_SECONDS
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard:
  memory.available: 50Mi
  nodefs.available: 1%
  nodefs.inodesFree: 1%
  imagefs.available: 1%
  imagefs.inodesFree: 1%
maxPods: 60
allowedUnsafeSysctls: ["net.core.somaxconn"]
C

keep containerd containerd -c /run/containerd.toml
for _ in $(seq 100); do [ -S /run/containerd/containerd.sock ] && break; sleep 0.1; done
touch "$M/ready"
keep kubelet "$BIN/kubelet" --config /run/kubelet.yaml --kubeconfig "$KUBE_DIR/kc/$MACHINE" \
  --hostname-override "$MACHINE" --node-ip "$ip" --root-dir /var/lib/kubelet \
  --node-labels "topology.kubernetes.io/zone=z$i,topology.kubernetes.io/region=local"
keep_proxy "$ip" "$MACHINE"

while :; do wait -n || sleep 0.2; done
