# Reads `ctest -V` of Catch2 programs: prints what failed, then "N passed, N failed" in test cases. A program without Catch2's
# closing line counts as one.
/^[0-9]+: / {
  id = $1
  sub(/:$/, "", id)
  if (match($0, /All tests passed \([0-9]+ assertions? in [0-9]+ test cases?\)/)) {
    n = $0
    sub(/^.* in /, "", n)
    passed += n + 0
    seen[id] = 1
  } else if (match($0, /test cases: /)) {
    seen[id] = 1
    if (match($0, /[0-9]+ passed/)) passed += substr($0, RSTART, RLENGTH) + 0
    if (match($0, /[0-9]+ failed/)) { n = substr($0, RSTART, RLENGTH) + 0; failed += n; bad[id] += n }
  }
  text[id] = text[id] "\n" $0
  next
}
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+:/ {
  print
  match($0, /#[0-9]+/)
  id = substr($0, RSTART + 1, RLENGTH - 1)
  ok = ($0 ~ / Passed /)
  if (!ok) details = details text[id] "\n"
  if (ok && !seen[id]) passed++
  if (!ok && !bad[id]) failed++
  tests++
}
END {
  if (!tests) { failed++; print "no test ran" }
  printf "%s", details
  print passed + 0 " passed, " failed + 0 " failed"
  exit failed > 0
}
