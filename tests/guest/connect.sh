#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: connect data that is wrong in any way is refused with its reason, and keys are their owner's
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

must "the appliance module is loaded" start_appliance 16M
must "region 1 is lent" lend 1 4M
must "region 2 is made" xmemadm region create --size 4M --id 2
must "for another client" xmemadm region grant 2 --client "$OTHER_ID" \
	--token "$(token 2)"
must "region 3 is lent to read" lend 3 2M --rights read

# connects as this client to region 1, except for what is said otherwise
raw() {
	rawconnect "$APPLIANCE_IP" --client "$CLIENT_ID" --region 1 \
		--token "$(token 1)" "$@"
}
before=$(pool_get refused)
check "the right data connects" raw read,0,4096
check "and reads zero" grep -q 'bytes=0x00' <<<"$output"

refused 'text=grant' raw --token "$(token 9)"
refused 'text=grant' raw --token 00000000000000000000000000000000
refused 'text=grant' raw --region 2
refused 'text=grant' raw --region 2 --token "$(token 2)"
refused 'text=grant' raw --client "$OTHER_ID"
refused 'text=region' raw --region 77
refused 'text=version detail=1' raw --version 2
refused 'text=version detail=1' raw --version 0
refused 'text=epoch' raw --epoch 77
refused 'text=queue' raw --queue 1
refused 'text=malformed' raw --queue 64
refused 'text=malformed' raw --magic 0
refused 'text=malformed' raw --client 0
refused 'text=malformed' raw --region 0
refused 'text=malformed' raw --session 0
refused 'text=malformed' raw --generation 0
# The transport pads what is shorter with zeroes and takes nothing longer.
for length in 0 1 5 6 32; do
	refused 'text=(malformed|version|grant)' raw --length $length
done
refused 'rdma_connect|failed' raw --length 57
refused 'rdma_connect|failed' raw --length 200
check "refusals are counted" test "$(pool_get refused)" -ge $((before + 20))
equal "no session is left" "$(pool_get sessions)" 0

# ---- keys
key_of() { grep -o 'rkey=0x[0-9a-f]*' <<<"$output" | tail -n 1 | cut -d= -f2; }
check "a write, and it is there" raw write,4096,4096,0x5a read,4096,4096
check "with the byte that was written" grep -q 'bytes=0x5a' <<<"$output"
refused 'remote' raw read,4194304,4096
refused 'remote' raw read,2093056,8192
check "the other client reads its region" rawconnect "$APPLIANCE_IP" \
	--client "$OTHER_ID" --region 2 --token "$(token 2)" --table read,0,4096
foreign=$(key_of)
refused 'remote' raw "read,0,4096,$foreign"
refused 'remote' raw "write,0,4096,1,$foreign"
check "a grant to read reads" rawconnect "$APPLIANCE_IP" --client "$CLIENT_ID" \
	--region 3 --token "$(token 3)" read,0,4096
refused 'remote' rawconnect "$APPLIANCE_IP" --client "$CLIENT_ID" --region 3 \
	--token "$(token 3)" write,0,4096,1

# A connection that stands while its grant is revoked, and what it can do then.
mkfifo "$XMEM_TMP/go"
exec 7<>"$XMEM_TMP/go"
held() { raw --session 0x77 read,0,4096 pause read,4096,4096 <&7; }
started held
paused() { grep -q paused "$joblog"; }
check "a connection stands" wait_for 10 paused
check "its grant is revoked" xmemadm region revoke 1 --client "$CLIENT_ID"
echo >&7
over "its next read fails" 30 4
check "because the connection is gone" lacks 'success.*0x5a' "$joblog"
note "$(tail -n 1 "$joblog")"
refused 'text=grant' raw
check "the region is destroyed" xmemadm region destroy 1
check "and lent again" lend 1 4M
check "it reads zero by RDMA READ" raw read,0,2097152 read,2097152,2097152
equal "every byte of it" "$(grep -c 'bytes=0x00' <<<"$output")" 2

# ---- expiry
check "the grant is taken back" xmemadm region revoke 1 --client "$CLIENT_ID"
check "and made again for a while" grant 1 --expiry 4s
: >"$joblog"
started held
check "a connection stands" wait_for 3 paused
no_sessions() { [ "$(pool_get sessions)" = 0 ]; }
check "it is ended when the time is over" wait_for 10 no_sessions
refused 'text=expired' raw
echo >&7
over "its next read fails" 30 4

# ---- sessions
check "the grant is taken back" xmemadm region revoke 1 --client "$CLIENT_ID"
check "and made again" grant 1
started held
check "session 0x77 stands" wait_for 10 paused
check "a new session takes over" raw --session 0x88 read,0,4096
refused 'text=superseded' raw --session 0x77
refused 'text=superseded' raw --session 0x99 --generation 2
check "it may connect again" raw --session 0x88 --generation 2 read,0,4096
refused 'text=superseded' raw --session 0x88 --generation 1
echo >&7
over "the old one reads no more" 30 4
check "the client module is loaded" modprobe xmem
check "and attaches" attach m 1
check "detached" xmemadm dev detach m
finish
