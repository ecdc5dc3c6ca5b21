#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a device is found by its name
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 60

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 16M
must "a region is lent" lend 1 4M
rules=$XMEM_SRC/tools/60-xmem.rules
[ -e "$rules" ] || rules=$(find "$XMEM_SRC/tools" -name '*xmem*.rules' | head -n 1)
must "there is a rule" test -n "$rules"
mkdir -p /run/udev/rules.d
cp "$rules" /run/udev/rules.d/
/usr/lib/systemd/systemd-udevd --daemon 2>"$XMEM_TMP/udevd"
check "attached" attach my.name-1 1
equal "sysfs tells the name" "$(cat /sys/block/xmem0/xmem/name)" my.name-1
udevadm trigger /sys/block/xmem0
udevadm settle
check "udev made the link" test -b /dev/disk/by-xmem/my.name-1
equal "it leads to the device" "$(readlink -f /dev/disk/by-xmem/my.name-1)" "$DEV"
check "detached" xmemadm dev detach my.name-1
udevadm settle
check "the link is gone" test ! -e /dev/disk/by-xmem/my.name-1
udevadm control --exit
finish
