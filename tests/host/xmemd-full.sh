#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the manager's disk is full: refused in words, reads go on, no region is lost, and it goes on without a restart
# tier: full
# timeout: 300

# The disk is a file system of this test's own, which nobody else sees.
if [ -z "${XMEM_OWN_MOUNTS:-}" ]; then
	[ "$(id -u)" = 0 ] || set -- --map-root-user
	XMEM_OWN_MOUNTS=1 exec unshare --mount "$@" -- "$0"
fi

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

disk=/mnt
must "a small disk" mount -t tmpfs -o size=4M small "$disk"
# the database and its log are where this leads
ln -s "$disk/db" "$XMEM_TMP/manager.db"

# Any further commit makes the log longer, and there is no room for a page of it.
fill() { ! cat /dev/zero >"$disk/filler" 2>/dev/null; }
free() { rm -f "$disk/filler"; }

create() { api alice manager POST /v1/allocations "{\"name\":\"$1\",\"size\":\"4M\",\"client\":\"0xc1\"}" "${@:2}"; }
resize() { api alice manager PATCH /v1/allocations/v "{\"size\":\"$1\"}"; }
destroy() { api alice manager DELETE "/v1/allocations/$1"; }
names() { value alice manager /v1/allocations '[(x["name"], x["size"] >> 20, x["state"]) for x in a["allocations"]]'; }

two_appliances 64 64
no_room='507: .*no room left for the manager.s database .*nothing was changed'
must "policy" api admin manager PUT /v1/policy '{"grace":1,"warn":1}'
must "account" api admin manager PUT /v1/accounts/web '{}'
must "an allocation" create there
must "one that ends soon" api alice manager POST /v1/allocations \
	'{"name":"soon","size":"2M","client":"0xc1","not_in_use":1,"duration":"1h"}'
must "the disk is full" fill

# ---- whatever would be written is refused
refused "$no_room" create new
equal "  in a word for programs" "$(json 'a["reason"]')" no-room
refused "$no_room" create new -H 'Idempotency-Key: once'
refused "$no_room" api alice manager PATCH /v1/allocations/there '{"labels":{"a":"b"}}'
refused "$no_room" api alice manager PATCH /v1/allocations/there '{"size":"8M"}'
refused "$no_room" destroy there
refused "$no_room" api admin manager PUT /v1/accounts/lab '{}'
refused "$no_room" api admin manager PUT /v1/policy '{"grace":5}'
refused "$no_room" api admin manager PATCH /v1/appliances/a1 '{"state":"drained"}'
refused "$no_room" api admin manager POST /v1/reservations '{"name":"r","size":"2M","account":"web"}'

# ---- what is only read is there as before; so is what is kept in memory only
equal "reads go on" "$(value alice manager /v1/allocations '[x["name"] for x in a["allocations"]]')" "['soon', 'there']"
check "what a client attaches with" api alice manager GET /v1/allocations/there/attachment
check "a renewal" api alice manager PUT /v1/allocations/there/lease '{}'
check "a plan" api alice manager POST /v1/plans '{"size":"2M"}'
equal "the policy" "$(value admin manager /v1/policy 'a["grace"]')" 1
equal "no new account" "$(value admin manager /v1/accounts '[x["name"] for x in a["accounts"]]')" "['web']"
equal "no reservation" "$(value admin manager /v1/reservations 'a["reservations"]')" "[]"
equal "a1 is not drained" "$(value admin manager /v1/appliances/a1 'a["state"]')" admitted
check "metrics" api admin manager GET /metrics
check "as many regions as were said" agree

# ---- started anew it reads what is there
for signal in KILL TERM; do
	stop manager $signal
	start manager
	check "after $signal: it serves" api alice manager GET /v1/allocations/there
	# in order, it leaves no log behind
	fill
	refused "$no_room" create new
	check "after $signal: nobody lost a region" agree
done
equal "what ended meanwhile is still there" "$(state soon)" ready

# ---- what ends meanwhile is said when it can be written down, and not before
free
for name in late kept; do
	must "$name" api alice manager POST /v1/allocations "{\"name\":\"$name\",\"size\":\"2M\",\"client\":\"0xc1\",
		\"not_in_use\":3,\"type\":\"$([ $name = late ] && echo volatile || echo persistent)\"}"
done
must "full" fill
told() { value admin manager '/v1/events?limit=1000' "[e['type'] for e in a['events'] if e['name'] == '$1'][2:]"; }
refusals() { grep -c "allocation $1: no room left" "$XMEM_TMP/manager.last"; }
stuck() { [ "$(refusals "$1")" -gt 0 ]; }
for name in late kept; do
	check "$name ends, and that cannot be written down" wait_for 60 stuck $name
	equal "  it is there" "$(state $name)" ready
	equal "  nothing was told" "$(told $name)" "[]"
done

