#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: pages go to zswap first, from there to the appliance, and come back right
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

ZSWAP=/sys/module/zswap/parameters
zswap_at_most() { echo "$1" >/sys/fs/cgroup/small/memory.zswap.max; }
zswap() { echo "$1" >"$ZSWAP/enabled"; }
[ -e "$ZSWAP/enabled" ] || skip "this kernel has no zswap"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "and attached" attach swap 1
reserve_memory 16384
must "it takes swap" swap_on "$DEV"
must "zswap is turned on" zswap Y
note "zswap: $(grep -H . $ZSWAP/* | sed "s,$ZSWAP/,," | tr '\n' ' ')"
must "there is a group with little memory" memory_group small $((8 + $(part 4)))M
# Compressed they are counted; above this the oldest are written back. Pages are
# walked in order, which finds none of the newest in zswap, and then at random.
must "and little room in zswap" zswap_at_most "$(part 3000)K"

stored=$(vmstat_of zswpout) loaded=$(vmstat_of zswpin) back=$(vmstat_of zswpwb)
must "page registers hold while paging" in_group small \
	pagereg -z -p 3 -m "$(part 32)M" -n 2
note "$output"
note "zswap: $(($(vmstat_of zswpout) - stored)) in, $(($(vmstat_of zswpin) - loaded)) out," \
	"$(($(vmstat_of zswpwb) - back)) written back"
check "zswap took pages" test $(($(vmstat_of zswpout) - stored)) -gt "$(part 2000)"
check "and gave pages back" test $(($(vmstat_of zswpin) - loaded)) -gt "$(part 200)"
check "it wrote pages back" test $(($(vmstat_of zswpwb) - back)) -gt "$(part 1000)"
check "which went to the appliance" \
	test "$(stat_of swap write-bytes)" -gt $(($(part 1000) * 4096))
check "and came back from there" \
	test "$(stat_of swap read-bytes)" -gt $(($(part 500) * 4096))
equal "no request failed" "$(stat_of swap errors)" 0

# What cannot be compressed passes it by.
before=$(stat_of swap write-bytes)
check "registers that cannot be compressed hold as well" in_group small \
	pagereg -p 2 -m "$(part 40)M" -t "$(part 4)" -o "$(part 2000)"
check "their pages went to the appliance" \
	test "$(stat_of swap write-bytes)" -gt $((before + $(part 2000) * 4096))
check "swap is given back" swapoff "$DEV"
check "zswap is turned off" zswap N
check "detached" xmemadm dev detach swap
finish
