# shellcheck shell=bash
# Paths and small functions that every script below ci/ uses. Source it; it changes nothing by itself.

ROOT=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
CACHE=${BOWLINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bowline}
BIN=$CACHE/bin
IMAGES=$CACHE/images
SUITE=trixie # the Debian of the builder, and of the base image
TOOLKIT_IMAGE=localhost/bowline # what is built here; ci/e2e/release.py names it, too
export ROOT CACHE BIN IMAGES SUITE TOOLKIT_IMAGE

say() { echo "==> $*" >&2; }
die() { echo "error: $*" >&2; exit 1; }

# step TEXT CMD...: CMD with its output in a log; the time, or the log's end when it fails. Each 30 s it says that CMD still runs.
step() {
  local text=$1 log start=$SECONDS ticker rc=0
  shift
  mkdir -p "$CACHE/log"
  log=$CACHE/log/${text//[^A-Za-z0-9.]/-}.log
  say "$text ... (log: $log)"
  : >"$log"
  progress "$text" "$log" >&2 9>&- &
  ticker=$!
  "$@" >"$log" 2>&1 || rc=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ "$rc" != 0 ]; then
    tail -30 "$log" >&2
    die "$text failed after $((SECONDS - start)) s"
  fi
  say "$text: $((SECONDS - start)) s"
}

# progress TEXT LOG: each 30 s the seconds and the log's last line, until it is killed or this script has ended.
progress() {
  local start=$SECONDS sleeper last
  trap 'kill "$sleeper" 2>/dev/null; exit 0' TERM
  while kill -0 $$ 2>/dev/null; do
    sleep 30 &
    sleeper=$!
    wait "$sleeper" || true
    last=$(tail -c 2000 "$2" | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -1 | cut -c1-100) || true
    say "$1: $((SECONDS - start)) s ...${last:+ $last}"
  done
}

# stamp_is FILE TEXT / stamp FILE TEXT: a result is kept for as long as the TEXT that it was made from stays the same.
stamp_is() { [ -e "$1" ] && [ "$(cat "$1")" = "$2" ]; }
stamp() {
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "$2" >"$1"
}

# wait_for SECONDS CMD...: until CMD succeeds.
wait_for() {
  local end=$(($(date +%s) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt $end ] || return 1
    sleep 0.2
  done
}

# hash_of FILE...: one hash of the files' contents.
hash_of() { cat "$@" | sha256sum | cut -c1-16; }

# remove_tree DIR: rm -rf, but only below the cache and never through a mount.
remove_tree() {
  local dir
  [ -e "$1" ] || return 0
  dir=$(readlink -f "$1")
  case $dir in "$(readlink -f "$CACHE")"/?*) ;; *) die "refusing to remove $dir: it is not below $CACHE" ;; esac
  if awk -v d="$dir" '$5 == d || index($5, d "/") == 1 { found = 1 } END { exit !found }' /proc/self/mountinfo; then
    die "refusing to remove $dir: something is mounted there (see /proc/self/mountinfo); unmount it first"
  fi
  rm -rf --one-file-system "$dir"
}

# packages COMMAND:PACKAGE...: install the Debian packages whose COMMAND (or file) is missing.
packages() {
  local pair missing=()
  for pair; do
    command -v "${pair%%:*}" >/dev/null || [ -e "${pair%%:*}" ] || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "missing packages, root is needed to install them: ${missing[*]}"
  command -v apt-get >/dev/null || die "missing, and no apt-get here to install them: ${missing[*]}"
  mkdir -p "$CACHE"
  ( # one at a time: apt-get fails while another one runs
    exec 7>"$CACHE/packages.lock"
    flock 7
    step "apt-get update" apt-get update
    step "apt-get install ${missing[*]}" \
      env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
  )
}

# mirror [LABEL]: where this machine gets Debian (or Debian-Security) from; nothing when that is not known, then the tools'
# own default holds.
mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Identifier: Packages' 2>/dev/null |
    awk -v label="${1:-Debian}" '$1 == label && !url { url = $2 } END { print url }'
}
