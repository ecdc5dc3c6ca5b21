#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the manager dies between any two steps of growing, shrinking, expiring and recovering
# tier: full
# timeout: 300

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 64 64

create() { api alice manager POST /v1/allocations '{"name":"v","size":"10M","client":"0xc1"}'; }
resize() { api alice manager PATCH /v1/allocations/v "{\"size\":\"$1\"}"; }
size() { value alice manager /v1/allocations/v 'a["size"] >> 20, [x["size"] >> 20 for x in a["legs"]]'; }
one_of() {
	local is=$1
	shift
	for want; do [ "$is" != "$want" ] || return 0; done
	echo "is $is"
	return 1
}

must "create" create
for ((n = 1; ; n++)); do
	crash_at $n resize 30M
	[ "$died" != no ] || break
	equal "grow, step $n: died there" "$died" 99
	check "grow, step $n: settled" wait_for 20 settled
	# settled by rolling back, or it had happened; but only whole
	check "grow, step $n: all or nothing" one_of "$(size)" "(10, [10])" "(30, [10, 20])"
	check "grow, step $n: can be attached" api alice manager GET /v1/allocations/v/attachment
	[ "$(size)" = "(10, [10])" ] || must "shrinks again" resize 10M
done
equal "grow without a crash is answered" "$answered" 200
check "grow has at least 5 steps ($((n - 1)))" test $n -gt 5

for ((n = 1; ; n++)); do
	[ "$(size)" = "(30, [10, 20])" ] || must "grows for the next" resize 30M
	crash_at $n resize 10M
	[ "$died" != no ] || break
	equal "shrink, step $n: died there" "$died" 99
	check "shrink, step $n: settled" wait_for 20 settled
	check "shrink, step $n: all or nothing" one_of "$(size)" "(10, [10])" "(30, [10, 20])"
	check "shrink, step $n: can be attached" api alice manager GET /v1/allocations/v/attachment
done
equal "shrink without a crash is answered" "$answered" 200
check "shrink has at least 4 steps ($((n - 1)))" test $n -gt 4

# Expiry is nobody's request: the manager dies when it comes to it, and does it when it is back.
must "short graces" api admin manager PUT /v1/policy '{"grace":1,"warn":1}'
dead() { ! alive manager; }
for ((n = 1; n <= 4; n++)); do
	stop manager KILL
	start manager
	must "volatile $n" api alice manager POST /v1/allocations \
		"{\"name\":\"e$n\",\"size\":\"2M\",\"client\":\"0xc1\",\"not_in_use\":1}"
	stop manager KILL
	start manager XMEMD_CRASH_AT=$n
	check "expiry, step $n: died there" wait_for 20 dead
	stop manager KILL
	equal "expiry, step $n: by itself" "$status" 99
	start manager
	check "expiry, step $n: goes on" wait_for 20 state_is "e$n" none
	check "expiry, step $n: nothing is left" wait_for 20 agree
done

# Recovery, from the start for each step: what was written down is not found twice.
must "second" api alice manager POST /v1/allocations '{"name":"w","size":"4M","client":"0xc1"}'
names() { value admin manager /v1/allocations '[(x["name"], x["size"] >> 20) for x in a["allocations"]]'; }
recover() { api admin manager POST /v1/recovery '{}'; }
before=$(names)
for ((n = 1; n < 20; n++)); do
	stop manager KILL
	rm -f "$XMEM_TMP"/manager.db*
	start manager
	for name in a1 a2; do
		must "$name is known" api admin manager POST /v1/appliances \
			"{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
	done
	crash_at $n recover
	[ "$died" != no ] || break
	equal "recovery, step $n: died there" "$died" 99
	check "recovery, step $n: done again" recover
	equal "recovery, step $n: all is there" "$(names)" "$before"
	check "recovery, step $n: with its regions" agree
done
equal "recovery without a crash is answered" "$answered" 200
check "recovery has at least 2 steps ($((n - 1)))" test $n -gt 2
# Who has just started knows no appliance to be up: what is asked before they have
# answered is decided when they have.
at_once() { # TEXT STATUS METHOD PATH BODY
	local answer=$XMEM_TMP/at-once
	stop manager KILL
	kill -STOP "${_pid[a1]}" "${_pid[a2]}"
	start manager
	{ api admin manager "$3" "$4" "$5" 2>&1; cat "$XMEM_TMP/code"; } >"$answer" &
	# that it waits cannot be seen from outside; an answer before its time can
	wait_for 1 test -s "$answer"
	kill -CONT "${_pid[a1]}" "${_pid[a2]}"
	wait $!
	equal "asked at once: $1: answered ($(head -n 1 "$answer"))" "$(tail -n 1 "$answer")" "$2"
}
must "there is an account" api admin manager PUT /v1/accounts/lab '{}'
at_once "a larger size" 200 PATCH /v1/allocations/v '{"size":"12M"}'
at_once "a plan" 200 POST /v1/plans '{"size":"2M","client":"0xc1"}'
at_once "how much room" 200 POST /v1/space '{"client":"0xc1"}'
check "  and there is some" grep -q '"largest":[1-9]' "$XMEM_TMP/body"
at_once "a reservation" 201 POST /v1/reservations '{"name":"r","size":"2M","account":"lab"}'
check "the reservation goes" api admin manager DELETE /v1/reservations/r

for name in v w; do
	check "$name goes" api alice manager DELETE "/v1/allocations/$name"
done
check "nothing is left" no_regions a1 a2
stop_all
finish
