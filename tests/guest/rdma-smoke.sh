#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: soft RDMA carries data between two guests, which can be cut and cured
# kernels: uml-7.3-debug
# guests: 2
# tier: quick
# timeout: 60
# modules: no

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"

check "rxe is active in the client" \
	grep -q ACTIVE /sys/class/infiniband/rxe0/ports/1/state
check "rxe is active in the appliance" \
	on_appliance 'grep -q ACTIVE /sys/class/infiniband/rxe0/ports/1/state'

equal "outputs and status come back" \
	"$(on_appliance 'echo out; echo err >&2; exit 3' 2>&1; echo $?)" \
	"$(printf 'out\nerr\n3')"
equal "an empty output stays empty" "$(on_appliance true 2>&1; echo $?)" 0
equal "the appliance is another guest" "$(on_appliance hostname)" appliance

# The server says nothing when it listens, but its port shows up.
start_server() {
	on_appliance 'ibv_rc_pingpong -e -g 1 -n 50 >/run/pp.log 2>&1 &'
	wait_for 10 on_appliance "ss -Hltn | grep -q :18515"
}
must "a verbs server listens" start_server
check "50 messages over verbs" ibv_rc_pingpong -e -g 1 -n 50 "$APPLIANCE_IP"

check "the link goes down" link_down
check "the link comes up" link_up
port_active() { grep -q ACTIVE /sys/class/infiniband/rxe0/ports/1/state; }
check "rxe is active again" wait_for 10 port_active

on_appliance 'rping -s -a 0.0.0.0 -C 20 -P >/run/rping.log 2>&1 &'
pings() { rping -c -a "$APPLIANCE_IP" -C 20; }
check "20 pings by the connection manager" wait_for 20 pings

check "the appliance loses power" appliance_kill
refused "is off" on_appliance true
silent() { ! timeout 3 rping -c -a "$APPLIANCE_IP" -C 1; }
check "and answers nobody" silent
check "the appliance boots again" appliance_boot
on_appliance 'rping -s -a 0.0.0.0 -C 20 -P >/run/rping.log 2>&1 &'
check "and answers" wait_for 20 pings
finish
