#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: every page that was paged out comes back as it was
# kernels: uml-7.3-debug uml-5.10-debug debian-6.12
# guests: 2
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 68M
must "a region of 64 MiB is lent" lend 1 64M
must "and attached" attach swap 1
reserve_memory 16384
must "it takes swap" swap_on "$DEV"
must "there is a group with little memory" memory_group small $((8 + $(part 8)))M

# Four times the memory that the group may have.
must "page registers hold while paging" in_group small \
	pagereg -p 3 -m "$(part 40)M" -t "$(part 10)" -o "$(part 4000)"
note "$output"
check "pages came back from the appliance" \
	test "$(stat_of swap read-bytes)" -gt $(($(part 2000) * 4096))
check "and went there" \
	test "$(stat_of swap write-bytes)" -gt $(($(part 2000) * 4096))
equal "no request failed" "$(stat_of swap errors)" 0
refused 'in use|busy|open' xmemadm dev detach swap
check "swap is given back" swapoff "$DEV"
check "detached" xmemadm dev detach swap
finish
