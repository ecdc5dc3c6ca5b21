#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: certificates out of date, not valid yet, foreign, revoked, of a wrong role: each side refuses the other's, in words
# tier: full
# timeout: 240

# shellcheck source=tests/host/lib-ca.sh
. "$(dirname "$0")/lib-ca.sh"

roles=(manager appliance client admin viewer)
list=$XMEM_TMP/revoked.crl
must "build" build
must "a CA" pki "$XMEM_TMP/pki"
must "a foreign one" pki "$XMEM_TMP/foreign"
authority "$XMEM_TMP/pki"
for role in "${roles[@]}"; do
	for kind in good revoked; do
		must "$kind-$role" "$XMEMADM" pki issue "$kind-$role" --role "$role" --dir "$XMEM_TMP/pki" \
			--san localhost --san 127.0.0.1
	done
	must "expired-$role" dated "expired-$role" "/CN=expired-$role/OU=$role" 20200101000000Z 20200201000000Z
	must "early-$role" dated "early-$role" "/CN=early-$role/OU=$role" "$(next_year)" "$(next_year 2)"
	must "foreign-$role" "$XMEMADM" pki issue "foreign-$role" --role "$role" --dir "$XMEM_TMP/foreign" \
		--san localhost --san 127.0.0.1
	cp "$XMEM_TMP/foreign/foreign-$role".* "$XMEM_TMP/pki"
done
must "those that are revoked" revoke "$XMEM_TMP/pki" "$list" -- "${roles[@]/#/revoked-}"
# what is said of each
declare -A words=([expired]='not accepted: .*expired' [early]='not accepted: .*not yet valid'
	[foreign]='not accepted: .*issuer is unknown' [revoked]='revoked')

# ---- who asks is checked by who is asked
configure manager manager good-manager
configure a1 appliance good-appliance
sed -i "s,^\[daemon\],crl = $list\n&," "$XMEM_TMP"/{manager,a1}.conf
start manager
start a1
for daemon in manager a1; do
	for role in "${roles[@]}"; do
		check "$daemon serves a $role" api "good-$role" $daemon GET /v1/status
		for kind in expired early foreign revoked; do
			refused "^403: .*certificate.*${words[$kind]}" api "$kind-$role" $daemon GET /v1/status
		done
	done
done
# a certificate of another role is good for nothing but its own
while read -r role daemon method path needs; do
	refused "^403: .*has the role $role; this needs $needs" api "good-$role" "$daemon" "$method" "$path" '{}'
done <<-END
	appliance manager GET /v1/allocations admin, client, viewer
	appliance manager POST /v1/allocations admin, client
	manager manager GET /v1/allocations admin, client, viewer
	client manager PUT /v1/policy admin
	viewer manager POST /v1/allocations admin, client
	client a1 PUT /v1/regions/0x1 admin, manager
	appliance a1 PUT /v1/regions/0x1 admin, manager
	viewer a1 DELETE /v1/regions/0x1 admin, manager
	client a1 GET /v1/regions admin, manager, appliance, viewer
END
equal "nothing was done" "$(api good-admin a1 GET /v1/regions >/dev/null; json 'len(a["regions"])')" 0

# ---- who is asked is checked by who asks
# adm_config ROLE: xmemadm as that role, asking the stub
adm_config() {
	cat >"$XMEM_TMP/adm.conf" <<-END
		[tls]
		ca = $XMEM_TMP/pki/ca.crt
		cert = $XMEM_TMP/pki/good-$1.crt
		key = $XMEM_TMP/pki/good-$1.key
		crl = $list
		[client]
		managers = $(url stub)
	END
}
asks() { "$XMEMADM" -c "$XMEM_TMP/adm.conf" alloc list; }
# the appliance announces itself to the stub, the manager asks it for its memory
announcing() {
	stop a1
	configure a1 appliance good-appliance
	sed -i "s,^\[daemon\],crl = $list\n&," "$XMEM_TMP/a1.conf"
	printf 'managers = %s\nannounce-interval = 1s\n' "$(url stub)" >>"$XMEM_TMP/a1.conf"
	start a1
}
error_of() { value good-admin manager "/v1/appliances/$1" 'a.get("error")'; }
said_of() { error_of "$1" | grep -Eq "$2"; }
_port[stub]=$(free_port)
for kind in good expired early foreign revoked; do
	answers stub '{"GET /v1/allocations?limit=5000": [200, {"allocations": []}], "POST /v1/announcements": [200, {"state": "pending"}]}'
	stub stub "$kind-manager"
	for role in admin client; do
		adm_config "$role"
		if [ $kind = good ]; then
			check "xmemadm of a $role believes a good manager" asks
		else
			refused "certificate is not accepted: .*${words[$kind]#*accepted: }" asks
		fi
	done
	announcing
	if [ $kind = good ]; then
		check "an appliance believes it" wait_for 30 said a1 'announced to .*: pending'
	else
		check "an appliance does not, and says why: $kind" wait_for 30 \
			said a1 "not announced: .*certificate is not accepted: .*${words[$kind]#*accepted: }"
		equal "  and told nothing" "$(requests stub)" "$before"
	fi
	before=$(requests stub)
	kill "${_pid[stub]}"
	{ wait "${_pid[stub]}"; } 2>/dev/null
	# the same port, as an appliance
	stub stub "$kind-appliance"
	must "the manager is told of it" api good-admin manager POST /v1/appliances \
		"{\"name\":\"$kind\",\"url\":\"$(url stub)\"}"
	if [ $kind = good ]; then
		check "a manager asks it" wait_for 30 told stub 'r["what"] == "GET /v1/pool"'
		before=$(requests stub)
	else
		check "a manager does not ask it, and says why: $kind" wait_for 30 \
			said_of "$kind" "certificate is not accepted: .*${words[$kind]#*accepted: }"
		equal "  and told nothing" "$(requests stub)" "$before"
	fi
	must "it is forgotten" api good-admin manager DELETE "/v1/appliances/$kind"
	kill "${_pid[stub]}"
	{ wait "${_pid[stub]}"; } 2>/dev/null
	unset "_pid[stub]"
	before=$(requests stub)
done

# whoever got hold of a name needs more than the certificate of some machine
end_stub() {
	kill "${_pid[stub]}"
	{ wait "${_pid[stub]}"; } 2>/dev/null
	unset "_pid[stub]"
}
for role in appliance client viewer; do
	stub stub "good-$role"
	refused 'certificate is not accepted: it has not the role manager' asks
	announcing
	check "an appliance does not tell a $role what is for a manager" wait_for 30 \
		said a1 'not announced: .*it has not the role manager'
	end_stub
done
for role in client viewer; do
	stub stub "good-$role"
	must "the manager is told of a $role" api good-admin manager POST /v1/appliances \
		"{\"name\":\"$role\",\"url\":\"$(url stub)\"}"
	check "it does not take it for an appliance" wait_for 30 \
		said_of "$role" 'certificate is not accepted: it has not the role appliance'
	must "it is forgotten" api good-admin manager DELETE "/v1/appliances/$role"
	end_stub
done
equal "none of them was told anything" "$(requests stub)" "$before"
stop_all
finish
