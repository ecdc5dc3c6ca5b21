#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# modprobe for test guests. Modules of the guest kernel come from its own
# directory; a name found in XMEM_MODS is a module under test and is loaded
# with insmod after what it depends on, so that no depmod has to run between
# a build and the next guest.

real() { /sbin/modprobe -d "$XMEM_KDIR" "$@"; }

# The static ones start in half of the time.
insmod() { busybox insmod "$@"; }
rmmod() { busybox rmmod "$@"; }

ours() { [ -e "$XMEM_MODS/${1//-/_}.ko" ]; }

load() {
	local name=${1//-/_} dep deps
	shift
	[ -d "/sys/module/$name" ] && return 0
	read -r deps <"$XMEM_MODS/$name.depends"
	for dep in $deps; do
		if ours "$dep"; then
			load "$dep" || return
		elif [ ! -d "/sys/module/${dep//-/_}" ]; then
			real "$dep" || return
		fi
	done
	insmod "$XMEM_MODS/$name.ko" "$@" || return
	[ -z "${XMEM_STOPPED_DAEMONS:-}" ] ||
		"$XMEM_SRC/tests/harness/guest/daemons.sh" start "$name"
}

unload() {
	local name=${1//-/_} dep deps
	[ -d "/sys/module/$name" ] || return 0
	rmmod "$name" || return
	read -r deps <"$XMEM_MODS/$name.depends"
	for dep in $deps; do
		ours "$dep" || continue
		[ "$(cat "/sys/module/$dep/refcnt" 2>/dev/null)" = 0 ] || continue
		# One that cannot be unloaded stays, as with the real modprobe.
		grep -q "^$dep .*\[permanent\]" /proc/modules && continue
		unload "$dep" || return
	done
}

# Options before the name are passed on, except that -r of ours is rmmod.
opts=() remove=
while [ "${1:0:1}" = - ]; do
	case $1 in
	-r | --remove) remove=1 ;;
	esac
	opts+=("$1")
	shift
done
if [ $# = 1 ] && [ -z "$remove" ] && [ -d "/sys/module/${1//-/_}" ]; then
	: # it is there
elif [ $# -gt 0 ] && ours "$1"; then
	if [ -n "$remove" ]; then
		unload "$1"
	else
		load "$@"
	fi
else
	real "${opts[@]}" "$@"
fi
