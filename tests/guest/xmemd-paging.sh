#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: memory by way of the manager: allocated, attached, paged to without any daemon, given back
# kernels: uml-7.3-debug
# guests: 2
# tier: quick
# timeout: 150

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

# Both guests are appliances; the manager runs in this one.
issue_all
conf manager 'manager, appliance' "$CLIENT_IP" >"$XMEM_OUT/manager.conf"
conf far appliance "$APPLIANCE_IP" >"$XMEM_OUT/far.conf"
conf client >"$XMEM_OUT/client.conf"
conf admin >"$XMEM_OUT/admin.conf"

must "the other machine lends 128 MiB" start_appliance 128M
must "this one lends 16 MiB" modprobe xmem_appliance memory=16M
must "the client module is loaded" modprobe xmem
start_here manager
must "the daemon of the other machine starts" start_far
check "it is made known" as admin appliance add far "https://$APPLIANCE_IP:7708"
check "and this one, too" as admin appliance add near "https://$CLIENT_IP:7708"
equal "both are up" "$(as admin -j appliance list | jq -c 'map(.up)')" '[true,true]'

check "48 MiB are allocated" as client alloc create swap --size 48M
equal "on the appliance with most room" \
	"$(as client -j alloc show swap | jsonpick ".legs[0].appliance")" far
check "and attached by name" as client dev attach swap
equal "as a device of that name" "$(dev_get swap .name)" swap
equal "of that size" "$(blockdev --getsize64 "$(dev_of swap)")" $((48 << 20))
check "90 MiB are allocated, more than any appliance has" \
	as client alloc create big --size 90M
equal "by concatenation" "$(as client -j alloc show big | jsonpick .layout)" concat
check "and attached" as client dev attach big
check "fio finds every byte again" fio_verify "$(dev_of big)" --rw=randwrite \
	--bs=64k --ioengine=libaio --iodepth=8 --size=90M --io_size="$(part 8)M"
refused 'far.*near|near.*far' as client alloc create more --size 64M
refused 'is in use: a client is connected' as client alloc destroy big
refused 'there is no allocation' as admin dev attach nothing
check "detached" xmemadm dev detach big
check "and given back" as client alloc destroy big

# Paging needs no daemon.
reserve_memory 16384
must "the device takes swap" swap_on "$(dev_of swap)"
must "there is a group with little memory" \
	memory_group small $((8 + $(part 8)))M
before=$(vmstat_of pswpout)
started in_group small pagereg -p 2 -m "$(part 40)M" -t "$(part 15)" -o "$(part 3000)"
must "pages go out" wait_for 30 paged_out $((before + $(part 500)))
check "the manager is stopped" kill -STOP "${here[manager]}"
check "and the other machine's daemon" far STOP
now=$(vmstat_of pswpout)
check "paging goes on" wait_for 20 paged_out $((now + $(part 500)))
check "the manager is killed" kill -KILL "${here[manager]}"
check "and the other machine's daemon" far KILL
now=$(vmstat_of pswpout)
check "paging goes on" wait_for 20 paged_out $((now + $(part 500)))
over "every page is what was stored" 60
note "$(tail -n 1 "$joblog")"
equal "no connection broke" "$(leg_of swap reconnects)" 0
check "swap is given back" swapoff "$(dev_of swap)"
refused '.' as client alloc list

start_here manager
check "the other daemon, too" start_far
equal "the allocation is known" "$(as client -j alloc list | jsonpick "[0].name")" swap
check "detached" xmemadm dev detach swap
check "and given back" as client alloc destroy swap
equal "nothing is allocated" "$(as client -j alloc list | jsonpick -n .)" 0
equal "all of the other machine's memory is free" "$(pool_get free)" $((128 << 20))
equal "and all of this one's" "$(xmemadm -j appliance show | jsonpick .free)" $((16 << 20))
kill "${here[manager]}"
far TERM
wait "${here[manager]}"
finish
