#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: an RDMA device of the appliance goes under a session, and comes back
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 180

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-raw.sh
. "$(dirname "$0")/lib-raw.sh"

must "the appliance module is loaded" start_appliance 16M
must "a region is lent" lend 1 4M
for round in 1 2 3; do
	hold "round $round: connected" "held$round" --generation $((2 * round)) \
		write,0,4096,$round pause read,0,4096
	equal "a session is there" "$(sessions)" "1 1"
	check "the appliance's device is removed" \
		on_appliance 'timeout 30 rdma link delete rxe0'
	equal "no session is left" "$(sessions)" ""
	refused 'read .*status="[^s]' release "held$round"
	check "the device comes back" \
		on_appliance 'rdma link add rxe0 type rxe netdev '"$XMEM_NETDEV"
	reaches() { raw --generation $((2 * round + 1)) read,0,4096; }
	check "and is listened on" wait_for 20 says "^read.*bytes=0x0$round" reaches
done
check "the region is destroyed" adm_there region destroy 1 --force
equal "all memory is free" "$(pool_get free)" $((16 << 20))
finish
