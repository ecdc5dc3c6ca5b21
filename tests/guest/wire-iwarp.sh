#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: iWARP carries true lengths: truncated and oversized connect data is refused
# kernels: uml-7.3-debug qemu-5.10-debug
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
for length in 0 4 6 8 16 40 55 57 64 128 250; do
	refused 'reason=1 ' raw --length $length
done
refused 'reason=2 ' raw --version 3 --length 20
refused 'reason=2 ' raw --version 3 --length 100
refused 'reason=4 ' raw --token "$(token 2)"
check "right data is taken" says 'extent_shift=20' raw --table read,0,4096
hold "the device can be removed under a session" \
	removed --generation 2 write,0,4096,9 pause read,0,4096
check "removed" timeout 30 rdma link delete siw0
check "the session is gone" wait_for 10 no_session
release removed >/dev/null
equal "the first device still works" "$(RAW_IP='' raw --generation 3 read,0,4096 |
	sed -n 's/^read.*bytes=//p')" 0x09
finish
