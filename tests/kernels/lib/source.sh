# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Kernels built from a Debian source package: one unpacked source for all that
# share it, an object tree each, and a result that appears only when complete.

# source_tree PACKAGE VERSION - where its source is, with our edits
source_tree() {
	local suffix
	suffix=$(edits | sha256sum | cut -c1-6)
	[ -n "$(edits)" ] || suffix=asis
	echo "$ROOT/src/$1_${2//[^0-9A-Za-z._]/-}-$suffix"
}

unpack_source() { # PACKAGE VERSION TREE
	local tmp=$3.new
	rm -rf "$tmp"
	mkdir -p "$tmp"
	download "$tmp.deb" "$1=$2"
	dpkg-deb --fsys-tarfile "$tmp.deb/$1"_*.deb |
		tar -xO "./usr/src/$1.tar.xz" | xz -dcT0 |
		tar -x -C "$tmp" --strip-components=1
	rm -rf "$tmp.deb"
	[ -z "$(edits)" ] || "edit_$(arch)" "$tmp"
	mv "$tmp" "$3"
}

# replace FILE OLD NEW - the one place in FILE that reads OLD
replace() {
	local text
	text=$(<"$1")
	[[ $text == *"$2"* ]] || die "$1 does not hold '$2'"
	printf '%s\n' "${text/"$2"/"$3"}" >"$1"
}

# edit_ARCH TREE - what no configuration can say. edits() prints the function,
# so that a change of it is a change of the key.
edits() { declare -f "edit_$(arch)" || true; }

edit_um() {
	local um=$1/arch/um

	# HZ is not a question, and 100 of them a second are too few.
	replace "$um/Kconfig" $'config HZ\n\tint\n\tdefault 100\n' \
		$'config HZ\n\tint\n\tdefault 1000\n'

	# A stack trace, which every checker takes at every allocation, asks
	# for each word of the stack whether it is code. Ask only where a
	# return address can be: above the saved frame pointer.
	replace "$um/kernel/stacktrace.c" 'if (__kernel_text_address(addr))' \
		'if ((unsigned long)sp == bp + sizeof(long) && __kernel_text_address(addr))'

	# Switching interrupts costs two system calls with SMP. One processor
	# alone is sent no interrupts by others.
	replace "$um/os-Linux/smp.c" $'\tsigset_t sigset;\n\n\tsigemptyset' \
		$'\tsigset_t sigset;\n\n\tif (uml_ncpus == 1)\n\t\treturn;\n\tsigemptyset'
}

need_source() { # PACKAGE VERSION
	local tree
	tree=$(source_tree "$@")
	[ ! -d "$tree" ] || return 0
	mkdir -p "$ROOT/src"
	open_area "$RELEASE"
	step "$NAME: fetching $1 $2" "$ROOT/log/$NAME.fetch" \
		unpack_source "$@" "$tree"
}

configure() { # TREE OBJ
	settings >"$2/wanted"
	make -s -C "$1" O="$2" ARCH="$(arch)" CC="$(compiler)" \
		KCONFIG_ALLCONFIG="$2/wanted" allnoconfig
	unmet_settings "$2" >"$2/unmet"
	if [ -s "$2/unmet" ]; then
		echo "Kconfig did not accept these settings:"
		cat "$2/unmet"
		return 1
	fi
}

# unmet_settings OBJ - wanted lines that are not in .config, and what is there
unmet_settings() {
	local line symbol have
	while read -r line; do
		symbol=${line%%=*}
		have=$(grep "^$symbol=" "$1/.config" || echo "$symbol=n")
		[ "$have" = "$line" ] || echo "  $line (is: ${have#*=})"
	done <"$1/wanted"
}

kernel_make() { # OBJ ARG…
	local obj=$1
	shift
	nice -n 5 make --no-print-directory -C "$obj" ARCH="$(arch)" CC="$(compiler)" "$@"
}

image_file() {
	case $(arch) in
	um) echo linux ;;
	*) echo arch/x86/boot/bzImage ;;
	esac
}

# collect OBJ DIR - the result as the other programs expect it
collect() {
	local obj=$1 dir=$2 release
	release=$(<"$obj/include/config/kernel.release")
	cp "$obj/$(image_file)" "$dir/image"
	cp "$obj/.config" "$dir/config"
	kernel_make "$obj" INSTALL_MOD_PATH="$dir" modules_install
	rm -f "$dir/lib/modules/$release/"{build,source}
	ln -s "../build/${obj##*/}" "$dir/build"
	echo "$release" >"$dir/release"
}

# Building modules needs headers, tools and symbol tables, but no objects.
drop_objects() {
	find "$1" -path "$1/scripts" -prune -o -path "$1/tools" -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name '*.ko' \) -exec rm -f {} +
}

build_from_source() {
	local package version tree obj log dir goal
	goal=$(result)
	read -r package version <<<"$(pin)"
	with_lock "source-$package" need_source "$package" "$version"
	tree=$(source_tree "$package" "$version")
	obj=$ROOT/build/${goal##*/}
	log=$ROOT/log/$NAME
	mkdir -p "$obj"
	step "$NAME: configuring" "$log.config" configure "$tree" "$obj"
	step "$NAME: compiling" "$log.make" \
		kernel_make "$obj" "-j${XMEM_KERNEL_JOBS:-$(nproc)}"
	dir=$ROOT/new-$NAME
	rm -rf "$dir"
	mkdir -p "$dir"
	step "$NAME: collecting" "$log.install" collect "$obj" "$dir"
	drop_objects "$obj"
	mv -T "$dir" "$goal"
}
