#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: every limit of the server: sizes, connections, rates, deadlines, half-open handshakes
# tier: full
# timeout: 120

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager admin:admin alice:client viewer:viewer

hurry=1
# with KEY=VALUE…: the manager, started anew with these lines in [daemon]
with() {
	[ -z "${_pid[manager]:-}" ] || stop manager
	configure manager manager
	local lines
	lines=$(printf '%s\\n' "$@")
	sed -i "s/^roles = .*/&\n${lines//=/ = }/" "$XMEM_TMP/manager.conf"
	start manager XMEMD_HURRY=$hurry
}

# attack WHAT [NUMBER]: in the background, until it has done its worst; end_attack ends it.
# Not for check: it is this shell's child. Its lines are in $XMEM_TMP/attack.
attack() {
	mkfifo "$XMEM_TMP/hold" 2>/dev/null
	"$XMEM_SRC/tests/host/attack" "$XMEM_TMP/pki" alice "${_port[manager]}" "$@" \
		<"$XMEM_TMP/hold" >"$XMEM_TMP/attack" 2>&1 &
	attacker=$!
	exec {hold}>"$XMEM_TMP/hold"
	wait_for 60 grep -Eq '^(ready|cut)' "$XMEM_TMP/attack" || die "$(<"$XMEM_TMP/attack")"
}

end_attack() {
	exec {hold}>&-
	wait "$attacker"
}

cut() { wait_for 40 grep -q '^cut' "$XMEM_TMP/attack"; }
logged() { wait_for 10 grep -Eq "$1" "$XMEM_TMP/manager.last"; }
metric() {
	api admin manager GET /metrics >/dev/null 2>&1
	awk -v name="$1" '$1 == name { print $2 }' "$XMEM_TMP/body"
}
at_least_one() { [ "$(metric "$1")" -ge 1 ]; }

# ---- TLS
with body=4K
refused 'SSL|alert' curl -sS --tls-max 1.2 --cacert "$XMEM_TMP/pki/ca.crt" \
	--cert "$XMEM_TMP/pki/alice.crt" --key "$XMEM_TMP/pki/alice.key" "$(url manager)/v1/status"

# ---- sizes
body() { python3 -c 'import sys; print("{\"name\":1}".ljust(int(sys.argv[1])), end="")' "$1" >"$XMEM_TMP/long"; }
body 4096
refused '"name" must be' api alice manager POST /v1/allocations "@$XMEM_TMP/long"
body 4097
refused 'longer than 4096 bytes.*"reason":"too-long"' api alice manager POST /v1/allocations "@$XMEM_TMP/long"
refused 'longer than 4096 bytes' api alice manager POST /v1/allocations "@$XMEM_TMP/long" \
	-H 'Transfer-Encoding: chunked'
equal "status 413" "$(<"$XMEM_TMP/code")" 413
long=$(printf 'x%.0s' {1..20000})
api alice manager GET /v1/status '' -H "X-Long: $long" >/dev/null 2>&1
equal "a header that is too long" "$(<"$XMEM_TMP/code")" 431
api alice manager GET "/v1/status?$long" >/dev/null 2>&1
equal "a path that is too long" "$(<"$XMEM_TMP/code")" 414

# ---- connections of one address
with connections-per-address=8
attack crowd 8
refused 'SSL|reset' api alice manager GET /v1/status
check "the log says why" logged 'from 127.0.0.1 refused: it has 8 already'
check "another address is served" api alice manager GET /v1/status '' --interface 127.0.0.2
end_attack
check "then this one again" wait_for 10 api alice manager GET /v1/status

# ---- connections of all
with connections=8 connections-per-address=64
attack crowd 12
check "make room for one that does" api alice manager GET /v1/status
end_attack
attack unfinished 8
refused 'SSL|reset' api alice manager GET /v1/status
check "the log says why" logged 'refused: all 8 are being answered'
end_attack
check "then there is room" wait_for 20 api alice manager GET /v1/status

