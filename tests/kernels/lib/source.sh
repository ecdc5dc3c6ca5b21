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
	[ -z "$(edit)" ] || "$(edit)" "$tmp"
	mv "$tmp" "$3"
}

# replace FILE OLD NEW - the one place in FILE that reads OLD
replace() {
	local text
	text=$(<"$1")
	[[ $text == *"$2"* ]] || die "$1 does not hold '$2'"
	printf '%s\n' "${text/"$2"/"$3"}" >"$1"
}

# edit_ARCH or edit_ARCH_VERSION TREE - what no configuration can say; the name
# with the version comes first. edits() prints the function, so that a change of
# it is a change of the key.
edit() {
	local version
	version=${PACKAGE##*-}
	version=${version//[!0-9.]/}
	version=edit_$(arch)_${version//./_}
	declare -F "$version" || declare -F "edit_$(arch)" || true
}
edits() {
	local name
	name=$(edit)
	[ -z "$name" ] || declare -f "$name"
}

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

	# A packet's reference keeps the queue pair, and whoever takes the packet
	# from the queue drops it: at once, where the task that queues it is
	# interrupted before it wakes the other.
	local side queue wakes
	for side in comp:resp_pkts:send resp:req_pkts:recv; do
		IFS=: read -r side queue wakes <<<"$side"
		queue=$'\tskb_queue_tail(&qp->'$queue$', skb);\n'
		wakes=$'\trxe_sched_task(&qp->'$wakes$'_task);\n'
		replace "$1/drivers/infiniband/sw/rxe/rxe_$side.c" "$queue$wakes" \
			$'\trxe_get(qp);\n'"$queue$wakes"$'\trxe_put(qp);\n'
	done
}

# User-Mode Linux before it had a PCI emulation.
edit_um_5_10() {
	local um=$1/arch/um card=$1/arch/um/drivers/vector_kern.c

	# As above.
	replace "$um/Kconfig" $'config HZ\n\tint\n\tdefault 100\n' \
		$'config HZ\n\tint\n\tdefault 1000\n'
	replace "$um/kernel/stacktrace.c" 'if (__kernel_text_address(addr))' \
		'if ((unsigned long)sp == bp + sizeof(long) && __kernel_text_address(addr))'

	# Soft RDMA does without I/O memory, DMA and PCI, none of which is there.
	replace "$1/drivers/infiniband/Kconfig" \
		$'\tdepends on HAS_IOMEM && HAS_DMA\n' ''
	replace "$1/drivers/infiniband/sw/rxe/Kconfig" 'INET && PCI &&' 'INET &&'

	# The check for sleeping where one must not needs no preemption, only
	# somebody who counts. It finds that activate_mm sleeps here, with the
	# lock of the task held that only guards the pointer just set.
	replace "$1/lib/Kconfig.debug" \
		$'\tselect PREEMPT_COUNT\n\tdepends on DEBUG_KERNEL\n\tdepends on !ARCH_NO_PREEMPT\n' \
		$'\tselect PREEMPT_COUNT\n\tdepends on DEBUG_KERNEL\n'
	replace "$1/fs/exec.c" $'\tactivate_mm(active_mm, mm);\n' \
		$'\ttask_unlock(tsk);\n\tactivate_mm(active_mm, mm);\n'
	replace "$1/fs/exec.c" $'\tvmacache_flush(tsk);\n\ttask_unlock(tsk);\n' \
		$'\tvmacache_flush(tsk);\n'

	# The network card takes two locks in both orders. There is one processor,
	# and the queue for sending is only used where soft interrupts are off.
	replace "$card" $'\tspin_lock(&qi->head_lock);\n\tqueue_depth = qi->queue_depth;\n\tspin_unlock(&qi->head_lock);\n' \
		$'\tqueue_depth = qi->queue_depth;\n'
	replace "$card" $'\tspin_lock(&qi->head_lock);\n\tqi->queue_depth += advance;\n\tqueue_depth = qi->queue_depth;\n\tspin_unlock(&qi->head_lock);\n' \
		$'\tqi->queue_depth += advance;\n\tqueue_depth = qi->queue_depth;\n'

	# An interrupt while it is opened fills the queue twice: a leak.
	replace "$card" $'\n\tvector_rx(vp);\n\n\tvector_reset_stats(vp);\n' \
		$'\n\tlocal_irq_disable();\n\tvector_rx(vp);\n\tlocal_irq_enable();\n\n\tvector_reset_stats(vp);\n'

	# Packets let go of their sender as with virtio_net.napi_tx=0, which
	# tests/harness/guest/net.sh explains.
	replace "$card" $'\tnetdev_sent_queue(vp->dev, skb->len);\n' \
		$'\tnetdev_sent_queue(vp->dev, skb->len);\n\tskb_orphan(skb);\n'
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
