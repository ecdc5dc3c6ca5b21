#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: twenty times the appliance loses power with pages out: SIGBUS or refault, and the host stays up
# kernels: uml-7.3-debug debian-5.10 debian-6.12
# guests: 2
# tier: long
# timeout: 1800

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

reserve_memory 16384
must "the client module is loaded" modprobe xmem
death() {
	start_appliance 68M && lend 1 64M && attach_short 1 --deadline 2s || return
	swap_on "$SWAP" && memory_group small 16M || return
	local before
	before=$(use_of swap "$SHORT" stores)
	started in_group small pagereg -e -p 2 -m 40M -t 120
	wait_for 60 use_above swap "$SHORT" stores $((before + 3000)) || return
	appliance_kill && wait_for 60 stat_above swap errors 0 || return
	memory_group small max && kill -TERM "$job"
	over "death $1: no byte was wrong" 120
	note "$(tail -n 1 "$joblog")"
	swapoff "$SWAP" && detach_short --force && appliance_boot
}
for ((n = 1; n <= 20; n++)); do
	must "death $n: the host is as before" death $n
done
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
finish
