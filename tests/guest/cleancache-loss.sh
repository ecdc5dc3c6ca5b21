#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: link, appliance, region and grant are lost under cleancache: nobody sees an error, and it comes back
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

must "there is a local file system" local_fs 65536
start_both 10M
must "a region is lent" lend 1 8M
must "it is attached as a cache" attach_cache
for name in a b c; do
	random_file "$REF/$name" 512000
	must "there is a file" cp "$REF/$name" "$FS/$name"
done
must "they are read and dropped" cached a b c
hits "they come back from the cache" 120 same a

# again TEXT: as before the loss
again() {
	check "$1: it is live again by itself" wait_for 40 dev_is cache live
	check "$1: pages go there" cached a b c
	hits "$1: and come back" 360 same a b c
	cached a b c
}
cached a b c
check "the link goes down" link_down
SECONDS=0
check "a file is read all the same" same a
note "that took $SECONDS s; $(leg_of cache last-error)"
check "the cache has seen it" wait_for 20 dev_is cache paused
SECONDS=0
check "the next one is not waited for" same b
check "it took no time" test $SECONDS -le "$(scaled 3)"
check "files are written and read" filereg -d $FS -p 1 -n 20 -t 30
rm -f $FS/[0-9]*.*
check "the link comes up" link_up
check "what was cached before is right" same c
again "the link"

# The power goes while files are used.
started filereg -d $FS -p 2 -n 100000 -t 60
must "files are used" wait_for 60 use_above cache cleancache stores "$(part 2000)"
check "the appliance loses power" appliance_kill
check "a file is read all the same" same a
check "the cache has seen it" wait_for 40 dev_is cache paused
over "the files hold" 90
note "$(tail -n 1 "$joblog")"
rm -f $FS/[0-9]*.*
check "another one is right" same b
check "the appliance boots without its region" eval \
	'appliance_boot && start_appliance 10M'
no_region() { says 'no such region' leg_of cache last-error; }
check "the cache hears that there is none" wait_for 40 no_region
equal "and waits for it" "$(dev_get cache .state)" paused
check "a region is made under the old name" lend 1 8M
check "it is live again by itself" wait_for 40 dev_is cache live
no_hits "what was in the old one is not looked for" same c
again "the power"

check "the grant is revoked" adm_there region revoke 1 --client $CLIENT_ID
check "a file is read all the same" same a
check "the cache waits" wait_for 20 dev_is cache paused
check "it is granted again" grant 1
check "it is live again by itself" wait_for 40 dev_is cache live
no_hits "what somebody else may have had is not looked for" same b
again "the grant"
note "$(xmemadm dev stats cache)"
check "detached" xmemadm dev detach cache

# With a block device beside it the data counts, so a new region is not taken.
check "attached with a block device" attach_cache block,cleancache
cached a
check "the region is made anew" eval \
	'adm_there region destroy 1 --force && lend 1 8M'
check "the device is lost" wait_for 40 dev_is cache failed
check "the file system is not" same a
check "pages are dropped and read" eval 'cached a && same a'
refused 'Input/output error' dd if="$DEV" of=/dev/null bs=4k count=1 iflag=direct
check "unmounted" umount $FS
check "detached" xmemadm dev detach cache
finish
