#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the swap file is taken back twenty times while pages go out and in
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "the files are mounted" mount_files
must "attached" attach_as swapfile swap 1
reserve_memory 16384
must "there is a group with little memory" memory_group small max
must "mkswap" mkswap "$FILES/swap"
started in_group small pagereg -p 2 -m "$(part 16)M" -t 3600
must "the page registers run" wait_for 20 pgrep -x pagereg

# What cannot go out any more must not slow the registers down.
round() {
	local out status
	out=$(vmstat_of pswpout)
	swapon -p 100 "$FILES/swap" &&
		memory_group small "$((4 + $(part 4)))M" &&
		wait_for 30 paged_out $((out + $(part 500))) &&
		swapoff "$FILES/swap" && lacks "$FILES" /proc/swaps
	status=$?
	memory_group small max
	return "$status"
}
for number in {1..20}; do
	check "round $number: taken back under load" round
done
check "the page registers have their end" pkill -TERM -ox pagereg
over "every page is what was stored" 60
note "$(tail -n 1 "$joblog")"
note "pages out, in: $(use_of swap swapfile stores), $(use_of swap swapfile hits)"
equal "no request failed" "$(stat_of swap errors)" 0
check "unmounted" umount "$FILES"
check "detached" xmemadm dev detach swap
finish
