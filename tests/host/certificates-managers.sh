#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: managers believe each other by their certificates: what a follower passes on, and what the leader takes from it
# tier: full
# timeout: 240
# needs: etcd-server

# shellcheck source=tests/host/lib-managers.sh
. "$(dirname "$0")/lib-managers.sh"
# shellcheck source=tests/host/lib-ca.sh
. "$(dirname "$0")/lib-ca.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" managers:manager a1:appliance admin:admin alice:client
must "those of another CA" pki "$XMEM_TMP/foreign" managers:manager
authority "$XMEM_TMP/pki"
# all have the name that managers share, or regions of one would not be the other's
must "another good one" dated good "/CN=managers/OU=manager" 20200101000000Z "$(next_year 1)"
must "one that is revoked" dated revoked "/CN=managers/OU=manager" 20200101000000Z "$(next_year 1)"
must "the list" revoke "$XMEM_TMP/pki" "$XMEM_TMP/list" -- revoked
must "one out of date" dated expired "/CN=managers/OU=manager" 20200101000000Z 20200201000000Z
for role in appliance admin; do
	must "one of the role $role" dated $role "/CN=managers/OU=$role" 20200101000000Z "$(next_year 1)"
done
for kind in crt key; do
	cp "$XMEM_TMP/foreign/managers.$kind" "$XMEM_TMP/pki/foreign.$kind"
done
declare -A words=([revoked]='revoked' [expired]='expired' [foreign]='issuer is unknown')

ETCD_MEMBERS=(e1)
MANAGERS=(m1 m2)
etcd_up
configure a1 appliance
start a1 XMEMD_MEMORY_MIB=64
# with NAME CERT: start a manager with that certificate
with() {
	configure_on "$1" "$ETCD" "$2"
	sed -i "s,^\[daemon\],crl = $XMEM_TMP/list\n&," "$XMEM_TMP/$1.conf"
	start "$1"
}
# who asks here does not look at what the manager shows
m1_leads() {
	api admin m1 GET /v1/status '' --insecure >/dev/null 2>&1 &&
		[ "$(json 'a["manager"]["leads"]')" = True ]
}
m2_follows() {
	api admin m2 GET /v1/status '' --insecure >/dev/null 2>&1 &&
		[ "$(json 'a["manager"]["leader"]')" = m1 ]
}
# pair LEADER FOLLOWER: certificates; m1 leads
pair() {
	local name
	for name in m1 m2; do
		[ -z "${_pid[$name]:-}" ] || stop $name
	done
	with m1 "$1"
	wait_for 40 m1_leads || die "m1 leads"
	with m2 "$2"
	wait_for 40 m2_follows || die "m2 follows"
}
pair managers good
must "the appliance is known" api admin m1 POST /v1/appliances "{\"name\":\"a1\",\"url\":\"$(url a1)\"}"
check "with good ones a follower passes on" create m2 v
for kind in revoked expired foreign; do
	# a leader whose certificate is not good is told nothing
	pair "$kind" good
	refused "^503: .*does not answer, and the request did not happen: .*not accepted: .*${words[$kind]}" \
		create m2 w
	# one that follows is not believed whom it asks for
	pair managers "$kind"
	refused "^403: .*${words[$kind]}" create m2 w --insecure
	equal "  $kind: nothing has come of it" "$(names m1)" "[('v', 'ready')]"
done
for role in appliance admin; do
	stop m2
	with m2 $role
	check "a manager does not start as $role" said m2 "needs a certificate with the role .OU. manager"
done
pair good managers
check "and with good ones again" create m2 w
leader_is=m1
MANAGERS=(m1)
check "w goes" api alice m1 DELETE /v1/allocations/w
check "v goes" api alice m1 DELETE /v1/allocations/v
check "nothing is left" no_regions a1
stop_all
etcd_down
finish
