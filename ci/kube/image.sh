#!/bin/bash
# image.sh pack DIR|LAYER.tar OUT.tar REF[,REF...] [CONFIG-JSON]
#     DIR or LAYER.tar becomes the one layer of an image; CONFIG-JSON is the "config" object of an image, e.g.
#     '{"Entrypoint":["/bin/x"],"User":"999","Env":["A=b"]}'
# image.sh pause OUT.tar
#     the sandbox image, from a few lines of C
# image.sh load IN.tar [N...]
#     into the nodes' stores (all nodes if none is named), unless this very file is there already
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/conf.sh"
. "$here/lib.sh"
go_outside "$(readlink -f "$0")" "$@"
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

pack() {
  local dir=$1 out=$2 refs=$3 conf=${4:-'{}'} sum
  if [ -d "$dir" ]; then
    tar -C "$dir" --sort=name --numeric-owner --owner=0 --group=0 --mtime=@0 -cf "$t/layer.tar" .
  else
    cp --reflink=auto "$dir" "$t/layer.tar"
  fi
  sum=$(sha256sum "$t/layer.tar" | cut -d' ' -f1)
  printf '{"architecture":"amd64","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created_by":"pack"}]}' \
    "$conf" "$sum" >"$t/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "${refs//,/\",\"}" >"$t/manifest.json"
  mkdir -p "$(dirname "$out")"
  tar -C "$t" -cf "$out.new" manifest.json config.json layer.tar
  mv "$out.new" "$out"
}

pause() {
  BOWLINE_BUILD=$t "$here/../lib/builder.sh" run sh -c 'mkdir /build/root; gcc -xc -Os -static -s -o /build/root/pause -' <<'C'
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void end(int s) { _exit(s == SIGTERM || s == SIGINT ? 0 : 1); }
static void reap(int s) { (void)s; while (waitpid(-1, NULL, WNOHANG) > 0) {} }
int main(void) {
  signal(SIGTERM, end); signal(SIGINT, end); signal(SIGCHLD, reap);
  for (;;) pause();
}
C
  pack "$t/root" "$1" "$PAUSE_IMAGE" '{"Entrypoint":["/pause"],"User":"65535:65535"}'
}

# load_one N TAR: a node that was wiped has forgotten the mark together with the image.
load_one() {
  local p mark id
  mark=$KUBE_DIR/m/n$1/var-lib/images-loaded/$(basename "$2")
  id=$(stat -c '%Y %s' "$2")
  if stamp_is "$mark" "$id"; then return 0; fi
  p=$(machine_init "n$1") || die "n$1 is not running"
  nsenter -t "$p" -m -n -- ctr -a /run/containerd/containerd.sock -n k8s.io images import "$2" >/dev/null
  stamp "$mark" "$id"
}

load() {
  local tar nodes=("${@:2}") i j jobs=() began=$SECONDS
  tar=$(readlink -f "$1")
  [ ${#nodes[@]} -gt 0 ] || for i in "$KUBE_DIR"/m/n*/; do i=$(basename "$i"); nodes+=("${i#n}"); done
  for i in "${nodes[@]}"; do load_one "$i" "$tar" & jobs+=($!); done
  for j in "${jobs[@]}"; do wait "$j" || die "$tar could not be loaded"; done
  [ $((SECONDS - began)) -lt 1 ] || say "loaded $(basename "$tar"): $((SECONDS - began)) s"
}

case ${1:-} in
  pack) pack "${@:2}" ;;
  pause) pause "$(readlink -f "$2")" ;;
  load) load "${@:2}" ;;
  *) sed -n '2,9s/^# \?//p' "$0"; exit 2 ;;
esac
