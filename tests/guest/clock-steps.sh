#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: somebody sets the clock a day forward and back, also while the manager is away: no lease ends early, none lives on
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

# A guest has a clock of its own. Certificates are made two days ago, so that they are valid
# on all days of this test.
today=$(date +%s)
day() { date -s "@$((today + ($1) * 86400 + SECONDS))" >/dev/null; }
must "two days ago" day -2
issue_all
must "today" day 0
conf manager 'manager, appliance' "$CLIENT_IP" >"$XMEM_OUT/manager.conf"
conf client client "$CLIENT_IP:7709" >"$XMEM_OUT/client.conf"
printf 'name = client\nrenew-interval = 1s\n' >>"$XMEM_OUT/client.conf"
conf admin >"$XMEM_OUT/admin.conf"
must "memory to lend" modprobe xmem_appliance memory=48M
must "the client module is loaded" modprobe xmem
start_here manager
must "it is made known" as admin appliance add manager "https://$CLIENT_IP:7708"
must "leases have little grace" as admin policy set --warn 1s --grace 1s
start_here client

alloc() { as client alloc create "$1" --size 2M --not-in-use "$2" "${@:3}"; }
alloc_gone() { as client -j alloc list | jq -e "all(.[]; .name != \"$1\")"; }
lease() { as client -j alloc show "$1" | jq -cr "$2"; }
lease_is() { [ "$(lease "$1" .lease.state)" = "$2" ]; }
# told NAME: what became of it, by the events of this run of the manager
told() { as admin -j event list --type alloc | jq -c "map(select(.name == \"$1\") | .type)"; }
# seconds left of an hour: what this test has taken, and no day
about_an_hour() {
	local left
	left=$(lease "$1" .lease.left)
	note "$1: $left s left"
	[ "$left" -gt 1800 ] && [ "$left" -le 3600 ]
}

must "one that nobody uses for an hour" alloc idle 1h --duration 1h
must "one that is kept" alloc kept 1h --duration 1h --type persistent
must "one that is used" alloc used 6s
must "  it is attached" as client dev attach used

# A short lease that begins after a step, and one that began before it, end: when they are gone
# the manager has looked at leases by the new clock, and the others are judged.
n=0
judged() {
	local what=$1
	n=$((n + 1))
	must "$what: one that ends soon" alloc "after$n" 2s
	check "  it ends" wait_for 30 alloc_gone "after$n"
	equal "  and was told to" "$(told "after$n")" \
		'["alloc.created","alloc.ready","alloc.warned","alloc.warned","alloc.expired","alloc.destroyed"]'
	check "  the one from before ends" wait_for 30 alloc_gone "before$n"
	equal "  the idle one does not" "$(lease idle .lease.state)" active
	check "  it has as long as before" about_an_hour idle
	equal "  nor the one that is kept" "$(lease kept .lease.state)" active
	equal "  nor the one that is used" "$(lease used .lease.state)" active
}
before() { must "one that ends soon" alloc "before$((n + 1))" 3s; }

# ---- while it runs
before
must "a day forward" day 1
judged "a day forward"
before
must "a day back" day 0
judged "a day back"
before
must "another day back" day -1
judged "another day back"
equal "events have the date of the clock" "$(as admin -j event list | jq -r '.[-1].time[:10]')" "$(date -u +%F)"

# ---- while it is away
is_up() { [ "$(as admin -j appliance show manager | jq .up)" = true ]; }
away() {
	before
	kill "${here[manager]}"
	wait "${here[manager]}"
	must "$1, while it is away" day "$2"
	start_here manager
	must "  it finds itself as an appliance" wait_for 20 is_up
	judged "$1, while it was away"
}
last=$(as admin -j event list | jq 'map(.id) | max')
away "two days forward" 1
check "numbers of events have grown" test "$(as admin -j event list | jq 'map(.id) | min')" -gt "$last"
away "two days back" -1
# numbers that the clock took back, and which nobody has told yet
future=$(as admin -j event list | jq 'map(.id) | max + 86400000000')
equal "who reads on from such a number gets what there is" \
	"$(as admin -j event list --since "$future" | jq 'map(.id) | min')" \
	"$(as admin -j event list | jq 'map(.id) | min')"

check "detached" xmemadm dev detach used
check "then it ends as well" wait_for 30 alloc_gone used
for name in idle kept; do
	check "$name is given back" as client alloc destroy $name
done
equal "all memory is free" "$(xmemadm -j appliance show | jq .free)" $((48 << 20))
for name in client manager; do
	kill "${here[$name]}"
	wait "${here[$name]}"
done
finish
