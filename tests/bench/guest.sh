# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2153  # upper case: variables from measure.py
#
# What make bench does in the guest; measure.py puts lib.sh, peers.sh and these
# variables in front: SIZE (MiB of each device), ROUNDS, SUBJECTS, JOBS, FIO
# (arguments that bound a run), OPS (operations of a bare verb run) and VERB
# (the module, or nothing). Lines for measure.py start with "@ ".

# job NAME: fio's arguments
fio_args() {
	case $1 in
	read-4k-qd1)	echo --rw=randread --bs=4k --ioengine=psync ;;
	write-4k-qd1)	echo --rw=randwrite --bs=4k --ioengine=psync ;;
	read-4k-qd32)	echo --rw=randread --bs=4k --ioengine=libaio --iodepth=32 ;;
	write-4k-qd32)	echo --rw=randwrite --bs=4k --ioengine=libaio --iodepth=32 ;;
	read-128k-qd4)	echo --rw=randread --bs=128k --ioengine=libaio --iodepth=4 ;;
	write-128k-qd4)	echo --rw=randwrite --bs=128k --ioengine=libaio --iodepth=4 ;;
	esac
}

verb_args() {
	local write=0 size=4096 depth=${1##*-qd}
	case $1 in write-*) write=1 ;; esac
	case $1 in *-128k-*) size=131072 ;; esac
	echo "addr=$APPLIANCE_IP write=$write size=$size depth=$depth count=$OPS"
}

# subject_attach NAME: prints the device, or nothing for the bare verb
subject_attach() {
	case $1 in
	xmem)		xmem_attach bench "$SIZE" ;;
	frontswap)	xmem_attach bench "$SIZE" --as block,frontswap,cleancache ;;
	cleancache)	;;	# a part of the same device
	swapfile)	xmem_attach bench "$SIZE" --as block,swapfile ;;
	blockswap)	;;	# the same device, too
	nvmeswap)	nvme_attach 0 ;;
	nvme-rdma)	nvme_attach 0 ;;
	rnbd)		rnbd_attach 1 ;;
	brd)		echo /dev/ram2 ;;
	verb)		;;
	esac
}

declare -A device

attach_all() {
	local subject
	ramdisks "$SIZE" 3
	for subject in 0 1 2; do
		ramdisk_fill $subject
	done
	for subject in $SUBJECTS; do
		device[$subject]=$(subject_attach "$subject") || {
			echo "@ failed $subject cannot be set up"
			return 1
		}
		[ -n "${device[$subject]}" ] || continue
		# The same for all: no scheduler, and the whole device written once.
		echo none >"/sys/block/${device[$subject]##*/}/queue/scheduler"
		dd if=/dev/zero of="${device[$subject]}" bs=1M count="$SIZE" \
			oflag=direct status=none
	done
}

measure_fio() {
	local args
	read -ra args <<<"$(fio_args "$2") $FIO"
	fio --name=bench --filename="${device[$1]}" --direct=1 --thread --norandommap \
		--randrepeat=1 --size="${SIZE}M" --output-format=json "${args[@]}" |
		tr -d '\n '
}

measure_verb() {
	local args dir=/sys/module/xmem_verb/parameters
	read -ra args <<<"$(verb_args "$1")"
	insmod "$VERB" "${args[@]}" || return
	printf '{"ns":%s,"ops":%s}' "$(<$dir/ns)" "$(<$dir/ops)"
	rmmod xmem_verb
}

# A hook for its caller. Nobody else pages: the guest has memory enough.
measure_hook() {
	local load=0 dir=/sys/module/xmem_hook/parameters
	case $2 in read-*) load=1 ;; esac
	grep -q "^${device[$1]} " /proc/swaps || {
		mkswap "${device[$1]}" && swapon "${device[$1]}"
	} >&2 || return
	insmod "${VERB%/*}/xmem_hook.ko" load=$load "count=$OPS" || return
	printf '{"ns":%s,"ops":%s}' "$(<$dir/ns)" "$(<$dir/ops)"
	rmmod xmem_hook
}

measure_cache_hook() {
	local load=0 dir=/sys/module/xmem_cache_hook/parameters
	case $1 in read-*) load=1 ;; esac
	mountpoint -q /mnt/fs || {
		mkdir -p /mnt/fs && mkfs.ext4 -q -F /dev/ram2 && mount /dev/ram2 /mnt/fs &&
			dd if=/dev/urandom of=/mnt/fs/file bs=4k count=64 && sync
	} >&2 || return
	insmod "${VERB%/*}/xmem_cache_hook.ko" file=/mnt/fs/file load=$load "count=$OPS" || return
	printf '{"ns":%s,"ops":%s}' "$(<$dir/ns)" "$(<$dir/ops)"
	rmmod xmem_cache_hook
}

