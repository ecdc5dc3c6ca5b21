#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a client renews the leases of what is attached by itself, and of nothing else
# tier: full
# timeout: 120

# shellcheck source=tests/host/lib-announce.sh
. "$(dirname "$0")/lib-announce.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager c1:client admin:admin
root=$XMEM_TMP/root
machine "$root"
devices=$XMEM_TMP/devices

# lease SECONDS [FURTHER ANSWERS]: what managers answer
lease() {
	cat <<-END
		{"POST /v1/announcements": [200, {"name": "c1", "state": "known"}],
		"GET /v1/allocations/one": [200, {"name": "one", "legs": [{"region": "0x11"}, {"region": "0x12"}]}],
		"PUT /v1/allocations/one/lease": [200, {"name": "one", "lease": {"state": "active", "duration": $1}}],
		"GET /v1/allocations/two": [200, {"name": "two", "legs": [{"region": "0x21"}]}],
		"PUT /v1/allocations/two/lease": [200, {"name": "two", "lease": {"state": "active", "duration": $1}}],
		"GET /v1/allocations/theirs": [403, {"error": "allocation theirs belongs to \"bob\""}]
		${2:+, $2}}
	END
}
answers m1 "$(lease 3)"
answers m2 "$(lease 3)"
stub m1
stub m2
configure c1 client
cat >>"$XMEM_TMP/c1.conf" <<-END
	[client]
	name = c1
	id = 0xc1
	account = web
	managers = $(url m1), $(url m2)
	renew-interval = 1h
END
sed '/^managers/d' "$XMEM_TMP/c1.conf" >"$XMEM_TMP/bad.conf"
refused 'managers= in \[client\] is missing' "$XMEMD" --config "$XMEM_TMP/bad.conf" --check-config

renewed() { told "$1" "r['what'] == 'PUT /v1/allocations/$2/lease' and n >= ${3:-0}"; }
# times NAME ALLOCATION: how often a lease was renewed
times() { grep -c "PUT /v1/allocations/$2/lease" "$XMEM_TMP/$1.requests"; }
at_least() { [ "$(times "$1" "$2")" -ge "$3" ]; }

# ---- without the client module
start c1 XMEMD_ROOT="$root" XMEMD_DEVICES="$devices"
check "it says that the module is missing" wait_for 20 said c1 'client: xmem is not loaded'
check "and announces the client" wait_for 20 told m1 'b.get("role") == "client"'
equal "who it is" "$(last m1 'r["who"], b["name"], b["client"], b["account"], "devices" in b, "memory" in b')" \
	"('c1', 'c1', '0x00000000000000c1', 'web', False, False)"
equal "presence" "$(value admin c1 /v1/presence 'a["roles"], a["announcements"][0]["client"]')" \
	"(['client'], '0x00000000000000c1')"
equal "status" "$(value admin c1 /v1/status 'a["roles"]')" "['client']"
refused 'does not have the role appliance' api admin c1 GET /v1/health

# ---- attached
cat >"$devices" <<-END
	one 11,12
	theirs 99
	byhand 5
	two 666
END
check "what is attached is renewed" wait_for 20 renewed m1 one
check "again and again, by a third of the lease" wait_for 20 at_least m1 one 3
equal "after one look at it" "$(grep -c 'GET /v1/allocations/one"' "$XMEM_TMP/m1.requests")" 1
check "the devices are announced" wait_for 20 told m1 'b.get("devices") == 4'
check "not what is somebody else's" said c1 'lease of theirs not renewed: allocation theirs belongs to "bob"'
check "not what the manager does not know" said c1 'lease of byhand not renewed: no /v1/allocations/byhand'
check "not what only has the name of an allocation" said c1 \
	'lease of two not renewed: the allocation of that name has other regions'
equal "none of them was renewed" "$(grep -cE 'PUT /v1/allocations/(theirs|byhand|two)/' "$XMEM_TMP/m1.requests")" 0
equal "the module was missed once" "$(grep -c 'is not loaded' "$XMEM_TMP/c1.last")" 1

# ---- attached anew
printf 'one 11,12\ntwo 21\n' >"$devices"
check "a new device of that name is looked at anew" wait_for 20 renewed m1 two
check "the other goes on" wait_for 20 renewed m1 one "$(requests m1)"

# ---- detached
echo 'two 21' >"$devices"
check "a look without it" wait_for 20 told m1 'b.get("devices") == 1'
before=$(times m1 one)
check "the other is renewed" wait_for 20 at_least m1 two $(($(times m1 two) + 3))
equal "what is detached is not" "$(times m1 one)" "$before"

# ---- managers come and go
stop m1
check "the next manager is asked" wait_for 20 renewed m2 two
stop m2
check "nobody answers, in words" wait_for 20 said c1 'lease of two not renewed: https://127'
answers m1 "$(lease 3)"
before=$(requests m1)
stub m1
check "it goes on when one is back" wait_for 40 renewed m1 two "$before"
mark c1
answers m1 "$(lease 3 '"PUT /v1/allocations/two/lease": [404, {"error": "no allocation \"two\""}]')"
check "an allocation that is gone is told" wait_for 20 said c1 'lease of two not renewed: no allocation "two"'
stop c1
equal "it stops in order" "$status" 0
stop_all
finish
