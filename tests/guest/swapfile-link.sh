#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the link is down 1 s and 10 s under paging by the swap file: no error, no wrong byte
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 180

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "the files are mounted" mount_files
must "attached" attach_as swapfile swap 1
reserve_memory 16384
must "it takes swap" swap_on "$FILES/swap"
must "there is a group with little memory" \
	memory_group small $((8 + $(part 8)))M
out=$(vmstat_of pswpout)
started in_group small pagereg -p 3 -m "$(part 40)M" -t 600 -o "$(part 4000)"
must "pages go out" wait_for 30 paged_out $((out + $(part 4000)))

for seconds in 1 10; do
	check "the link goes down for $seconds s" link_down
	sleep $seconds
	check "and comes up" link_up
	out=$(vmstat_of pswpout)
	check "paging goes on" wait_for 30 paged_out $((out + $(part 500)))
done
check "the connection was made again" test "$(leg_of swap reconnects)" -gt 0
enough "every page is what was stored" 90
note "$(tail -n 1 "$joblog")"
equal "no request failed" "$(stat_of swap errors)" 0
check "swap is given back" swapoff "$FILES/swap"
check "unmounted" umount "$FILES"
check "detached" xmemadm dev detach swap
finish
