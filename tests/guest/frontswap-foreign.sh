#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: frontswap before a swap area of another device: the appliance dies, and nobody notices
# kernels: uml-5.10-debug
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 100M
must "a region of 16 MiB is lent" lend 1 16M
must "and one of 64 MiB" lend 2 64M
reserve_memory 16384
must "there is a RAM disk" modprobe brd rd_nr=1 rd_size=65536 max_part=0
must "the region is a store for swap areas on other devices" \
	xmemadm dev attach store --appliance "$APPLIANCE_IP" --region 1 \
	--token "$(token 1)" --client "$CLIENT_ID" --as frontswap --deadline 2s
check "it has no block device" test ! -e /dev/xmem0
must "the RAM disk takes swap" swap_on /dev/ram0
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M

# More than the store has room for.
must "page registers hold while paging" in_group small \
	pagereg -p 3 -m "$(part 40)M" -t "$(part 10)" -o "$(part 2000)"
note "$output"
check "pages went to the store" use_above store frontswap stores "$(part 500)"
check "and came back" use_above store frontswap hits "$(part 100)"
check "the RAM disk has them, too" test "$(vmstat_of pswpout)" -gt "$(part 2000)"

# A second device with a swap area of its own: each finds its pages.
must "the other region is a swap area with its short cut" \
	attach swap 2 --as block,frontswap --id 1
must "it takes swap" swap_on /dev/xmem1
started in_group small pagereg -p 3 -m "$(part 40)M" -t 600
stores=$(use_of store frontswap stores)
must "swap of the RAM disk goes to the store" \
	wait_for 60 use_above store frontswap stores "$stores"
check "swap is given back" swapoff /dev/xmem1
check "detached" xmemadm dev detach swap

check "the appliance loses power" appliance_kill
stores=$(vmstat_of pswpout)
check "paging goes on" wait_for 60 paged_out $((stores + $(part 500)))
enough "no page was wrong, and none missing" 150
note "$(tail -n 1 "$joblog")"
note "$(xmemadm dev stats store)"
check "detached" xmemadm dev detach store
check "swap is given back" swapoff /dev/ram0
finish
