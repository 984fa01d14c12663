# shellcheck shell=bash
# How the toolkit image is named and packed, without buildah. Source it after common.sh.

# app_version CHART: of the program that the chart is made for.
app_version() { sed -n 's/^appVersion: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$1/Chart.yaml"; }

# pack_toolkit BINARY OUT.tar NAME: the program as tools/image/Dockerfile packs it.
pack_toolkit() {
  local dir
  dir=$(mktemp -d)
  install -m 755 "$1" "$dir/bowline"
  "$ROOT/ci/kube/image.sh" pack "$dir" "$2" "$3" '{"Entrypoint":["/bowline"],"User":"65532:65532"}'
  rm -r "$dir"
}
