#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: real daemons and modules: announced, admitted, renewed, expired, killed and back, while pages go out
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 150

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

MIB=$((1 << 20))
issue_all
conf manager manager "$CLIENT_IP" >"$XMEM_OUT/manager.conf"
conf client client "$CLIENT_IP:7709" >"$XMEM_OUT/client.conf"
echo 'name = client' >>"$XMEM_OUT/client.conf"
conf admin >"$XMEM_OUT/admin.conf"
conf far appliance "$APPLIANCE_IP" >"$XMEM_OUT/far.conf"
printf '[appliance]\nmanagers = https://%s:7708\nannounce-interval = 1s\nlabels = rack=r7\n' \
	"$CLIENT_IP" >>"$XMEM_OUT/far.conf"

# known EXPRESSION [NAME]: what the manager knows of the appliance, by jq
known() { as admin -j appliance show far | jq -cr "$1"; }
known_is() { [ "$(known "$1")" = "$2" ]; }
# told TYPE NAME: how often the manager told that
told() {
	as admin -j event list --type "${1%%.*}" |
		jq "map(select(.type == \"$1\" and .name == \"$2\")) | length"
}
was_told() { [ "$(told "$1" "$2")" -gt 0 ]; }
regions() { adm_there -j region list | jq -c 'map([.id, .instance]) | sort'; }
renewed() { grep -q "renewing the lease of $1 by" "$XMEM_TMP/client.log"; }
alloc_gone() { as client -j alloc list | jq -e "all(.[]; .name != \"$1\")"; }

# ---- an appliance that nobody knows, its module not loaded yet
must "the client module is loaded" modprobe xmem
start_here manager
must "the daemon of the appliance starts" start_far
check "it announces itself, and is pending" wait_for 20 far_said ': pending'
equal "the manager knows what it said" "$(known '[.state, .up, .url, .labels.rack]')" \
	"[\"pending\",true,\"https://$APPLIANCE_IP:7708\",\"r7\"]"
check "it is ill for want of its module" known_is .health.ok false
says_why() { known '.health.reasons[0]' | grep -qE 'no memory to lend: .*xmem_appliance'; }
check "in words" says_why
check "its module is loaded" start_appliance 96M
check "its memory reaches the manager" wait_for 30 known_is .memory $((96 * MIB))
equal "it is well" "$(known .health.ok)" true
check "its own health names the RDMA device that serves" \
	says 'rxe0.*ACTIVE' as admin appliance health far
refused 'pending|admitted' as client alloc create early --size 8M
equal "nothing was made there" "$(regions)" "[]"

# ---- admitted
check "leases have little grace" as admin policy set --warn 1s --grace 1s
check "it is admitted" as admin appliance admit far
check "and hears so" wait_for 20 far_said ': admitted'
check "its memory counts" as client alloc create swap --size 48M --not-in-use 6s
equal "what is left reaches the manager" "$(known '.free')" $((48 * MIB))

# ---- attached and paged to; the client's daemon renews
start_here client
check "the client announces itself" wait_for 20 was_told client.announced client
check "attached by name" as client dev attach swap
check "its lease is renewed" wait_for 20 renewed swap
reserve_memory 16384
must "the device takes swap" swap_on "$(dev_of swap)"
must "there is a group with little memory" memory_group small 16M
before=$(vmstat_of pswpout)
started in_group small pagereg -p 2 -m 40M -t 10 -o 3000
must "pages go out" wait_for 30 paged_out $((before + 500))

# ---- another one, which nobody uses any more after a while
check "memory that goes when nobody uses it" \
	as client alloc create brief --size 8M --not-in-use 4s --type volatile
check "attached" as client dev attach brief
check "renewed" wait_for 20 renewed brief
equal "both are there" "$(regions | jq length)" 2
check "detached" xmemadm dev detach brief
check "its end is warned" wait_for 40 was_told alloc.warned brief
check "it ends" wait_for 40 was_told alloc.expired brief
check "and is gone" wait_for 20 alloc_gone brief
equal "so is its region" "$(regions | jq length)" 1
equal "and its memory is free" "$(pool_get free)" $((48 * MIB))
refused 'no allocation' as client dev attach brief
equal "the other, which is longer unused by its clock, is not" \
	"$(as client -j alloc show swap | jq -cr '[.state, .lease.state]')" '["ready","active"]'
equal "it was never warned" "$(told alloc.warned swap)" 0

over "every page is what was stored" 60

# ---- the daemon of the appliance dies and comes back
was=$(regions)
started in_group small pagereg -p 2 -m 40M -t 10 -o 3000
now=$(vmstat_of pswpout)
check "the appliance's daemon is killed" far KILL
check "paging goes on" wait_for 20 paged_out $((now + 500))
check "it is missed" wait_for 60 known_is .up false
refused 'far|appliance' as client alloc create more --size 8M
check "it starts again" start_far
check "and announces itself as one that is known" wait_for 20 far_said ': admitted'
equal "it is up" "$(known .up)" true
equal "its regions are as they were" "$(regions)" "$was"
equal "and their client is connected" "$(adm_there -j appliance show | jq .sessions)" 1
check "memory is allocated there again" as client alloc create more --size 8M
over "every page is what was stored then, too" 60
note "$(tail -n 1 "$joblog")"
equal "no connection broke" "$(leg_of swap reconnects)" 0

# ---- the end
check "swap is given back" swapoff "$(dev_of swap)"
check "detached" xmemadm dev detach swap
check "what is not attached any more ends as well" wait_for 60 alloc_gone swap
check "the rest is given back" as client alloc destroy more
equal "all memory is free" "$(pool_get free)" $((96 * MIB))
kill "${here[client]}" "${here[manager]}"
far TERM
wait "${here[client]}" "${here[manager]}"
finish
