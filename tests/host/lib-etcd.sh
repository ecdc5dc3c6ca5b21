#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Three members of etcd on the loopback interface, and managers' stores on them:
# each candidate is tests/unit-xmemd/kv_tool, which says what it is told.

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-xmemd.sh"

KV_TOOL=$XMEM_SRC/tests/unit-xmemd/kv_tool
ETCD_MEMBERS=(e1 e2 e3)
declare -A _etcd_pid=() _etcd_port=() _peer_port=() _cable_port=() _candidate=() _in=()

# build_kv [PROGRAM…]
build_kv() {
	build && flock "$XMEM_SRC/tests/unit-xmemd/Makefile" \
		make -s -C "$XMEM_SRC/tests/unit-xmemd" kv_tool "$@"
}

# etcd_prepare: choose ports; $ETCD is what managers are told
ETCD_SCHEME=http
# how the tests themselves ask
ETCD_CURL=(-sS --max-time 5)
etcd_prepare() {
	local name
	ETCD=
	_cluster=
	for name in "${ETCD_MEMBERS[@]}"; do
		_etcd_port[$name]=$(free_port)
		_peer_port[$name]=$(free_port)
		# where the others reach it: there, or at a cable (etcd-parted)
		_cable_port[$name]=${_cable_port[$name]:-${_peer_port[$name]}}
		_cluster+=${_cluster:+,}$name=http://127.0.0.1:${_cable_port[$name]}
		ETCD+=${ETCD:+,}$ETCD_SCHEME://127.0.0.1:${_etcd_port[$name]}
	done
	mkdir -p "$XMEM_TMP/etcd"
}

# etcd_start NAME [OPTION…]: returns at once; see etcd_well. Not for check: it must be
# this shell's child, as must the candidates
etcd_start() {
	local name=$1 client=$ETCD_SCHEME://127.0.0.1:${_etcd_port[$1]}
	local peer=http://127.0.0.1:${_peer_port[$1]}
	shift
	setpriv --pdeathsig KILL etcd --name "$name" --data-dir "$XMEM_TMP/etcd/$name" \
		--listen-client-urls "$client" --advertise-client-urls "$client" \
		--listen-peer-urls "$peer" \
		--initial-advertise-peer-urls "http://127.0.0.1:${_cable_port[$name]}" \
		--initial-cluster "$_cluster" --initial-cluster-token "$XMEM_TMP" \
		--heartbeat-interval 100 --election-timeout 1000 "$@" \
		>>"$XMEM_TMP/etcd/$name.log" 2>&1 &
	_etcd_pid[$name]=$!
}

# etcd_signal NAME SIGNAL: after KILL it is gone when this returns
etcd_signal() {
	kill -"$2" "${_etcd_pid[$1]}"
	[ "$2" != KILL ] || { wait "${_etcd_pid[$1]}"; } 2>/dev/null
	return 0
}

etcd_call() { curl "${ETCD_CURL[@]}" "$ETCD_SCHEME://127.0.0.1:${_etcd_port[$1]}/v3/$2" -d "$3"; }

etcd_healthy() {
	curl "${ETCD_CURL[@]}" "$ETCD_SCHEME://127.0.0.1:${_etcd_port[$1]}/health" |
		grep -q '"health":"true"'
}

# etcd_well: all members are there and agree
etcd_well() {
	local name
	for name in "${ETCD_MEMBERS[@]}"; do
		wait_for 30 etcd_healthy "$name" || return
	done
}

etcd_up() {
	local name
	etcd_prepare
	for name in "${ETCD_MEMBERS[@]}"; do
		etcd_start "$name"
	done
	must "three members of etcd" etcd_well
}

etcd_down() {
	local name
	for name in "${!_etcd_pid[@]}"; do
		etcd_signal "$name" KILL 2>/dev/null
	done
}

# candidate NAME [OPTION…]: a manager's store, which follows and may be elected
candidate() {
	local name=$1 fd
	shift
	rm -f "$XMEM_TMP/$name.in"
	mkfifo "$XMEM_TMP/$name.in"
	exec {fd}<>"$XMEM_TMP/$name.in"
	_in[$name]=$fd
	setpriv --pdeathsig KILL "$KV_TOOL" --etcd "$ETCD" --name "$name" "$@" \
		<"$XMEM_TMP/$name.in" >"$XMEM_TMP/$name.out" 2>"$XMEM_TMP/$name.err" &
	_candidate[$name]=$!
	order "$name" follow
	# it is open, and it follows
	wait_for 20 answered "$name" 1 || die "$name starts: $(cat "$XMEM_TMP/$name".{out,err})"
}

# order NAME COMMAND…: without waiting for an answer
order() { echo "${@:2}" >&"${_in[$1]}"; }

answers() { grep -c '^[=!?]' "$XMEM_TMP/$1.out"; }
answered() { [ "$(answers "$1")" -gt "$2" ]; }

# ask NAME COMMAND…: prints the answer, and the lines of a list before it; fails if refused
ask() {
	local name=$1 before
	before=$(answers "$name")
	order "$@"
	wait_for 40 answered "$name" "$before" || { echo "no answer from $name"; return 1; }
	awk -v want=$((before + 1)) '/^[=!?]/ { n++; if (n == want) print } /^-/ && n == want - 1' \
		"$XMEM_TMP/$name.out" | tee "$XMEM_TMP/$name.answer"
	! grep -q '^[!?]' "$XMEM_TMP/$name.answer"
}

# told NAME: what it was told last of who leads
told() { grep -E '^\. (leads|follows)' "$XMEM_TMP/$1.out" | tail -n 1; }

leads() { [ "$(told "$1")" = ". leads" ]; }
follows() { told "$1" | grep -q "^\. follows $2 "; }

# leader NAME…: which of these leads; fails if none or more than one
leader() {
	local name found=()
	for name; do
		leads "$name" && found+=("$name")
	done
	[ ${#found[@]} = 1 ] && echo "${found[0]}"
}

# all_follow LEADER NAME…: all these follow it
all_follow() {
	local name
	for name in "${@:2}"; do
		[ "$name" = "$1" ] || follows "$name" "$1" || return 1
	done
}

# model NAME: what it holds in memory; store NAME: what etcd holds, as it reads it
model() { ask "$1" model | grep '^-' | sort; }
store() { ask "$1" list | sed -n 's/^\(- .*\) [0-9]*$/\1/p' | sort; }
same_model() { [ "$(model "$1")" = "$(model "$2")" ]; }
true_model() { [ "$(model "$1")" = "$(store "$1")" ]; }
holds() { model "$1" | grep -qx -- "- $2 $3"; }

# end NAME [SIGNAL]: in order, or by a signal
end() {
	if [ -n "${2:-}" ]; then
		kill -"$2" "${_candidate[$1]}"
	else
		order "$1" quit
	fi
	{ wait "${_candidate[$1]}"; } 2>/dev/null
}
