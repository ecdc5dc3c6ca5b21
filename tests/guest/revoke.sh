#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a grant is revoked while it is used: errors in words, a dead key, zeroed memory
# kernels: uml-7.3-debug uml-5.10-debug
# guests: 2
# tier: full
# timeout: 90

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 36M
must "a region of 16 MiB is lent" lend 1 16M
must "another one" lend 2 16M
must "attached" attach m 1
must "the other one, too" attach other 2
equal "there is a grant" "$(adm_there -j region grants 1 | jsonpick -n .)" 1
started pagereg -e -f "$DEV" -p 2 -m 14M -t 600
must "registers are stored" wait_for 20 stat_above m writes "$(part 1000)"
refused 'grant' adm_there region destroy 1
epoch=$(adm_there -j region show 1 | jsonpick .epoch)
check "the grant is revoked" adm_there region revoke 1 --client "$CLIENT_ID"
equal "no grant is left" "$(adm_there -j region grants 1 | jsonpick -n .)" 0
equal "no session is left on it" \
	"$(adm_there -j region sessions | jq 'map(select(.region == 1)) | length')" 0
check "the epoch has grown" \
	test "$(adm_there -j region show 1 | jsonpick .epoch)" -gt "$epoch"
failed() { dev_is m failed; }
check "the device fails" wait_for 20 failed
check "it says why" says 'no grant' leg_of m last-error
note "$(leg_of m last-error)"
check "requests fail" stat_above m errors 0
equal "the other device lives" "$(dev_get other .state)" live
check "and works" dd if=/dev/zero of="$(dev_of other)" bs=64k count=8 oflag=direct

# Let again at once, to another client.
check "the region is destroyed" adm_there region destroy 1
check "and made again" adm_there region create --size 16M --id 1
check "for another client" adm_there region grant 1 --client "$OTHER_ID" \
	--token "$(token 7)"
refused 'no grant' attach mine 1
check "who attaches it" xmemadm dev attach theirs --appliance "$APPLIANCE_IP" \
	--region 1 --token "$(token 7)" --client "$OTHER_ID"
check "and reads zero" all_zero "$(dev_of theirs)"
check "the device is detached by force" xmemadm dev detach m --force
enough "the registers end, no byte was wrong" 30
note "$(tail -n 1 "$joblog")"
check "detached" xmemadm dev detach theirs
check "detached" xmemadm dev detach other
check "destroying with force revokes" adm_there region destroy 1 --force
equal "the memory is back" "$(pool_get free)" $((20 << 20))
finish
