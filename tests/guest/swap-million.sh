#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a million checked loads, at least 50,000 of them of pages from remote memory, by the short way
# kernels: uml-7.3-debug uml-5.10-debug
# guests: 2
# tier: long
# timeout: 600

# On emulated kernels: swap-million-emulated.sh.
# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "it is attached the short way" attach_short 1
reserve_memory 16384
must "it takes swap" swap_on "$SWAP"
# Nothing comes that was not asked for, so each page that comes is a checked load.
must "pages come one at a time" eval 'echo 0 >/proc/sys/vm/page-cluster'
must "there is a group with little memory" memory_group small 16M

# A few more registers than the group has memory for, and loads all over them.
must "no page is wrong" in_group small pagereg -k jump -p 3 -m 20M -l 1000000
note "$output"
loads=$(sed -n 's/.* loads \([0-9]*\) .*/\1/p' <<<"$output")
came=$(use_of swap "$SHORT" hits)
note "loads: $loads; out and in: $(use_of swap "$SHORT" stores), $came"
check "a million loads were checked" test "$loads" -ge 1000000
check "50,000 of them were of remote memory" test "$came" -ge 50000
equal "no request failed" "$(stat_of swap errors)" 0
check "swap is given back" swapoff "$SWAP"
check "detached" detach_short
finish
