# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests of xmem itself share; read after lib.sh. Regions are lent to the
# client identity $CLIENT_ID; the token of region N is what "token N" prints.

XMEM_PATH=$XMEM_SRC/build/bin:$XMEM_SRC/tools/xmemadm:$XMEM_SRC/mgmt-daemon
PATH=$XMEM_PATH:$PATH
export PATH
CLIENT_ID=0xc11e47
OTHER_ID=0x07e4
DEV=/dev/xmem0
FILES=$XMEM_TMP/files

# Emulated machines do a fraction of the work in the same time, debug kernels of them less.
case $XMEM_BED$XMEM_DEBUG in
qemu0) XMEM_WORK=${XMEM_WORK:-50} ;;
qemu1) XMEM_WORK=${XMEM_WORK:-25} ;;
*) XMEM_WORK=${XMEM_WORK:-100} ;;
esac

# part N: the share of an amount of work that this machine is given.
part() { echo $(($1 * XMEM_WORK / 100)); }

# ---- both sides

# The appliance's xmemadm, words kept apart.
adm_there() {
	on_appliance "PATH=$XMEM_PATH:\$PATH; xmemadm $(printf '%q ' "$@")"
}

# rawnl_there ARGUMENTS…: the raw netlink sender in the appliance.
rawnl_there() {
	on_appliance "PATH=$XMEM_PATH:\$PATH; rawnl $(printf '%q ' "$@")"
}

# Numbers of commands and attributes, from the headers that users have.
uapi_numbers() {
	# shellcheck disable=SC2016  # this is awk
	awk '
		{ gsub("/\\*.*\\*/", "") }
		/^enum/ { on = 1; n = 0; next }
		/^}/ { on = 0 }
		on && match($0, /^\t[A-Z_a-z]+/) {
			name = substr($0, 2, RLENGTH - 1)
			if (match($0, /= [0-9]+/))
				n = substr($0, RSTART + 2, RLENGTH - 2)
			if (name !~ /^__|MAX$/)
				print name "=" n++
		}' "$XMEM_SRC"/uapi/linux/xmem{,_appliance}.h
}
eval "$(uapi_numbers)"

# to_appliance [-d] OBJECT-VERB ATTRIBUTE…: a raw request to its module, such as
# "region-new size:u64=0x200000 99:flag"; see rawnl for kinds and values.
to_appliance() {
	local opts=() command object word words=()
	while [ "${1:0:1}" = - ]; do
		opts+=("$1")
		shift
	done
	object=${1%-*} command=XMEM_APPLIANCE_CMD_$1
	command=${command^^} command=${command//-/_}
	shift
	for word; do
		case $word in
		[a-z]*:*)
			local name=XMEM_APPLIANCE_A_${object}_${word%%:*}
			name=${name^^} name=${name//-/_}
			word=${!name}:${word#*:}
			;;
		esac
		words+=("$word")
	done
	rawnl "${opts[@]}" xmem_appliance "${!command}" "${words[@]}"
}

# start_appliance MEMORY [parameters…]
start_appliance() {
	local memory=$1
	shift
	on_appliance "modprobe xmem_appliance memory=$memory $*"
}

# Waits until the module's listener is known to the connection manager.
start_both() {
	must "the appliance module is loaded" start_appliance "$@"
	must "the client module is loaded" modprobe xmem
}

token() { printf '%024x%08x' 0xfeedfacecafe "$1"; }

# lend ID SIZE [options of the grant…]: a region, granted to this client.
lend() {
	local id=$1 size=$2
	shift 2
	adm_there region create --size "$size" --id "$id" --label "region-$id" \
		>/dev/null && grant "$id" "$@"
}

# grant ID [options…]
grant() {
	local id=$1
	shift
	adm_there region grant "$id" --client "${GRANTEE:-$CLIENT_ID}" \
		--token "$(token "$id")" "$@"
}

# attach NAME ID [options…]
attach() {
	local name=$1 id=$2
	shift 2
	xmemadm dev attach "$name" --appliance "$APPLIANCE_IP" --region "$id" \
		--token "$(token "$id")" --client "$CLIENT_ID" "$@" &&
		[ -b "$(dev_of "$name")" ]
}

# attach_as INTERFACES NAME ID [options…]: with or without a block device
attach_as() {
	local as=$1 name=$2 id=$3
	shift 3
	xmemadm dev attach "$name" --as "$as" --appliance "$APPLIANCE_IP" \
		--region "$id" --token "$(token "$id")" --client "$CLIENT_ID" "$@"
}

# attach_short ID [options…]: the first device, swap, for swap on $SWAP by the short way
# of this kernel, which is called $SHORT. The block device is there as well.
case $(uname -r) in
5.10.*) SHORT=frontswap SWAP=$DEV ;;
*) SHORT=swapfile SWAP=$FILES/swap ;;
esac
attach_short() {
	[ $SHORT = frontswap ] || mountpoint -q "$FILES" || mount_files || return
	attach_as block,$SHORT swap "$@"
}

