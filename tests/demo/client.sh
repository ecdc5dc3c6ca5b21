# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the demonstration does in the client guest. Read after lib.sh, peers.sh,
# job.sh and files.sh, with LIMIT, SIZE and CACHE in MiB, ROUNDS, PAGE_PORT and
# PAGE_CARD set. Lines that start with "== " are steps, all others what a step shows.

PROGRAMS=$XMEM_SRC/tools/xmemadm:$XMEM_SRC/mgmt-daemon
PATH=$PROGRAMS:$PATH

step() { echo "== $*"; }

give_up() {
	echo "== stopped: $*"
	exit 1
}

there() { on_appliance "cd $XMEM_OUT; PATH=$PROGRAMS:\$PATH; $*"; }

# show ROLE COMMAND…: as it would be typed, and what it says
show() {
	local where=$1
	shift
	printf '%s# %s\n' "$where" "$*"
	if [ "$where" = client ]; then
		"$@" 2>&1
	else
		there "$*" 2>&1
	fi || give_up "$*: status $?"
}

# quietly ROLE COMMAND…: what it says is not for now
quietly() {
	local text
	text=$(show "$@") || {
		printf '%s\n' "$text"
		exit 1
	}
	printf '%s\n' "${text%%$'\n'*}"
}

# Soft RDMA takes memory for each packet, also while memory is short.
reserve_memory() {
	local zswap=/sys/module/zswap/parameters/enabled
	on_appliance 'echo 32768 >/proc/sys/vm/min_free_kbytes'
	echo 32768 >/proc/sys/vm/min_free_kbytes
	[ ! -e $zswap ] || echo N >$zswap
}

# A way from the machine that runs the guests to the manager, if there is one.
open_page() {
	[ "$PAGE_PORT" != 0 ] || return 0
	# shellcheck disable=SC2016  # expanded there
	on_appliance 'for card in /sys/class/net/*; do
		[ "$(cat $card/address)" != '"$PAGE_CARD"' ] || {
			ip link set dev "${card##*/}" up
			ip addr add 10.0.2.15/24 dev "${card##*/}"
		}
	done'
}

# The page is in $XMEM_OUT/page when somebody out there has looked at it.
show_page() {
	[ "$PAGE_PORT" != 0 ] || return 0
	step "the manager's status page is at https://127.0.0.1:$PAGE_PORT/ while this runs"
	wait_for 90 test -e page || echo "nobody took a picture of it"
	[ ! -e page ] || cat page
}

# The tls section for the certificate of NAME.
tls() {
	local dir=$XMEM_OUT/pki
	printf '[tls]\nca = %s\ncert = %s\nkey = %s\n' \
		"$dir/ca.crt" "$dir/$1.crt" "$dir/$1.key"
}

write_configurations() {
	{
		tls appliance
		printf '[daemon]\nroles = manager, appliance\nlisten = 0.0.0.0:7708\n'
		printf '[manager]\ndatabase = /run/xmemd.sqlite\n'
		printf '[appliance]\nname = appliance\nrdma-address = %s\n' "$APPLIANCE_IP"
	} >xmemd.conf
	local name
	for name in admin client; do
		{
			tls $name
			printf '[client]\nmanager = https://%s:7708\nname = %s\n' "$APPLIANCE_IP" $name
			printf 'id = 0xc11e47\n'
		} >$name.conf
	done
}

start_appliance() {
	local lent=$((SIZE + CACHE + 16))
	step "an appliance that lends $lent MiB of its memory"
	quietly appliance modprobe xmem_appliance memory=${lent}M
	show appliance xmemadm appliance show
}

make_certificates() {
	step "certificates for mutual TLS"
	quietly appliance xmemadm pki init --dir pki
	quietly appliance xmemadm pki issue appliance --role manager --san "$APPLIANCE_IP" \
		--san localhost --san 127.0.0.1 --dir pki
	quietly appliance xmemadm pki issue client --role client --dir pki
	quietly appliance xmemadm pki issue admin --role admin --dir pki
	quietly appliance xmemadm pki issue viewer --role viewer --dir pki
	write_configurations
}

