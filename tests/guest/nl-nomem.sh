#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: whichever allocation fails, a request is refused in words and nothing stays
# kernels: uml-7.3-debug qemu-5.10-debug
# guests: 1
# tier: long
# timeout: 900

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

knobs=/sys/kernel/debug/failslab
if [ ! -e $knobs ] || [ ! -e /proc/self/fail-nth ]; then
	skip "the kernel cannot let allocations fail"
fi
# Allocations that may wait fail as well, on request of one task only.
echo N >$knobs/ignore-gfp-wait
echo 0 >$knobs/verbose
for file in ignore-gfp-wait:N min-order:0 verbose:0; do
	[ ! -e /sys/kernel/debug/fail_page_alloc ] ||
		echo "${file#*:}" >"/sys/kernel/debug/fail_page_alloc/${file%:*}"
done

start_both 32M
must "region 1 is lent" lend 1 4M
must "region 2 is lent" lend 2 4M
must "region 1 is attached" attach m 1

# every_failure UNDO FAMILY COMMAND ATTRIBUTE…: lets the first, the second, …
# allocation fail until none is left; prints what is said each time and fails.
every_failure() {
	local undo=$1 nth answer before
	shift
	before=$(client_state; appliance_state)
	for nth in {1..400}; do
		answer=$(rawnl -f "$nth" "$@")
		case $?.$answer in
		*"nothing failed"*) $undo; break ;;
		0.*) $undo ;;	# it could do without
		1.*) printf '%s\n' "$answer" ;;
		3.*) $undo ;;	# done, but no memory was left to say so
		esac
		[ "$(client_state; appliance_state)" = "$before" ] || {
			echo "allocation $nth: something changed"
			return 0
		}
	done >"$XMEM_TMP/answers" 2>&1
	sort "$XMEM_TMP/answers" | uniq -c
	[ "$nth" -lt 400 ] || return 0
	! grep -q changed "$XMEM_TMP/answers"  || return 0
	return 1
}
quietly() { "$@" >"$XMEM_TMP/quiet" 2>&1; }
region_new() {
	every_failure 'quietly xmemadm region destroy 5' xmem_appliance \
		"$XMEM_APPLIANCE_CMD_REGION_NEW" \
		"$XMEM_APPLIANCE_A_REGION_ID:u64=5" \
		"$XMEM_APPLIANCE_A_REGION_SIZE:u64=0x400000"
}
refused 'no memory to describe the region' region_new
refused 'no memory for the list of regions' region_new
refused 'no memory for the answer' region_new
note "$output"

grant_new() {
	every_failure 'quietly xmemadm region revoke 2 --client 0x99' xmem_appliance \
		"$XMEM_APPLIANCE_CMD_GRANT_NEW" \
		"$XMEM_APPLIANCE_A_GRANT_REGION:u64=2" \
		"$XMEM_APPLIANCE_A_GRANT_CLIENT:u64=0x99"
}
refused 'no memory for the grant' grant_new
refused 'no memory for the list of grants' grant_new
note "$output"

pool_set() {
	every_failure 'quietly xmemadm appliance set memory 32M' xmem_appliance \
		"$XMEM_APPLIANCE_CMD_POOL_SET" "$XMEM_APPLIANCE_A_POOL_MEMORY:u64=0x2400000"
}
refused 'more MiB can be had in pieces' pool_set

dev_new() {
	every_failure 'quietly xmemadm dev detach new --force' xmem \
		"$XMEM_CMD_DEV_NEW" "$XMEM_A_DEV_NAME:s=new" \
		"$XMEM_A_DEV_CLIENT:u64=$CLIENT_ID" "$XMEM_A_DEV_LEG:[" \
		"$XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP" "$XMEM_A_LEG_REGION:u64=2" \
		"$XMEM_A_LEG_TOKEN:hex=$(token 2)" "]"
}
refused 'out of memory' dev_new
note "$output"

equal "the device in use did not notice" "$(dev_get m .state)" live
check "an attach works" attach new 2
check "detached" xmemadm dev detach new
check "detached" xmemadm dev detach m
finish
