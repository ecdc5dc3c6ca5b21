#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: pages compared one by one, discard and write-zeroes, limits of the device
# kernels: uml-7.3-debug uml-5.10-debug
# guests: 1
# tier: quick
# timeout: 60

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 16M
must "a region of 12 MiB is lent" lend 1 12M
must "and attached" attach m 1
queue=/sys/block/xmem0/queue

equal "the size is the region's" "$(blockdev --getsize64 "$DEV")" $((12 << 20))
equal "the logical block is 512 bytes" "$(blockdev --getss "$DEV")" 512
equal "the physical block is a page" "$(blockdev --getpbsz "$DEV")" 4096
equal "it does not turn" "$(cat $queue/rotational)" 0
check "requests of 128 KiB go in one piece" \
	test "$(cat $queue/max_sectors_kb)" -ge 128
check "it discards" test "$(cat $queue/discard_max_bytes)" -gt 0
check "it writes zeroes" test "$(cat $queue/write_zeroes_max_bytes)" -gt 0

must "new memory reads zero" all_zero "$DEV"
random_file "$XMEM_TMP/data" $((12 << 20))
must "12 MiB are written" \
	dd if="$XMEM_TMP/data" of="$DEV" bs=1M oflag=direct conv=fsync
check "and read back, past the page cache" bash -c \
	"dd if=$DEV bs=128k iflag=direct | cmp - $XMEM_TMP/data"
check "and page by page" bash -c \
	"dd if=$DEV bs=4k iflag=direct | cmp - $XMEM_TMP/data"

# What a range must look like afterwards, in a copy that the kernel never sees.
zero_range() { # OFFSET LENGTH
	dd if=/dev/zero of="$XMEM_TMP/data" bs=4k seek=$(($1 / 4096)) \
		count=$(($2 / 4096)) conv=notrunc status=none
}
same() {
	blockdev --flushbufs "$DEV"
	cmp "$DEV" "$XMEM_TMP/data"
}
before=$(stat_of m zeroes)
check "5 MiB are discarded from an odd place" \
	blkdiscard -o 1236992 -l 5242880 "$DEV"
zero_range 1236992 5242880
check "they read zero and nothing else changed" same
check "3 MiB are zeroed from an odd place" \
	blkdiscard -z -o 8392704 -l 3145728 "$DEV"
zero_range 8392704 3145728
check "they read zero and nothing else changed" same
check "zeroing a single page" blkdiscard -z -o 4096 -l 4096 "$DEV"
zero_range 4096 4096
check "it reads zero, its neighbours do not" same
check "the device did it, not the block layer" stat_above m zeroes "$before"
check "the whole device is discarded" blkdiscard "$DEV"
check "it reads zero" all_zero "$DEV"
refused 'No space|past|[Ss]hort|space' \
	dd if=/dev/zero of="$DEV" bs=4k seek=$((12 << 8)) count=1 oflag=direct
equal "no request failed" "$(stat_of m errors)" 0
check "detached" xmemadm dev detach m
finish
