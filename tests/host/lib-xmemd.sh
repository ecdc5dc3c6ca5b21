#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Daemons on the loopback interface: a manager and appliances, with memory in a
# file in place of the appliance module, and certificates for everybody.

# shellcheck source=tests/host/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

XMEMADM=$XMEM_SRC/tools/xmemadm/xmemadm
XMEMD=$XMEM_SRC/mgmt-daemon/xmemd-test
declare -A _pid=() _port=()

# build: what these tests run; side by side with other tests that build it
build() {
	flock "$XMEM_SRC/mgmt-daemon/Makefile" make -s -C "$XMEM_SRC/tools"
	flock "$XMEM_SRC/mgmt-daemon/Makefile" make -s -C "$XMEM_SRC/mgmt-daemon" xmemd xmemd-test
}

# pki DIR NAME:ROLE…: a CA and certificates signed by it
pki() {
	local dir=$1 who
	shift
	"$XMEMADM" pki init --dir "$dir" || return
	for who; do
		"$XMEMADM" pki issue "${who%:*}" --role "${who#*:}" --dir "$dir" \
			--san localhost --san 127.0.0.1 || return
	done
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# configure NAME ROLES [CERT]: the configuration of a daemon
configure() {
	local name=$1 roles=$2 cert=${3:-$1}
	[ -n "${_port[$name]:-}" ] || _port[$name]=$(free_port)
	cat >"$XMEM_TMP/$name.conf" <<-END
		[tls]
		ca = $XMEM_TMP/pki/ca.crt
		cert = $XMEM_TMP/pki/$cert.crt
		key = $XMEM_TMP/pki/$cert.key
		[daemon]
		roles = $roles
		listen = 127.0.0.1:${_port[$name]}
	END
	case $roles in *manager*)
		printf '[manager]\ndatabase = %s\n' "$XMEM_TMP/$name.db" >>"$XMEM_TMP/$name.conf" ;;
	esac
	case $roles in *appliance*)
		printf '[appliance]\nname = %s\nrdma-address = 192.0.2.1\nterms = %s\n' "$name" \
			"$XMEM_TMP/$name.terms" \
			>>"$XMEM_TMP/$name.conf" ;;
	esac
}

url() { echo "https://127.0.0.1:${_port[$1]}"; }

# start NAME [VARIABLE=VALUE…]: start a daemon and wait until it serves, or is dead
# because it was told to crash. Not for check: the daemon must be this shell's child.
start() {
	local name=$1
	shift
	# what the run before said must not be taken for this one's
	: >"$XMEM_TMP/$name.last"
	env XMEMD_MEMORY="$XMEM_TMP/$name.memory" "$@" setpriv --pdeathsig KILL \
		"$XMEMD" --config "$XMEM_TMP/$name.conf" >"$XMEM_TMP/$name.last" 2>&1 &
	_pid[$name]=$!
	wait_for 20 serving_or_dead "$name" && return
	cat "$XMEM_TMP/$name.last"
	die "$name starts"
}

alive() { kill -0 "${_pid[$1]}" 2>/dev/null; }

serving_or_dead() { grep -q 'serving on' "$XMEM_TMP/$1.last" || ! alive "$1"; }

# stop NAME [SIGNAL]: end a daemon and wait for that; $status is how it ended
stop() {
	cat "$XMEM_TMP/$1.last" >>"$XMEM_TMP/$1.log"
	kill -"${2:-TERM}" "${_pid[$1]}" 2>/dev/null
	{ wait "${_pid[$1]}"; } 2>/dev/null
	status=$?
	return 0
}

stop_all() {
	local name
	for name in "${!_pid[@]}"; do
		stop "$name" KILL
	done
}

