#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Managers that write down what they are asked, and a machine whose health is files.

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-xmemd.sh"

# answers NAME JSON: what a stub says from now on
answers() {
	printf '%s\n' "$2" >"$XMEM_TMP/$1.next"
	mv "$XMEM_TMP/$1.next" "$XMEM_TMP/$1.answers"
}

# stub NAME [CERT]: start a stub, with the certificate of the manager if no other is named; it
# writes to NAME.requests
stub() {
	local name=$1 cert=${2:-manager}
	[ -n "${_port[$name]:-}" ] || _port[$name]=$(free_port)
	: >>"$XMEM_TMP/$name.requests"
	setpriv --pdeathsig KILL "$XMEM_SRC/tests/host/manager-stub" "${_port[$name]}" \
		"$XMEM_TMP/pki" "$cert" "$XMEM_TMP/$name.requests" "$XMEM_TMP/$name.answers" \
		>"$XMEM_TMP/$name.last" 2>&1 &
	_pid[$name]=$!
	wait_for 20 grep -q ready "$XMEM_TMP/$name.last" || die "$name starts"
}

# told NAME EXPRESSION: is there a request of the stub for which it is true? r is
# the request, b its body, n how many there were before it
told() {
	python3 -c '
import json, sys
for n, line in enumerate(open(sys.argv[1])):
    r = json.loads(line)
    b = r["body"] or {}
    if eval(sys.argv[2]):
        sys.exit(0)
sys.exit(1)' "$XMEM_TMP/$1.requests" "$2"
}

# requests NAME: how many there were
requests() { wc -l <"$XMEM_TMP/$1.requests"; }

# last NAME EXPRESSION: of the last request
last() {
	tail -n 1 "$XMEM_TMP/$1.requests" |
		python3 -c 'import json, sys; r = json.load(sys.stdin); b = r["body"]; print(eval(sys.argv[1]))' "$2"
}

more_than() { [ "$(requests "$1")" -gt "$2" ]; }

# machine DIR: a healthy one
machine() {
	local root=$1
	mkdir -p "$root"/proc/{pressure,sys/kernel} "$root"/sys/devices/system/{cpu,edac/mc/mc0,node/node0} \
		"$root/sys/class/hwmon/hwmon0" "$root/sys/class/infiniband/mlx5_0/ports/1"
	printf 'MemTotal: 4194304 kB\nMemFree: 1048576 kB\nMemAvailable: 2097152 kB\n' >"$root/proc/meminfo"
	printf 'Node 0 MemTotal: 4194304 kB\nNode 0 MemFree: 1048576 kB\n' >"$root/sys/devices/system/node/node0/meminfo"
	echo '0.10 0.20 0.30 1/100 1234' >"$root/proc/loadavg"
	echo 6.12.0-test >"$root/proc/sys/kernel/osrelease"
	printf '%s avg10=0.00 avg60=0.00 avg300=0.00 total=0\n' some full >"$root/proc/pressure/memory"
	echo 0-1 >"$root/sys/devices/system/cpu/online"
	echo 0 >"$root/sys/devices/system/edac/mc/mc0/ue_count"
	echo k10temp >"$root/sys/class/hwmon/hwmon0/name"
	echo 40000 >"$root/sys/class/hwmon/hwmon0/temp1_input"
	echo '4: ACTIVE' >"$root/sys/class/infiniband/mlx5_0/ports/1/state"
	echo '100 Gb/sec (4X EDR)' >"$root/sys/class/infiniband/mlx5_0/ports/1/rate"
}

# mark NAME; …; said NAME REGEX: did a daemon say that since then, or since its start?
declare -A _mark=()
mark() { _mark[$1]=$(wc -l <"$XMEM_TMP/$1.last"); }
said() { tail -n "+$((${_mark[$1]:-0} + 1))" "$XMEM_TMP/$1.last" | grep -qE "$2"; }
