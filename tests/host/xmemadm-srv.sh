#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: xmemadm finds managers by DNS, in the order that the records say, and goes on to the next
# tier: quick
# timeout: 60
# needs: dnsmasq-base util-linux

# A network, a resolver and names of its own: nothing of it reaches the machine's.
if [ -z "${XMEM_OWN_NET:-}" ]; then
	[ "$(id -u)" = 0 ] || set -- --map-root-user
	XMEM_OWN_NET=1 exec unshare --net --mount "$@" -- "$0"
fi

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" flock "$XMEM_SRC/mgmt-daemon/Makefile" make -s -C "$XMEM_SRC/tools"
must "a network" ip link set lo up
echo 'nameserver 127.0.0.1' >"$XMEM_TMP/resolv.conf"
printf '127.0.0.1 localhost\n127.0.0.1 m1.lab.test m2.lab.test\n' >"$XMEM_TMP/hosts"
must "a resolver" mount --bind "$XMEM_TMP/resolv.conf" "$(readlink -f /etc/resolv.conf)"
must "names" mount --bind "$XMEM_TMP/hosts" /etc/hosts
must "certificates" pki "$XMEM_TMP/pki" alice:client
must "of the managers" "$XMEMADM" pki issue manager --role manager --dir "$XMEM_TMP/pki" \
	--san m1.lab.test --san m2.lab.test

# manager NAME: a server with canned answers, which says what it is asked
manager() {
	"$XMEM_SRC/tests/unit/https-stub" "$XMEM_TMP/pki" manager <"$XMEM_TMP/hold" \
		>"$XMEM_TMP/$1.asked" 2>&1 &
	_pid[$1]=$!
	wait_for 20 test -s "$XMEM_TMP/$1.asked" || die "$1 starts"
	_port[$1]=$(head -n 1 "$XMEM_TMP/$1.asked")
}
asked() { grep -c "^$2" "$XMEM_TMP/$1.asked"; }

# dns [OPTION…]: a name server
dns() {
	dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root \
		--pid-file= --bind-interfaces --listen-address=127.0.0.1 --log-facility=- "$@" \
		>"$XMEM_TMP/dns.log" 2>&1 &
	_pid[dns]=$!
	wait_for 20 grep -q 'started' "$XMEM_TMP/dns.log" || die "dnsmasq starts"
}
# srv NAME PORT PRIORITY: an option for dns
srv() { echo "--srv-host=_xmem._tcp.lab.test,$1.lab.test,$2,$3,0"; }
end() {
	kill "${_pid[$1]}"
	{ wait "${_pid[$1]}"; } 2>/dev/null
	unset "_pid[$1]"
}

# an input that never ends keeps the servers
mkfifo "$XMEM_TMP/hold"
exec 9<>"$XMEM_TMP/hold"
manager m1
manager m2
cat >"$XMEM_TMP/conf" <<-END
	[tls]
	ca = $XMEM_TMP/pki/ca.crt
	cert = $XMEM_TMP/pki/alice.crt
	key = $XMEM_TMP/pki/alice.key
	[client]
	managers = srv:lab.test
END
alice() { "$XMEMADM" -c "$XMEM_TMP/conf" "$@"; }

dns "$(srv m2 "${_port[m2]}" 20)" "$(srv m1 "${_port[m1]}" 10)"
check "a manager is found" alice alloc show one
equal "the one of the best priority" "$(asked m1 'GET /v1/allocations/one')" 1
equal "not the other" "$(asked m2 GET)" 0
end m1
check "when it is away" alice alloc show one
equal "the other is asked" "$(asked m2 'GET /v1/allocations/one')" 1
end m2
refused 'no manager answers: https://m1.lab.test:.*; https://m2.lab.test:' alice alloc show one
refused 'DNS has no managers for srv:none.test' "$XMEMADM" -c "$XMEM_TMP/conf" -m srv:none.test alloc list
end dns
refused 'DNS has no managers for srv:lab.test' alice alloc list
equal "exit code" "$(alice alloc list >/dev/null 2>&1; echo $?)" 3
finish
