#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the link is down 1 s and 10 s in a storm of stores by frontswap: no error, no wrong byte
# kernels: uml-5.10-debug
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 240

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "attached" attach swap 1 --as block,frontswap
reserve_memory 16384
must "it takes swap" swap_on "$DEV"
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M
started in_group small pagereg -p 3 -m "$(part 40)M" -t 600
must "pages go out" wait_for 60 use_above swap frontswap stores "$(part 1000)"

for seconds in 1 10; do
	stores=$(use_of swap frontswap stores)
	check "the link goes down for $seconds s" link_down
	sleep $seconds
	check "and comes up" link_up
	check "paging goes on" \
		wait_for 60 use_above swap frontswap stores $((stores + $(part 300)))
done
check "the connection was made again" test "$(leg_of swap reconnects)" -gt 0
enough "every page is what was stored" 120
note "$(tail -n 1 "$joblog")"
equal "no request failed" "$(stat_of swap errors)" 0
equal "no load failed" "$(use_of swap frontswap errors)" 0
check "swap is given back" swapoff "$DEV"
equal "the stage is empty" "$(stage_of swap used)" 0
check "detached" xmemadm dev detach swap
finish
