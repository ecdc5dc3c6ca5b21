#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the appliance loses power under paging by frontswap: SIGBUS, never a wrong byte
# kernels: uml-5.10-debug debian-5.10
# guests: 2
# appliance: uml-7.3-debug
# tier: full
# timeout: 240

# The processes end before swap is given back: see poweroff-swap.sh, and README, Limits.

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "attached with a short deadline" attach swap 1 --as block,frontswap --deadline 2s
reserve_memory 16384
must "it takes swap" swap_on "$DEV"
# Pages that are read ahead would come by the block device, as in poweroff-swap.sh.
must "nothing is read ahead" eval 'echo 0 >/proc/sys/vm/page-cluster'
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M
started in_group small pagereg -e -p 3 -m "$(part 40)M" -t 600
must "pages go out" wait_for 60 use_above swap frontswap stores "$(part 1000)"
must "and come back" wait_for 60 use_above swap frontswap hits "$(part 300)"

check "the appliance loses power" appliance_kill
check "loads fail after the deadline" wait_for 60 use_above swap frontswap errors 0
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
check "and allocates memory" bash -c 'head -c 20000000 /dev/zero | tail -c 1'
check "what was not written is kept" wait_for 60 stage_above swap stuck 0
note "$(xmemadm dev stats swap)"
check "the limit is lifted" memory_group small max
enough "the registers end, no byte was wrong" 120
note "$(tail -n 1 "$joblog")"
check "errors were seen, or processes killed for want of memory" \
	lacks 'errors 0 .* killed 0' "$joblog"
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
check "swap is given back" swapoff "$DEV"
check "detached" xmemadm dev detach swap --force
finish
