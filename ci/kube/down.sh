#!/bin/bash
# down.sh: end the local Kubernetes; its state is kept. down.sh --all also removes its state and keys.
# Ends only processes whose PID and start time we recorded.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
. "$here/lib.sh"
names=()
for m in "$KUBE_DIR"/m/*/; do
  [ ! -d "$m" ] || names+=("$(basename "$m")")
done
for m in "${names[@]}"; do # all at once, then wait for each
  cgroup_thaw "$m"
  if p=$(machine_pid "$m"); then kill -KILL "$p"; fi
done
for m in "${names[@]}"; do machine_kill "$m"; done
for f in /run/netns/"$KUBE_NAME"-*; do
  [ ! -e "$f" ] || ip netns del "${f##*/}"
done
cgroup_remove
[ "${1:-}" != --all ] || remove_tree "$KUBE_DIR"
