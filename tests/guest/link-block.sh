#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the link is down 1 s and 10 s under block I/O: no error, no wrong byte
# kernels: uml-7.3-debug
# guests: 2
# tier: full
# timeout: 180

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 36M
must "a region of 16 MiB is lent" lend 1 16M
must "another one" lend 2 16M
must "attached" attach m 1
must "attached for fio" attach fio 2
started pagereg -f "$(dev_of m)" -p 3 -m 14M -t 600
registers=$job registers_log=$joblog
fio_timed() {
	fio_verify "$(dev_of fio)" --rw=randrw --bs=16k --ioengine=libaio \
		--iodepth=8 --size=14M --time_based --runtime=30
}
started fio_timed
must "registers are stored" wait_for 20 stat_above m writes 500

check "the link goes down for 1 s" link_down
sleep 1
check "and comes up" link_up
writes=$(stat_of m writes)
check "I/O goes on" wait_for 30 stat_above m writes $((writes + 500))
# A handshake that the next loss of the link meets is one that soft RDMA cannot repeat.
check "both devices are live" eval 'wait_for 30 dev_is m live && wait_for 30 dev_is fio live'
breaks=$(leg_of m reconnects)

check "the link goes down for 10 s" link_down
sleep 2
check "the client runs programs meanwhile" bash -c 'ls / | sha256sum'
sleep 8
check "and comes up" link_up
writes=$(stat_of m writes)
check "I/O goes on" wait_for 30 stat_above m writes $((writes + 500))
check "the connection was made again" \
	test "$(leg_of m reconnects)" -gt "$breaks"
equal "and is live" "$(leg_of m state)" live

over "fio found every byte again" 60
job=$registers joblog=$registers_log
enough "every register held" 60
note "$(tail -n 1 "$joblog")"
equal "no request failed" "$(stat_of m errors)" 0
equal "none of fio's either" "$(stat_of fio errors)" 0
note "sent again: $(stat_of m replays), reconnects: $(leg_of m reconnects)"
check "detached" xmemadm dev detach m
check "detached" xmemadm dev detach fio
finish