# ---- it goes on when there is room
free
kept_is() { [ "$(value alice manager /v1/allocations/kept 'a["lease"]["state"]')" = "$1" ]; }
check "late goes" wait_for 60 state_is late none
equal "  and was told before" "$(told late)" "['alloc.warned', 'alloc.expired', 'alloc.destroyed']"
check "kept expires" wait_for 60 kept_is expired
equal "  and was told before" "$(told kept)" "['alloc.warned', 'alloc.expired']"
equal "what was tried again and again was said once" "$(refusals late) $(refusals kept)" "1 1"
check "it takes changes again" create new -H 'Idempotency-Key: once'
check "  once" create new -H 'Idempotency-Key: once'
check "the one that should have ended does" wait_for 30 state_is soon none
for name in there new kept; do
	check "$name goes" destroy "$name"
done
check "nothing is left" no_regions a1 a2

# ---- it becomes full between any two steps of a request
frozen() { [[ $(ps -o stat= -p "${_pid[manager]}") = T* ]]; }
frozen_or_done() { frozen || ! kill -0 "$asking" 2>/dev/null; }

# full_at N COMMAND…: $answered is the status, $met whether step N came
full_at() {
	stop manager
	start manager XMEMD_FREEZE_AT="$1"
	shift
	apart "$@" >"$XMEM_TMP/answer" 2>&1 &
	asking=$!
	must "it stops there or answers" wait_for 30 frozen_or_done
	met=no
	if frozen; then
		met=yes
		must "full" fill
		kill -CONT "${_pid[manager]}"
	fi
	wait "$asking"
	answered=$(cut -d: -f1 "$XMEM_TMP/answer")
}

# steps WHAT LEAST BEFORE AFTER UNDO COMMAND…: v is as BEFORE or AFTER, whichever was answered
steps() {
	local what=$1 least=$2 before=$3 after=$4 undo n full=0 is
	read -ra undo <<<"$5"
	shift 5
	for ((n = 1; ; n++)); do
		full_at "$n" "$@"
		[ $met = yes ] || break
		case $answered in
		202) grep -q '"details":\["no room left for the manager.s database' "$XMEM_TMP/answer" ||
			not_ok "$what, step $n: does not say why it goes on later" ;;
		507) full=$((full + 1)); check "$what, step $n: in words" grep -Eq "$no_room" "$XMEM_TMP/answer" ;;
		20[01]) ;;
		*) not_ok "$what, step $n: answered $(<"$XMEM_TMP/answer")" ;;
		esac
		check "$what, step $n: reads go on" api alice manager GET /v1/allocations
		free
		check "$what, step $n: settled without a restart" wait_for 30 settled
		is=$(names)
		case "$answered $is" in
		"507 $before" | "20"?" $after") ok "$what, step $n: as it was answered ($answered)" ;;
		*) not_ok "$what, step $n: answered $answered, is $is" ;;
		esac
		[ "$is" = "$before" ] || must "$what, step $n: back" "${undo[@]}"
	done
	equal "$what: answered without a full disk" "${answered:0:2}" 20
	check "$what: steps were met ($((n - 1)))" test $n -gt "$least"
	check "$what: some were refused ($full)" test $full -gt 0
	stop manager
	start manager
	[ "$(names)" = "$before" ] || must "$what: back" "${undo[@]}"
}
steps create 4 "[]" "[('v', 4, 'ready')]" "destroy v" create v
must "v" create v
steps grow 4 "[('v', 4, 'ready')]" "[('v', 60, 'ready')]" "resize 4M" resize 60M
must "v is two regions" resize 60M
steps shrink 3 "[('v', 60, 'ready')]" "[('v', 4, 'ready')]" "resize 60M" resize 4M
must "v is one" resize 4M
steps destroy 3 "[('v', 4, 'ready')]" "[]" "create v" destroy v
check "v goes" destroy v
check "nothing is left" no_regions a1 a2
stop manager
equal "the manager stops in order" "$status" 0

# ---- the appliance's disk is full: a term that it could not remember does not begin
stop a1
sed -i "s|^terms = .*|terms = $disk/terms|" "$XMEM_TMP/a1.conf"
start a1
term=0x$(printf manager | sha256sum | cut -c 1-8)00000001
# change TERM: make a region in it
change() { api manager a1 PUT /v1/regions/0x1 "{\"size\":\"2M\",\"owner\":\"$term\"}" -H "Xmem-Term: $term;$1"; }
check "a term begins" change 5
must "the appliance's disk is full" fill
refused '500: .*cannot remember which manager decides: .*No space left' change 6
check "the term that it remembers goes on" change 5
stop a1 KILL
start a1
refused '500: .*cannot remember which manager decides: .*No space left' change 6
check "it is remembered after kill -9" change 5
refused '409: .*was deposed' change 4
free
check "with room the next term begins" change 6
refused '409: .*was deposed' change 5
check "the region goes" api manager a1 DELETE /v1/regions/0x1 '' -H "Xmem-Term: $term;6"
stop_all
finish
