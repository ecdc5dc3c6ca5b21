#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: several regions as one device, on one and on two appliances, by IPv4 and IPv6; read-only grants
# kernels: uml-7.3-debug
# guests: 2
# tier: quick
# timeout: 90

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 20M
# The client guest lends memory as well: a second appliance, at its own address.
must "this guest is an appliance, too" modprobe xmem_appliance memory=4M
must "region 1 is lent" lend 1 4M
must "region 2 is lent" lend 2 6M
must "region 3 is lent here" xmemadm region create --size 2M --id 3
must "to this client" xmemadm region grant 3 --client "$CLIENT_ID" \
	--token "$(token 3)"

crossing() { # DEVICE BORDER-MiB…: data over the borders is found again
	local dev=$1 border at
	shift
	for border; do
		at=$(((border << 20) - 69632))
		dd if="$XMEM_TMP/data" of="$dev" bs=136k count=1 oflag=direct,seek_bytes \
			seek="$at" status=none || return
		dd if="$dev" bs=136k count=1 iflag=direct,skip_bytes skip="$at" \
			status=none | cmp -n 139264 - "$XMEM_TMP/data" || return
	done
}
zero_mib() { # DEVICE FIRST COUNT
	dd if="$1" bs=1M skip="$2" count="$3" iflag=direct status=none |
		cmp -n $(($3 << 20)) - /dev/zero
}
random_file "$XMEM_TMP/data" $((12 << 20))

check "two regions of one appliance are attached" xmemadm dev attach two \
	--leg "$(leg 1)" --leg "$(leg 2)" --client "$CLIENT_ID"
two=$(dev_of two)
equal "as one device of their size" "$(blockdev --getsize64 "$two")" $((10 << 20))
equal "by concatenation" "$(dev_get two .layout)" concat
check "new memory reads zero" all_zero "$two"
check "requests across the border" crossing "$two" 4
check "the whole device is written" \
	dd if="$XMEM_TMP/data" of="$two" bs=1M count=10 oflag=direct
check "and holds" cmp -n $((10 << 20)) "$two" "$XMEM_TMP/data"
check "fio finds every byte again" fio_verify "$two" --rw=randwrite \
	--bssplit=4k/50:64k/25:256k/25 --ioengine=libaio --iodepth=16 --size=10M
check "zeroes are written across the border" \
	blkdiscard -z -o 3m -l 2m "$two"
check "and read" zero_mib "$two" 3 2
check "detached" xmemadm dev detach two

check "each leg is what was written to it" xmemadm dev attach first \
	--leg "$(leg 1)" --client "$CLIENT_ID"
check "the first, on its own, has its zeroes at its end" \
	zero_mib "$(dev_of first)" 3 1
check "detached" xmemadm dev detach first

check "regions of two appliances are attached, one by IPv6" xmemadm dev attach \
	three --client "$CLIENT_ID" --leg "$(leg 2 "$APPLIANCE_IP6")" \
	--leg "$(leg 3 "$CLIENT_IP")" --leg "$(leg 1)"
three=$(dev_of three)
equal "as one device" "$(blockdev --getsize64 "$three")" $((12 << 20))
check "requests across both borders" crossing "$three" 6 8
check "the whole device is written" \
	dd if="$XMEM_TMP/data" of="$three" bs=1M oflag=direct
check "and holds" cmp "$three" "$XMEM_TMP/data"
equal "no request failed" "$(stat_of three errors)" 0
check "detached" xmemadm dev detach three
check "the order of legs is the order of bytes" xmemadm dev attach middle \
	--leg "$(leg 3 "$CLIENT_IP")" --client "$CLIENT_ID"
check "the second leg has its part" \
	cmp -i 0:$((6 << 20)) -n $((2 << 20)) "$(dev_of middle)" "$XMEM_TMP/data"
check "detached" xmemadm dev detach middle

# Rights
check "the grant of region 1 is taken back" \
	adm_there region revoke 1 --client "$CLIENT_ID"
check "and made again, to read" grant 1 --rights read
check "it is attached" attach reader 1
equal "read-only" "$(dev_get reader .read-only)" true
equal "to the block layer as well" "$(blockdev --getro "$(dev_of reader)")" 1
check "it reads" dd if="$(dev_of reader)" of=/dev/null bs=64k iflag=direct
refused 'not permitted|[Rr]ead-only' dd if=/dev/zero of="$(dev_of reader)" bs=4k count=1
refused 'not permitted|[Rr]ead-only' blkdiscard "$(dev_of reader)"
check "detached" xmemadm dev detach reader
check "a device that could write is attached to read" attach wish 2 --read-only
refused 'not permitted|[Rr]ead-only' dd if=/dev/zero of="$(dev_of wish)" bs=4k count=1
check "detached" xmemadm dev detach wish
finish
