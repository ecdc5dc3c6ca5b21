#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: cleancache gives back what files have now, whatever is done to them
# kernels: uml-5.10-debug
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-cleancache.sh
. "$(dirname "$0")/lib-cleancache.sh"

# Mounted before anybody serves cleancache, so the file system is introduced later.
must "there is a local file system" local_fs 65536
start_both 12M
must "regions are lent" eval 'lend 1 8M && lend 2 2M'
must "one is attached as a cache" attach_cache
equal "without a block device" "$(ls -d /sys/block/xmem* 2>/dev/null)" ""
refused 'cleancache is served by another device' xmemadm dev attach other \
	--appliance "$APPLIANCE_IP" --region 2 --token "$(token 2)" \
	--client "$CLIENT_ID" --as cleancache
refused 'xmem_hooks' rmmod xmem_hooks

random_file "$REF/a" 1024000
must "there is a file of 250 pages" cp "$REF/a" "$FS/a"
check "events are switched on" trace_on xmemc_cleancache_put xmemc_cleancache_get
must "it is read and dropped" cached a
hits "it comes back from the cache" 245 same a
check "puts were told as events" test "$(traced xmemc_cleancache_put)" -gt 0
check "and gets" test "$(traced xmemc_cleancache_get)" -gt 0
drop_caches
hits "and once more" 0 same a

# Each of these is done to files whose pages are in the cache.
change() { # TEXT COMMAND…: in both places
	local text=$1
	shift
	check "$text" both "$@"
	check "$text: it is seen" same a
	drop_caches
	check "$text: also without the page cache" same a
	check "$text: the rest is cached again" cached a
}
patch_of() { random_file "$XMEM_TMP/patch" "$1"; }
patch_of 100000
change "pages are overwritten" dd if="$XMEM_TMP/patch" of=a bs=4096 seek=50 conv=notrunc
change "bytes are overwritten" dd if="$XMEM_TMP/patch" of=a bs=1000 seek=777 count=7 conv=notrunc
hits "pages that were not touched are hits" 200 same a
cached a
change "the file is cut in the middle of a page" truncate -s 800100 a
change "it grows again with zeros" truncate -s 1024000 a
change "a hole is punched" fallocate -p -o 204800 -l 204800 a
change "another one, not along pages" fallocate -p -o 500001 -l 123456 a
patch_of 500000
check "there is another file" both cp "$XMEM_TMP/patch" b
cached a b
change "it takes the name of the first one" mv b a
for round in 1 2 3; do
	patch_of 300000
	inode=$(stat -c %i $FS/a)
	change "a new file, round $round" bash -c "rm a && cp $XMEM_TMP/patch a"
	note "inode $inode, now $(stat -c %i $FS/a)"
done

check "unmounted" umount $FS
check "mounted again" mount /dev/ram0 $FS
check "the file is what it was" same a
cached a
hits "it is cached again" 70 same a

# Reclaim for want of memory puts pages, too, and processes change files meanwhile: 10,000
# operations; XMEM_WORK=1000 XMEM_TIMEOUT_SCALE=5 does 10^5.
echo 3 >/proc/sys/vm/drop_caches
must "there is a group with little memory" memory_group small 10M
check "files hold under all that can be done to them" in_group small \
	filereg -d $FS -p 2 -n "$((XMEM_WORK * 100))" -t "$(scaled 120)"
note "$output"
note "$(xmemadm dev stats cache)"
equal "no page was lost" "$(cache_of errors)" 0
check "there were hits" use_above cache cleancache hits "$(part 200)"
check "the file system is sound" eval "umount $FS && fsck.ext4 -f -n /dev/ram0"

# The cache can go and come under a file system.
must "mounted again" mount /dev/ram0 $FS
cached a
check "detached under the file system" xmemadm dev detach cache
check "the file is what it was" same a
patch_of 300000
check "it is changed" both cp "$XMEM_TMP/patch" a
check "the module goes" modprobe -r xmem
cached a
check "the module comes" modprobe xmem
check "attached again" attach_cache
check "the file is as it was changed" same a
cached a
hits "it is cached again" 70 same a

# With a block device beside it, and little room: what is in the cache has to leave.
check "detached" xmemadm dev detach cache
check "attached with a block device" attach_cache block,cleancache --slab 2M
check "there is a block device" test -b "$DEV"
random_file "$XMEM_TMP/data" $((6 << 20))
check "it is filled" dd if="$XMEM_TMP/data" of="$DEV" bs=64k oflag=direct
patch_of 2500000
check "a file larger than the cache" both cp "$XMEM_TMP/patch" a
for round in 1 2 3; do
	check "is cached in part" cached a
	check "and is right" same a
done
check "some pages had to leave" use_above cache cleancache drops 100
check "and there were hits" use_above cache cleancache hits 100
check "the block device has what it had" cmp "$DEV" "$XMEM_TMP/data"
note "$(xmemadm dev stats cache)"
check "unmounted" umount $FS
check "detached" xmemadm dev detach cache
finish
