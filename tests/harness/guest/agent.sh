#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's end of the control channel: a second console whose other end is
# a socket of the harness. Read by init.sh; never returns.
#
# Lines from the harness:
#   part BASE64     begin of what the next line continues; answered by "more"
#   main BASE64     run this script, its output goes to the channel as it comes
#   exec BASE64     run this script, answer with status and both outputs
#   shell           an interactive shell on the channel
#   finish LEAKS    unload what is under test; LEAKS=yes: look for lost memory
# Lines to the harness start with byte 1, anything else is test output.

say() { printf '\001%s\n' "$*" >&3; }

run_main() {
	base64 -d <<<"$1" >/run/xmem/main.sh
	cd "$XMEM_SRC" || return
	bash /run/xmem/main.sh </dev/null >&3 2>&3
	say "exit $?"
}

# No new bash, and the static base64: emulated, starting programs is most of what a
# request costs.
run_exec() {
	local script status file=/run/xmem/exec
	script=$(busybox base64 -d <<<"$1")
	(eval "$script") </dev/null >$file.out 2>$file.err 3>&-
	status=$?
	# The letters keep an empty output from vanishing between blanks.
	say "done $status o$(encoded $file.out)" "e$(encoded $file.err)"
}

encoded() { [ ! -s "$1" ] || busybox base64 -w0 "$1"; }

run_shell() {
	local rows cols term
	read -r rows cols term <<<"$1"
	stty sane rows "${rows:-24}" cols "${cols:-80}" <&3
	TERM=${term:-dumb} setsid -c -w bash -i <&3 >&3 2>&3 3>&-
	stty raw -echo <&3
	say "exit $?"
}

# Modules under test have to come off at the end of each test: that finds
# references nobody gave back, and makes leaked memory visible to kmemleak.
# One that is made to stay must at least be unused.
unload_all() {
	local file name refs
	# Three rounds: a module may use one that comes before it.
	for _ in 1 2 3; do
		for file in "$XMEM_MODS"/*.ko; do
			name=${file##*/}
			name=${name%.ko}
			[ -d "/sys/module/$name" ] || continue
			[ "$(cat "/sys/module/$name/refcnt")" = 0 ] || continue
			rmmod "$name" 2>/run/xmem/rmmod.err
		done
	done
	for file in "$XMEM_MODS"/*.ko; do
		name=${file##*/}
		name=${name%.ko}
		[ -d "/sys/module/$name" ] || continue
		refs=$(cat "/sys/module/$name/refcnt")
		[ "$refs" = 0 ] && grep -q "^$name .*\[permanent\]" /proc/modules &&
			continue
		echo "<3>xmem-harness: module $name does not unload," \
			"refcnt $refs" >/dev/kmsg
	done
}

# kmemleak reports only what is at least five seconds old.
scan_leaks() {
	local leaks=/sys/kernel/debug/kmemleak line
	[ -w $leaks ] || return
	echo scan >$leaks 2>/dev/null || return
	sleep 5
	echo scan >$leaks
	while IFS= read -r line; do
		echo "<3>kmemleak: $line" >/dev/kmsg
	done <$leaks
}

# The first complaint of lockdep ends it; without one it must still be on.
check_lockdep() {
	if grep -qs 'debug_locks: *0' /proc/lockdep_stats; then
		echo "<3>xmem-harness: lockdep is off" >/dev/kmsg
	fi
}

run_finish() {
	unload_all
	check_lockdep
	[ "$1" = yes ] && scan_leaks
	say finished
}

agent() {
	local cmd args begin=
	exec 3<>"$XMEM_CTL"
	stty raw -echo <&3
	say ready
	while IFS=' ' read -r -u 3 cmd args; do
		case $cmd in
		part) begin+=$args; say more; continue ;;
		main) run_main "$begin$args" ;;
		exec) run_exec "$begin$args" ;;
		shell) run_shell "$args" ;;
		finish) run_finish "$args" ;;
		esac
		begin=
	done
	echo "xmem-harness: the control channel closed"
}