detach_short() {
	! mountpoint -q "$FILES" || umount "$FILES" || return
	xmemadm dev detach swap "$@"
}

# The files of devices with the interface swapfile are in $FILES.
mount_files() { mkdir -p "$FILES" && mount -t xmem none "$FILES"; }

# leg ID [ADDRESS [EPOCH]]: text for --leg
leg() {
	local address=${2:-$APPLIANCE_IP}
	case $address in *:*:*) address="[$address]" ;; esac
	echo "$address,$1,$(token "$1")${3:+,$3}"
}

# dev_of NAME: its block device, also while that is about to come or has gone
dev_of() {
	local file name
	for file in /sys/block/xmem*/xmem/name; do
		name=
		{ read -r name <"$file"; } 2>/dev/null
		if [ "$name" = "$1" ]; then
			file=${file%/xmem/name}
			echo "/dev/${file##*/}"
			return
		fi
	done
	echo "/dev/xmem$(dev_get "$1" .id)"
}

# dev_get NAME PATH: one thing that xmemadm tells of a device, by jsonpick
dev_get() { xmemadm -j dev show "$1" | jsonpick "$2"; }
stat_of() { dev_get "$1" ".stats.$2"; }
leg_of() { dev_get "$1" ".legs[${3:-0}].$2"; }
# use_of NAME INTERFACE COUNTER, stage_of NAME COUNTER: from dev stats
use_of() { xmemadm -j dev stats "$1" | jsonpick ".interfaces[interface=$2].$3"; }
stage_of() { xmemadm -j dev stats "$1" | jsonpick ".stage.$2"; }
use_above() { [ "$(use_of "$1" "$2" "$3")" -gt "$4" ]; }
stage_above() { [ "$(stage_of "$1" "$2")" -gt "$3" ]; }
pool_get() { adm_there -j appliance show | jsonpick ".$1"; }

dev_is() { [ "$(dev_get "$1" .state)" = "$2" ]; }
stat_above() { [ "$(stat_of "$1" "$2")" -gt "$3" ]; }
no_device() { [ "$(xmemadm -j dev list)" = "[]" ]; }

# ---- events of the module: trace_on EVENT…; …; traced EVENT: how often it was told

_tracing=/sys/kernel/tracing
[ -d $_tracing/events ] || _tracing=/sys/kernel/debug/tracing
trace_on() {
	local event
	for event; do
		echo 1 >"$_tracing/events/xmem/$event/enable" || return
	done
	echo >$_tracing/trace && echo 1 >$_tracing/tracing_on
}
traced() { grep -c " $1: xmem[0-9]* page=" $_tracing/trace; }

# ---- what must not change when something is refused

client_state() {
	xmemadm -j dev list | jsonpick -x stats .
	ls -d /sys/block/xmem* 2>/dev/null
	true
}

appliance_state() {
	on_appliance "PATH=$XMEM_PATH:\$PATH
		xmemadm -j appliance show | jsonpick -x refused -x control-calls .
		xmemadm -j region list
		xmemadm -j region grants"
}

