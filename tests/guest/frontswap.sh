#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: page-out by frontswap: every page comes back, also when the stage is full
# kernels: uml-5.10-debug qemu-5.10-debug debian-5.10
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
reserve_memory 16384
must "there is a group with little memory" memory_group small $((4 + $(part 16)))M

check "events are switched on" trace_on xmemc_frontswap_store xmemc_frontswap_load
# With a stage of sixteen pages many stores find it full and wait, or go through
# the block device; with the usual one they do not. Pages that are read ahead are left
# to the block device, single ones come by frontswap.
for stage in 4M 64K; do
	came=passed
	[ $stage = 4M ] || came=hits
	[ $came = passed ] || echo 0 >/proc/sys/vm/page-cluster
	must "attached with a stage of $stage" attach swap 1 --as block,frontswap --stage $stage
	must "it takes swap" swap_on "$DEV"
	must "page registers hold while paging" in_group small \
		pagereg -p 3 -m "$(part 40)M" -t "$(part 10)"
	note "$output"
	check "pages went out by frontswap" \
		use_above swap frontswap stores "$(part 500)"
	check "and came back as they should: $came" use_above swap frontswap $came "$(part 300)"
	equal "no load failed" "$(use_of swap frontswap errors)" 0
	equal "no request failed" "$(stat_of swap errors)" 0
	note "$(xmemadm dev stats swap)"
	check "stores were told as events" test "$(traced xmemc_frontswap_store)" -gt 0
	check "and loads" test "$(traced xmemc_frontswap_load)" -gt 0
	[ $stage = 4M ] || check "stores waited for room" stage_above swap waits 0
	check "swap is given back" swapoff "$DEV"
	equal "the stage is empty" "$(stage_of swap used)" 0
	check "detached" xmemadm dev detach swap
done

# A huge page is refused by the hook and has to take the other way.
must "attached again" attach swap 1 --as block,frontswap
must "it takes swap" swap_on "$DEV"
if [ -w /sys/kernel/mm/transparent_hugepage/enabled ]; then
	check "huge pages are on" \
		eval 'echo always >/sys/kernel/mm/transparent_hugepage/enabled'
fi
started in_group small pagereg -p 2 -m "$(part 40)M" -t 600
must "pages go out" wait_for 60 use_above swap frontswap stores "$(part 1000)"
rounds=$(part 20)
for ((i = 1; i <= rounds; i++)); do
	swapoff "$DEV" || break
	swapon -p 100 "$DEV" || break
done
equal "swap goes and comes $rounds times under load" "$i" $((rounds + 1))
enough "no page was wrong" 150
check "swap is given back" swapoff "$DEV"
check "detached" xmemadm dev detach swap
finish
