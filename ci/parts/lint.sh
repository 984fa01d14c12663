#!/bin/bash
# Style of shell, C++ and Python; nothing of this machine in the tree.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
cd "$ROOT"
packages shellcheck:shellcheck git:git go:golang-go

files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
shells() { files | while read -r f; do head -c 20 "$f" | grep -qE '^#!/bin/(ba)?sh|^# shellcheck' && echo "$f"; done || true; }
mapfile -t shell < <(shells)
mapfile -t cpp < <(files 'tools/*.h' 'tools/*.cc')

# Paths and package mirrors of the machine at hand: what is found out here has no place in the repository.
machine_names() {
  local url names=("$ROOT/" "$(mirror)" "$(go env GOPROXY | cut -d, -f1)" "$(pip config get global.index-url 2>/dev/null || true)")
  [ "${#HOME}" -lt 2 ] || names+=("$HOME/")
  for url in "${names[@]}"; do
    url=${url#*://}
    case $url in /*) ;; *?.?*) url=${url%%/*} ;; *) continue ;; esac
    printf '(^|[^[:alnum:]_./{}$-])%s\n' "${url//./\\.}"
  done
}
no_machine_names() {
  local name bad=
  while read -r name; do
    if files | grep -v '/go\.sum$' | xargs -d '\n' grep -nIE -- "$name"; then bad=1; fi
  done < <(machine_names)
  [ -z "$bad" ]
}
formatted() { # the names of those that are not
  # shellcheck disable=SC2016 # expanded in the builder
  ci/lib/builder.sh run sh -c '
    bad=0
    for f; do clang-format-19 "$f" | cmp -s - "$f" || { echo "$f"; bad=1; }; done
    exit $bad' - "${cpp[@]}"
}
small_files() { # C++ files stay readable in one go
  local f bad=
  for f in "${cpp[@]}"; do
    [ "$(wc -l <"$f")" -le 400 ] || { echo "$f: $(wc -l <"$f") lines, more than 400"; bad=1; }
  done
  [ -z "$bad" ]
}

small_plugin() { # one script that users read before they copy it
  local f=tools/kubectl/kubectl-bowline
  [ "$(wc -l <"$f")" -lt 150 ] || { echo "$f: $(wc -l <"$f") lines, not below 150"; return 1; }
  [[ "$(head -n 1 "$f")" = '#!/bin/sh' && -x $f ]] || { echo "$f: not an executable POSIX script"; return 1; }
}

mode_seam() { # who asks for the mode is in a mode's room, or among these few (docs/architecture.md)
  local asking
  asking=$(printf '%s\n' "${cpp[@]}" | grep '^tools/src/' | grep -vE '_test\.cc$|/(cluster|sentinel|standalone)/' |
    xargs grep -lE '\b(Mode|MemberKind)::')
  [ "$(wc -l <<<"$asking")" -le 15 ] || { echo "$asking"; return 1; }
}

pins() { # once per change of what it is made from, since it asks registries
  local from mark=$CACHE/pins.from
  from=$(hash_of ci/lib/{deps.sh,pins.tsv,engine.sh,engines.tsv,pins_test.sh,builder.sh})
  if stamp_is "$mark" "$from"; then return 0; fi
  ci/lib/pins_test.sh && stamp "$mark" "$from"
}

# SC2317: functions that only `check` and `step` call.
for f in "${shell[@]}"; do check "shellcheck $f" shellcheck -x -e SC1091,SC2317 "$f"; done
[ ${#cpp[@]} -gt 0 ] || die "no C++ sources"
check "clang-format (ci/lib/builder.sh run clang-format-19 -i FILE... mends it)" formatted
check "C++ files of at most 400 lines" small_files
check "kubectl-bowline of less than 150 lines" small_plugin
check "at most 15 files outside the modes' rooms ask for the mode" mode_seam
check "Python: ruff and mypy" ci/lib/python-check.sh
check "Go modules of the local Kubernetes share their versions (ci/kube/tools/share mends it)" ci/kube/tools/share --check
check "pinned sources: a wrong sum is refused, the next place is taken" pins
check "nothing of this machine in the tree" no_machine_names
tally
