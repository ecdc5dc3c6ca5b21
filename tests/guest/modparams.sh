#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: module parameters attach at load; a wrong one is refused in words and nothing stays
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 90

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

must "the appliance module is loaded" start_appliance 16M
must "region 1 is lent" lend 1 8M
ok_params=(appliance="$APPLIANCE_IP" region=1 token="$(token 1)"
	client="$CLIENT_ID" name=boot deadline_ms=5000)

check "the client module attaches at load" modprobe xmem "${ok_params[@]}"
check "the device is there" test -b "$DEV"
equal "with its name" "$(dev_get xmem0 .name)" boot
equal "and its deadline" "$(dev_get boot .deadline-ms)" 5000
random_file "$XMEM_TMP/data" $((8 << 20))
check "it takes data" dd if="$XMEM_TMP/data" of="$DEV" bs=64k oflag=direct
check "and holds it" cmp "$DEV" "$XMEM_TMP/data"
check "the token is not shown" lacks "$(token 1)" \
	<(grep -rs . /sys/module/xmem/parameters/)
check "the module unloads" modprobe -r xmem
check "the port may be told" modprobe xmem "${ok_params[@]}" port=7707
check "the data is still there" cmp "$DEV" "$XMEM_TMP/data"
check "the module unloads" modprobe -r xmem

check "interfaces may be told" modprobe xmem "${ok_params[@]}" interfaces=swapfile
equal "it has that one" "$(dev_get boot .interfaces)" swapfile
check "and no block device" test ! -e "$DEV"
check "its file can be mounted" mount_files
check "the data is still there" cmp "$FILES/boot" "$XMEM_TMP/data"
check "unmounted" umount "$FILES"
check "the module unloads" modprobe -r xmem

# wrong REGEX PARAMETER=VALUE…: in place of, or (with PARAMETER=) without it
wrong() {
	local pattern=$1 param params=() name
	shift
	for param in "${ok_params[@]}"; do
		name=${param%%=*}
		case " $* " in
		*" $name="*) ;;
		*) params+=("$param") ;;
		esac
	done
	for param; do
		[ "${param#*=}" = "" ] || params+=("$param")
	done
	mark_messages
	refused 'Invalid|rror|refused|timed out|denied|No such|Not|not|File' \
		modprobe xmem "${params[@]}"
	check "in words: $pattern" wait_message 5 "$pattern"
	check "the module is not loaded" test ! -e /sys/module/xmem
}
wrong 'token= is missing' token=
wrong 'token= has to be 32 hexadecimal digits' token=1234
wrong 'token= has to be 32 hexadecimal digits' token="$(token 1 | tr 0 x)"
wrong 'appliance= is missing' appliance=
wrong 'appliance= is longer than 63' appliance="$(printf '1%.0s' {1..70})"
wrong 'appliance= has a bad port' appliance="$APPLIANCE_IP,70000"
wrong "address .* is not one of IPv4 or IPv6" appliance=somewhere
wrong 'port= has to be 1 to 65535' port=0
wrong 'region= is missing' region=
wrong 'region= is missing' region=0
wrong 'client= is missing' client=
wrong 'name= is missing' name=
wrong 'name= is longer than 63' name="$(printf 'n%.0s' {1..70})"
wrong 'name may have letters' name=a/b
wrong 'deadline_ms= has to be 100 to 3600000' deadline_ms=99
wrong 'deadline_ms= has to be 100 to 3600000' deadline_ms=3600001
wrong "no interface 'zram'" interfaces=zram
wrong "no interface ''" interfaces=block,
wrong "no interface 'Block'" interfaces=Block
wrong 'frontswap: this kernel has no hook for it; take block or swapfile' \
	interfaces=block,frontswap
wrong 'cleancache: this kernel has no hook for it; see xmemadm pagecache' \
	interfaces=cleancache
wrong 'no such region' region=77
wrong 'wrong token' token="$(token 2)"
wrong 'another epoch' epoch=77
wrong 'invalid for parameter .region' region=many
equal "the region has no session" "$(pool_get sessions)" 0
check "without parameters it loads" modprobe xmem
equal "and attaches nothing" "$(xmemadm -j dev list | jsonpick -n .)" 0
check "unloaded" modprobe -r xmem

# The appliance's own parameters, in this guest.
bad() {
	local pattern=$1
	shift
	mark_messages
	refused 'Invalid|rror|allocate|range|[Nn]ot' modprobe xmem_appliance "$@"
	check "in words: $pattern" wait_message 5 "$pattern"
	check "the module is not loaded" test ! -e /sys/module/xmem_appliance
}
bad 'xmem_appliance.*memory' memory=plenty
bad 'xmem_appliance.*memory' memory=3M
bad 'xmem_appliance.*memory' memory=-2M
bad 'xmem_appliance.*memory' memory=1E
bad 'xmem_appliance.*port' memory=4M port=0
bad 'port' memory=4M port=70000
check "without memory it loads" modprobe xmem_appliance
equal "and its pool is empty" "$(xmemadm -j appliance show | jsonpick .memory)" 0
check "unloaded" modprobe -r xmem_appliance
finish
