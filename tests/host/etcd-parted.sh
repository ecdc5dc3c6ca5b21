#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the manager that decides is cut off with its member of etcd: another one decides, no region is lost or doubled, it heals
# tier: full
# timeout: 240

# shellcheck source=tests/host/lib-managers.sh
. "$(dirname "$0")/lib-managers.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" managers:manager a1:appliance a2:appliance admin:admin alice:client

# Each member is reached by the others through a cable of its own.
declare -A _cable=()
# cable NAME [ID]: lay it; with ID not for the member of that number
cable() {
	local out=$XMEM_TMP/etcd/$1.cable
	: >"$out"
	setpriv --pdeathsig KILL "$XMEM_SRC/tests/host/peer-cable" \
		"${_cable_port[$1]}" "${_peer_port[$1]}" ${2:+"$2"} >"$out" 2>&1 &
	_cable[$1]=$!
	wait_for 20 grep -q ready "$out" || die "the cable of $1: $(<"$out")"
}
cut() {
	kill -KILL "${_cable[$1]}"
	{ wait "${_cable[$1]}"; } 2>/dev/null
}
member_id() {
	etcd_call "$1" cluster/member/list '{}' | python3 -c '
import json, sys
print(*(format(int(m["ID"]), "x") for m in json.load(sys.stdin)["members"] if m["name"] == sys.argv[1]))' "$1"
}
# cut_off NAME: from and to all others, which still reach each other
cut_off() {
	local id name
	id=$(member_id "$1")
	for name in "${ETCD_MEMBERS[@]}"; do
		cut "$name"
		[ "$name" = "$1" ] || cable "$name" "$id"
	done
}
heal() {
	local name
	for name in "${ETCD_MEMBERS[@]}"; do
		[ "$name" = "$1" ] || cut "$name"
		cable "$name"
	done
}

for name in "${ETCD_MEMBERS[@]}"; do
	_cable_port[$name]=$(free_port)
done
etcd_prepare
for name in "${ETCD_MEMBERS[@]}"; do
	cable "$name"
	etcd_start "$name"
done
must "three members of etcd" etcd_well
for name in a1 a2; do
	configure "$name" appliance
	start "$name" XMEMD_MEMORY_MIB=256
done
for i in 1 2 3; do
	manager_on "m$i" "http://127.0.0.1:${_etcd_port[e$i]}"
done
wait_for 40 one_decides || die "one of three decides"
for name in a1 a2; do
	must "$name is made known" api admin "$leader_is" POST /v1/appliances "{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
done
check "v is made" create "$leader_is" v

# held: regions of both appliances; said MANAGER: those of its allocations
held() {
	local name
	for name in a1 a2; do
		value admin "$name" /v1/regions '"\n".join(str(int(r["id"], 16)) for r in a["regions"])'
	done | grep . | sort
}
said() { value admin "$1" /v1/allocations '"\n".join(str(int(l["region"], 16)) for x in a["allocations"] for l in x["legs"])' | sort; }
as_said() { [ "$(held)" = "$(said "$1")" ]; }
check "it has one region" as_said "$leader_is"

# Twice: the second time by another member, with another one that leads etcd, perhaps.
known="('v', 'ready')"
for round in 1 2; do
	old=$leader_is
	note "round $round: $old is cut off with e${old#m}"
	cut_off "e${old#m}"
	apart create "$old" "lost$round" >"$XMEM_TMP/lost" 2>&1 &
	asking=$!
	check "$old decides no more" wait_for 60 manager_leads "$old" False
	wait_for 60 another_decides "$old" || die "another one does"
	note "$leader_is decides"
	check "w$round is made there" wait_for 20 create "$leader_is" "w$round"
	check "with one region" wait_for 20 as_said "$leader_is"
	wait $asking
	check "who asked it meanwhile heard that it is not done, or unsure" grep -qE '^503: ' "$XMEM_TMP/lost"
	note "$(<"$XMEM_TMP/lost")"
	refused '^503: ' create "$old" "no$round"
	check "who is cut off still says what it knew" names_are "$old" "[$known]"
	known+=", ('w$round', 'ready')"

	heal "e${old#m}"
	must "all members of etcd are well" etcd_well
	check "$old has what was decided without it" wait_for 60 names_are "$old" "[$known]"
	wait_for 60 one_decides || die "one decides after all is whole again"
	for name in "${MANAGERS[@]}"; do
		check "$name says the same" wait_for 20 names_are "$name" "[$known]"
	done
	check "$old is of use again" wait_for 30 create "$old" "x$round"
	check "each region is of an allocation, once" wait_for 20 as_said "$leader_is"
	check "x$round goes" api alice "$old" DELETE "/v1/allocations/x$round"
done
end_with v w1 w2
