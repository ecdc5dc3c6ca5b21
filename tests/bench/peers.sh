# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The block devices over RDMA that Linux brings along, set up in the test
# guests: what xmem is measured beside. Both lend a RAM disk of the appliance.
# Read after tests/guest/lib.sh; sizes are in MiB.
#
#	ramdisks 64 2	the appliance makes /dev/ram0 and /dev/ram1
#	nvme_attach 0	prints the client's device for the appliance's /dev/ram0
#	rnbd_attach 1	the same with RNBD for /dev/ram1

PEER_NQN=nqn.2026-01.test.xmem:peer
RNBD_CLIENT=/sys/devices/virtual/rnbd-client

ramdisks() {
	on_appliance "modprobe brd rd_nr=$2 rd_size=$(($1 * 1024)) max_part=0"
}

# The whole RAM disk is written once: it takes its pages now and not later.
ramdisk_fill() {
	on_appliance "dd if=/dev/zero of=/dev/ram$1 bs=1M status=none 2>/dev/null; sync"
}

nvme_target() {
	on_appliance "set -e
		modprobe nvmet_rdma
		cd /sys/kernel/config/nvmet
		mkdir -p subsystems/$PEER_NQN/namespaces/1 ports/1
		echo 1 >subsystems/$PEER_NQN/attr_allow_any_host
		echo -n /dev/ram$1 >subsystems/$PEER_NQN/namespaces/1/device_path
		echo 1 >subsystems/$PEER_NQN/namespaces/1/enable
		echo rdma >ports/1/addr_trtype
		echo ipv4 >ports/1/addr_adrfam
		echo $APPLIANCE_IP >ports/1/addr_traddr
		echo 4420 >ports/1/addr_trsvcid
		ln -s \$PWD/subsystems/$PEER_NQN ports/1/subsystems/"
}

nvme_attach() {
	local device
	nvme_target "$1" || return
	modprobe nvme_rdma || return
	nvme connect -t rdma -a "$APPLIANCE_IP" -s 4420 -n "$PEER_NQN" \
		-q "$PEER_NQN-client" >&2 || return
	# The name space is scanned after the command has returned.
	wait_for 10 nvme_device || return
	device=$(nvme_device)
	echo "$device"
}

# With multipath the disk is nvme0n1 and not its path nvme0c0n1.
nvme_device() {
	local path
	for path in /sys/block/nvme*n1; do
		case $path in *c[0-9]*n1) continue ;; esac
		[ -b "/dev/${path##*/}" ] && echo "/dev/${path##*/}" && return
	done
	return 1
}

nvme_detach() { nvme disconnect -n "$PEER_NQN" >/dev/null; }

rnbd_attach() {
	on_appliance "modprobe rnbd_server" || return
	modprobe rnbd_client || return
	# A write by a program of its own: the shell hides which error it was.
	printf 'sessname=peer path=ip:%s device_path=/dev/ram%s' "$APPLIANCE_IP" "$1" |
		dd of=$RNBD_CLIENT/ctl/map_device status=none || return
	wait_for 10 test -b /dev/rnbd0 || return
	echo /dev/rnbd0
}

rnbd_detach() { echo normal >/sys/block/rnbd0/rnbd/unmap_device; }
