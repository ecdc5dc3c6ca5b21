#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a million checked loads of pages that come and go the short way
# kernels: uml-7.3-debug debian-5.10 qemu-5.10-debug debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: long
# timeout: 1800

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "it is attached the short way" attach_short 1
reserve_memory 16384
must "it takes swap" swap_on "$SWAP"
must "there is a group with little memory" memory_group small 16M

loads=0
for ((round = 1; loads < 1000000; round++)); do
	must "round $round: no page is wrong" in_group small \
		pagereg -p 3 -m 40M -t 60 -r $round
	loads=$((loads + $(sed -n 's/.* loads \([0-9]*\) .*/\1/p' <<<"$output")))
	note "$output"
done
note "loads: $loads; out and in: $(use_of swap "$SHORT" stores), $(use_of swap "$SHORT" hits)"
equal "no request failed" "$(stat_of swap errors)" 0
check "swap is given back" swapoff "$SWAP"
check "detached" detach_short
finish
