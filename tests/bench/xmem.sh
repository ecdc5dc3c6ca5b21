# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# An xmem device without any daemon, for measuring. Read after lib.sh.

XMEMADM=$XMEM_SRC/tools/xmemadm/xmemadm
BENCH_GRANT="--client 0xbe4c --token 00112233445566778899aabbccddeeff"

# xmem_attach NAME MIB [options…]: prints the device
xmem_attach() {
	on_appliance "modprobe xmem_appliance memory=${2}M &&
		$XMEMADM region create --id 1 --size ${2}M --label $1 &&
		$XMEMADM region grant 1 $BENCH_GRANT" >&2 || return
	modprobe xmem || return
	# shellcheck disable=SC2086  # two options with their values
	$XMEMADM dev attach "$1" --appliance "$APPLIANCE_IP" --region 1 \
		$BENCH_GRANT "${@:3}" >&2 || return
	echo /dev/xmem0
}
