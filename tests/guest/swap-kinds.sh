#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: pages of every kind come back: tmpfs, huge pages, copies after fork, locked ones
# kernels: uml-7.3-debug uml-5.10-debug debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 200

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "it is attached the short way" attach_short 1
reserve_memory 16384
must "it takes swap" swap_on "$SWAP"
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M

# kind KIND [options…]
kind() {
	local kind=$1 before
	shift
	before=$(use_of swap "$SHORT" stores)
	check "registers hold: $kind" in_group small \
		pagereg -k "$kind" -p 2 -m "$(part 32)M" -t "$(part 5)" "$@"
	note "$output"
	check "they went out: $kind" use_above swap "$SHORT" stores $((before + $(part 500)))
}
huge=/sys/kernel/mm/transparent_hugepage
kind shared
# Emulation leaves the others to User-Mode Linux, which has no huge pages.
if [ ! -w $huge/enabled ]; then
	kind lock
	kind fork
	kind shared,lock
fi
if [ -w $huge/enabled ]; then
	check "huge pages are on" eval "echo always >$huge/enabled"
	before=$(vmstat_of thp_fault_alloc)
	kind huge
	kind huge,fork,lock
	check "there were huge pages" test "$(vmstat_of thp_fault_alloc)" -gt "$before"
else
	note "this kernel has no huge pages"
fi
equal "no request failed" "$(stat_of swap errors)" 0
check "pages came back" use_above swap "$SHORT" loads "$(part 500)"
check "swap is given back" swapoff "$SWAP"
check "detached" detach_short
finish
