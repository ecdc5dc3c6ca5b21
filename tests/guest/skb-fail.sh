#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: soft RDMA gets no memory for packets while pages go out: paging goes on without help
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 240

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

knobs=/sys/kernel/debug/failslab
caches=(/sys/kernel/slab/skbuff_*/failslab)
if [ ! -e $knobs ] || [ ! -e "${caches[0]}" ]; then
	skip "the kernel cannot let allocations of packets fail"
fi

# fail_packets PERCENT
fail_packets() {
	local setting
	for setting in cache-filter:Y ignore-gfp-wait:N verbose:0 interval:1 times:-1; do
		echo "${setting#*:}" >"$knobs/${setting%:*}" || return
	done
	for cache in "${caches[@]}"; do
		echo 1 >"$cache" || return
	done
	echo "$1" >"$knobs/probability"
}

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "attached" attach swap 1
reserve_memory 16384
must "it takes swap" swap_on "$DEV"
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M
started in_group small pagereg -p 3 -m "$(part 40)M" -t 600 -o "$(part 4000)"
must "pages go out" wait_for 30 paged_out $(($(vmstat_of pswpout) + $(part 2000)))

for percent in 5 50 100; do
	check "$percent of 100 packets get no memory" fail_packets $percent
	sleep 4
	check "all do again" fail_packets 0
	writes=$(stat_of swap writes)
	check "paging goes on" wait_for 60 stat_above swap writes $((writes + $(part 100)))
	check "on a connection" wait_for 60 dev_is swap live
done
note "reconnects: $(leg_of swap reconnects), replays: $(stat_of swap replays)"
enough "every page is what was stored" 90
note "$(tail -n 1 "$joblog")"
equal "no request failed" "$(stat_of swap errors)" 0
check "swap is given back" swapoff "$DEV"
check "detached" xmemadm dev detach swap
finish
