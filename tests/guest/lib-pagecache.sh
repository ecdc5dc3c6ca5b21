# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests of caches for file systems share; read after lib-xmem.sh.

ORIGIN=/dev/ram0
CACHED=/dev/mapper/cached-ram0
mkdir -p /mnt/fs

# make_origin MiB: a block device to be cached. It is memory, so only the
# counters tell where a read went.
make_origin() {
	must "there is a device to be cached" modprobe brd rd_nr=1 rd_size=$(($1 << 10))
}

# pc_get KEY: one thing that xmemadm tells of the cached device
pc_get() { xmemadm -j pagecache status "$CACHED" | jsonpick ".$1"; }
pc_is() { [ "$(pc_get state)" = "$1" ]; }

# fill DIRECTORY: some large files and many small ones
fill() {
	local i
	mkdir -p "$1" || return
	for i in $(seq "$(part 60)"); do
		echo "$1 $i $RANDOM" >"$1/$i" || return
	done
	for i in large{1..4}; do
		random_file "$1/$i" "$(part 20)00000" || return
	done
	sync
}

drop_caches() { echo 3 >/proc/sys/vm/drop_caches; }
sums() { (cd /mnt/fs && find . -path ./work -prune -o -type f -print0 | sort -z | xargs -0 sha256sum); }
# from the device, not from memory
cold_sums() { sync && drop_caches && sums; }

# warm [ROUNDS]: reads files until the cache serves them; it takes what is read repeatedly
warm() {
	local round before
	for ((round = 0; round < ${1:-40}; round++)); do
		before=$(pc_get read-hits)
		cold_sums >/dev/null || return
		[ "$(pc_get read-hits)" -gt $((before + $(part 100))) ] && return
	done
	xmemadm pagecache status "$CACHED"
	return 1
}

# churn: overwrites, holes, truncation, new files in the place of old ones
churn() {
	(
		cd /mnt/fs/a || exit
		rm large1 1* || exit
		random_file large5 "$(part 20)00000" &&
			random_file "$XMEM_TMP/piece" 300000 &&
			dd if="$XMEM_TMP/piece" of=large2 bs=4k seek=7 conv=notrunc status=none &&
			truncate -s 500000 large3 && truncate -s 900000 large3 &&
			fallocate -p -o 65536 -l 131072 large4 && mv large4 moved && sync
	)
}

# forever: reads and writes files until $XMEM_TMP/stop is there; fails on the first
# error or wrong byte
forever() {
	local wanted got
	mkdir -p /mnt/fs/work || return
	random_file "$XMEM_TMP/source" 1500000 || return
	wanted=$(sha256sum <"$XMEM_TMP/source")
	while [ ! -e "$XMEM_TMP/stop" ]; do
		cp "$XMEM_TMP/source" /mnt/fs/work/copy && sync -f /mnt/fs/work/copy &&
			drop_caches || return
		got=$(sha256sum </mnt/fs/work/copy) || return
		[ "$got" = "$wanted" ] || { echo "WRONG bytes"; return 1; }
		find /mnt/fs/a -type f -exec cat {} + >/dev/null || return
	done
}
