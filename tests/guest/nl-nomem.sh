#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: whichever allocation fails, a request is refused in words and nothing stays
# kernels: uml-7.3-debug qemu-5.10-debug
# guests: 1
# tier: long
# timeout: 2400
# dmesg-allow: __kmem_cache_create_args

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

# What must stay: devices, regions, grants and the pool, without counters and epochs.
snapshot() {
	rawnl -d xmem "$XMEM_CMD_DEV_GET"
	to_appliance -d region-get | grep -v "^ *$XMEM_APPLIANCE_A_REGION_EPOCH:"
	to_appliance -d grant-get
	to_appliance pool-get | grep -vE "^ +($XMEM_APPLIANCE_A_POOL_REFUSED|$XMEM_APPLIANCE_A_POOL_CONTROL_CALLS):"
}

# every_failure TEXT UNDO FAMILY COMMAND ATTRIBUTE…: lets the first, the second, …
# allocation fail until none is left to fail.
every_failure() {
	local text=$1 undo=$2 nth answer status before changed='' end=''
	shift 2
	before=$(snapshot)
	for nth in {1..2000}; do
		answer=$(rawnl -f "$nth" "$@")
		status=$?
		# 0: it could do without; 3: done, but no memory was left to say so
		[ $status = 1 ] || $undo >"$XMEM_TMP/undo" 2>&1
		[ "$(snapshot)" = "$before" ] || changed+=" $nth"
		printf '%s\n' "$answer"
		case $answer in *"nothing failed"*) end=$nth && break ;; esac
	done >"$XMEM_TMP/answers"
	equal "$text: nothing stays of any failure" "$changed" ""
	check "$text: all $end allocations had their turn" test -n "$end"
}
told() { # what was said; fails like each of those requests
	sort "$XMEM_TMP/answers" | uniq -c
	false
}

# A number far from those that are used, so that the list needs memory for it.
far="$XMEM_APPLIANCE_A_REGION_ID:u64=0x500000"
every_failure "a region" 'xmemadm region destroy 0x500000' xmem_appliance \
	"$XMEM_APPLIANCE_CMD_REGION_NEW" "$far" \
	"$XMEM_APPLIANCE_A_REGION_SIZE:u64=0x400000" \
	"$XMEM_APPLIANCE_A_REGION_META:s=of an allocation"
refused 'no memory for the meta' told
refused 'no memory to describe the region' told
refused 'no memory for the answer' told

# The list asks twice, so one failure is not enough: all allocations of its kind fail.
# The probability goes first and comes last: without the filters it is everybody's.
fail_nodes() { # 0 or 1
	local filter=N file
	[ "$1" = 0 ] || filter=Y
	echo 0 >"$knobs/probability"
	for file in cache-filter:$filter task-filter:$filter times:-1 "probability:$(($1 * 100))"; do
		echo "${file#*:}" >"$knobs/${file%:*}" || return
	done
}
echo 1 >/sys/kernel/slab/radix_tree_node/failslab
must "nodes of lists cannot be had" fail_nodes 1
refused 'no memory for the list of regions' rawnl -F xmem_appliance \
	"$XMEM_APPLIANCE_CMD_REGION_NEW" "$far" "$XMEM_APPLIANCE_A_REGION_SIZE:u64=0x400000"
must "they can" fail_nodes 0
check "the region can be had" rawnl xmem_appliance \
	"$XMEM_APPLIANCE_CMD_REGION_NEW" "$far" "$XMEM_APPLIANCE_A_REGION_SIZE:u64=0x400000"
check "and goes" xmemadm region destroy 0x500000

every_failure "a grant" 'xmemadm region revoke 2 --client 0x99' xmem_appliance \
	"$XMEM_APPLIANCE_CMD_GRANT_NEW" "$XMEM_APPLIANCE_A_GRANT_REGION:u64=2" \
	"$XMEM_APPLIANCE_A_GRANT_CLIENT:u64=0x99"
refused 'no memory for the grant' told

every_failure "the pool" 'xmemadm appliance set memory 32M' xmem_appliance \
	"$XMEM_APPLIANCE_CMD_POOL_SET" "$XMEM_APPLIANCE_A_POOL_MEMORY:u64=0x2400000"
refused 'more MiB can be had in pieces' told

every_failure "a device" 'xmemadm dev detach new --force' xmem \
	"$XMEM_CMD_DEV_NEW" "$XMEM_A_DEV_NAME:s=new" \
	"$XMEM_A_DEV_CLIENT:u64=$CLIENT_ID" "$XMEM_A_DEV_LEG:[" \
	"$XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP" "$XMEM_A_LEG_REGION:u64=2" \
	"$XMEM_A_LEG_TOKEN:hex=$(token 2)" "]"
refused 'out of memory' told
refused 'out of memory for the answer' told

equal "the device in use did not notice" "$(dev_get m .state)" live
check "an attach works" attach new 2
check "detached" xmemadm dev detach new
check "detached" xmemadm dev detach m
finish