# ---- rate
with rate=5
many() { # many WHO: statuses of 12 requests over one connection
	local i args=()
	for ((i = 0; i < 12; i++)); do
		args+=(-o /dev/null "$(url manager)/v1/status")
	done
	curl -sS --cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/$1.crt" \
		--key "$XMEM_TMP/pki/$1.key" -w '%{http_code}\n' "${args[@]}" | sort | uniq -c | tr -s ' \n' ' '
}
exhausted() { [[ $(many alice) == *429* ]]; }
check "too many requests are refused" wait_for 20 exhausted
check "others are not" api viewer manager GET /v1/status
say_why() { ! api alice manager GET /v1/status '' -D "$XMEM_TMP/head" >"$XMEM_TMP/said" 2>&1; }
tried() { many alice >/dev/null; say_why; }
check "a refusal" wait_for 20 tried
equal "in words" "$(json 'a["error"], a["reason"]')" \
	"('\"alice\" made more than 5 requests in a second', 'limit')"
check "with the time to wait" grep -qi '^retry-after: 1' "$XMEM_TMP/head"
check "after which it is served" wait_for 10 api alice manager GET /v1/status
check "it is counted" at_least_one xmem_http_too_fast_total

# ---- deadlines; XMEMD_HURRY has them pass in a twentieth of the time
hurry=20
with rate=1000
for what in drip-handshake drip-header drip-body pipeline idle; do
	attack "$what"
	check "$what is cut" cut
	end_attack
done
check "the log says: handshake" logged 'did not complete the TLS 1.3 handshake'
check "the log says: body" logged 'did not send the body of its request'
check "the log says: answer" logged 'did not take its answer'
check "they are counted" at_least_one 'xmem_connections_cut_total{reason="slow"}'

# ---- event streams
hurry=1
with connections=64
streams() { # streams WHO NUMBER: opens them, until end_streams
	local i
	for ((i = 0; i < $2; i++)); do
		curl -sSN --cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/$1.crt" \
			--key "$XMEM_TMP/pki/$1.key" -H 'Accept: text/event-stream' \
			"$(url manager)/v1/events" >/dev/null 2>&1 &
		stream+=($!)
	done
}
end_streams() { kill "${stream[@]}"; wait "${stream[@]}" 2>/dev/null; stream=(); }
open_streams() { [ "$(metric xmem_event_streams)" = "$1" ]; }
streams alice 8
check "eight streams of alice" wait_for 20 open_streams 8
refused '"alice" has 8 event streams already' api alice manager GET /v1/events '' -H 'Accept: text/event-stream'
equal "status 429" "$(<"$XMEM_TMP/code")" 429
streams viewer 8
check "eight of another" wait_for 20 open_streams 16
refused 'there are 16 event streams already' api admin manager GET /v1/events '' -H 'Accept: text/event-stream'
equal "lists are still served" "$(value admin manager /v1/events 'type(a["events"]).__name__')" list
end_streams

# ---- ten thousand handshakes that do not go on
stop manager
configure manager manager
start manager
attack half-open 10000
note "$(<"$XMEM_TMP/attack")"
for who in alice viewer admin; do
	check "$who is served" api $who manager GET /v1/status
done
check "strangers have half of the places at most" test "$(metric 'xmem_connections{phase="new"}')" -le \
	"$(($(sed -n 's/^connections = //p' "$XMEM_TMP/manager.conf" | grep . || echo 4096) / 2))"
check "those who were cut are counted" at_least_one 'xmem_connections_cut_total{reason="crowd"}'
end_attack
lines=$(grep -c 'connection from' "$XMEM_TMP/manager.last")
check "the log says so, and stays short ($lines lines)" test "$lines" -gt 0 -a "$lines" -lt 200
stop manager
equal "the manager stops in order" "$status" 0
finish
