# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Debian's own kernels: packages unpacked into a folder, never installed.

# What building modules takes when this machine's compiler and C library are
# too old for the tools in the headers package.
TOOLCHAIN='base-files bash coreutils dash diffutils dpkg findutils gcc-14 grep
	kmod libelf1t64 libssl3t64 make mawk pahole perl-base sed xz-utils'

fetch_packages() { # DIR
	local abi parts
	abi=${PACKAGE_NOW#linux-headers-}
	parts='linux-(headers|kbuild)-.*|linux-base-[0-9].*'
	# shellcheck disable=SC2046  # names of packages
	download "$1" $(closure "$parts" "$PACKAGE_NOW")
	[ "$KIND" != image ] || download "$1" "linux-image-$abi"
	# shellcheck disable=SC2086  # names of packages
	[ "$MORE" != root ] || download_all "$1" $TOOLCHAIN
}

# base-files first: it makes the links that the others unpack through.
unpack_packages() { # DIR ROOT
	local deb
	mkdir -p "$2"
	for deb in "$1"/base-files_*.deb "$1"/*.deb; do
		[ ! -e "$deb" ] || dpkg-deb -x "$deb" "$2"
	done
	[ ! -d "$2/usr/share/doc" ] || rm -rf "$2/usr/share/doc"
	[ -e "$2/usr/bin/awk" ] || [ ! -e "$2/usr/bin/mawk" ] ||
		ln -s mawk "$2/usr/bin/awk"
}

# lay_out_image DIR ABI - image, config and uncompressed modules out of root/
lay_out_image() {
	local modules
	cp "$1/root/boot/vmlinuz-$2" "$1/image"
	cp "$1/root/boot/config-$2" "$1/config"
	modules=$(echo "$1"/root/{usr/,}lib/modules/"$2" | tr ' ' '\n' |
		while read -r m; do [ ! -d "$m" ] || echo "$m"; done | head -n 1)
	mkdir -p "$1/lib/modules"
	mv "$modules" "$1/lib/modules/$2"
	rm -f "$1/lib/modules/$2/"{build,source}
	find "$1/lib/modules" -name '*.ko.xz' -print0 |
		xargs -0 -r -n 64 -P "$(nproc)" xz -d
	depmod -b "$1" "$2"
	rm -rf "$1/root/boot"
}

lay_out() { # DIR
	local abi=${PACKAGE_NOW#linux-headers-}
	unpack_packages "$1/debs" "$1/root"
	rm -rf "$1/debs"
	if [ "$KIND" = image ]; then
		lay_out_image "$1" "$abi"
	else
		cp "$1/root/usr/src/$PACKAGE_NOW/.config" "$1/config" ||
			cp "$1/root/boot/config-$abi" "$1/config"
	fi
	ln -s "root/usr/src/$PACKAGE_NOW" "$1/build"
	echo "$abi" >"$1/release"
}

build_from_packages() {
	local dir=$ROOT/new-$NAME goal
	goal=$(result)
	PACKAGE_NOW=$(pin)
	PACKAGE_NOW=${PACKAGE_NOW%% *}
	rm -rf "$dir"
	mkdir -p "$dir"
	open_area "$RELEASE"
	step "$NAME: fetching $(pin)" "$ROOT/log/$NAME.fetch" \
		fetch_packages "$dir/debs"
	step "$NAME: unpacking" "$ROOT/log/$NAME.unpack" lay_out "$dir"
	mv -T "$dir" "$goal"
}
