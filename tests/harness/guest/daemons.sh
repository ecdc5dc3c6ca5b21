#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Daemons that stand still, in tests run with XMEM_STOPPED_DAEMONS=1: when one of our
# modules is loaded first, the daemons that use it are started and, when they have found
# module and manager, stopped before anybody uses the module. Their sockets, what they
# listen to and the memory they locked stay as they are at that moment.
#
#	daemons.sh certificates		once, in the client, before the test begins
#	daemons.sh start MODULE		modprobe.sh has loaded it
#	daemons.sh states		those of the daemons in this guest, such as "T T"

pki=$XMEM_OUT/daemons here=/run/xmem/daemons
appliance=10.77.0.1 client=10.77.0.2
[ "$XMEM_GUESTS" = 2 ] || client=$appliance
# the address of this guest; a test may load the appliance's module in the client
self=${!XMEM_ROLE}

certificates() {
	local role
	mkdir -p "$pki" && xmemadm pki init --dir "$pki" || return
	for role in manager client appliance; do
		xmemadm pki issue $role --role $role --dir "$pki" \
			--san $client --san $appliance || return
	done
} >"$XMEM_OUT/certificates.log" 2>&1

conf_of() {
	local managers=https://$client:7790
	printf '[tls]\nca = %s/ca.crt\ncert = %s/%s.crt\nkey = %s/%s.key\n' \
		"$pki" "$pki" "$1" "$pki" "$1"
	printf '[daemon]\nroles = %s\nlisten = ' "$1"
	case $1 in
	manager)
		printf '%s:7790\n[manager]\ndatabase = %s/manager.db\n' $client $here
		;;
	client)
		printf '%s:7791\n[client]\nmanagers = %s\nname = client\n' $client $managers
		;;
	appliance)
		printf '%s:7792\n[appliance]\nmanagers = %s\nname = of-%s\n' \
			"$self" $managers "$XMEM_ROLE"
		printf 'rdma-address = %s\n' "$self"
		;;
	esac
}

# The manager of a pair is in the other guest, and may be stopped already or not there
# yet; that the appliance's daemon listens to its module shows in the list of sockets.
is_ready() {
	case $1 in
	manager) grep -q 'serving on' $here/manager.log ;;
	client) grep -q 'announced to' $here/client.log ;;
	appliance)
		grep -q 'serving on' $here/appliance.log &&
			awk '$2 == 16 && $4 ~ /[1-9a-f]/ { on = 1 } END { exit !on }' \
				/proc/net/netlink
		;;
	esac
}

start() {
	local tries
	[ ! -e "$here/$1.pid" ] || return 0
	conf_of "$1" >"$here/$1.conf"
	setsid xmemd --config "$here/$1.conf" </dev/null >"$here/$1.log" 2>&1 3>&- &
	echo $! >"$here/$1.pid"
	for ((tries = 0; tries < 600; tries++)); do
		is_ready "$1" && return
		kill -0 $! || break
		sleep 0.1
	done
	echo "a daemon that is to stand still does not come up:" >&2
	cat "$here/$1.log" >&2
	return 1
}

stop() {
	local name
	for name; do
		kill -STOP "$(<"$here/$name.pid")" || return
	done
}

states() {
	local file
	for file in "$here"/*.pid; do
		[ -e "$file" ] || continue
		sed 's/.*) \(.\).*/\1/' "/proc/$(<"$file")/stat" || echo gone
	done | paste -sd' '
}

case $1 in
certificates) certificates ;;
start)
	[ -d "$pki" ] && mkdir -p $here || exit 0
	case $2 in
	xmem) start manager && start client && stop client manager ;;
	xmem_appliance) start appliance && stop appliance ;;
	esac
	;;
states) states ;;
esac
