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

# Both guests are appliances; the manager runs in this one. Certificates go by
# way of the directory for results, which both can see.
pki=$XMEM_OUT/pki
issue() { # NAME ROLE ADDRESS
	xmemadm pki issue "$1" --role "$2" --dir "$pki" ${3:+--san "$3"}
}
must "a CA is made" xmemadm pki init --dir "$pki"
must "certificate of the manager" issue manager manager "$CLIENT_IP"
must "certificate of the other machine" issue far appliance "$APPLIANCE_IP"
must "certificate of the client" issue client client
must "certificate of the administrator" issue admin admin

conf() { # CERTIFICATE ROLES ADDRESS
	printf '[tls]\nca = %s/ca.crt\ncert = %s/%s.crt\nkey = %s/%s.key\n' \
		"$pki" "$pki" "$1" "$pki" "$1"
	[ -z "${2:-}" ] || printf '[daemon]\nroles = %s\nlisten = %s\n' "$2" "$3"
	case ${2:-} in *appliance*)
		printf '[appliance]\nname = %s\nrdma-address = %s\n' "$1" "$3" ;;
	esac
	case ${2:-} in *manager*)
		printf '[manager]\ndatabase = /run/xmem/manager.db\n' ;;
	esac
	printf '[client]\nmanager = https://%s:7708\nid = %s\n' "$CLIENT_IP" "$CLIENT_ID"
}
conf manager 'manager, appliance' "$CLIENT_IP" >"$XMEM_OUT/manager.conf"
conf far appliance "$APPLIANCE_IP" >"$XMEM_OUT/far.conf"
conf client >"$XMEM_OUT/client.conf"
conf admin >"$XMEM_OUT/admin.conf"
as() { # WHO COMMAND…
	local who=$1
	shift
	xmemadm -c "$XMEM_OUT/$who.conf" "$@"
}

start_manager() {
	xmemd --config "$XMEM_OUT/manager.conf" >"$XMEM_TMP/manager.log" 2>&1 3>&- &
	manager=$!
	wait_for 20 grep -q 'serving on' "$XMEM_TMP/manager.log"
}
start_far() {
	on_appliance "PATH=$XMEM_PATH:\$PATH
		setsid xmemd --config $XMEM_OUT/far.conf </dev/null >/run/far.log 2>&1 &
		echo \$! >/run/far.pid"
	wait_for 20 on_appliance 'grep -q "serving on" /run/far.log'
}
far() { on_appliance "kill -$1 \$(cat /run/far.pid)"; }

must "the other machine lends 128 MiB" start_appliance 128M
must "this one lends 16 MiB" modprobe xmem_appliance memory=16M
must "the client module is loaded" modprobe xmem
start_manager || die "the manager starts: $(tail -n 3 "$XMEM_TMP/manager.log")"
must "the daemon of the other machine starts" start_far
check "it is made known" as admin appliance add far "https://$APPLIANCE_IP:7708"
check "and this one, too" as admin appliance add near "https://$CLIENT_IP:7708"
equal "both are up" "$(as admin -j appliance list | jq -c 'map(.up)')" '[true,true]'

check "48 MiB are allocated" as client alloc create swap --size 48M
equal "on the appliance with most room" \
	"$(as client -j alloc show swap | jq -r '.legs[0].appliance')" far
check "and attached by name" as client dev attach swap
equal "as a device of that name" "$(dev_get swap .name)" swap
equal "of that size" "$(blockdev --getsize64 "$(dev_of swap)")" $((48 << 20))
check "90 MiB are allocated, more than any appliance has" \
	as client alloc create big --size 90M
equal "by concatenation" "$(as client -j alloc show big | jq -r .layout)" concat
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
check "the manager is stopped" kill -STOP "$manager"
check "and the other machine's daemon" far STOP
now=$(vmstat_of pswpout)
check "paging goes on" wait_for 20 paged_out $((now + $(part 500)))
check "the manager is killed" kill -KILL "$manager"
check "and the other machine's daemon" far KILL
now=$(vmstat_of pswpout)
check "paging goes on" wait_for 20 paged_out $((now + $(part 500)))
over "every page is what was stored" 60
note "$(tail -n 1 "$joblog")"
equal "no connection broke" "$(leg_of swap reconnects)" 0
check "swap is given back" swapoff "$(dev_of swap)"
refused '.' as client alloc list

check "the manager starts again" start_manager
check "the other daemon, too" start_far
equal "the allocation is known" "$(as client -j alloc list | jq -r '.[0].name')" swap
check "detached" xmemadm dev detach swap
check "and given back" as client alloc destroy swap
equal "nothing is allocated" "$(as client -j alloc list | jq length)" 0
equal "all of the other machine's memory is free" "$(pool_get free)" $((128 << 20))
equal "and all of this one's" "$(xmemadm -j appliance show | jq .free)" $((16 << 20))
kill "$manager"
far TERM
wait "$manager"
finish
