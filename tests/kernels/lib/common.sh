# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Words to the user, locks, long steps with visible progress.

say() { echo "xmem-kernel: $*" >&2; }

die() {
	say "$*"
	exit 1
}

# with_lock NAME COMMAND… - run COMMAND as the only user of NAME; whoever comes
# second waits, and says so.
with_lock() {
	local name=$1 fd waited=0
	shift
	mkdir -p "$ROOT/locks"
	exec {fd}>"$ROOT/locks/$name"
	if ! flock -n "$fd"; then
		say "$name is in use by another xmem-kernel; waiting for it"
		until flock -w 30 "$fd"; do
			waited=$((waited + 30))
			say "still waiting for $name, $waited s"
		done
	fi
	"$@"
	exec {fd}>&-
}

# ticker STEP LOG - a line every twenty seconds for as long as we live.
ticker() {
	local began=$SECONDS objects
	while kill -0 $$ 2>/dev/null; do
		sleep 1
		(((SECONDS - began) % 20 == 0)) || continue
		objects=$(grep -cE '^  (CC|AS)' "$2" || true)
		if ((objects)); then
			say "$1: $((SECONDS - began)) s, $objects objects"
		else
			say "$1: $((SECONDS - began)) s"
		fi
	done
}

# step TITLE LOG COMMAND… - run COMMAND with its output in LOG.
step() {
	local title=$1 log=$2 began=$SECONDS status
	shift 2
	: >"$log"
	say "$title"
	ticker "$title" "$log" &
	TICKER=$!
	# Not "|| status=…": that would switch off -e inside COMMAND.
	set +e
	(
		set -e
		"$@"
	) >>"$log" 2>&1
	status=$?
	set -e
	stop_ticker
	if ((status)); then
		tail -n 25 "$log" >&2
		die "$title: failed after $((SECONDS - began)) s; all of it is in $log"
	fi
	say "$title: done, $((SECONDS - began)) s"
}

stop_ticker() {
	[ -n "${TICKER:-}" ] || return 0
	kill "$TICKER" 2>/dev/null || true
	wait "$TICKER" 2>/dev/null || true
	TICKER=
}
trap stop_ticker EXIT
