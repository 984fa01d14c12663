#!/bin/bash
# venv.sh: makes the Python environment of the tests if it is missing or its requirements changed, and prints its path.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
venv=$CACHE/venv
requirements=$ROOT/ci/e2e/requirements.txt

make_venv() {
  local want
  want="$(python3 --version) $(hash_of "$requirements")"
  stamp_is "$venv/bowline-venv" "$want" && return
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "the tests need Python 3.11 or newer"
  rm -rf "$venv"
  step "Python environment" python3 -m venv "$venv"
  step "Python packages of the tests" "$venv/bin/pip" install --disable-pip-version-check --no-deps --require-hashes -r "$requirements"
  stamp "$venv/bowline-venv" "$want"
}

mkdir -p "$CACHE"
python3 -c 'import ensurepip' 2>/dev/null || packages /nonexistent/ensurepip:python3-venv
exec 9>"$CACHE/venv.lock"
flock 9
make_venv
echo "$venv"
