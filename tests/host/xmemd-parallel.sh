#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: many requests at once: nobody gets what somebody else has, all memory comes back
# tier: full
# timeout: 300

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 96 64

# ask FILE METHOD PATH [BODY]: status into FILE
ask() {
	curl -s --max-time 60 --cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/alice.crt" \
		--key "$XMEM_TMP/pki/alice.key" -X "$2" ${4:+-H 'Content-Type: application/json' -d "$4"} \
		-o /dev/null -w '%{http_code}\n' "$(url manager)$3" >"$XMEM_TMP/$1"
}

# 12 of 16 MiB each for 160 MiB: ten fit, two do not
for ((round = 0; round < 3; round++)); do
	pids=()
	for ((i = 0; i < 12; i++)); do
		ask "c$i" POST /v1/allocations "{\"name\":\"p$i\",\"size\":\"16M\",\"client\":\"0xc1\"}" &
		pids+=($!)
	done
	wait "${pids[@]}"
	codes=$(for ((i = 0; i < 12; i++)); do cat "$XMEM_TMP/c$i"; done | sort | uniq -c | tr -s ' \n' ' ')
	note "round $round: $codes"
	made=$(cat "$XMEM_TMP"/c? "$XMEM_TMP"/c1? | grep -c 201)
	equal "round $round: what was answered is there" \
		"$(value admin manager /v1/allocations 'len([1 for x in a["allocations"] if x["state"] == "ready"])')" "$made"
	equal "round $round: and nothing else" "$(value admin manager /v1/allocations 'len(a["allocations"])')" "$made"
	check "round $round: the room was used ($made of 10)" test "$made" -ge 8 -a "$made" -le 10
	equal "round $round: as many regions as legs" "$(($(regions a1) + $(regions a2)))" \
		"$(value admin manager /v1/allocations 'sum(len(x["legs"]) for x in a["allocations"])')"
	# each destroyed by two at once: one of them does it, the other hears of it
	pids=()
	for ((i = 0; i < 12; i++)); do
		ask "d$i" DELETE "/v1/allocations/p$i" &
		pids+=($!)
		ask "e$i" DELETE "/v1/allocations/p$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	equal "round $round: destroyed once each" "$(cat "$XMEM_TMP"/d? "$XMEM_TMP"/d1? "$XMEM_TMP"/e? "$XMEM_TMP"/e1? | grep -c 200)" "$made"
	equal "round $round: all is gone" "$(value admin manager /v1/allocations 'len(a["allocations"])')" 0
	check "round $round: from the appliances" no_regions a1 a2
done

# the same name by many: one gets it
pids=()
for ((i = 0; i < 12; i++)); do
	ask "c$i" POST /v1/allocations '{"name":"same","size":"2M","client":"0xc1"}' &
	pids+=($!)
done
wait "${pids[@]}"
equal "one name, one allocation" "$(cat "$XMEM_TMP"/c? "$XMEM_TMP"/c1? | sort | uniq -c | tr -s ' \n' ' ')" " 1 201 11 409 "
stop manager
equal "the manager stops in order" "$status" 0
stop_all
finish
