#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the cache of a mounted file system dies: no error, never a stale byte
# kernels: uml-7.3-debug debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-pagecache.sh
. "$(dirname "$0")/lib-pagecache.sh"

fs_errors() { dmesg | grep -E 'EXT4-fs (error|warning)|JBD2: .*error|Buffer I/O error'; }

start_both 36M
must "a region is lent" lend 1 32M
must "and attached" attach pc 1
make_origin 64
must "ext4 is made on the origin" mkfs.ext4 -q -F "$ORIGIN"
must "loop devices can be made" modprobe loop
must "the cache is enabled" \
	xmemadm pagecache enable --origin "$ORIGIN" --cache pc --deadline 1s
must "mounted through it, errors are fatal" mount -t ext4 -o errors=remount-ro "$CACHED" /mnt/fs
check "files are written" fill /mnt/fs/a
before=$(sums)
must "the cache is hit" warm

# The link goes and comes back, and with it the cache, which missed writes: it
# must not be read again.
check "the link goes down" link_down
check "files are changed meanwhile" churn
equal "the cache has failed" "$(pc_get state)" failed
after=$(sums)
check "they have changed" test "$after" != "$before"
equal "every file is what was written" "$(cold_sums)" "$after"
check "the link comes up" link_up
live() { dev_is pc live; }
check "the device lives again" wait_for 60 live
equal "the cache stays failed" "$(pc_get state)" failed
equal "no stale byte is read" "$(cold_sums)" "$after"
check "the cache is enabled anew, under the mounted file system" \
	xmemadm pagecache enable --origin "$ORIGIN" --cache pc --deadline 1s
equal "it is on" "$(pc_get state)" on
equal "no stale byte is read" "$(cold_sums)" "$after"
check "the cache is hit" warm
equal "no stale byte is read" "$(cold_sums)" "$after"

# The appliance dies for good.
started forever
reads=$(stat_of pc reads)
more_reads() { test "$(stat_of pc reads)" -gt $((reads + $(part 200))); }
check "files are read and written through the cache" wait_for 60 more_reads
check "the appliance loses power" appliance_kill
failed() { pc_is failed; }
check "the cache has failed" wait_for 60 failed
note "$(xmemadm pagecache list | tail -n 1)"
equal "every file is what was written" "$(cold_sums)" "$after"
check "files are still read and written" kill -0 "$job"
refused 'cannot be a cache now: it is (paused|failed)' \
	xmemadm pagecache enable --origin "$ORIGIN" --cache pc
equal "which changed nothing" "$(pc_get state)" failed
check "the cache is taken away" xmemadm pagecache disable "$ORIGIN"
check "the device is given back" xmemadm dev detach pc

check "the appliance boots again" appliance_boot
check "its module is loaded" start_appliance 36M
check "a region is lent" lend 1 32M
check "and attached" attach pc 1
check "the cache is enabled again" \
	xmemadm pagecache enable --origin "$ORIGIN" --cache pc --deadline 1s
hits() { test "$(pc_get read-hits)" -gt 0; }
check "and hit" wait_for 60 hits
touch "$XMEM_TMP/stop"
over "reading and writing went on without an error" 30
equal "every file is what was written" "$(cold_sums)" "$after"
equal "the file system saw no error" "$(fs_errors)" ""
check "it is writable" touch /mnt/fs/still
check "unmounted" umount /mnt/fs
check "the cache is taken away" xmemadm pagecache disable "$ORIGIN"
check "the origin is whole" fsck.ext4 -f -n "$ORIGIN"
must "the origin is mounted" mount -t ext4 -o ro "$ORIGIN" /mnt/fs
rm -f "$XMEM_TMP/stop"
equal "and has every file" "$(sums | grep -v ./still)" "$after"
check "unmounted" umount /mnt/fs
check "the device is given back" xmemadm dev detach pc
finish
