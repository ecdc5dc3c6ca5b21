# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Out-of-tree modules for any of the kernels, built beside the checkout.

# Inside a kernel's own root, the modules' folder is seen here.
INSIDE=/mnt

# sync_source SRC OUT - copy what Kbuild reads; by content, so that a file that
# changed is always newer than its object, and one that did not stays as it is
sync_source() {
	local skip=()
	[[ $2/ != "$1"/* ]] || skip=(--exclude "${2#"$1"}/")
	rsync -rc --delete --prune-empty-dirs --executability \
		--exclude '.*' --exclude '*.mod.c' --exclude /build/ "${skip[@]}" \
		--include '*/' --include '*.[chS]' --include 'Kbuild*' \
		--include '*.kbuild' --exclude '*' "$1/" "$2/"
}

# claim_output OUT KERNEL - objects of another kernel are of no use
claim_output() {
	local mark=$1/.xmem-kernel
	mkdir -p "$1"
	if [ -e "$mark" ] && [ "$(<"$mark")" != "$2" ]; then
		find "$1" -mindepth 1 -delete
	elif [ ! -e "$mark" ] && [ -n "$(ls -A "$1")" ]; then
		die "$1 is not empty and not a folder of modules; not touched"
	fi
	echo "$2" >"$mark"
}

# in_root ROOT OUT COMMAND… - run COMMAND with ROOT as /, OUT as /mnt
in_root() {
	local how=(unshare --mount)
	[ "$(id -u)" = 0 ] || how=(unshare --map-root-user --mount --pid --fork)
	# shellcheck disable=SC2016  # expanded by the inner shell
	"${how[@]}" sh -c '
		root=$1 out=$2 inside=$3
		shift 3
		mkdir -p "$root/dev" "$root/proc" "$root/tmp" "$root$inside"
		mount --rbind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --bind "$out" "$root$inside"
		exec chroot "$root" /usr/bin/env -i \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
	' in_root "$1" "$2" "$INSIDE" "${@:3}"
}

# make_modules DIR OUT ARG… - each kind of kernel has its own way
make_modules() {
	local dir=$1 out=$2 headers
	shift 2
	set -- --no-print-directory W=1 XMEM_TESTS=1 "-j$(nproc)" "$@" modules
	headers=$(readlink -f "$dir/build")
	if [ "$KIND" = source ]; then
		make -C "$headers" ARCH="$(arch)" CC="$(compiler)" M="$out" "$@"
	elif [ "$MORE" = root ]; then
		in_root "$dir/root" "$out" \
			make -C "${headers#"$dir/root"}" M="$INSIDE" "$@"
	else
		# The headers' own Makefile expects to live in /usr/src; the
		# common part does not.
		make -C "${headers%-amd64}-common" O="$headers" \
			CC="$(compiler)" M="$out" "$@"
	fi
}

build_modules() { # SRC OUT ARG…
	local src=$1 out=$2 dir
	shift 2
	dir=$(result)
	claim_output "$out" "$dir"
	sync_source "$src" "$out"
	make_modules "$dir" "$out" "$@" >&2
}
