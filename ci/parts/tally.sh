# shellcheck shell=bash
# Counting for the parts: source it, call `check NAME CMD...` for each thing, then `tally`.
. "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")/lib/common.sh"
passed=0 failed=0

# check NAME CMD...: CMD's output is shown when it fails.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "passed $name"
  else
    failed=$((failed + 1))
    echo "FAILED $name"
    printf '%s\n' "$output" | tail -100 | sed 's/^/  /'
  fi
}

tally() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
