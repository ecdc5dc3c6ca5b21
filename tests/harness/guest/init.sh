#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# First process of a test guest, the same for User-Mode Linux and QEMU.
# The kernel hands "xmem_conf=FILE" from its command line to us as an
# environment variable; that file (written by the harness) says who we are.
# The root file system is the host's own, read-only, or an initramfs.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TERM=${TERM:-dumb}

# shellcheck source=/dev/null
. "${xmem_conf:?the kernel command line names no xmem_conf}"
# The initramfs carries no locales.
# shellcheck disable=SC2153  # from the file of the harness
if [ "$XMEM_ROOT" = initramfs ]; then LC_ALL=C; else LC_ALL=C.UTF-8; fi
export LC_ALL
export XMEM_ROLE XMEM_GUESTS XMEM_BED XMEM_KERNEL XMEM_SRC XMEM_OUT
export XMEM_KDIR XMEM_MODS XMEM_DEBUG XMEM_TIMEOUT_SCALE
[ -z "${XMEM_WORK:-}" ] || export XMEM_WORK
[ -z "${XMEM_STOPPED_DAEMONS:-}" ] || export XMEM_STOPPED_DAEMONS

# One static program instead of many with libraries: emulated, each start of
# one of those costs a tenth of a second.
for applet in mount mkdir ln cp chmod hostname cat; do
	eval "$applet() { /bin/busybox $applet \"\$@\"; }"
done

# Directories of the host that must stay reachable although the guest mounts
# its own empty /tmp and /run: seen again below /run/xmem, and at their own
# place when that vanished.
mount_tree() {
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	# Mostly there already, by the kernel or the initramfs.
	mount -t devtmpfs dev /dev 2>/dev/null
	mount -t tmpfs -o mode=755 run /run
	mkdir -p /run/xmem/{src,out,kernel,mods,bin} /run/lock
	mount --bind "$XMEM_SRC" /run/xmem/src
	mount --bind "$XMEM_KDIR" /run/xmem/kernel
	mount --bind "$XMEM_MODS" /run/xmem/mods
	mount_out
	local dir
	for dir in /tmp /mnt /var/tmp; do
		mount -t tmpfs -o mode=1777 tmpfs "$dir"
	done
	show_again "$XMEM_SRC" /run/xmem/src
	show_again "$XMEM_OUT" /run/xmem/out
	show_again "$XMEM_KDIR" /run/xmem/kernel
	show_again "$XMEM_MODS" /run/xmem/mods
}

# The directory for results is the one writable place of the host.
mount_out() {
	# shellcheck disable=SC2153  # from the file of the harness
	case $XMEM_ROOT in
	hostfs) mount -t hostfs -o "$XMEM_OUT" none /run/xmem/out ;;
	9p)	mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 \
			out /run/xmem/out ;;
	esac
}

show_again() {
	[ -d "$1" ] && [ "$1" -ef "$2" ] && return
	mkdir -p "$1" 2>/dev/null
	mount --bind "$2" "$1" 2>/dev/null
}

mount_kernel_fs() {
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	mount -t tmpfs -o mode=1777 shm /dev/shm
	mount -t debugfs debug /sys/kernel/debug
	mount -t cgroup2 cgroup /sys/fs/cgroup
	if [ -d /sys/kernel/tracing ]; then
		mount -t tracefs trace /sys/kernel/tracing
	fi
	local fd
	for fd in fd:/proc/self/fd stdin:/proc/self/fd/0 \
		stdout:/proc/self/fd/1 stderr:/proc/self/fd/2; do
		[ -e "/dev/${fd%%:*}" ] || ln -s "${fd#*:}" "/dev/${fd%%:*}"
	done
} 2>/dev/null

# Both the shell and the kernel find modules through our own modprobe, which
# knows the guest kernel's modules and the ones under test.
set_modprobe() {
	ln -s "$XMEM_SRC/tests/harness/guest/modprobe.sh" \
		/run/xmem/bin/modprobe
	export PATH=/run/xmem/bin:$PATH
	# The kernel starts its helper with a bare environment.
	printf '#!/bin/bash\nexport XMEM_KDIR=%q XMEM_MODS=%q\n' \
		"$XMEM_KDIR" "$XMEM_MODS" >/run/xmem/modprobe
	# shellcheck disable=SC2016
	printf 'exec /bin/bash %q "$@"\n' \
		"$XMEM_SRC/tests/harness/guest/modprobe.sh" >>/run/xmem/modprobe
	chmod 755 /run/xmem/modprobe
	echo /run/xmem/modprobe >/proc/sys/kernel/modprobe
}

# Where the time goes that a start takes, for the console log.
step() {
	local up
	read -r up _ </proc/uptime
	echo "xmem-harness: at $up s $1"
}

mount_tree
step "host directories are mounted"
mount_kernel_fs
set_modprobe
modprobe -q configfs
mount -t configfs config /sys/kernel/config 2>/dev/null
if [ -n "${XMEM_CPUINFO:-}" ]; then
	# perftest reads the clock rate there; UML's own file has none.
	cp "$XMEM_CPUINFO" /run/xmem/cpuinfo &&
		mount --bind /run/xmem/cpuinfo /proc/cpuinfo
fi
hostname "$XMEM_ROLE"
ulimit -l unlimited
echo 8 >/proc/sys/kernel/printk
PATH=$XMEM_SRC/build/bin:$XMEM_SRC/tools/xmemadm:$XMEM_SRC/mgmt-daemon:$PATH

# shellcheck source=tests/harness/guest/net.sh
. "$XMEM_SRC/tests/harness/guest/net.sh"
step "file systems are mounted"
unset -f mount mkdir ln cp chmod hostname cat
setup_net
step "the network is up"
[ "${XMEM_RDMA:-yes}" = yes ] && start_rdma
step "ready"

# shellcheck source=tests/harness/guest/agent.sh
. "$XMEM_SRC/tests/harness/guest/agent.sh"
agent
