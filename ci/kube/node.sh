#!/bin/bash
# node.sh start N         plug the node in and boot it (again)
#         crash N         power off: not a packet more, and all of its memory is gone; start boots it again, disk kept
#         cut N | heal N  its cable to everything out / back in
#         block A B | unblock A B   no packets between two nodes (pods included)
#         freeze N | thaw N         every process stops, connections stay open
#         hold N D | release N D    kill the daemon D and keep it down / let it run. D = kubelet, containerd or kube-proxy;
#                         with N = cp (the control plane) kube-apiserver, coredns, etcd, kube-scheduler ...
#         sh N CMD...     run CMD inside the node (or cp)
#         wipe N          crash, and forget its disk
# May also be called by what in.sh runs.
set -euo pipefail
self=$(readlink -f "$0")
here=$(dirname "$self")
. "$here/conf.sh"
. "$here/lib.sh"
[ $# -ge 2 ] || { sed -n '2,12s/^# \?//p' "$0"; exit 2; }
go_outside "$self" "$@"

verb=$1 i=$2 n=n$2
if [ "$i" = cp ]; then
  n="cp"
  case $verb in hold | release | sh) ;; *) die "$verb is not for the control plane" ;; esac
elif ! [[ $i =~ ^[1-9][0-9]?$ ]]; then
  die "no node $i: nodes are 1..99"
fi
cp=$(ns_of cp) net=$(ns_of "$n")

certificate() {
  [ ! -e "$KUBE_DIR/pki/$n.crt" ] || return 0
  (
    cd "$KUBE_DIR/pki"
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$n.key" \
      -out "$n.csr" -subj "/O=system:nodes/CN=system:node:$n" 2>/dev/null
    flock ca.crt openssl x509 -req -in "$n.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
      -out "$n.crt" -extfile <(echo extendedKeyUsage=clientAuth) 2>/dev/null
    rm "$n.csr"
  )
  sed "s,/pki/admin\.,/pki/$n.,g" "$KUBE_DIR/kc/admin" >"$KUBE_DIR/kc/$n"
}

plug_in() {
  local f o
  [ ! -e "/run/netns/$net" ] || return 0
  ip netns add "$net"
  ip -n "$net" link set lo up
  ip -n "$cp" link add "$n" type veth peer name eth0 netns "$net"
  ip -n "$cp" link set "$n" master fab0 up
  ip -n "$net" addr add "$FAB.$((10 + i))/24" dev eth0
  ip -n "$net" link set eth0 up
  ip -n "$net" route add default via "$FAB.1"
  in_net "$n" sysctl -qw net.ipv4.ip_forward=1
  ip -n "$cp" route replace "$PODS.$i.0/24" via "$FAB.$((10 + i))"
  for f in /run/netns/"$KUBE_NAME"-n*; do # pod networks, both ways
    o=${f##*-n}
    [ "$o" != "$i" ] || continue
    ip -n "$net" route replace "$PODS.$o.0/24" via "$FAB.$((10 + o))"
    ip -n "$(ns_of "n$o")" route replace "$PODS.$i.0/24" via "$FAB.$((10 + i))" 2>/dev/null || true
  done
}

crash() {
  cgroup_thaw "$n"
  ip -n "$cp" link del "$n" 2>/dev/null || true # first, so that no FIN or RST gets out
  machine_kill "$n"
  [ ! -e "/run/netns/$net" ] || ip netns del "$net"
}

# block_rule -I|-D TO FROM
block_rule() {
  local src
  for src in "$FAB.$((10 + $3))/32" "$PODS.$3.0/24"; do
    in_net "n$2" iptables -w -t raw "$1" PREROUTING -s "$src" -j DROP
  done
}

hold() { # the loop of `keep` in machine.sh looks at this file
  # shellcheck disable=SC2016 # expanded inside the machine
  in_machine "$n" bash -c '
    [ -e "/run/$1.pid" ] || { echo "no daemon $1 here" >&2; exit 1; }
    mkdir -p /run/hold
    touch "/run/hold/$1"
    pid=$(cat "/run/$1.pid")
    while kill -KILL "$pid" 2>/dev/null; do sleep 0.05; done' - "$1"
}

case $verb in
  start)
    certificate
    plug_in
    ip -n "$cp" link set "$n" up
    machine_start "$n" "$here/node-init.sh"
    ;;
  crash) crash ;;
  cut) ip -n "$cp" link set "$n" down ;;
  heal) ip -n "$cp" link set "$n" up ;;
  block) block_rule -I "$i" "$3"; block_rule -I "$3" "$i" ;;
  unblock) block_rule -D "$i" "$3"; block_rule -D "$3" "$i" ;;
  freeze) cgroup_freeze "$n" FROZEN ;;
  thaw) cgroup_thaw "$n" ;;
  hold) hold "$3" ;;
  release)
    in_machine "$n" rm -f "/run/hold/$3"
    [ "$n/$3" != cp/kube-apiserver ] || wait_for 60 api_ready || die "the API server is not ready"
    ;;
  sh) in_machine "$n" "${@:3}" ;;
  wipe) crash; remove_tree "$KUBE_DIR/m/$n" ;;
  *) die "no verb $verb" ;;
esac
