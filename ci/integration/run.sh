#!/bin/bash
# run.sh [pytest arguments]: engines of several versions on loopback, without Kubernetes.
# $BOWLINE_BIN is the program; when it is not set, the release binary is compiled.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../lib/common.sh"
"$here/../lib/engines.sh"
# The other client libraries are tested by the long scenarios alone.
case "$*" in *"not long"*) ;; *) "$here/../clients/build.sh" ;; esac
"$here/../lib/tools.sh" exporter
BOWLINE_BIN=${BOWLINE_BIN:-$("$here/../lib/program.sh")}
venv=$("$here/../lib/venv.sh")
cd "$ROOT/ci"
export BOWLINE_BIN PYTHONDONTWRITEBYTECODE=1 BOWLINE_CACHE="$CACHE"
exec "$venv/bin/python" -m pytest -p no:cacheprovider -p e2e.selection integration "$@"
