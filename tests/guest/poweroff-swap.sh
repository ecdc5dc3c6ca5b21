#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the appliance loses power under paging: SIGBUS, never a wrong byte
# kernels: uml-7.3-debug debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 150

# Not on 5.10: its swapoff maps random memory for pages that it cannot read, into
# whatever process they belong to (see README, Limits).

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "attached with a short deadline" attach swap 1 --deadline 2s
reserve_memory 16384
must "it takes swap" swap_on "$DEV"
must "there is a group with little memory" \
	memory_group small $((8 + $(part 8)))M
before=$(vmstat_of pswpout)
started in_group small pagereg -e -p 3 -m "$(part 40)M" -t 600
must "pages go out" wait_for 30 paged_out $((before + $(part 4000)))
must "pages come back" wait_for 30 stat_above swap reads "$(part 300)"

check "the appliance loses power" appliance_kill
check "I/O fails after the deadline" wait_for 40 stat_above swap errors 0
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
check "and allocates memory" bash -c 'head -c 20000000 /dev/zero | tail -c 1'
refused 'in use as swap' xmemadm dev detach swap --force
# What cannot be paged out stays over the limit, and would be slowed down for it.
check "the limit is lifted" memory_group small max
enough "the registers end, no byte was wrong" 90
note "$(tail -n 1 "$joblog")"
check "errors were seen, or processes killed for want of memory" \
	lacks 'errors 0 .* killed 0' "$joblog"
check "pages had gone out" test "$(vmstat_of pswpout)" -gt "$before"
check "swap is taken back, without what is lost" swapoff "$DEV"
check "no swap is left" lacks xmem /proc/swaps
check "detached" xmemadm dev detach swap --force
check "the client module unloads" wait_for 20 modprobe -r xmem
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
finish
