#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a manager freezes between any two steps of create, another decides, the first goes on: refused, and no region is lost
# tier: full
# timeout: 300

# shellcheck source=tests/host/lib-etcd.sh
. "$(dirname "$0")/lib-etcd.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" managers:manager a1:appliance admin:admin alice:client
etcd_up
configure a1 appliance
start a1 XMEMD_MEMORY_MIB=64
for name in m1 m2; do
	configure "$name" manager managers
	sed -i "s|^database = .*|name = $name\netcd = $ETCD\nurl = $(url "$name")|" "$XMEM_TMP/$name.conf"
done

leads() { [ "$(value admin "$1" /v1/status 'a["manager"]["leads"]')" = "$2" ]; }
create() { api alice m1 POST /v1/allocations '{"name":"v","size":"4M","client":"0xc1"}'; }
frozen() { [[ $(ps -o stat= -p "${_pid[m1]}") = T* ]]; }
frozen_or_done() { frozen || ! kill -0 "$asking" 2>/dev/null; }
said() { value admin m2 /v1/allocations '[(x["state"], len(x["legs"])) for x in a["allocations"]]'; }
settled() { case $(said) in "[]" | "[('ready', 1)]") ;; *) return 1 ;; esac; }
as_said() {
	local said held
	said=$(said) held=$(regions a1)
	echo "said $said, held $held"
	case $said in "[]") [ "$held" = 0 ] ;; *) [ "$held" = 1 ] ;; esac
}

# late: did a1 refuse what was decided before another manager did? Since the mark
mark() { _mark=$(wc -l <"$XMEM_TMP/a1.last"); }
late() { tail -n "+$((_mark + 1))" "$XMEM_TMP/a1.last" | grep -q ': 409 the manager that asks was deposed'; }

kept=0 refused=0 words=0
for ((n = 1; ; n++)); do
	mark
	start m1 XMEMD_FREEZE_AT=$n
	must "step $n: m1 decides" wait_for 30 leads m1 True
	[ $n != 1 ] || must "a1 is made known" api admin m1 POST /v1/appliances "{\"name\":\"a1\",\"url\":\"$(url a1)\"}"
	start m2
	must "step $n: m2 follows" wait_for 30 leads m2 False
	apart create >"$XMEM_TMP/answer" 2>&1 &
	asking=$!
	must "step $n: m1 freezes or answers" wait_for 30 frozen_or_done
	frozen || break
	must "step $n: m2 decides" wait_for 60 leads m2 True
	check "step $n: it settles what it found" wait_for 30 settled
	[ "$(said)" = "[]" ] || kept=$((kept + 1))
	kill -CONT "${_pid[m1]}"
	check "step $n: m1 follows" wait_for 30 leads m1 False
	wait $asking
	if late; then
		refused=$((refused + 1))
		note "step $n: $(<"$XMEM_TMP/answer")"
		grep -q '503.*the manager that asks was deposed' "$XMEM_TMP/answer" && words=$((words + 1))
	fi
	check "step $n: what m2 says is there" wait_for 20 as_said
	[ "$(said)" = "[]" ] || must "step $n: it goes away" api alice m2 DELETE /v1/allocations/v
	stop m1
	stop m2
done
check "steps were met ($((n - 1)))" test $n -gt 4
check "after some of them it was there for good ($kept)" test $kept -gt 0
check "after some of them its request came late, and was refused ($refused)" test $refused -gt 0
equal "who had asked heard why" $words $refused
stop_all
etcd_down
finish
