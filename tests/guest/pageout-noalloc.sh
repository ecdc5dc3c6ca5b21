#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: paging out allocates nothing in the client module, by block device and swap file
# kernels: uml-7.3-debug debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 180

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

events=/sys/kernel/tracing
[ -d $events/events/kmem ] || events=/sys/kernel/debug/tracing
[ -d $events/events/kmem ] || skip "the kernel traces no allocations"

# Allocations with the functions that led to them. One counts when a function of
# ours is among them and what it called is neither the soft network card nor
# an interrupt that came in between, nor a debug check that keeps books, nor what
# somebody else does when we tell that his request is complete.
trace_on() {
	echo nop >$events/current_tracer
	echo 1 >$events/options/stacktrace
	echo 1 >$events/options/sym-offset
	part 30000 >$events/buffer_size_kb
	echo >$events/trace
	local event
	for event in kmalloc kmalloc_node kmem_cache_alloc kmem_cache_alloc_node \
		mm_page_alloc; do
		[ ! -e $events/events/kmem/$event ] ||
			echo 1 >$events/events/kmem/$event/enable
	done
	echo 1 >$events/tracing_on
}
trace_off() {
	echo 0 >$events/tracing_on
	echo 0 >$events/events/kmem/enable
	# shellcheck disable=SC2016  # this is awk
	# busybox's is slow with much text
	command awk '
		function judge() { if (ours) print event "\n" stack; ours = 0 }
		/<stack trace>|<STACK>/ || /^ => / {
			if (done || !/ => /) next
			stack = stack $0 "\n"
			if (/\[rdma_rxe\]|\[rdma_cm\]|\[ib_core\]|\[ib_cm\]/) done = 1
			if (/debug_object|kmemleak|stack_depot|kfree|bio_endio/) done = 1
			if (/swap_fs_|sio_(read|write)_complete/) done = 1
			if (/softirq|irq_exit|do_IRQ|interrupt|sig[a-z]*_handler/) done = 1
			if (/\[xmem\]/) { ours = 1; done = 1 }
			next
		}
		!/^#/ { judge(); event = $0; stack = ""; done = 0; all++ }
		END { judge(); print "events: " all > "/dev/stderr" }
	' $events/trace >"$XMEM_TMP/ours" 2>"$XMEM_TMP/count"
	echo >$events/trace
}

# none_by DEVICE-OR-FILE
none_by() {
	local before now
	must "$1 takes swap" swap_on "$1"
	before=$(vmstat_of pswpout)
	started in_group small pagereg -p 2 -m "$(part 40)M" -t 600
	must "pages go out" wait_for 30 paged_out $((before + $(part 1000)))
	trace_on
	now=$(vmstat_of pswpout)
	must "and out, while we look" wait_for 30 paged_out $((now + $(part 2000)))
	trace_off
	note "$(cat "$XMEM_TMP/count")"
	check "there were allocations of others" \
		test "$(tr -dc 0-9 <"$XMEM_TMP/count")" -gt 100
	check "none of ours" test ! -s "$XMEM_TMP/ours"
	head -n 30 "$XMEM_TMP/ours" | _indent
	enough "every page is what was stored" 90
	check "swap is given back" swapoff "$1"
}

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
# Attached as a swap file, too, where the kernel can.
as=block,swapfile
must "the files are mounted, if there are any" \
	eval 'mount_files || as=block'
trace_on
must "and attached" attach_as $as swap 1
trace_off
check "an attach allocates, which shows that this test can see it" \
	grep -q '\[xmem\]' "$XMEM_TMP/ours"
reserve_memory 16384
must "there is a group with little memory" \
	memory_group small $((8 + $(part 8)))M
none_by "$DEV"
if [ $as != block ]; then
	none_by "$FILES/swap"
	check "unmounted" umount "$FILES"
fi
check "detached" xmemadm dev detach swap
finish
