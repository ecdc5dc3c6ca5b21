#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: I/O without an appliance fails at the deadline, and works when it is back
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 90

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 36M
must "a region of 32 MiB is lent" lend 1 32M
must "attached with a deadline of 10 minutes" attach m 1 --deadline 10m
check "the deadline is changed" xmemadm dev set m --deadline 3s
equal "and shown" "$(dev_get m .deadline-ms)" 3000
random_file "$XMEM_TMP/data" 1048576
must "data is stored" dd if="$XMEM_TMP/data" of="$DEV" bs=64k oflag=direct
breaks=$(leg_of m reconnects)

timed() { # prints the seconds that it takes
	local begin=$EPOCHREALTIME
	"$@" >"$XMEM_TMP/timed" 2>&1
	_status=$?
	elapsed=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
	return $_status
}
between() { awk -v v="$1" -v a="$2" -v b="$3" 'BEGIN { exit !(v >= a && v <= b) }'; }
read_once() { dd if="$DEV" of="$XMEM_TMP/read" bs=64k count=16 iflag=direct; }

check "the link goes down" link_down
timed read_once
equal "a read fails" $? 1
note "after $elapsed s: $(tail -n 1 "$XMEM_TMP/timed")"
check "with an I/O error" grep -q 'Input/output error' "$XMEM_TMP/timed"
check "not before the deadline, and not long after" between "$elapsed" 2.9 15
equal "the device waits for its appliance" "$(dev_get m .state)" paused
timed read_once
equal "the next read fails" $? 1
note "after $elapsed s"
check "in time as well" between "$elapsed" 0 5

check "the link comes up" link_up
live() { dev_is m live; }
check "the device lives again" wait_for 30 live
check "new I/O works" read_once
check "the data is right" cmp "$XMEM_TMP/read" "$XMEM_TMP/data"
check "the connection was made again" test "$(leg_of m reconnects)" -gt "$breaks"
check "what failed was counted" stat_above m errors 0

# A request that waits is answered soon after its deadline was shortened.
check "the deadline is 10 minutes" xmemadm dev set m --deadline 10m
check "the link goes down" link_down
started read_once
parked() { stat_above m parked 0; }
check "a read waits" wait_for 30 parked
check "the deadline is 1 s" xmemadm dev set m --deadline 1s
over "the read ends" 15 1
check "the link comes up" link_up
check "the device lives again" wait_for 30 live
check "detached" xmemadm dev detach m
finish
