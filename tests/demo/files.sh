# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034  # what was counted is for client.sh
#
# The second half of the demonstration: files that do not fit in memory are read
# again and again, with a page cache on the appliance's memory. By cleancache where
# the kernel has it, else by a cache device below the file system. Read by client.sh.

FILES=/mnt/files
ORIGIN=/dev/ram0
COPIES=5
PASSES=8

files_prepare() {
	local i
	step "$COPIES files on a disk of the client, more than its memory is to hold"
	modprobe brd rd_nr=1 rd_size=$((48 << 10)) max_part=0 || give_up "no disk"
	mkdir -p $FILES
	mkfs.ext4 -q -F -b 4096 $ORIGIN >/dev/null 2>&1 || give_up "no file system"
	files_mount $ORIGIN
	for ((i = 1; i <= COPIES; i++)); do
		cp "$WORDS" $FILES/$i || give_up "the disk is too small"
	done
	wanted=$(cat $FILES/[0-9]* | sha256sum)
	umount $FILES
}

files_mount() { mount "$1" $FILES || give_up "$1 cannot be mounted"; }

# The page cache belongs to the group that reads.
files_read() {
	local got
	got=$({
		echo $BASHPID >"$CGROUP"/cgroup.procs
		exec cat $FILES/[0-9]*
	} | sha256sum)
	[ "$got" = "$wanted" ] || give_up "files are not what was written"
}

files_attach() {
	show client xmemadm -c client.conf alloc create cache --size "${CACHE}M"
	if try_attach cache cleancache; then
		FILES_HOOK=cleancache
		files_mount $ORIGIN
	else
		FILES_HOOK=dm-cache
		quietly client xmemadm -c client.conf dev attach cache
		modprobe loop
		quietly client xmemadm pagecache enable --origin $ORIGIN --cache cache
		files_mount /dev/mapper/cached-ram0
	fi
	echo "files are cached by: $FILES_HOOK"
}

files_count() {
	local text
	if [ "$FILES_HOOK" = cleancache ]; then
		text=$(xmemadm -j dev stats cache | jq -r '.interfaces[0] | "\(.hits) \(.misses)"')
	else
		text=$(xmemadm -j pagecache status $ORIGIN |
			jq -r '"\(.["read-hits"]) \(.["read-misses"])"')
	fi
	read -r FILES_HITS FILES_MISSES <<<"$text"
}

files_detach() {
	umount $FILES || give_up "the file system is in use"
	[ "$FILES_HOOK" = cleancache ] || quietly client xmemadm pagecache disable $ORIGIN
	quietly client xmemadm dev detach cache
	quietly client xmemadm -c client.conf alloc destroy cache
}

files_demo() {
	local pass wanted
	files_prepare
	step "memory of the appliance as an extension of the page cache"
	files_attach
	step "the files are read $PASSES times by a group that has $LIMIT MiB"
	echo $((LIMIT << 20)) >"$CGROUP"/memory.max
	for ((pass = 0; pass < PASSES; pass++)); do
		files_read
	done
	files_count
	if [ "$FILES_HOOK" = cleancache ]; then
		show client xmemadm dev stats cache
	else
		show client xmemadm pagecache status $ORIGIN
	fi
	files_detach
}
