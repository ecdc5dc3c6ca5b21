#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: twenty times the appliance loses power with pages out: SIGBUS or refault, and the host stays up
# kernels: uml-7.3-debug debian-5.10 debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: long
# timeout: 1800

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

reserve_memory 16384
must "the client module is loaded" modprobe xmem
for ((n = 1; n <= 20; n++)); do
	must "death $n: a region is lent and attached" eval \
		'start_appliance 68M && lend 1 64M && attach_short 1 --deadline 2s'
	must "death $n: it takes swap" eval \
		"swap_on $SWAP && memory_group small 16M"
	started in_group small pagereg -e -p 2 -m 40M -t 600
	must "death $n: pages go out" wait_for 60 use_above swap "$SHORT" stores 3000
	must "death $n: the appliance loses power" appliance_kill
	must "death $n: requests fail" wait_for 60 stat_above swap errors 0
	# What cannot be paged out stays over the limit, and would be slowed down for it.
	must "death $n: the limit is lifted" memory_group small max
	enough "death $n: no byte was wrong" 120
	note "$(tail -n 1 "$joblog")"
	must "death $n: swap and device go" eval \
		"swapoff $SWAP && detach_short --force"
	must "death $n: there is a new appliance" appliance_boot
done
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
finish
