# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of cleancache share: a file system on a local disk, at /mnt/fs, and
# the same files beside it where no cache is, at $XMEM_TMP/ref.

REF=$XMEM_TMP/ref
FS=/mnt/fs

# Blocks as large as pages: ext4 asks cleancache for no others.
local_fs() {
	echo 4 >/proc/sys/vm/drop_caches	# no message each time
	mkdir -p "$FS" "$REF" && modprobe brd rd_nr=1 rd_size="$1" &&
		mkfs.ext4 -q -F -b 4096 /dev/ram0 && mount /dev/ram0 "$FS"
}

# attach_cache [INTERFACES [options…]]: region 1
attach_cache() {
	local as=${1:-cleancache}
	shift
	xmemadm dev attach cache --appliance "$APPLIANCE_IP" --region 1 \
		--token "$(token 1)" --client "$CLIENT_ID" --as "$as" "$@"
}

cache_of() { use_of cache cleancache "$1"; }

drop_caches() { sync && echo 1 >/proc/sys/vm/drop_caches; }

# cached FILE…: only what was read goes to the cache, not what was written
cached() {
	drop_caches && (cd "$FS" && cat "$@" >/dev/null) && drop_caches
}

# both COMMAND…: to the file system and to its copy
both() { (cd "$FS" && "$@") && (cd "$REF" && "$@"); }

# same FILE…: the file system has what its copy has
same() {
	local file
	for file; do
		cmp "$FS/$file" "$REF/$file" || return
	done
}

# hits TEXT LEAST COMMAND…: it succeeds, and so many pages came from the cache
hits() {
	local text=$1 least=$2 before gained
	shift 2
	before=$(cache_of hits)
	check "$text" "$@"
	gained=$(($(cache_of hits) - before))
	[ "$gained" -ge "$least" ] || not_ok "$text: $gained hits, not $least"
}

# no_hits TEXT COMMAND…: it succeeds, and nothing came from the cache
no_hits() {
	local text=$1 before
	shift
	before=$(cache_of hits)
	check "$text" "$@"
	equal "$text: no hits" "$(cache_of hits)" "$before"
}
