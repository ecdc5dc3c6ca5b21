# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Connections by rawconnect, some of them held while other things happen; read
# after lib-xmem.sh.

# raw [options and operations…]: as the client of region 1, unless told otherwise
raw() {
	timeout "$(scaled 40)" rawconnect "${RAW_IP:-$APPLIANCE_IP}" --client "$CLIENT_ID" \
		--region 1 --token "$(token 1)" "$@"
}

# hold TEXT NAME [options and operations…]: in the background, up to its first
# pause. Reports by itself: "check" would run it in a shell that ends.
hold() {
	local text=$1 name=$2 fd
	shift 2
	mkfifo "$XMEM_TMP/$name.in"
	{
		raw "$@" <"$XMEM_TMP/$name.in"
		echo "status $?"
	} >"$XMEM_TMP/$name.out" 2>&1 &
	# stays open: the end of the file would release it
	# shellcheck disable=SC2034
	exec {fd}>"$XMEM_TMP/$name.in"
	if wait_for 30 grep -qE '^(paused|status)' "$XMEM_TMP/$name.out" &&
		grep -q ^paused "$XMEM_TMP/$name.out"; then
		ok "$text"
	else
		not_ok "$text"
		_indent <"$XMEM_TMP/$name.out"
	fi
}

# release NAME: it goes on; its output, its status
release() {
	echo >"$XMEM_TMP/$1.in"
	wait_for 40 grep -q ^status "$XMEM_TMP/$1.out"
	cat "$XMEM_TMP/$1.out"
	return "$(sed -n 's/^status //p' "$XMEM_TMP/$1.out")"
}

# held_value NAME WORD FIELD: of the first line that begins with WORD
held_value() {
	sed -n "s/^$2 .*\<$3=\([^ ]*\).*/\1/p" "$XMEM_TMP/$1.out" | head -n 1
}

# sessions: the connected ones, "region queues", a line each
sessions() { adm_there -j region sessions | jq -r '.[] | "\(.region) \(.queues)"'; }
no_session() { [ -z "$(sessions)" ]; }
