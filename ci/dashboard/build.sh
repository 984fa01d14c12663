#!/bin/bash
# build.sh: what draws the dashboard (python -m dashboard): the plotting library uPlot, pinned in package-lock.json, and Debian's
# Chromium without a window. Prints the folder of the library.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
dir=$CACHE/dashboard

library() { npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund; }

make() {
  local want
  want=$(hash_of "$here"/package*.json)
  if stamp_is "$dir/built" "$want"; then return 0; fi
  packages npm:npm
  remove_tree "$dir.new"
  mkdir -p "$dir.new"
  cp "$here"/package*.json "$dir.new"
  step "uPlot" library "$dir.new"
  stamp "$dir.new/built" "$want"
  remove_tree "$dir"
  mv "$dir.new" "$dir"
}

packages chromium-headless-shell:chromium-headless-shell /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:fonts-dejavu-core
mkdir -p "$CACHE"
exec 9>"$dir.lock"
flock 9
make
echo "$dir/node_modules/uplot/dist"