start_manager() {
	step "xmemd, as manager and for the appliance"
	printf 'appliance# xmemd -c xmemd.conf\n'
	there "setsid xmemd -c xmemd.conf >xmemd.log 2>&1 3>&- &"
	wait_for 20 xmemadm -c admin.conf appliance list || {
		cat xmemd.log
		xmemadm -c admin.conf appliance list
		give_up "xmemd does not answer"
	}
	quietly client xmemadm -c admin.conf appliance add appliance "https://$APPLIANCE_IP:7708"
	show client xmemadm -c admin.conf appliance list
}

# try_attach NAME INTERFACES: says so if this kernel lacks one of them
try_attach() {
	local text status
	printf 'client# xmemadm -c client.conf dev attach %s --as %s\n' "$1" "$2"
	text=$(xmemadm -c client.conf dev attach "$1" --as "$2" 2>&1)
	status=$?
	[ $status = 0 ] || printf '%s\n' "$text"
	return $status
}

# The best way to page out that this kernel has: past the block layer, if it can.
attach_for_swap() {
	if try_attach demo block,swapfile; then
		SWAP_HOOK="swap file" SWAP=/mnt/xmem/demo
		mkdir -p /mnt/xmem
		quietly client mount -t xmem none /mnt/xmem
	elif try_attach demo block,frontswap; then
		SWAP_HOOK=frontswap SWAP=/dev/xmem0
	else
		quietly client xmemadm -c client.conf dev attach demo
		SWAP_HOOK="block device" SWAP=/dev/xmem0
	fi
	echo "pages go out by: $SWAP_HOOK"
}

prepare_xmem() {
	start_appliance
	make_certificates
	start_manager
	open_page
	step "memory of the appliance as a device of the client"
	quietly client modprobe xmem
	show client xmemadm -c client.conf alloc create demo --size "${SIZE}M"
	attach_for_swap
	show client xmemadm dev list
	show client lsblk /dev/xmem0
	show appliance xmemadm region list
}

prepare_nvme() {
	step "beside it: a RAM disk of the appliance over nvme-rdma"
	ramdisks "$SIZE" 1 || give_up "no RAM disk"
	ramdisk_fill 0
	NVME_DEVICE=$(nvme_attach 0 2>&1) || give_up "$NVME_DEVICE"
	show client lsblk "$NVME_DEVICE"
}

control_calls() { there "xmemadm -j appliance show" | sed -n 's/.*"control-calls": *\([0-9]*\).*/\1/p'; }

# measure NAME DEVICE
measure() {
	local calls
	step "the job in $LIMIT MiB, swap on $1"
	mkswap "$2" >/dev/null 2>&1 || give_up "mkswap $2"
	if [ "$1 $3" = "xmem 1" ]; then
		show client swapon "$2"
		show client swapon
	else
		swapon "$2" || give_up "swapon $2"
	fi
	calls=$(control_calls)
	job_run "$1" $((LIMIT << 20))
	[ "$1" != xmem ] ||
		echo "code of the appliance module that ran meanwhile: $(($(control_calls) - calls)) calls"
	swapoff "$2" || give_up "swapoff $2"
}

main() {
	local round
	trap - EXIT
	cd "$XMEM_OUT" || give_up "no $XMEM_OUT"
	: >results
	reserve_memory
	step "the job: $(wc -l <"$WORDS") words sorted by their ends, with enough memory"
	job_prepare
	job_run unconstrained max
	prepare_xmem
	prepare_nvme
	for round in $(seq "$ROUNDS"); do
		measure xmem "$SWAP" "$round"
		measure nvme-rdma "$NVME_DEVICE" "$round"
	done
	show_page
	step "the device's own counters"
	show client xmemadm dev stats demo
	[ "$SWAP_HOOK" != "swap file" ] || umount /mnt/xmem
	quietly client xmemadm dev detach demo
	quietly client xmemadm -c client.conf alloc destroy demo
	files_demo
	echo "$SWAP_HOOK" >hooks
	echo "$FILES_HOOK $FILES_HITS $FILES_MISSES" >>hooks
}
