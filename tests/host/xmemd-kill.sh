#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: appliances die at each step, every daemon at random moments: nothing lost, nothing leaked
# tier: full
# timeout: 900

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 128 64

create() {
	api alice manager POST /v1/allocations "{\"name\":\"$1\",\"size\":\"$2\",\"client\":\"0xc1\"}"
}
destroy() { api alice manager DELETE "/v1/allocations/$1"; }

# a1 dies at each of its steps while it is asked for a region, a grant, their end
for ((n = 1; n <= 12; n++)); do
	stop a1 KILL
	start a1 XMEMD_CRASH_AT=$n
	create v 32M >/dev/null 2>&1
	answered=$(<"$XMEM_TMP/code")
	destroyed=none
	if [ "$answered" = 201 ]; then
		equal "appliance, step $n: what was answered is there" "$(state v)" ready
		destroy v >/dev/null 2>&1
		destroyed=$(<"$XMEM_TMP/code")
	fi
	stop a1 KILL
	start a1
	check "appliance, step $n: all ends well ($answered, $destroyed)" wait_for 30 no_regions a1 a2
	check "appliance, step $n: for the manager too" wait_for 30 state_is v none
done

# Random moments: one loop makes and destroys, daemons are killed meanwhile. What was
# answered last for each name is what must be true in the end.
work() {
	local i name
	trap - EXIT
	XMEM_WORK=$XMEM_TMP/work
	mkdir -p "$XMEM_WORK"
	for ((i = 0; ; i++)); do
		name=r$((i % 5))
		# each answer in its own file: the other shell asks too
		curl -s --max-time 30 --cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/alice.crt" \
			--key "$XMEM_TMP/pki/alice.key" -H 'Content-Type: application/json' \
			-d "{\"name\":\"$name\",\"size\":\"$((8 + i % 3 * 8))M\",\"client\":\"0xc1\"}" \
			-o "$XMEM_WORK/body" -w "create $name %{http_code}\n" \
			"$(url manager)/v1/allocations" >>"$XMEM_WORK/answers"
		[ $((i % 3)) = 0 ] || continue
		curl -s --max-time 30 --cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/alice.crt" \
			--key "$XMEM_TMP/pki/alice.key" -X DELETE -o "$XMEM_WORK/body" \
			-w "destroy $name %{http_code}\n" \
			"$(url manager)/v1/allocations/$name" >>"$XMEM_WORK/answers"
	done
}

work &
worker=$!
daemons=(manager a1 manager a2)
for ((n = 0; n < 25; n++)); do
	victim=${daemons[RANDOM % 4]}
	# a moment, without a process
	read -r -t "0.$((RANDOM % 9 + 1))" <>"$XMEM_TMP/pause" || :
	stop "$victim" KILL
	start "$victim"
done
kill $worker
{ wait $worker; } 2>/dev/null
note "$(cut -d' ' -f1,3 "$XMEM_TMP/work/answers" | sort | uniq -c | tr '\n' ',')"
check "it did something" grep -q 'create r. 201' "$XMEM_TMP/work/answers"

unfinished() {
	[ "$(value admin manager /v1/allocations \
		'[x["name"] for x in a["allocations"] if x["state"] in ("creating", "destroying")]')" = "[]" ]
}
check "all is settled" wait_for 60 unfinished
agree() {
	local said held
	said=$(value admin manager /v1/allocations 'sum(len(x["legs"]) for x in a["allocations"])')
	held=$(($(regions a1) + $(regions a2)))
	echo "said $said, held $held"
	[ "$said" = "$held" ]
}
check "as many regions as legs" wait_for 30 agree
equal "no allocation failed" \
	"$(value admin manager /v1/allocations '[x["name"] for x in a["allocations"] if x["state"] == "failed"]')" "[]"
# what was last answered clearly: 201 is ready unless an unanswered destroy followed
for name in r0 r1 r2 r3 r4; do
	last=$(grep " $name " "$XMEM_TMP/work/answers" | grep -E ' (201|200|202)$' | tail -n 1)
	unclear=$(awk -v l="$last" '$0 == l { seen = NR } END { print seen }' "$XMEM_TMP/work/answers")
	open=$(tail -n +"$((${unclear:-0} + 1))" "$XMEM_TMP/work/answers" | grep -c " $name \(000\|50.\)$")
	note "$name: last \"$last\", then $open without a clear answer, is $(state $name)"
	[ "$open" = 0 ] || continue
	case $last in
	create*) equal "$name was created and is there" "$(state $name)" ready ;;
	destroy*) equal "$name was destroyed and is gone" "$(state $name)" none ;;
	esac
done
for name in r0 r1 r2 r3 r4; do
	state_is $name none || must "$name goes away" destroy $name
done
check "nothing is left" wait_for 15 no_regions a1 a2
stop_all
finish
