# shellcheck shell=bash
# Functions of the two init scripts, inside a machine. Source conf.sh first.

# Own /proc, /sys, /run, /var/lib, /var/log and cgroup tree.
machine_mounts() {
  local h list f v
  list=$(awk '$3 == "cgroup" { print $2, $4 }' /proc/mounts)
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys                 # this one shows our own network devices
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  echo "$list" | while read -r h v; do
    mkdir -p "$h"
    case $v in
      *name=*) mount -t cgroup -o "none,name=${v##*name=}" cgroup "$h" ;;
      *) mount -t cgroup -o "${h##*/}" cgroup "$h" ;;
    esac
  done
  for f in /run/netns/*; do umount -l "$f" 2>/dev/null; done # our copies would keep dead ones alive
  mount -t tmpfs -o mode=755 tmpfs /run     # also a private xtables.lock and netns folder
  mkdir -p /run/lock
  mount --bind "$M/var-lib" /var/lib
  mount --bind "$M/var-log" /var/log
  # kubelet would write these for the whole computer; it finds what it wants instead.
  mkdir -p /run/sysctl
  for f in vm/overcommit_memory:1 vm/panic_on_oom:0 kernel/panic:10 kernel/panic_on_oops:1; do
    v=/run/sysctl/$(basename "${f%:*}")
    echo "${f#*:}" >"$v"
    mount --bind "$v" "/proc/sys/${f%:*}"
  done
  mount --make-rshared /                    # for volumes with mount propagation
  hostname "$MACHINE"
}

# keep NAME CMD...: run CMD, again whenever it ends, unless /run/hold/NAME exists.
keep() {
  local name=$1
  shift
  (
    mkdir -p /run/hold
    while :; do
      while [ -e "/run/hold/$name" ]; do sleep 0.2; done
      "$@" >>"$M/log/$name" 2>&1 &
      echo $! >"/run/$name.pid"
      wait $!
      echo "--- $name ended with $? at $(date +%T)" >>"$M/log/$name"
      sleep 1
    done
  ) &
}

# keep_proxy ADDRESS NODE: kube-proxy of this machine, as the NODE (it waits 30 s for one that does not exist).
keep_proxy() {
  cat >/run/proxy.yaml <<C
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: $PODS.0.0/16
hostnameOverride: $2
bindAddress: $1
clientConnection: { kubeconfig: $KUBE_DIR/kc/proxy }
conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
oomScoreAdj: 0
C
  keep kube-proxy "$BIN/kube-proxy" --config /run/proxy.yaml
}
