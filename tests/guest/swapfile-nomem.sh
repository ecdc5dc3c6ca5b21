#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: whichever allocation of attach, mount or swapon fails, nothing stays of it
# kernels: uml-7.3-debug
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
for file in ignore-gfp-wait:N min-order:0 verbose:0; do
	for knobs in /sys/kernel/debug/fail{slab,_page_alloc}; do
		[ ! -e "$knobs/${file%:*}" ] || echo "${file#*:}" >"$knobs/${file%:*}"
	done
done
file=$FILES/swap

start_both 16M
must "a region is lent" lend 1 8M
must "the files are mounted" mount_files

new() { # NTH: as block device and file, with few requests
	rawnl -f "$1" xmem "$XMEM_CMD_DEV_NEW" "$XMEM_A_DEV_NAME:s=swap" \
		"$XMEM_A_DEV_CLIENT:u64=$CLIENT_ID" \
		"$XMEM_A_DEV_QUEUE_DEPTH:u32=4" \
		"$XMEM_A_DEV_INTERFACES:u32=$((XMEM_INTERFACE_BLOCK | XMEM_INTERFACE_SWAPFILE))" \
		"$XMEM_A_DEV_LEG:[" "$XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP" \
		"$XMEM_A_LEG_REGION:u64=1" "$XMEM_A_LEG_TOKEN:hex=$(token 1)" "]"
}
stays='' end=''
for nth in {1..2000}; do
	answer=$(new "$nth")
	# 0: it could do without; 3: done, but no memory was left to say so
	[ $? = 1 ] || xmemadm dev detach swap
	[ ! -e "$file" ] || stays+=" $nth (${answer//$'\n'/, })"
	printf '%s\n' "$answer"
	case $answer in *"nothing failed"*) end=$nth && break ;; esac
done >"$XMEM_TMP/answers"
equal "attach: nothing stays of any failure" "$stays" ""
check "attach: all $end allocations had their turn" test -n "$end"
told() {
	sort "$XMEM_TMP/answers" | uniq -c
	false
}
refused 'out of memory for the swap file' told
check "an attach works" attach_as block,swapfile swap 1
check "and the file" mkswap "$file"

# every_failure TEXT UNDO CALL…: lets the first, the second, … allocation of one system
# call fail until none is left to fail; the call has to fail for some of them
every_failure() {
	local text=$1 nth end='' failed=0 undo
	read -ra undo <<<"$2"
	shift 2
	for nth in {1..500}; do
		answer=$(failnth "$nth" "$@")
		case $answer in
		*"nothing failed"*) end=$nth && break ;;
		"done"*) "${undo[@]}" || break ;;
		*) failed=$((failed + 1)) ;;
		esac
	done
	check "$text: all $end allocations had their turn" test -n "$end"
	check "$text: it was refused for $failed of them" test $failed -gt 0
	check "$text: nothing is in the way" "${undo[@]}"
}
every_failure "swapon" "swapoff $file" swapon "$file"
check "swapon works" swapon "$file"
check "swapoff works" swapoff "$file"
check "unmounted" umount "$FILES"
every_failure "mount" "umount $FILES" mount "$FILES"
check "mounted" mount_files
check "the file is there" test -f "$file"
check "unmounted" umount "$FILES"
check "detached" xmemadm dev detach swap
finish
