#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: managers by DNS: priority, time to live, DNS that changes, dies and comes late
# tier: full
# timeout: 120
# needs: dnsmasq-base util-linux

# A network, a resolver and names of its own: nothing of it reaches the machine's.
if [ -z "${XMEM_OWN_NET:-}" ]; then
	[ "$(id -u)" = 0 ] || set -- --map-root-user
	XMEM_OWN_NET=1 exec unshare --net --mount "$@" -- "$0"
fi

# shellcheck source=tests/host/lib-announce.sh
. "$(dirname "$0")/lib-announce.sh"

must "build" build
must "a network" ip link set lo up
echo 'nameserver 127.0.0.1' >"$XMEM_TMP/resolv.conf"
printf '127.0.0.1 localhost\n127.0.0.1 m1.lab.test m2.lab.test\n' >"$XMEM_TMP/hosts"
must "a resolver" mount --bind "$XMEM_TMP/resolv.conf" "$(readlink -f /etc/resolv.conf)"
must "names" mount --bind "$XMEM_TMP/hosts" /etc/hosts
must "certificates" pki "$XMEM_TMP/pki" a1:appliance admin:admin
must "of the managers" "$XMEMADM" pki issue manager --role manager --dir "$XMEM_TMP/pki" \
	--san m1.lab.test --san m2.lab.test --san 127.0.0.1

# dns_start [OPTION…]: a name server; its answers may be kept for two seconds
dns_start() {
	setpriv --pdeathsig KILL dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
		--user=root --pid-file= --bind-interfaces --listen-address=127.0.0.1 --local-ttl=2 \
		--log-facility=- --log-queries "$@" >>"$XMEM_TMP/dns.last" 2>&1 &
	_pid[dns]=$!
	wait_for 20 dns_serves || die "dnsmasq starts: $(tail -n 3 "$XMEM_TMP/dns.last")"
}
dns_serves() { grep -q "^udp.*127.0.0.1:53 " <(ss -Huln -O 2>/dev/null | tr -s ' ' | sed 's/^/udp /') && alive dns; }
# srv NAME PORT PRIORITY WEIGHT: an option for dns_start
srv() { echo "--srv-host=_xmem._tcp.lab.test,$1.lab.test,$2,$3,$4"; }

pending='{"POST /v1/announcements": [200, {"name": "a1", "state": "pending"}]}'
answers m1 "$pending"
answers m2 "$pending"
stub m1
stub m2
machine "$XMEM_TMP/root"
configure a1 appliance
printf 'managers = srv:lab.test\nannounce-interval = 1s\n' >>"$XMEM_TMP/a1.conf"
run_a1() { _mark[a1]=0; start a1 XMEMD_ROOT="$XMEM_TMP/root"; }
name() { echo "https://$1.lab.test:${_port[$1]}"; }

# ---- the one of the best priority
dns_start "$(srv m2 "${_port[m2]}" 20 0)" "$(srv m1 "${_port[m1]}" 10 0)"
run_a1
check "the first by priority is told" wait_for 20 said a1 "announced to $(name m1): pending"
equal "not the other" "$(requests m2)" 0
mark a1
stop m1
check "the second is, when the first is away" wait_for 20 said a1 "announced to $(name m2): pending"
stub m1

# ---- DNS says something else
mark a1
stop dns
dns_start "$(srv m1 "${_port[m1]}" 10 0)"
check "when the answer is old, DNS is asked again" wait_for 30 said a1 "announced to $(name m1): pending"

# ---- DNS is away
mark a1
stop dns
check "that is told" wait_for 30 said a1 'DNS has no managers for srv:lab.test .*: going on with the managers known before'
before=$(requests m1)
check "and is no reason to stop" wait_for 20 more_than m1 $((before + 2))
dns_start "$(srv m2 "${_port[m2]}" 10 0)"
check "DNS is back, with another answer" wait_for 30 said a1 "announced to $(name m2): pending"
mark a1
stop dns
dns_start
check "a name that is gone is as good as no answer" wait_for 30 said a1 'going on with the managers known before'
before=$(requests m2)
check "and no reason to stop" wait_for 20 more_than m2 $((before + 2))
stop a1
equal "it stops in order" "$status" 0

# ---- DNS comes late
run_a1
check "who knows no manager says why" wait_for 30 said a1 'not announced: DNS has no managers for srv:lab.test'
stop dns
dns_start "$(srv m1 "${_port[m1]}" 10 0)"
check "and finds one later" wait_for 40 said a1 "announced to $(name m1): pending"
stop a1

# ---- DNS leads elsewhere: whoever is there must show a certificate for that name
stop dns
echo '127.0.0.1 evil.lab.test' >>"$XMEM_TMP/hosts"
dns_start "$(srv evil "${_port[m1]}" 10 0)"
before=$(requests m1)
run_a1
check "a forged answer is noticed" wait_for 30 said a1 'not announced: https://evil.lab.test:.*(SSL|certificate)'
equal "nothing is told" "$(requests m1)" "$before"
stop_all
finish
