#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: devices are attached and detached a hundred times, alone and all at once, and nothing is left
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 24M
for region in 1 2 3 4 5 6 7 8; do
	must "region $region is lent" lend $region 2M
done
must "another one for later" lend 9 4M

# Objects in the caches of the kernel's allocator, all together; not those in
# which the debug checks keep their own books, which grow with every object seen.
objects() {
	awk 'NR > 2 && $1 !~ /^(debug_objects|kmemleak)/ { sum += $2 } END { print sum }' /proc/slabinfo
}

once() { # NAME REGION: with some I/O in between
	local dev
	attach "$1" "$2" >/dev/null || return
	dev=$(dev_of "$1")
	dd if=/dev/zero of="$dev" bs=64k count=4 oflag=direct status=none || return
	xmemadm dev detach "$1"
}
ten() {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do once cycle 9 || return; done
}
check "ten times, to fill the caches" ten
before=$(objects)
for round in 1 2 3 4 5 6 7 8 9 10; do
	check "ten times, round $round" ten
done
after=$(objects)
note "objects in caches: $before before, $after after 100 rounds"
# 100 rounds that forget one object each would be seen.
check "the caches are as they were" test $((after - before)) -lt 1500

together() {
	local region pids=() status=0
	for region in 1 2 3 4 5 6 7 8; do
		once "dev$region" "$region" &
		pids+=($!)
	done
	for region in "${pids[@]}"; do wait "$region" || status=1; done
	return "$status"
}
for round in 1 2 3 4 5; do
	check "eight at once, round $round" together
done
equal "no device is left" "$(xmemadm -j dev list | jsonpick -n .)" 0
no_sessions() { [ "$(pool_get sessions)" = 0 ]; }
check "no session is left" wait_for 10 no_sessions

# Detached in the middle of I/O, by force.
for round in 1 2 3 4 5; do
	attach busy 9 >/dev/null
	started dd if=/dev/zero of="$(dev_of busy)" bs=64k oflag=direct
	writing() { stat_above busy writes 3; }
	wait_for 10 writing
	check "detached by force in the middle of I/O, round $round" \
		xmemadm dev detach busy --force
	wait "$job"
done
equal "no device is left" "$(xmemadm -j dev list | jsonpick -n .)" 0
check "the region works" once cycle 9
finish
