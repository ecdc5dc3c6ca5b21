#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# Only task of the small QEMU initramfs: mount the host's root, read-only, by
# 9p and go there. Modules needed for that lie in /modules in loading order.

/bin/busybox mount -t proc proc /proc
for mod in /modules/*.ko; do
	[ -e "$mod" ] && /bin/busybox insmod "$mod"
done
/bin/busybox mount -t 9p \
	-o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144 \
	root /root || exec /bin/busybox sh
/bin/busybox mount -t devtmpfs dev /root/dev
/bin/busybox umount /proc
# shellcheck disable=SC2154  # from the kernel command line
exec /bin/busybox switch_root /root "$xmem_init"
