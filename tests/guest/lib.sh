#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a guest test is written with; see tests/README.md. A test starts with
#	. "$(dirname "$0")/lib.sh"
# and reports with ok, not_ok, check, refused or skip. Each report is one
# line that the runner counts. A test that ends without "finish" counts as
# failed, so an early exit cannot look like success.

set -uE

# Emulated, most of the time of a test goes into starting small programs, and most of
# that into their dynamic linker. The static ones take half as long.
if [ -n "${XMEM_ROLE:-}" ]; then
	for _applet in awk base64 cat cut grep head sleep tr wc; do
		eval "$_applet() { busybox $_applet \"\$@\"; }"
	done
fi

XMEM_GUESTS=${XMEM_GUESTS:-1}
APPLIANCE_IP=10.77.0.1
APPLIANCE_IP6=fd77::1
CLIENT_IP=10.77.0.2
[ "$XMEM_GUESTS" = 1 ] && CLIENT_IP=$APPLIANCE_IP
XMEM_TMP=$(mktemp -d /tmp/test.XXXXXX)
export APPLIANCE_IP APPLIANCE_IP6 CLIENT_IP XMEM_TMP
_number=0

# shellcheck source=tests/harness/guest/net.sh
[ -n "${XMEM_ROLE:-}" ] && . "$XMEM_SRC/tests/harness/guest/net.sh"

# ---- reporting

ok() {
	_number=$((_number + 1))
	printf 'ok %d - %s\n' $_number "$*"
}

not_ok() {
	_number=$((_number + 1))
	printf 'not ok %d - %s\n' $_number "$*"
	printf '# at %s:%s\n' "${BASH_SOURCE[1]##*/}" "${BASH_LINENO[0]}"
}

fail() { not_ok "$@"; }

# Everything so far was fine and the rest makes no sense here.
skip() {
	_number=$((_number + 1))
	printf 'ok %d - # SKIP %s\n' $_number "$*"
	finish
}

# Daemons that stand still, with XMEM_STOPPED_DAEMONS=1; "states" are T for stopped.
_daemons=$XMEM_SRC/tests/harness/guest/daemons.sh
_daemons_stopped() {
	local states
	states=$("$_daemons" states)
	[ -z "${states//[T ]/}" ] && note "daemons that stand still: ${states:-none}"
}

# The last line of each test.
finish() {
	[ "${XMEM_STOPPED_DAEMONS:-}" != 1 ] || _daemons_stopped || not_ok "no daemon ran"
	printf '1..%d\n' $_number
	trap - EXIT
	rm -rf "$XMEM_TMP"
	exit 0
}

# For what must work before anything can be tested: fails and ends the test.
die() {
	not_ok "$@"
	finish
}

_indent() { sed 's/^/# /'; }

# check TEXT COMMAND…: the command succeeds. Its output is kept in $output.
check() {
	local text=$1 status
	shift
	output=$("$@" 2>&1)
	status=$?
	if [ $status = 0 ]; then
		ok "$text"
		return 0
	fi
	not_ok "$text"
	printf '# status %d from: %s\n' $status "$*"
	printf '%s\n' "$output" | tail -n 20 | _indent
	return 1
}

# must: like check, but the test ends when it fails.
must() { check "$@" || finish; }

# _a_line_is REGEX TEXT: a line of it matches
_a_line_is() {
	local line
	while IFS= read -r line; do
		[[ $line =~ $1 ]] && return 0
	done <<<"$2"
	return 1
}

# refused REGEX COMMAND…: the command fails and its words match REGEX.
refused() {
	local pattern=$1 status
	shift
	output=$("$@" 2>&1)
	status=$?
	if [ $status = 0 ]; then
		not_ok "refused: $*"
		echo "# it succeeded"
	elif ! _a_line_is "$pattern" "$output"; then
		not_ok "refused: $*"
		printf '# status %d, its words do not match /%s/:\n' \
			$status "$pattern"
		printf '%s\n' "$output" | tail -n 20 | _indent
	else
		ok "refused: $* (${output%%$'\n'*})"
		return 0
	fi
	return 1
}

# equal TEXT GOT WANTED
equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
		return 0
	fi
	not_ok "$1"
	printf '# got    %s\n# wanted %s\n' "$2" "$3"
	return 1
}

note() { printf '# %s\n' "$*"; }

_trap_exit() {
	printf 'not ok %d - ended early with status %d at line %s: %s\n' \
		$((_number + 1)) "$1" "$2" "$3"
	rm -rf "$XMEM_TMP"
}
trap '_trap_exit $? $LINENO "$BASH_COMMAND"' EXIT

