#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: both modules are loaded and unloaded fifty times
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

once() {
	modprobe xmem_appliance memory=8M && modprobe xmem || return
	if [ "${1:-}" = used ]; then
		lend 1 4M && attach m 1 &&
			dd if=/dev/zero of="$DEV" bs=64k oflag=direct count=8 &&
			xmemadm dev detach m || return
	fi
	modprobe -r xmem && modprobe -r xmem_appliance
}
free_pages() { awk '/^MemFree/ { print $2 }' /proc/meminfo; }
many() {
	local i
	for i in 1 2 3 4 5 6 7 8 9; do once || return; done
	once used >/dev/null
}
check "used once" once used
for round in 1 2 3 4 5; do
	check "ten times, round $round" many
	free[round]=$(free_pages)
done
note "free memory, KiB: ${free[*]}"
# 30 rounds that keep one chunk each would be seen.
check "the memory comes back" test $((free[2] - free[5])) -lt 30000

# With a device attached, and with a client connected.
check "loaded" eval 'modprobe xmem_appliance memory=8M && modprobe xmem'
check "attached" eval 'lend 1 4M && attach m 1'
check "the client module unloads with a device that nobody uses" modprobe -r xmem
check "loaded again" modprobe xmem
check "attached again" attach m 1 --deadline 1s
check "the appliance module unloads under a client" modprobe -r xmem_appliance
refused 'Input/output' dd if=/dev/zero of="$DEV" bs=4k count=1 oflag=direct
check "detached" xmemadm dev detach m
check "the client module unloads" modprobe -r xmem

# In use, it stays.
must "loaded" eval 'modprobe xmem_appliance memory=8M && modprobe xmem'
must "attached" eval 'lend 1 4M && attach m 1'
exec 8<"$DEV"
refused 'in use' rmmod xmem
exec 8<&-
check "closed, it unloads" modprobe -r xmem
check "the appliance, too" modprobe -r xmem_appliance
finish
