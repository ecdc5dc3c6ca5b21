#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: three managers on three members of etcd: one decides, the others pass on; killed, frozen, replaced
# tier: full
# timeout: 200

# shellcheck source=tests/host/lib-managers.sh
. "$(dirname "$0")/lib-managers.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" managers:manager a1:appliance a2:appliance \
	admin:admin alice:client bob:client
etcd_up
cluster_up

follower() {
	local name
	for name in "${MANAGERS[@]}"; do
		[ "$name" = "$leader_is" ] || ! alive "$name" || { echo "$name"; return; }
	done
}

wait_for 40 one_decides || die "one of three decides"
f=$(follower)
note "$leader_is decides, $f is asked"
for name in a1 a2; do
	check "a follower passes on that $name is known" api admin "$f" POST /v1/appliances \
		"{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
	equal "  its status comes back" "$(<"$XMEM_TMP/code")" 201
done
check "a client creates by a follower" create "$f" v
equal "  in its own name" "$(json 'a["owner"], a["state"]')" "('alice', 'ready')"
refused 'there is an allocation "v" already' create "$f" v
equal "  refusals come back as they are" "$(<"$XMEM_TMP/code") $(json 'a["reason"]')" "409 exists"
refused 'this needs admin' api alice "$f" POST /v1/appliances '{"name":"x","url":"https://h:1"}'
check "the follower knows it" wait_for 20 names_are "$f" "[('v', 'ready')]"
check "  and answers who attaches" api alice "$f" GET /v1/allocations/v/attachment
equal "all managers are there" "$(value alice "$f" /v1/managers '[x["name"] for x in a["managers"]], a["engine"]')" \
	"(['m1', 'm2', 'm3'], 'etcd')"

# ---- the one that decides dies
old=$leader_is
stop "$old" KILL
wait_for 60 another_decides "$old" || die "another one decides after $old was killed"
f=$(follower)
equal "$leader_is knows what there was" "$(names "$leader_is")" "[('v', 'ready')]"
check "and decides" wait_for 20 create "$f" w
check "regions are as many as legs" test $(($(regions a1) + $(regions a2))) = 2
start "$old"
check "$old follows when it is back" wait_for 20 names_are "$old" "[('v', 'ready'), ('w', 'ready')]"

# ---- the one that decides is cut off: it believes that it still does, and may not
old=$leader_is
kill -STOP "${_pid[$old]}"
MANAGERS_LEFT=()
for name in "${MANAGERS[@]}"; do
	[ "$name" = "$old" ] || MANAGERS_LEFT+=("$name")
done
MANAGERS=("${MANAGERS_LEFT[@]}")
wait_for 60 one_decides || die "another one decides while $old is frozen"
check "$leader_is decides" wait_for 20 create "$leader_is" x
kill -CONT "${_pid[$old]}"
check "$old follows" wait_for 30 manager_leads "$old" False
check "  and has what was decided without it" wait_for 20 names_are "$old" \
	"[('v', 'ready'), ('w', 'ready'), ('x', 'ready')]"
check "  it passes on" api alice "$old" DELETE /v1/allocations/x
end_with v w
