#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the manager dies between any two steps of create and destroy: nothing lost, nothing leaked
# tier: quick
# timeout: 300

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 64 64

# Two legs: no appliance has room for all of it.
create() { api alice manager POST /v1/allocations '{"name":"v","size":"100M","client":"0xc1"}'; }
destroy() { api alice manager DELETE /v1/allocations/v; }

for ((n = 1; ; n++)); do
	crash_at $n create
	[ "$died" != no ] || break
	equal "create, step $n: died there" "$died" 99
	check "create, step $n: settled" wait_for 20 settled
	# not answered, so both are right; but only whole
	case $(state v) in
	none) check "create, step $n: nothing is left" no_regions a1 a2 ;;
	ready)
		check "create, step $n: complete" api alice manager GET /v1/allocations/v/attachment
		must "create, step $n: goes away" destroy
		;;
	*) fail "create, step $n: state $(state v)" ;;
	esac
done
equal "create without a crash is answered" "$answered" 201
check "create has at least 6 steps ($((n - 1)))" test $n -gt 6
equal "what was answered is there after a kill" "$(state v)" ready
check "with all its regions" agree

for ((n = 1; ; n++)); do
	state_is v ready || must "create for the next" create
	crash_at $n destroy
	[ "$died" != no ] || break
	equal "destroy, step $n: died there" "$died" 99
	check "destroy, step $n: settled" wait_for 20 settled
	case $(state v) in
	none) check "destroy, step $n: nothing is left" no_regions a1 a2 ;;
	ready) check "destroy, step $n: not begun, still complete" api alice manager GET \
		/v1/allocations/v/attachment ;;
	*) fail "destroy, step $n: state $(state v)" ;;
	esac
done
equal "destroy without a crash is answered" "$answered" 200
check "destroy has at least 4 steps ($((n - 1)))" test $n -gt 4
check "nothing is left" no_regions a1 a2

# A creation that fails half way: a2 has less room than it said, each time it is planned.
check "a2 is filled" api admin a2 PUT /v1/regions/0x5 '{"size":"64M","owner":"0x1"}'
stop a2 KILL
start a2 XMEMD_MEMORY_CLAIM_MIB=64
for ((n = 1; ; n++)); do
	crash_at $n create
	[ "$died" != no ] || break
	check "failing create, step $n: nothing is left" wait_for 20 no_regions a1
	check "failing create, step $n: for the manager too" wait_for 20 state_is v none
done
equal "refused for lack of room" "$answered" 507
equal "in words" "$(grep -o 'appliance a2 failed: pool has no room' "$XMEM_TMP/body")" \
	"appliance a2 failed: pool has no room"
check "it was planned more than once ($((n - 1)) steps)" test $n -gt 12
check "nothing is left" no_regions a1
equal "not even the name" "$(state v)" none

stop_all
finish
