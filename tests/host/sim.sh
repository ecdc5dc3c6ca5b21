#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the allocation logic in a small made-up cluster: nothing is lent twice, all sums agree
# tier: quick
# timeout: 180

# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

sim=$XMEM_SRC/tests/sim/sim

# row OPTIONS...: a run with checks on the way; its numbers in $output
row() { "$sim" --appliances 96 --decisions 2000 --check "$@"; }

# field NUMBER: of the numbers of the last run
field() { cut -f "$1" <<<"$output"; }

must "build" make -s -C "$XMEM_SRC/tests/sim"
for strategies in most-free best-fit two-choices near,best-fit low-load,low-latency class,most-free; do
	check "$strategies: all sums agree" row "$strategies"
	equal "$strategies: nothing is refused at 85 %" "$(field 10)" 0.00
done
check "four regions, each in a rack of its own if possible" row --regions 4 --spread rack spread,most-free
check "four regions at least" test "$(field 11 | cut -d. -f1)" -ge 4
check "filled to the last" row --fill 100 best-fit
check "then much is refused" test "$(field 10 | cut -d. -f1)" -ge 50
check "the real API is measured as well" "$XMEM_SRC/tests/sim/api" 64 4 2
check "  and says how many a second" grep -qE '# creates: [1-9][0-9]* a second.*, 64 in' <<<"$output"
refused '"x" is no number; see' "$XMEM_SRC/tests/sim/api" x
refused 'fewer creates than connections' "$XMEM_SRC/tests/sim/api" 3 4
refused 'more than 200 creates for each appliance' "$XMEM_SRC/tests/sim/api" 401 4 2
check "how is told" "$XMEM_SRC/tests/sim/api" --help
refused 'is no strategy; possible are best-fit, most-free' row worst-fit
finish
