#!/bin/bash
# landed.sh [--load] [NAME...]: toolkit image and chart of the commits of ci/e2e/landed.tsv (all, or those of these names), each made
# once and kept as $CACHE/landed/COMMIT/{bowline-gCOMMIT.tar,chart.tgz}. The commit's sources are compiled by this tree's builder.
# The image's tag and the chart's version hold the commit: 0.1.0-g<12 digits>. --load: also into every node of the local Kubernetes.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
. "$here/pack.sh"
list=$ROOT/ci/e2e/landed.tsv

in_history() { git -c "safe.directory=$ROOT" -C "$ROOT" "$@"; }

# sources COMMIT DIR
sources() {
  in_history cat-file -e "$1^{commit}" 2>/dev/null || die "the history of $ROOT lacks the commit $1 of ${list#"$ROOT/"}.
  In a shallow clone: git fetch --unshallow. Without a repository (an unpacked archive): clone it."
  remove_tree "$2"
  mkdir -p "$2"
  in_history archive "$1" | tar -C "$2" -x
}

# chart DIR VERSION OUT.tgz: the chart in DIR, whose toolkit image has the tag VERSION.
chart() {
  local made
  made=$(mktemp -d)
  "$ROOT/ci/lib/tools.sh" helm
  "$BIN/helm" package "$1" --version "$2" --app-version "$2" --destination "$made" >/dev/null
  mv "$made"/*.tgz "$3"
  rmdir "$made"
}

# landed NAME COMMIT
landed() {
  local dir=$CACHE/landed/$2 src=$CACHE/landed/$2/src short=g${2:0:12} build=$CACHE/landed/$2/build version binary
  mkdir -p "$dir"
  exec 7>"$dir/lock"
  flock -n 7 || { say "waiting for whoever makes ${2:0:12}"; flock 7; }
  if ! { [ -s "$dir/bowline-$short.tar" ] && [ -s "$dir/chart.tgz" ]; }; then
    sources "$2" "$src"
    say "landed commit '$1', ${2:0:12}: made once, about 5 min without a filled compiler cache"
    version=$(app_version "$src/charts/bowline")-$short
    binary=$(BOWLINE_SOURCE=$src BOWLINE_BUILD=$build "$ROOT/ci/lib/program.sh")
    chart "$src/charts/bowline" "$version" "$dir/chart.tgz"
    pack_toolkit "$binary" "$dir/bowline-$short.tar" "$TOOLKIT_IMAGE:$version"
    remove_tree "$src"
    remove_tree "$build"
  fi
  [ -z "$load" ] || "$ROOT/ci/kube/image.sh" load "$dir/bowline-$short.tar"
}

load=
if [ "${1:-}" = --load ]; then load=1; shift; fi
packages git:git
mapfile -t all < <(awk '!/^#/ { print $1 }' "$list")
[ $# -gt 0 ] || set -- "${all[@]}"
for name; do
  commit=$(awk -v name="$name" '$1 == name { print $2 }' "$list")
  [ -n "$commit" ] || die "no line $name in ${list#"$ROOT/"}; there are: ${all[*]}"
  landed "$name" "$commit"
done
