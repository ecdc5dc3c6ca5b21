#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: xmemadm and xmemd understand each other: appliances, allocations, refusals in words
# tier: quick
# timeout: 120

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager a1:appliance admin:admin alice:client
configure manager manager
configure a1 appliance
start manager
start a1 XMEMD_MEMORY_MIB=64
for who in admin alice; do
	cat >"$XMEM_TMP/$who.conf" <<-END
		[tls]
		ca = $XMEM_TMP/pki/ca.crt
		cert = $XMEM_TMP/pki/$who.crt
		key = $XMEM_TMP/pki/$who.key
		[client]
		manager = $(url manager)
		id = 0xc1
	END
done
admin() { "$XMEMADM" -c "$XMEM_TMP/admin.conf" "$@"; }
alice() { "$XMEMADM" -c "$XMEM_TMP/alice.conf" "$@"; }

check "appliance add" admin appliance add a1 "$(url a1)"
check "appliance list" admin appliance list
check "  says that it is up" grep -q 'a1 *admitted *yes *64M' <<<"$output"
refused 'this needs admin' alice appliance add a2 https://127.0.0.1:1
check "alloc create" alice alloc create v --size 32M
check "  says that it is ready" grep -q 'ready' <<<"$output"
check "alloc list -j" alice -j alloc list
check "  has it" grep -q '"name": *"v"' <<<"$output"
check "alloc show" alice alloc show v
check "  has its leg" grep -q 'a1.*32M' <<<"$output"
refused 'no room for 1G: a1: free 32M, largest piece 32M, wanted 1G' \
	alice alloc create w --size 1G
refused 'there is an allocation "v" already' alice alloc create v --size 2M
refused 'no allocation "w"' alice alloc show w
refused 'holds regions' admin appliance remove a1
stop a1
start a1 XMEMD_MEMORY_USED=1
refused 'allocation "v" is in use' alice alloc destroy v
check "alloc destroy --force" alice alloc destroy v --force
equal "nothing is left" "$(regions a1)" 0
stop a1
start a1
check "alloc create" alice alloc create v --size 32M
stop a1 KILL
check "alloc destroy while its appliance is down" alice alloc destroy v
equal "  waits" "$output" "destroying v"
check "alloc show" alice alloc show v
check "  says for what" grep -q 'waits for a1' <<<"$output"
start a1
check "  and is done" wait_for 15 state_is v none
check "alloc create" alice alloc create v --size 32M
check "alloc destroy" alice alloc destroy v
equal "nothing is left" "$(regions a1)" 0
stop a1 KILL
is_down() { admin appliance list | grep -q 'a1 *admitted *no'; }
check "appliance list says that it is down" wait_for 30 is_down
check "appliance remove" admin appliance remove a1
stop manager
refused 'refused|connect' alice alloc list
stop_all
finish