# api WHO DAEMON METHOD PATH [BODY [CURL-OPTION…]]: prints status and body, which are
# in the files code and body as well. Fails from status 400 on, and without an answer.
api() {
	local who=$1 daemon=$2 method=$3 path=$4 body=${5:-} code into=${_apart:-$XMEM_TMP}
	local args=(-sS --path-as-is --max-time 30 -X "$method" --cacert "$XMEM_TMP/pki/ca.crt")
	shift $(($# < 5 ? $# : 5))
	[ -z "$who" ] || args+=(--cert "$XMEM_TMP/pki/$who.crt" --key "$XMEM_TMP/pki/$who.key")
	[ -z "$body" ] || args+=(-H 'Content-Type: application/json' --data-binary "$body")
	code=$(curl "${args[@]}" "$@" -o "$into/body" -w '%{http_code}' "$(url "$daemon")$path") || {
		echo 000 >"$into/code"
		return 1
	}
	echo "$code" >"$into/code"
	# quotation marks as people read them
	printf '%s: %s\n' "$code" "$(sed 's/\\"/"/g' "$into/body")"
	[ "$code" -lt 400 ]
}

# apart COMMAND…: its answers are not in the files code and body, for what runs beside
# other requests
apart() {
	local _apart
	_apart=$(mktemp -d "$XMEM_TMP/apart.XXXXXX") && "$@"
}

# json EXPRESSION: a value of the last answer, in the words of Python
json() {
	python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
		"$XMEM_TMP/body" "$1"
}

# value WHO DAEMON PATH EXPRESSION
value() {
	api "$1" "$2" GET "$3" >/dev/null 2>&1 || { echo "no answer: $(<"$XMEM_TMP/code")"; return; }
	json "$4"
}

regions() { value admin "$1" /v1/regions 'len(a["regions"])'; }

no_regions() {
	local name
	for name; do
		[ "$(regions "$name")" = 0 ] || return 1
	done
}

# state NAME: of an allocation, or "none"
state() {
	api admin manager GET "/v1/allocations/$1" >/dev/null 2>&1
	case $(<"$XMEM_TMP/code") in
	200) json 'a["state"]' ;;
	404) echo none ;;
	*) echo "status $(<"$XMEM_TMP/code")" ;;
	esac
}

state_is() { [ "$(state "$1")" = "$2" ]; }

# two_appliances MIB1 MIB2: a manager that knows the appliances a1 and a2, which lend so much
two_appliances() {
	local name
	must "build" build
	must "certificates" pki "$XMEM_TMP/pki" manager:manager a1:appliance a2:appliance \
		admin:admin alice:client bob:client
	configure manager manager
	configure a1 appliance
	configure a2 appliance
	start a1 XMEMD_MEMORY_MIB="$1"
	start a2 XMEMD_MEMORY_MIB="$2"
	start manager
	for name in a1 a2; do
		must "$name is made known" api admin manager POST /v1/appliances \
			"{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
	done
}

# What the manager says and what the appliances have are the same: all or nothing.
agree() {
	local said held
	said=$(value admin manager /v1/allocations \
		'sorted(l["region"] for x in a["allocations"] for l in x["legs"])') || return 1
	held=$(python3 -c 'import ast, sys; print(sorted(sum(map(ast.literal_eval, sys.argv[1:]), [])))' \
		"$(value admin a1 /v1/regions '[r["id"] for r in a["regions"]]')" \
		"$(value admin a2 /v1/regions '[r["id"] for r in a["regions"]]')") || return 1
	echo "said $said, held $held"
	[ "$said" = "$held" ]
}

# allocation v is at rest, and so are its regions
settled() {
	case $(state v) in creating | destroying) return 1 ;; esac
	agree
}

# crash_at N COMMAND: with a manager that dies at step N; $answered is the HTTP status
# that was given, 000 without one, $died whether it died.
# shellcheck disable=SC2034 # answered and died are for who calls it
crash_at() {
	stop manager KILL
	start manager XMEMD_CRASH_AT="$1"
	shift
	local said
	said=$("$@" 2>&1)
	answered=$(<"$XMEM_TMP/code")
	case $answered in 000 | 2*) ;; *) note "answered: $said" ;; esac
	died=no
	if [ "$answered" = 000 ]; then
		stop manager KILL
		died=$status
	fi
	stop manager KILL
	start manager
}
