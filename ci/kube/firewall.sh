#!/bin/bash
# firewall.sh up     NetworkPolicies are enforced on every node, by kube-router's controller of them; returns when they are
# firewall.sh down   they are not, and nothing is left of it: no process, no chain, no set of addresses
# Without it nothing enforces them. A node that boots again comes up without it. May also be called by what in.sh runs.
set -euo pipefail
self=$(readlink -f "$0")
here=$(dirname "$self")
. "$here/conf.sh"
. "$here/lib.sh"
case ${1:-} in up | down) ;; *) sed -n '2,4s/^# \?//p' "$0"; exit 2 ;; esac
go_outside "$self" "$@"

# kube-router reads the whole table `filter`, changes it and writes it back. What kube-proxy has written meanwhile would be undone, so
# kube-router gets the table of the legacy iptables; kube-proxy has the one of nf_tables.
tables=xtables-legacy-multi

# Inside a node; `keep` is the one of machine.sh.
# shellcheck disable=SC2016 # expanded inside
start='
  for file in conf lib machine; do . "$1/$file.sh"; done
  close_inherited
  programs=/run/firewall
  mkdir -p "$programs"
  for name in {iptables,ip6tables}{,-save,-restore}; do ln -sf "$(command -v "$2")" "$programs/$name"; done
  export PATH=$programs:$BIN:$PATH
  rm -f /run/hold/firewall
  keep firewall "$BIN/firewall" -kubeconfig "$KUBE_DIR/kc/admin" -node "$MACHINE" -services "$SVC.0.0/16"
  echo $! >/run/firewall.keeper'
# shellcheck disable=SC2016
stop='
  [ -e /run/firewall.keeper ] || exit 0
  kill -KILL "$(cat /run/firewall.keeper)" # first, so that it is not started again
  pid=$(cat /run/firewall.pid)
  kill -TERM "$pid" 2>/dev/null
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  rm -r /run/firewall /run/firewall.*'
# The last rule of a chain comes with the first whole set of rules.
# shellcheck disable=SC2016
enforced='"$1" iptables -S KUBE-ROUTER-FORWARD | grep -q "j KUBE-NWPLCY-TAIL"'
# shellcheck disable=SC2016
traces='{ "$1" iptables-save; "$1" ip6tables-save; ipset list -n; } | grep KUBE'

# on NODE SCRIPT ARG...
on() {
  local n=$1 script=$2
  shift 2
  in_machine "$n" env M="$KUBE_DIR/m/$n" MACHINE="$n" bash -c "$script" - "$@"
}

down() {
  on "$1" "$stop"
  ! on "$1" "$traces" "$tables" >&2 || die "$1: this is left of the firewall; see $KUBE_DIR/m/$1/log/firewall"
}
up() {
  down "$1"
  on "$1" "$start" "$here" "$tables" </dev/null >/dev/null 2>&1
  wait_for 30 on "$1" "$enforced" "$tables" || die "$1 does not enforce NetworkPolicies; see $KUBE_DIR/m/$1/log/firewall"
}

[ "$1" = down ] || "$here/../lib/tools.sh" firewall
jobs=()
for m in "$KUBE_DIR"/m/n*/; do
  n=$(basename "$m")
  machine_pid "$n" >/dev/null || continue
  "$1" "$n" & jobs+=($!)
done
for j in "${jobs[@]}"; do wait "$j" || die "$1: not on every node"; done
