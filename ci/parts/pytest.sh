# shellcheck shell=bash
# run_pytest CMD...: runs it, says each finished file on standard error too, and closes with "N passed, N failed"; errors, skipped
# and unexpectedly passed tests are failures.
run_pytest() {
  local log rc=0
  log=$(mktemp)
  "$@" 2>&1 | tee "$log" >(grep --line-buffered '%]$' >&2) || rc=$?
  tail -1 "$log" | awk -v rc="$rc" '{
    for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) good += $(i - 1)
      else if ($i ~ /^(failed|errors?|skipped|xfailed|xpassed)/) bad += $(i - 1)
    }
    if ((rc != 0 || !good) && !bad) bad = 1
    print good + 0 " passed, " bad + 0 " failed"
    exit bad > 0
  }' || rc=1
  rm -f "$log"
  return "$rc"
}
