#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: files come and go with their devices; swapoff, umount, detach and unload in every order
# kernels: uml-7.3-debug debian-6.12
# guests: 1
# tier: full
# timeout: 240

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 32M
must "region 1 is lent" lend 1 8M
must "region 2 is lent" lend 2 8M
must "region 3 is lent, to be read only" lend 3 4M --rights read
file=$FILES/one
listed() { find "$FILES" -type f -printf "%f "; }
said() { # REGEX COMMAND…: is refused, and the kernel says why
	local pattern=$1
	shift
	mark_messages
	refused 'busy' "$@"
	# what reads the messages stays for a while, and must not keep files open
	check "the kernel says why" wait_message 5 "$pattern" 8<&-
}

# ---- files and mounts
check "attached before there is a mount" attach_as swapfile one 1
check "there is no block device" test ! -e "$DEV"
must "the files are mounted" mount_files
equal "its file is there" "$(listed)" "one "
check "another is attached" attach_as block,swapfile two 2
equal "its file comes" "$(ls -m "$FILES")" "one, two"
mkdir "$XMEM_TMP/again"
check "the same are mounted once more" mount -t xmem none "$XMEM_TMP/again"
equal "they are the same" "$(stat -c %d:%i "$XMEM_TMP/again/two")" \
	"$(stat -c %d:%i "$FILES/two")"
check "one is detached" xmemadm dev detach one
equal "its file goes" "$(ls "$XMEM_TMP/again")" two
refused 'in use' rmmod xmem
check "unmounted there" umount "$XMEM_TMP/again"
refused 'in use' rmmod xmem
check "unmounted here" umount "$FILES"
check "mounted anew" mount_files
equal "the file of what is attached is there" "$(listed)" "two "

# ---- a file in use
exec 8<"$FILES/two"
refused 'device is open 1 times' xmemadm dev detach two
said 'xmem.: cannot be opened while the file of two is open' \
	dd if="$(dev_of two)" of=/dev/null count=1
refused 'busy' umount "$FILES"
exec 8<&-
exec 8<"$(dev_of two)"
said 'xmem.: two cannot be used as a file while /dev/xmem. is open' cat "$FILES/two"
said 'two cannot be used as a file' swapon "$FILES/two"
exec 8<&-
check "then it can be used" mkswap "$FILES/two"
exec 8<>"$FILES/two"
check "detached by force while it is open" xmemadm dev detach two --force
equal "its file is gone" "$(listed)" ""
refused 'Input/output' dd bs=4k count=1 of=/dev/null <&8
refused 'Input/output' bash -c 'dd bs=4k count=1 if=/dev/zero >&8'
check "attached under the same name" attach_as swapfile two 2
check "that one works" mkswap "$FILES/two"
refused 'Input/output' dd bs=4k count=1 of=/dev/null <&8
refused 'No such device' swapon "/proc/$$/fd/8"
exec 8<&-

# ---- a swap area in use
swapping() {
	check "it takes swap" swap_on "$FILES/two"
	refused 'device is open 1 times' xmemadm dev detach two
	refused 'file is in use as swap: swapoff it first' xmemadm dev detach two --force
	refused 'busy' umount "$FILES"
	refused 'in use' rmmod xmem
	equal "nothing was taken away" "$(listed)" "two "
}
swapping
check "swapoff" swapoff "$FILES/two"
check "detach" xmemadm dev detach two
check "umount" umount "$FILES"
check "unload" rmmod xmem

check "load" modprobe xmem
check "mount" mount_files
check "attach" attach_as block,swapfile two 2
swapping
check "swapoff" swapoff "$FILES/two"
check "umount" umount "$FILES"
check "unload what is attached" rmmod xmem

check "load" modprobe xmem
check "attach" attach_as block,swapfile two 2
check "mount" mount_files
swapping
check "umount of what is in use, for later" umount -l "$FILES"
refused 'in use as swap' xmemadm dev detach two --force
refused 'in use' rmmod xmem
check "the block device stays shut" eval '! dd if=/dev/xmem0 of=/dev/null count=1'
check "mount" mount_files
check "swapoff" swapoff "$FILES/two"
check "the block device can be used" dd if="$(dev_of two)" of=/dev/null count=1
check "umount" umount "$FILES"
check "detach" xmemadm dev detach two

# ---- what cannot be offered so
refused 'only block can be read-only' attach_as swapfile one 1 --read-only
refused 'only block can be read-only' attach_as block,swapfile three 3
check "what is read only can be a block device" attach_as block three 3
check "detached" xmemadm dev detach three

# ---- all at once
churn() {
	while [ ! -e "$XMEM_TMP/stop" ]; do
		mount_files
		cat "$FILES"/* | head -c 20000
		ls -l "$FILES"
		timeout 5 swapon "$file" && timeout 5 swapoff "$file"
		umount "$FILES"
	done >/dev/null 2>&1
	:
}
started churn
come_and_go() {
	attach_as block,swapfile one 1 || return
	mkswap "$DEV"
	until xmemadm dev detach one --force; do :; done
}
for number in {1..20}; do
	check "attached and detached amid opens, swaps and mounts, $number" come_and_go
done
touch "$XMEM_TMP/stop"
over "no hang" 60
umount "$FILES" 2>/dev/null
check "unload" wait_for 5 rmmod xmem
finish
