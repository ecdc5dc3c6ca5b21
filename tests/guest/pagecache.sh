#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a file system gets a cache on external memory, and loses it while mounted
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-pagecache.sh
. "$(dirname "$0")/lib-pagecache.sh"

start_both 52M
must "regions are lent" eval 'lend 1 32M && lend 2 16M'
must "and attached" eval 'attach pc 1 && attach other 2'
make_origin 64
must "ext4 is made on the origin" mkfs.ext4 -q -F "$ORIGIN"
must "and mounted" mount -t ext4 "$ORIGIN" /mnt/fs
check "files are written" fill /mnt/fs/a
before=$(sums)

# What the kernel must have, and who may ask it.
as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
cached_by() { xmemadm pagecache enable --origin "$ORIGIN" --cache "$@"; }
helper=$(cat /proc/sys/kernel/modprobe)
echo /bin/false >/proc/sys/kernel/modprobe
refused 'loop is not loaded: modprobe loop' cached_by pc
must "loop devices can be made" modprobe loop
refused 'dm_mod is not loaded: modprobe dm_mod' cached_by pc
refused 'dm_mod is not loaded: modprobe dm_mod' xmemadm pagecache list
must "the device mapper is there" modprobe dm_mod
refused 'this kernel has no device mapper target "cache"' cached_by pc
echo "$helper" >/proc/sys/kernel/modprobe
refused 'the device mapper is for root only' as_nobody xmemadm pagecache list

refused "$ORIGIN is in use: unmount it, and mount the cached device instead" cached_by pc
must "unmounted" umount /mnt/fs
refused '/dev/null is no block device' \
	xmemadm pagecache enable --origin /dev/null --cache pc
refused 'cannot open /dev/nothing: No such file' \
	xmemadm pagecache enable --origin /dev/nothing --cache pc
refused 'ram0: possible is the path of a block device' \
	xmemadm pagecache enable --origin ram0 --cache pc
refused 'loop0 has no size' xmemadm pagecache enable --origin /dev/loop0 --cache pc
refused 'no device' cached_by nobody
refused 'block 4M is too large: a cache has 16 blocks or more' cached_by pc --block 4M
refused '/dev/xmem0 cannot be its own cache' \
	xmemadm pagecache enable --origin "$DEV" --cache pc
must "a region is lent to read" eval 'lend 3 2M --rights read && attach ro 3 --read-only'
refused '/dev/xmem2 is read-only' cached_by ro
must "swap is on the other" swap_on "$(dev_of other)"
refused '/dev/xmem1 is in use: a cache needs it for itself' cached_by other
check "swap is given back" swapoff "$(dev_of other)"
must "a mapping of that name exists" dmsetup create cached-ram0 --notable
refused '/dev/mapper/cached-ram0 exists already; --name gives another name' cached_by pc
check "it is removed" dmsetup remove cached-ram0
refused "$ORIGIN is not cached" xmemadm pagecache status "$ORIGIN"
refused 'nothing is not cached' xmemadm pagecache disable nothing
equal "nothing is cached" "$(xmemadm -j pagecache list)" "[]"
equal "no part was left behind" "$(dmsetup ls)" "No devices found"

must "the cache is enabled" cached_by pc
_indent <<<"$output"
equal "its deadline is short" "$(dev_get pc .deadline-ms)" 2000
equal "it is on" "$(pc_get state)" on
must "mounted through it" mount -t ext4 "$CACHED" /mnt/fs
equal "every file is what it was" "$(sums)" "$before"
refused "$ORIGIN is cached already: xmemadm pagecache disable cached-ram0 first" cached_by other
refused 'in use|busy|open' xmemadm dev detach pc
must "files that are read again come from the cache" warm
check "the appliance was read" test "$(stat_of pc read-bytes)" -gt "$(part 400000)"
equal "every file is what it was" "$(cold_sums)" "$before"
xmemadm pagecache list >"$XMEM_TMP/table"
_indent <"$XMEM_TMP/table"
check "the table tells the hit rate" \
	grep -qE "^$CACHED +$ORIGIN +pc +on +64M +[0-9.]+[KM] +[0-9]+ +[0-9]+ +[0-9]+$" \
	"$XMEM_TMP/table"
check "and JSON the same number" test "$(pc_get read-hit-percent)" -gt 0

check "files are written, deleted, cut and moved" churn
after=$(sums)
equal "every file is what was written" "$(cold_sums)" "$after"
check "unused blocks are discarded" fstrim /mnt/fs
equal "every file is what was written" "$(cold_sums)" "$after"

# Under load, the cache goes and another one comes.
started forever
check "the cache is taken away while files are read and written" \
	xmemadm pagecache disable "$CACHED"
_indent <<<"$output"
equal "it is off" "$(pc_get state)" off
equal "only the plain mapping is left" "$(dmsetup ls | wc -l)" 1
refused 'has no cache any more and is in use: unmount it first' \
	xmemadm pagecache disable "$ORIGIN"
check "the device is given back" xmemadm dev detach pc
check "another one is the cache now" cached_by other --block 64K --deadline 3s
equal "it is on" "$(pc_get state) $(pc_get cache) $(pc_get block-size)" "on other 65536"
hits() { test "$(pc_get read-hits)" -gt 0; }
check "it is hit" wait_for 60 hits
touch "$XMEM_TMP/stop"
over "reading and writing went on without an error" 30
equal "every file is what was written" "$(cold_sums)" "$after"

check "unmounted" umount /mnt/fs

# An error of the origin itself has nowhere to go.
read_once() { dd if="$CACHED" of="$XMEM_TMP/read" bs=64k count=1 iflag=direct; }
fail_way() { dmsetup message cached-ram0-fallback 0 fail_path "$(lsblk -dno MAJ:MIN "$1" | tr -d ' ')"; }
check "the cache is found to fail" fail_way /dev/mapper/cached-ram0-cache
equal "which is said" "$(pc_get state)" failed
check "reads go on" read_once
check "the origin is found to fail" fail_way "$ORIGIN"
equal "which is said" "$(pc_get state)" down
refused 'Input/output error' read_once
check "all is set up again" cached_by other
equal "it is on" "$(pc_get state)" on
check "reads go on" read_once

check "the cache is taken away" xmemadm pagecache disable cached-ram0
equal "nothing is left" "$(dmsetup ls) $(losetup -a)" "No devices found "
check "the file system is whole without it" fsck.ext4 -f -n "$ORIGIN"
must "the origin is mounted" mount -t ext4 -o ro "$ORIGIN" /mnt/fs
equal "and has every file" "$(sums)" "$after"
check "unmounted" umount /mnt/fs
check "the other device is given back" eval 'xmemadm dev detach other && xmemadm dev detach ro'
finish
