#!/bin/bash
# C++ unit tests of the layers that have no I/O and no clock. They only compute, so the limit is long: beside e2e they may wait.
exec "$(dirname "$(readlink -f "$0")")/unit.sh" -L '^pure$' --timeout 2400