# keep_state; refused …; same_state: what was refused has changed nothing.
keep_state() {
	_client_state=$(client_state)
	_appliance_state=$(appliance_state)
}

same_state() {
	equal "$1 in the client" \
		"$(client_state)" "$_client_state"
	equal "$1 in the appliance" \
		"$(appliance_state)" "$_appliance_state"
}

# says REGEX COMMAND…: the command succeeds and its output matches
says() {
	local pattern=$1 text
	shift
	text=$("$@" 2>&1) && _a_line_is "$pattern" "$text" && return 0
	printf '%s\n' "$text"
	return 1
}

# lacks REGEX FILE: no line matches
lacks() { ! grep -E -- "$1" "$2"; }

# ---- work

# random_file FILE SIZE: not to be guessed, and made fast on slow machines
random_file() {
	openssl enc -aes-128-ctr -nosalt -K "$(printf '%032x' $RANDOM)" \
		-iv 00 -in /dev/zero 2>/dev/null | head -c "$2" >"$1"
}

# all_zero FILE-OR-DEVICE [BYTES]
all_zero() {
	local size=${2:-$(blockdev --getsize64 "$1" 2>/dev/null || stat -c %s "$1")}
	cmp -n "$size" "$1" /dev/zero
}

# fio_verify DEVICE [options…]: write and read back with checksums
fio_verify() {
	local dev=$1
	shift
	fio --name=verify --filename="$dev" --direct=1 --verify=crc32c \
		--verify_fatal=1 --do_verify=1 --verify_backlog=256 \
		--group_reporting --output-format=terse --randrepeat=0 "$@"
}

# memory_group NAME LIMIT: a group that "in_group NAME COMMAND…" runs in. Above
# the limit it is slowed down and paged out. A hard limit would have processes
# killed when all that could go is under way already: an emulated network is
# slower than they are.
memory_group() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control &&
		mkdir -p "/sys/fs/cgroup/$1" &&
		echo "$2" >"/sys/fs/cgroup/$1/memory.high"
}

_exec=
in_group() {
	local group=$1
	shift
	# shellcheck disable=SC2016  # the other shell expands it
	$_exec bash -c 'echo $$ >"/sys/fs/cgroup/$0/cgroup.procs" && exec "$@"' \
		"$group" "$@"
}

vmstat_of() {
	local name value
	while read -r name value; do
		[ "$name" != "$1" ] || echo "$value"
	done </proc/vmstat
}
paged_out() { [ "$(vmstat_of pswpout)" -gt "$1" ]; }

# swap_on DEVICE
swap_on() { mkswap "$1" && swapon -p 100 "$1"; }

# Room for the packets of soft RDMA when everything else is full.
reserve_memory() {
	echo "$1" >/proc/sys/vm/min_free_kbytes
	# What a compressed cache keeps back is not paged out.
	[ ! -e /sys/module/zswap/parameters/enabled ] ||
		echo N >/sys/module/zswap/parameters/enabled
}

# started COMMAND…: in the background; its number in $job, its output in $joblog
started() {
	joblog=$XMEM_TMP/job.$RANDOM
	# The program itself, not a shell that waits for it, has to be the job.
	local _exec=exec
	"$@" >"$joblog" 2>&1 3>&- &
	job=$!
}

# enough TEXT SECONDS [STATUS]: what the test is about is over, the registers need not run
# for the rest of their time: they check everything and end.
enough() {
	kill -TERM "$job"
	over "$@"
}

# over TEXT SECONDS [STATUS]: the job ends in that time and with that status
over() {
	local seconds status wanted=${3:-0}
	seconds=$(scaled "$2")
	if ! timeout "$seconds" tail --pid="$job" -f /dev/null; then
		not_ok "$1"
		echo "# still running after $seconds s"
		ps -o pid,stat,wchan:30,args | _indent
		return 1
	fi
	wait "$job"
	status=$?
	equal "$1" "$status" "$wanted"
	[ $status = "$wanted" ] || tail -n 20 "$joblog" | _indent
}
