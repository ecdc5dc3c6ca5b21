#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a file system keeps its files over remounts and attaches
# kernels: uml-7.3-debug uml-5.10-debug
# guests: 2
# appliance: uml-7.3-debug
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 36M
must "a region of 32 MiB is lent" lend 1 32M
must "and attached" attach fs 1
must "ext4 is made" mkfs.ext4 -q -F "$DEV"
modprobe -q ext4
mkdir -p /mnt/fs
must "and mounted" mount -t ext4 -o discard "$DEV" /mnt/fs

fill() { # DIRECTORY: many small files and a large one
	local i
	mkdir -p "$1" || return
	for i in $(seq "$(part 80)"); do
		echo "$1 $i $RANDOM" >"$1/$i" || return
	done
	random_file "$1/large" "$(part 40)00000"
}
sums() { (cd /mnt/fs && find . -type f -print0 | sort -z | xargs -0 sha256sum); }

check "files are written" fill /mnt/fs/a
before=$(sums)
refused 'in use|busy|open' xmemadm dev detach fs
check "unmounted" umount /mnt/fs
check "fsck finds nothing" fsck.ext4 -f -n "$DEV"
check "mounted again" mount -t ext4 "$DEV" /mnt/fs
equal "every file is what it was" "$(sums)" "$before"
check "some are deleted, others written" eval \
	'rm -r /mnt/fs/a/1* && fill /mnt/fs/b && sync'
before=$(sums)
check "unused blocks are discarded" fstrim /mnt/fs
check "unmounted" umount /mnt/fs

check "detached" xmemadm dev detach fs
check "the device is gone" test ! -e "$DEV"
check "attached again" attach fs 1
check "fsck finds nothing" fsck.ext4 -f -n "$DEV"
check "mounted again" mount -t ext4 "$DEV" /mnt/fs
equal "every file is what it was" "$(sums)" "$before"
check "unmounted" umount /mnt/fs
equal "no request failed" "$(stat_of fs errors)" 0
check "detached" xmemadm dev detach fs
finish
