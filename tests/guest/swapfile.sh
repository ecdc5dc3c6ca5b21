#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: pages by the swap file come back as they were, and the block device has the same memory
# kernels: uml-7.3-debug debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: quick
# timeout: 180

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "the files are mounted" mount_files
must "and it is attached both ways" attach_as block,swapfile swap 1
file=$FILES/swap
equal "dev show says how" "$(dev_get swap .interfaces)" block,swapfile
equal "the file is as large as the device and has no holes" \
	"$(stat -c '%s %b %a' "$file")" "$((64 << 20)) $((64 << 11)) 600"

# Data, by one and by the other; they take turns.
random_file "$XMEM_TMP/data" $((2 << 20))
check "2 MiB are written to the file" \
	dd if="$XMEM_TMP/data" of="$file" bs=64k conv=notrunc,fsync
check "the block device has them" cmp -n $((2 << 20)) "$XMEM_TMP/data" "$DEV"
tr '\0-\377' '\1-\377\0' <"$XMEM_TMP/data" >"$XMEM_TMP/more"
check "others are written to the block device" \
	dd if="$XMEM_TMP/more" of="$DEV" bs=64k conv=fsync
check "the file has them" cmp -n $((2 << 20)) "$XMEM_TMP/more" "$file"
odd() { # FILE: bytes that neither begin nor end with a page
	dd if="$XMEM_TMP/data" of="$1" bs=1 skip=100 seek=4090 count=20 \
		conv=notrunc status=none &&
		dd if="$XMEM_TMP/data" of="$1" bs=5000 skip=3 seek=7 count=2 \
			conv=notrunc status=none
}
check "odd pieces are written" odd "$file"
check "and to a copy" odd "$XMEM_TMP/more"
check "nothing else changed" cmp -n $((2 << 20)) "$XMEM_TMP/more" "$DEV"
check "the last byte can be written" \
	dd if=/dev/zero of="$file" bs=1 seek=$(((64 << 20) - 1)) count=1 conv=notrunc
refused 'No space' dd if=/dev/zero of="$file" bs=1 seek=$((64 << 20)) count=1 conv=notrunc
equal "there is nothing after it" "$(tail -c +$(((64 << 20) + 1)) "$file" | wc -c)" 0
refused 'not permitted' truncate -s 0 "$file"
refused 'not permitted' truncate -s 1G "$file"
refused 'not permitted' rm "$file"
refused 'denied|not permitted' touch "$FILES/other"

# A header that was read once is not believed for ever.
check "mkswap by the file" mkswap -U "$(uuidgen)" "$file"
check "it takes swap" swapon "$file"
check "and gives it back" swapoff "$file"
check "the header is erased by the block device" \
	dd if=/dev/zero of="$DEV" bs=4k count=1 conv=fsync
refused 'Invalid|header|signature' swapon "$file"
check "mkswap by the block device" mkswap "$DEV"
check "the file takes swap" swapon -p 100 "$file"

reserve_memory 16384
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M
check "events are switched on" trace_on xmemc_swapfile_store xmemc_swapfile_load
must "page registers hold while paging" in_group small \
	pagereg -p 3 -m "$(part 40)M" -t "$(part 10)" -o "$(part 4000)"
note "$output"
check "pages came back by the file" test "$(use_of swap swapfile hits)" -gt "$(part 2000)"
check "and went there" test "$(use_of swap swapfile stores)" -gt "$(part 2000)"
check "stores were told as events" test "$(traced xmemc_swapfile_store)" -gt 0
check "and loads" test "$(traced xmemc_swapfile_load)" -gt 0
note "pages out, in: $(use_of swap swapfile stores), $(use_of swap swapfile hits)"
note "requests: $(stat_of swap writes), $(stat_of swap reads)"
note "us for 50 %: $(use_of swap swapfile store-us-50), $(use_of swap swapfile load-us-50)"
equal "no request failed" "$(stat_of swap errors)" 0
refused 'busy|Text' dd if=/dev/zero of="$file" bs=4k count=1 conv=notrunc
check "swap is given back" swapoff "$file"
check "mkswap by the file once more" mkswap "$file"
equal "the block device shows the same" "$(blkid -po value -s UUID "$DEV")" \
	"$(blkid -po value -s UUID "$file")"
check "and takes swap" swapon "$DEV"
check "and gives it back" swapoff "$DEV"
check "unmounted" umount "$FILES"
check "detached" xmemadm dev detach swap
finish
