#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network and soft RDMA of a test guest; read by init.sh and by tests that
# take the device away and want it back.
#
# Addresses: appliance 10.77.0.1 and fd77::1, client 10.77.0.2 and fd77::2.
# One guest alone plays both roles at 10.77.0.1 over a dummy device.

XMEM_NETDEV=net0
XMEM_RXE=rxe0
XMEM_MTU=4500	# carries the largest RoCE packet: 4096 bytes and headers

# The harness gives each guest of a pair one network card, whatever the
# kernel calls it.
find_card() {
	local dev
	for dev in /sys/class/net/*; do
		dev=${dev##*/}
		case $dev in
		lo | sit0 | ip6tnl0 | dummy0) ;;
		*) echo "$dev"; return 0 ;;
		esac
	done
	return 1
}

setup_net() {
	local host=1
	ip link set lo up
	# shellcheck disable=SC2153  # from the file of the harness
	if [ "$XMEM_GUESTS" = 2 ]; then
		[ "$XMEM_ROLE" = client ] && host=2
		"card_$XMEM_BED" || echo "guest has no network card"
	else
		modprobe -q dummy numdummies=0
		ip link add $XMEM_NETDEV type dummy
	fi
	ip link set dev $XMEM_NETDEV mtu $XMEM_MTU
	ip addr add "10.77.0.$host/24" dev $XMEM_NETDEV
	# No duplicate address detection: it would cost a second at each start.
	ip -6 addr add "fd77::$host/64" dev $XMEM_NETDEV nodad 2>/dev/null
	ip link set dev $XMEM_NETDEV up
	pin_neighbour
}

# Soft RDMA of 5.10 frees a queue pair whose clean-up is still queued if the
# last to let go of it is a packet that an interrupt drops, and packets that
# wait for the address of a dead machine are dropped so. With a fixed address
# none waits; virtio_net.napi_tx=0 (see qemu.py) does the same for the card, an
# edit of the source (tests/kernels/lib/source.sh) for that of User-Mode Linux.
pin_neighbour() {
	local peer=1
	case $(uname -r) in 5.10.*) ;; *) return 0 ;; esac
	[ "$XMEM_GUESTS" = 2 ] || return 0
	[ "$XMEM_ROLE" = client ] || peer=2
	local address
	for address in 10.77.0.$peer fd77::$peer; do
		ip neigh replace "$address" lladdr 52:54:00:4d:00:0$peer \
			dev $XMEM_NETDEV nud permanent
	done
}

card_qemu() {
	local card
	find_card >/dev/null || modprobe -q virtio_net
	card=$(find_card) && ip link set dev "$card" name $XMEM_NETDEV
}

# The card of User-Mode Linux closes its cable for good when it is set down,
# so the device that tests may set down is a bridge on top of it. It also
# takes one of its locks in two ways when it is set up, which would switch off
# all checks of locks: look away for that moment.
card_uml() {
	local prove=/sys/module/lockdep/parameters/prove_locking
	modprobe -q bridge
	ip link add $XMEM_NETDEV type bridge stp_state 0 forward_delay 0
	ip link set dev vec0 mtu $XMEM_MTU master $XMEM_NETDEV || return
	[ ! -w $prove ] || echo 0 >$prove
	ip link set dev vec0 up
	[ ! -w $prove ] || echo 1 >$prove
}

# rxe computes its checksums with crc32, which stock kernels keep in a module
# that rdma_rxe does not name as a dependency.
start_rdma() {
	modprobe -q crc32_generic
	modprobe rdma_rxe &&
		rdma link add $XMEM_RXE type rxe netdev $XMEM_NETDEV
	modprobe -a rdma_cm ib_uverbs rdma_ucm
	rdma_nodes
}

# Without udev nobody makes /dev/infiniband/* names; devtmpfs does on newer
# kernels, and older ones put the nodes flat into /dev.
rdma_nodes() {
	local node
	mkdir -p /dev/infiniband
	for node in /dev/uverbs* /dev/rdma_cm /dev/issm* /dev/umad*; do
		[ -e "$node" ] && ln -sf "$node" "/dev/infiniband/${node##*/}"
	done
}
