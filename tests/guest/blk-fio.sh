#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: fio finds every byte again, in many shapes of I/O
# kernels: uml-7.3-debug qemu-5.10-debug debian-6.12
# guests: 1
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 36M
must "a region of 32 MiB is lent" lend 1 32M
must "and attached" attach m 1 --queues 2
size=$(part 8192)K

shape() {
	local text=$1
	shift
	check "$text" fio_verify "$DEV" --size="$size" "$@"
}

shape "4 KiB at random, libaio" \
	--rw=randwrite --bs=4k --ioengine=libaio --iodepth=16
shape "4 KiB at random, io_uring" \
	--rw=randwrite --bs=4k --ioengine=io_uring --iodepth=32
shape "4 KiB reads and writes at once" \
	--rw=randrw --bs=4k --ioengine=libaio --iodepth=16
shape "128 KiB in order" \
	--rw=write --bs=128k --ioengine=libaio --iodepth=4
shape "1 MiB, cut by the block layer" \
	--rw=write --bs=1m --ioengine=libaio --iodepth=2
shape "sizes from 512 bytes to 256 KiB" \
	--rw=randwrite --ioengine=libaio --iodepth=8 \
	--bssplit=512/30:1k/10:4k/30:12k/10:64k/10:256k/10
shape "several jobs, each with its own part" \
	--rw=randwrite --bs=4k --ioengine=io_uring --iodepth=8 --numjobs=4 \
	--size="$(part 2048)K" --offset_increment=8M
shape "through the page cache, with flushes" \
	--rw=randwrite --bs=4k --ioengine=psync --direct=0 --fdatasync=64 \
	--size="$(part 4096)K"
shape "vectors of unaligned memory" \
	--rw=randwrite --bs=16k --ioengine=libaio --iodepth=8 --iomem_align=512

equal "no request failed" "$(stat_of m errors)" 0
equal "no connection broke" "$(leg_of m reconnects)" 0
check "both queues were used" test "$(stat_of m work-requests)" -gt 0
check "detached" xmemadm dev detach m
finish
