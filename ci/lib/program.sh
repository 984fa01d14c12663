#!/bin/bash
# program.sh: the release binary, compiled in the builder (only what changed); prints its path. It is static: it runs anywhere.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
"$here/builder.sh" make
exec 9>"${BOWLINE_BUILD:-$CACHE/build}.program.lock" # two parts of ci/test may ask for it at once
flock 9
compile() {
  "$here/builder.sh" run sh -c 'cmake --preset static-release && cmake --build --preset static-release --target bowline'
}
step "release binary" compile
echo "${BOWLINE_BUILD:-$CACHE/build}/static-release/tools/bowline"
