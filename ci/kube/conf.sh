# shellcheck shell=bash
# Settings of the local Kubernetes, sourced by every script here. Each one can be overridden from the environment.

. "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")/lib/common.sh"

KUBE_NAME=${KUBE_NAME:-bowline}           # prefix of network namespaces, cgroups, links
KUBE_DIR=${KUBE_DIR:-$CACHE/kube}         # all state; not below /run, /var/lib or /var/log
NODES=${NODES:-3}

CNI_BIN=${CNI_BIN:-/usr/lib/cni}          # Debian: containernetworking-plugins

FAB=${FAB:-10.77.0}                       # fabric: .1 control plane, .(10+i) node i
PODS=${PODS:-10.78}                       # node i has PODS.i.0/24
SVC=${SVC:-10.96}                         # services: SVC.0.0/16, API at SVC.0.1

PAUSE_IMAGE=${PAUSE_IMAGE:-bowline.invalid/pause:1}                   # a name only; nothing is ever pulled

# How fast a dead node is noticed. Kubernetes' own defaults are 10s / 40s / 50s / 5s / 300s.
NODE_STATUS_FREQ=${NODE_STATUS_FREQ:-4s}
NODE_LEASE_SECONDS=${NODE_LEASE_SECONDS:-12}
NODE_GRACE=${NODE_GRACE:-16s}
NODE_MONITOR=${NODE_MONITOR:-2s}
EVICT_SECONDS=${EVICT_SECONDS:-30}

export KUBE_NAME KUBE_DIR NODES CNI_BIN FAB PODS SVC PAUSE_IMAGE NODE_STATUS_FREQ NODE_LEASE_SECONDS \
  NODE_GRACE NODE_MONITOR EVICT_SECONDS