# ---- waiting

# _thousandths NUMBER
_thousandths() {
	local whole=${1%%.*} rest=000
	[ "$whole" = "$1" ] || rest=${1#*.}000
	echo $((10#0$whole * 1000 + 10#${rest:0:3}))
}
_scale=$(_thousandths "${XMEM_TIMEOUT_SCALE:-1}")

# Seconds, stretched for slow machines and emulation.
scaled() { echo $((($1 * _scale + 999) / 1000)); }

# wait_for SECONDS COMMAND…: until the command succeeds. For conditions that
# announce themselves use wait_message or a blocking command instead.
wait_for() {
	local end
	end=$((SECONDS + $(scaled "$1")))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		# A pause without starting a process: nobody writes there.
		read -r -t 0.05 <>"$XMEM_TMP/pause" || :
	done
}
mkfifo "$XMEM_TMP/pause"

if [ "${XMEM_ROLE:-}/${XMEM_STOPPED_DAEMONS:-}" = client/1 ]; then
	"$_daemons" certificates || die "certificates of the daemons that stand still"
fi

# mark_messages; …; wait_message SECONDS REGEX: a kernel message of this guest
# that came after the mark.
mark_messages() {
	_mark="xmem-test: mark $_number.$RANDOM"
	echo "$_mark" >/dev/kmsg
}

wait_message() {
	local line seen=
	# cat, because each read has to have room for a whole message; it stays
	# for the rest of the time when the message came sooner, so it must not
	# hold the standard error for which a caller may wait. No awk, which
	# waits for more input before it looks at what it has.
	while IFS= read -r line; do
		[[ $line == *"$_mark"* ]] && seen=1 && continue
		[[ -n $seen && $line =~ $2 ]] && return 0
	done < <(exec timeout "$(scaled "$1")" cat /dev/kmsg 3>&- 2>/dev/null)
	return 1
}

# ---- the other guest

# One request at a time on the channel, also from background jobs.
_request() {
	local reply
	exec 9>/run/xmem/request.lock
	flock 9
	printf '\001req %s\n' "$*" >&3
	IFS= read -r reply <&3
	exec 9>&-
	case $reply in
	ok) return 0 ;;
	done\ *) _replay "${reply#done }" ;;
	*)
		echo "harness: ${reply#error }" >&2
		return 125
		;;
	esac
}

# _replay "STATUS oSTDOUT eSTDERR": what the command in the other guest gave.
_replay() {
	local status out err
	read -r status out err <<<"$1"
	[ "$out" = o ] || base64 -d <<<"${out#o}"
	[ "$err" = e ] || base64 -d <<<"${err#e}" >&2
	return "$status"
}

# on_appliance 'COMMANDS': run bash text there; its outputs and status here.
on_appliance() {
	if [ "$XMEM_GUESTS" = 1 ]; then
		(eval "$*") 3>&-
	else
		_request "exec $(base64 -w0 <<<"$*")"
	fi
}

appliance_kill() { _request kill; }	# the power cord is pulled
appliance_boot() { _request boot; }	# returns when it is up
appliance_stop() { _request stop; }	# frozen: silent, but not gone
appliance_cont() { _request cont; }

link_down() { ip link set dev "${1:-$XMEM_NETDEV}" down; }
link_up() { ip link set dev "${1:-$XMEM_NETDEV}" up && pin_neighbour; }

# Nothing that this guest sends arrives, and it is not told. For a moment in which it may
# be connecting: soft RDMA connects no more when its link goes down in a handshake.
mute() { modprobe sch_netem && tc qdisc add dev "$XMEM_NETDEV" root netem loss 100%; }
unmute() { tc qdisc del dev "$XMEM_NETDEV" root; }

# ---- modules under test

have_module() { [ -e "$XMEM_MODS/$1.ko" ]; }

# load_modules [appliance parameters…]: the lending module where the appliance
# is and the client module here, with all they need.
load_modules() {
	on_appliance "modprobe xmem_appliance $*" && modprobe xmem
}

unload_modules() {
	modprobe -r xmem && on_appliance "modprobe -r xmem_appliance"
}

# ---- xmemadm in short words

# make_region SIZE NAME [options…]: prints what xmemadm says about it.
make_region() {
	local size=$1 name=$2
	shift 2
	on_appliance "xmemadm region create --size $size --label $name $*"
}
