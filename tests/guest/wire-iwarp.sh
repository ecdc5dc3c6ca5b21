#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: iWARP carries true lengths: truncated and oversized connect data is refused
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-raw.sh
. "$(dirname "$0")/lib-raw.sh"

RAW_IP=10.79.0.1
modprobe -q siw || skip "this kernel has no siw"
modprobe dummy numdummies=0
ip link add iwarp0 type dummy && ip addr add $RAW_IP/24 dev iwarp0 && ip link set iwarp0 up
must "the appliance module is loaded" start_appliance 16M
must "a region is lent" lend 1 4M
check "a device that comes later is listened on" rdma link add siw0 type siw netdev iwarp0
# The soft card sometimes resets the stream before the other side has read the
# words of a refusal.
refused_for() {
	local reason=$1 words
	shift
	for _ in $(seq 30); do
		words=$(raw "$@" 2>&1) && break
		grep -q "REJECTED" <<<"$words" || break
	done
	grep -q "reason=$reason " <<<"$words" && return 0
	echo "$words"
	return 1
}
# Nor does it always keep one that is taken.
taken() {
	local words
	for _ in $(seq 10); do
		words=$(raw "$@" 2>&1) && break
		grep -q "CONNECT_ERROR" <<<"$words" || break
	done
	echo "$words"
	grep -q 'extent_shift=20' <<<"$words"
}
for length in 0 4 6 8 16 40 55 57 64 128 250; do
	check "$length bytes are refused" refused_for 1 --length $length
done
check "the version is looked at before the length" refused_for 2 --version 3 --length 20
check "also of longer data" refused_for 2 --version 3 --length 100
check "a wrong token is refused" refused_for 4 --token "$(token 2)"
check "right data is taken" taken --table write,0,4096,9
check "the session ends" wait_for 10 no_session
check "the device can be removed" timeout 30 rdma link delete siw0
equal "what was written is there, by another device" \
	"$(RAW_IP='' raw --generation 3 read,0,4096 | sed -n 's/^read.*bytes=//p')" 0x09
finish
