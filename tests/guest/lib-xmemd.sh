# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Daemons in two guests; read after lib-xmem.sh. The manager runs in this one,
# the other one is the appliance far. Certificates and configurations go by way of
# the directory for results, which both can see.

_pki=$XMEM_OUT/pki

# issue NAME ROLE [ADDRESS]
issue() {
	xmemadm pki issue "$1" --role "$2" --dir "$_pki" ${3:+--san "$3"}
}

# issue_all: for everybody
issue_all() {
	must "a CA is made" xmemadm pki init --dir "$_pki"
	must "certificate of the manager" issue manager manager "$CLIENT_IP"
	must "certificate of the other machine" issue far appliance "$APPLIANCE_IP"
	must "certificate of the client" issue client client "$CLIENT_IP"
	must "certificate of the administrator" issue admin admin
}

# conf NAME [ROLES ADDRESS]: a configuration, with the certificate of that name; what is
# appended belongs to [client]
conf() {
	printf '[tls]\nca = %s/ca.crt\ncert = %s/%s.crt\nkey = %s/%s.key\n' \
		"$_pki" "$_pki" "$1" "$_pki" "$1"
	[ -z "${2:-}" ] || printf '[daemon]\nroles = %s\nlisten = %s\n' "$2" "$3"
	case ${2:-} in *appliance*)
		printf '[appliance]\nname = %s\nrdma-address = %s\n' "$1" "$3" ;;
	esac
	case ${2:-} in *manager*)
		printf '[manager]\ndatabase = /run/xmem/manager.db\n' ;;
	esac
	printf '[client]\nmanagers = https://%s:7708\nid = %s\n' "$CLIENT_IP" "$CLIENT_ID"
}

# as WHO COMMAND…
as() {
	local who=$1
	shift
	xmemadm -c "$XMEM_OUT/$who.conf" "$@"
}

# start_here NAME: its process in $here[NAME]. Not for check: it must be this shell's child
declare -A here=()
# shellcheck disable=SC2034 # for the tests
start_here() {
	xmemd --config "$XMEM_OUT/$1.conf" >"$XMEM_TMP/$1.log" 2>&1 3>&- &
	here[$1]=$!
	wait_for 20 grep -q 'serving on' "$XMEM_TMP/$1.log" ||
		die "$1 starts: $(tail -n 3 "$XMEM_TMP/$1.log")"
}

start_far() {
	on_appliance "PATH=$XMEM_PATH:\$PATH
		setsid xmemd --config $XMEM_OUT/far.conf </dev/null >/run/far.log 2>&1 &
		echo \$! >/run/far.pid"
	wait_for 20 on_appliance 'grep -q "serving on" /run/far.log'
}
# far SIGNAL; far_said REGEX: since its start
far() { on_appliance "kill -$1 \$(cat /run/far.pid)"; }
far_said() { on_appliance "grep -qE '$1' /run/far.log"; }
