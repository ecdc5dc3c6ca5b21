#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the appliance loses power under block I/O: errors, never a wrong byte
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 52M
for region in 1 2 3; do
	must "region $region is lent" lend $region 16M
done
must "attached with a short deadline" attach short 1 --deadline 2s
must "attached for fio" attach fio 2 --deadline 2s
must "attached with a long deadline" attach long 3 --deadline 10m
short=$(dev_of short) fio=$(dev_of fio) long=$(dev_of long)
random_file "$XMEM_TMP/data" 1000000
must "data is stored" dd if="$XMEM_TMP/data" of="$long" bs=64k conv=fsync

started pagereg -e -f "$short" -p 3 -m "$(part 14)M" -t 600
registers=$job registers_log=$joblog
fio_forever() {
	fio_verify "$fio" --rw=randrw --bs=16k --ioengine=libaio --iodepth=8 \
		--size=14M --time_based --runtime=60
}
started fio_forever
must "registers are stored" wait_for 20 stat_above short writes "$(part 500)"
must "fio writes" wait_for 20 stat_above fio writes "$(part 140)"
check "the appliance loses power" appliance_kill

over "fio ends" 45 1
check "by an I/O error" grep -q 'Input/output error' "$joblog"
check "not by wrong data" lacks 'verify:|bad magic' "$joblog"
check "the registers see errors" wait_for 30 stat_above short errors 0
equal "the device waits" "$(dev_get short .state)" paused
check "why is said in words" says '[a-z] [a-z]' leg_of short last-error
note "last error: $(leg_of short last-error)"
check "the client runs programs" bash -c 'ls / | sort | sha256sum'
refused 'in use|busy|open' xmemadm dev detach short
check "an open device is detached by force" xmemadm dev detach short --force
job=$registers joblog=$registers_log
enough "the registers end, no byte was wrong" 60
note "$(tail -n 1 "$joblog")"
check "errors were seen" lacks 'errors 0 ' "$joblog"
check "the closed one is detached without force" xmemadm dev detach fio

# The appliance comes back with a region of the same name and token, but zero.
# It is out of reach until the region is there, else that is what is told.
check "the client cannot be heard" mute
must "the appliance boots again" appliance_boot
must "its module is loaded" start_appliance 20M
must "a region is made under the old id" lend 3 16M
check "it can be heard" unmute
lost() { dev_is long failed; }
check "the old attachment finds out" wait_for 30 lost
check "and says so" says 'made anew' leg_of long last-error
refused 'Input/output error' dd if="$long" of=/dev/null bs=4k count=1 iflag=direct
refused 'Input/output error' dd if=/dev/zero of="$long" bs=4k count=1 oflag=direct
check "detached" xmemadm dev detach long
check "the new region is attached" attach long 3
check "it reads zero" all_zero "$(dev_of long)"
check "detached" xmemadm dev detach long
check "the client module unloads" modprobe -r xmem
finish
