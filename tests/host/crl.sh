#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: certificates that are revoked or out of date, while connections and streams are open
# tier: full
# timeout: 120

# shellcheck source=tests/host/lib-ca.sh
. "$(dirname "$0")/lib-ca.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager admin:admin alice:client bob:client
must "a foreign CA" pki "$XMEM_TMP/foreign" alice:client

list=$XMEM_TMP/revoked.crl
authority "$XMEM_TMP/pki"
authority "$XMEM_TMP/foreign"
must "a list of nobody" revoke "$XMEM_TMP/pki" "$list" --
configure manager manager
sed -i "s,^\[daemon\],crl = $list\n&," "$XMEM_TMP/manager.conf"

# ---- at the start
start_refused() { timeout 10 "$XMEMD" --config "$XMEM_TMP/manager.conf"; }
mv "$list" "$list.good"
refused 'cannot read .*revoked.crl: No such file' start_refused
echo nonsense >"$list"
refused 'no revocation list in PEM' start_refused
must "a list of another CA" revoke "$XMEM_TMP/foreign" "$list" -- alice
refused 'revoked.crl: the revocation list is not signed by the CA' start_refused
mv "$list.good" "$list"
start manager
check "nobody is revoked" api alice manager GET /v1/status

# ---- while connections are open
logged() { wait_for 30 grep -Eq "$1" "$XMEM_TMP/manager.last"; }
curl -sSN --cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/alice.crt" \
	--key "$XMEM_TMP/pki/alice.key" -H 'Accept: text/event-stream' \
	"$(url manager)/v1/events" >"$XMEM_TMP/stream" 2>&1 &
stream=$!
check "alice listens" wait_for 20 grep -q retry "$XMEM_TMP/stream"
# asks, lets the list change, asks again on the same connection
coproc KEPT { exec python3 -c '
import http.client, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1] + "/ca.crt")
context.load_cert_chain(sys.argv[1] + "/alice.crt", sys.argv[1] + "/alice.key")
connection = http.client.HTTPSConnection("localhost", int(sys.argv[2]), context=context)
for _ in sys.stdin:
    connection.request("GET", "/v1/status")
    answer = connection.getresponse()
    print(answer.status, answer.read().decode(), flush=True)
' "$XMEM_TMP/pki" "${_port[manager]}"; }
ask() {
	local answer
	echo >&"${KEPT[1]}"
	read -r -t 20 -u "${KEPT[0]}" answer && echo "$answer"
}
answer=$(ask)
equal "alice has a connection" "${answer%% *}" 200
must "alice is revoked" revoke "$XMEM_TMP/pki" "$list" -- alice
equal "which ends its use" "$(ask)" \
	'403 {"error":"the certificate of \"alice\" is revoked","reason":"forbidden"}'
refused 'certificate of "alice" is revoked' api alice manager GET /v1/status
check "the log says why" logged 'from 127.0.0.1 refused: the certificate of "alice" is revoked'
check "others are served" api bob manager GET /v1/status
ended() { ! kill -0 "$stream" 2>/dev/null; }
check "its stream ends" wait_for 40 ended
kill "$KEPT_PID" 2>/dev/null
equal "metrics count one" "$(api admin manager GET /metrics >/dev/null 2>&1
	sed -n 's/^xmem_certificates_revoked //p' "$XMEM_TMP/body")" 1

# ---- what is no list changes nothing
still() {
	refused 'certificate of "alice" is revoked' api alice manager GET /v1/status
	check "  and others are served" api bob manager GET /v1/status
}
echo nonsense >"$list"
still
check "the log says why" logged 'no revocation list in PEM.*stays in force'
must "a list of another CA" revoke "$XMEM_TMP/foreign" "$list" -- alice
still
check "the log says why" logged 'not signed by the CA; the list read before stays in force'
rm "$list"
still
check "the log says why" logged 'cannot read .*revoked.crl.*stays in force'
must "an old list of two" revoke "$XMEM_TMP/pki" "$list" -crl_lastupdate 20200101000000Z \
	-crl_nextupdate 20200201000000Z -- alice bob
refused 'certificate of "bob" is revoked' api bob manager GET /v1/status
check "the log says that it is old" logged 'is not of today'
must "a list of nobody" revoke "$XMEM_TMP/pki" "$list" --
check "alice is served again" api alice manager GET /v1/status
check "bob as well" api bob manager GET /v1/status

# ---- out of date
check "a certificate of last year" dated old /CN=old/OU=admin 20200101000000Z 20200201000000Z
refused 'not accepted.*expired' api old manager GET /v1/status
check "a certificate of next year" dated old /CN=old/OU=admin "$(next_year)" "$(next_year 2)"
refused 'not accepted.*not yet valid' api old manager GET /v1/status
stop_all
finish
