#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: cleancache keeps nothing of file systems that other machines may change, and says so
# kernels: uml-5.10-debug
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-cleancache.sh
. "$(dirname "$0")/lib-cleancache.sh"

pool() { cat /sys/module/xmem_shared_fs/parameters/pool; }
stores() { cache_of stores; }

must "there is a file system" local_fs 16384
refusal="xmem_hooks: file system $(blkid -s UUID -o value /dev/ram0) is not cached: other machines may change it"
random_file "$REF/a" 409600
must "with a file of 100 pages" cp "$REF/a" "$FS/a"

# Mounted before anybody serves cleancache.
must "it is made known as shared" modprobe xmem_shared_fs at=$FS
equal "nobody serves it yet" "$(pool)" -3
mark_messages
start_both 12M
check "it is refused in words when cleancache is served" wait_message 10 "$refusal"
equal "it has no pool" "$(pool)" -1
must "a region is lent" lend 1 8M
must "and attached as a cache" attach_cache
before=$(stores)
no_hits "files are read and dropped" cached a a
no_hits "and are what they were" same a
equal "nothing was stored" "$(stores)" "$before"

# Mounted afterwards.
check "it is no more shared" modprobe -r xmem_shared_fs
check "mounted anew" eval "umount $FS && mount /dev/ram0 $FS"
mark_messages
must "and shared again" modprobe xmem_shared_fs at=$FS
check "it is refused in words at once" wait_message 10 "$refusal"
equal "it has no pool" "$(pool)" -1
no_hits "files are read and dropped" cached a
no_hits "and are what they were" same a
equal "nothing was stored" "$(stores)" "$before"

# The same file system as one of this machine alone.
check "it is no more shared" modprobe -r xmem_shared_fs
cached a
check "pages are stored" test "$(stores)" -ge $((before + 95))
hits "and come back" 95 same a
check "unmounted" umount $FS
check "detached" xmemadm dev detach cache
finish
