#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the appliance runs no code of ours while a client reads and writes
# kernels: uml-7.3-debug uml-5.10-debug
# guests: 2
# tier: quick
# timeout: 90

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 20M
must "a region of 16 MiB is lent" lend 1 16M
must "and attached" attach m 1
count=$(part 10000)
before=$(pool_get control-calls)
reads=$(stat_of m reads) writes=$(stat_of m writes)
check "the appliance counts its connects" test "$before" -gt 0
check "$count requests" fio --name=io --filename="$DEV" --direct=1 \
	--rw=randrw --bs=4k --ioengine=libaio --iodepth=16 --size=16M \
	--io_size=$((count * 4096)) --output-format=terse
after=$(pool_get control-calls)
done=$(($(stat_of m reads) - reads + $(stat_of m writes) - writes))
check "that many were done" test "$done" -ge "$count"
equal "the appliance's counter stood still" "$after" "$before"
check "detached" xmemadm dev detach m
moved() { [ "$(pool_get control-calls)" -gt "$before" ]; }
check "a disconnect moves it" wait_for 10 moved
finish