# Pages read back one by one: read-ahead would count twice for the block device.
measure_swap() {
	local area=/dev/xmem0 group=/sys/fs/cgroup/swapread status
	[ "$1" != swapfile ] || area=/mnt/xmem/bench
	{
		echo 0 >/proc/sys/vm/page-cluster
		mountpoint -q /mnt/xmem || { mkdir -p /mnt/xmem && mount -t xmem none /mnt/xmem; }
		[ ! -e /sys/module/zswap/parameters/enabled ] ||
			echo N >/sys/module/zswap/parameters/enabled
		echo +memory >/sys/fs/cgroup/cgroup.subtree_control && mkdir -p $group &&
			mkswap "$area" && swapon "$area"
	} >&2 || return
	(echo "$BASHPID" >$group/cgroup.procs &&
		exec "$XMEM_SRC/build/bin/swapread" 4000 $group/memory.reclaim)
	status=$?
	swapoff "$area" >&2 || return
	return $status
}

# The job of the demonstration in half the memory that it takes. What it waited for is
# the rest of the time: user and system time of its processes are told apart.
measure_sort() {
	local area=${device[$1]:-/dev/xmem0} out in wrong='' TIMEFORMAT='"wall":%3R,"user":%3U,"system":%3S'
	[ "$1" != swapfile ] || area=/mnt/xmem/bench
	sort_prepare >&2 || return
	{ mkswap "$area" && swapon "$area"; } >&2 || return
	read -r out in <<<"$(vmstat_of pswpout) $(vmstat_of pswpin)"
	{ time job_sort "$SORT_LIMIT" >"$XMEM_TMP/sum" 2>/dev/null; } 2>"$XMEM_TMP/times"
	out=$(($(vmstat_of pswpout) - out)) in=$(($(vmstat_of pswpin) - in))
	swapoff "$area" >&2 || return
	[ "$(<"$XMEM_TMP/sum")" = "$SORT_SUM" ] || wrong=',"wrong":1'
	printf '{%s,"out":%s,"in":%s,"limit":%s%s}' "$(<"$XMEM_TMP/times")" $out $in \
		"$SORT_LIMIT" "$wrong"
}

# Once: the input, the right answer, and how much memory it takes to find it.
sort_prepare() {
	[ -z "$SORT_LIMIT" ] || return 0
	mountpoint -q /mnt/xmem || { mkdir -p /mnt/xmem && mount -t xmem none /mnt/xmem; } || return
	[ ! -e /sys/module/zswap/parameters/enabled ] ||
		echo N >/sys/module/zswap/parameters/enabled
	job_prepare && SORT_SUM=$(job_sort max) &&
		SORT_LIMIT=$(($(<"$CGROUP/memory.peak") / 2))
}
SORT_LIMIT=

# measure ROUND SUBJECT JOB
measure() {
	local result
	if [ "$3" = sort ]; then
		# not in a subshell: what was prepared is kept
		measure_sort "$2" >"$XMEM_TMP/result"
		result=$(<"$XMEM_TMP/result")
	elif [ "$2" = verb ]; then
		result=$(measure_verb "$3")
	elif [ "$2" = frontswap ]; then
		result=$(measure_hook "$2" "$3")
	elif [ "$2" = cleancache ]; then
		result=$(measure_cache_hook "$3")
	elif [ "$2" = swapfile ] || [ "$2" = blockswap ]; then
		result=$(measure_swap "$2")
	else
		result=$(measure_fio "$2" "$3")
	fi
	echo "@ result $1 $2 $3 $result"
}

# Each round measures all subjects next to each other, another one first.
measure_all() {
	local round job subjects
	read -ra subjects <<<"$SUBJECTS"
	for ((round = 1; round <= ROUNDS; round++)); do
		for job in $JOBS; do
			for subject in "${subjects[@]}"; do
				measure "$round" "$subject" "$job"
			done
		done
		subjects=("${subjects[@]:1}" "${subjects[0]}")
	done
}

main() {
	trap - EXIT
	on_appliance 'echo 32768 >/proc/sys/vm/min_free_kbytes'
	echo 32768 >/proc/sys/vm/min_free_kbytes
	attach_all 2>/run/bench.err || {
		cat /run/bench.err
		exit 1
	}
	echo "@ cpus $(nproc)"
	measure_all
}
