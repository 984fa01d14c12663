# shellcheck shell=bash
# Functions shared by the scripts of the local Kubernetes. Source conf.sh first.
#
# A "machine" is one set of namespaces (net, pid, mount, uts, ipc, cgroup) with its own small init. Ending the init ends
# every process in the machine at once, like pulling a plug; nothing has to be hunted for.
#   $KUBE_DIR/m/NAME/pid   "PID STARTTIME" of the unshare(1) that holds the init
#   $KUBE_DIR/m/NAME/log/  one log per daemon

ns_of() { echo "$KUBE_NAME-$1"; }

# Field 22 of /proc/PID/stat: a recycled PID has another start time.
starttime() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# Prints the holder's PID if it is still the process that we started.
machine_pid() {
  local pid='' t=''
  { read -r pid t <"$KUBE_DIR/m/$1/pid"; } 2>/dev/null || return 1
  [ -n "$pid" ] && [ "$(starttime "$pid")" = "$t" ] && echo "$pid"
}

# The PID (seen from here) of the machine's init.
machine_init() {
  local p c
  p=$(machine_pid "$1") || return 1
  c=$(cut -d' ' -f1 "/proc/$p/task/$p/children") && [ -n "$c" ] && echo "$c"
}

# in_machine NAME CMD...: run inside all of its namespaces.
in_machine() {
  local p
  p=$(machine_init "$1") || die "$1 is not running"
  shift
  nsenter -t "$p" -m -u -i -n -p -- "$@"
}

# in_net NAME CMD...: only its network; files and /proc stay the caller's.
in_net() {
  local n
  n=$(ns_of "$1")
  shift
  nsenter --net="/run/netns/$n" -- "$@"
}

# k ARG...: kubectl as cluster admin.
k() { in_net cp env KUBECONFIG="$KUBE_DIR/kc/admin" "$BIN/kubectl" --request-timeout 10s "$@"; }
api_ready() { k get --raw /readyz; }

v1_controllers() { awk '$3 == "cgroup" { print $2 }' /proc/mounts | sort -u; }

# One cgroup per machine in every v1 hierarchy: KUBE_NAME/NAME.
cgroup_make() {
  local h d f
  for h in $(v1_controllers); do
    for d in "$h/$KUBE_NAME" "$h/$KUBE_NAME/$1"; do
      mkdir -p "$d"
      for f in cpuset.cpus cpuset.mems; do # empty ones let no process in
        if [ -e "$d/$f" ] && [ -z "$(cat "$d/$f")" ]; then cat "$d/../$f" >"$d/$f"; fi
      done
    done
  done
}
cgroup_there() { [ -d "$(v1_controllers | head -1)/$KUBE_NAME/$1" ]; }
cgroup_remove() { # NAME, or nothing for all of them
  local h d
  for h in $(v1_controllers); do
    d=$h/$KUBE_NAME${1:+/$1}
    [ ! -d "$d" ] || find "$d" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}

# cgroup_freeze NAME FROZEN|THAWED: every process of the machine, pods included.
cgroup_freeze() {
  local d=/sys/fs/cgroup/freezer/$KUBE_NAME/$1
  [ -e "$d/freezer.state" ] || return 0
  echo "$2" >"$d/freezer.state"
  wait_for 5 grep -qx "$2" "$d/freezer.state"
}
cgroup_thaw() { cgroup_freeze "$1" THAWED; }

# close_inherited: nothing of the caller's is open any more: who waits for the end of a pipe or a lock waits not for us.
close_inherited() {
  local fd
  for fd in /proc/"$BASHPID"/fd/*; do
    fd=${fd##*/}
    [ "$fd" -le 2 ] || eval "exec $fd>&-"
  done
}
# detach CMD...: becomes CMD.
detach() {
  close_inherited
  exec setsid "$@"
}

# outside_start: a process that stays in the computer's own namespaces, for go_outside.
outside_start() {
  mkdir -p "$KUBE_DIR/m/outside"
  (detach sleep infinity) </dev/null >/dev/null 2>&1 &
  echo "$! $(starttime $!)" >"$KUBE_DIR/m/outside/pid"
}
# go_outside SCRIPT ARG...: in.sh gives its command a mount namespace of its own, but network namespaces are mounts that
# everybody must see: a script that makes or removes machines runs again outside.
go_outside() {
  [ -n "${KUBE_INSIDE:-}" ] || return 0
  exec nsenter -t "$(machine_pid outside)" -m -n -- env -u KUBE_INSIDE "$@"
}

# machine_start NAME INIT: INIT (a script) becomes PID 1.
machine_start() {
  local name=$1 init=$2 m=$KUBE_DIR/m/$1 h
  if machine_pid "$name" >/dev/null; then die "$name is running"; fi
  mkdir -p "$m/log" "$m/var-lib" "$m/var-log"
  rm -f "$m/ready"
  cgroup_make "$name"
  (
    for h in $(v1_controllers); do echo "$BASHPID" >"$h/$KUBE_NAME/$name/cgroup.procs"; done
    export M=$m MACHINE=$name
    detach nsenter --net="/run/netns/$(ns_of "$name")" -- \
      unshare --fork --kill-child --pid --mount --propagation private \
      --uts --ipc --cgroup "$init"
  ) </dev/null >"$m/log/init" 2>&1 &
  h=$!
  echo "$h $(starttime $h)" >"$m/pid"
  wait_for 20 test -e "$m/ready" || { cat "$m/log/init" >&2; die "$name did not start"; }
}

# machine_kill NAME: every process in it ends at once; waits for that.
machine_kill() {
  local p
  [ -e "$KUBE_DIR/m/$1/pid" ] || return 0
  if p=$(machine_pid "$1"); then kill -KILL "$p"; fi
  wait_for 20 machine_gone "$1" || die "$1 does not end"
  rm -f "$KUBE_DIR/m/$1/pid"
}
# The last tasks leave their cgroups a moment after the holder has gone.
machine_gone() { ! machine_pid "$1" && cgroup_remove "$1" && ! cgroup_there "$1"; }
