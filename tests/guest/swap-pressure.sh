#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a guest that is short of memory altogether pages to xmem and survives
# kernels: uml-7.3-debug debian-6.12
# guests: 2
# tier: full
# timeout: 240
# mem: 320M

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 200M
must "a region of 192 MiB is lent" lend 1 192M
must "and attached" attach swap 1
must "it takes swap" swap_on "$DEV"
reserve_memory 8192
free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
note "available: $free MiB"
# No group: the whole machine runs short, packets of soft RDMA included.
check "page registers hold" pagereg -p 3 -m $((free + 64))M -t "$(part 15)" -o 10000
note "$output"
equal "no request failed" "$(stat_of swap errors)" 0
note "sent again: $(stat_of swap replays), reconnects: $(leg_of swap reconnects)"
check "swap is given back" swapoff "$DEV"
check "detached" xmemadm dev detach swap
finish
