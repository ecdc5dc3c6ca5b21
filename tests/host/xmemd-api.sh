#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: manager and appliances: allocations from beginning to end, every refusal, losses
# tier: quick
# timeout: 400

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager other:manager a1:appliance \
	a2:appliance admin:admin alice:client bob:client
must "certificates of a foreign CA" pki "$XMEM_TMP/foreign" admin:admin
configure manager manager
configure a1 appliance
configure a2 appliance

# ---- configuration
must "configuration is checked" "$XMEMD" --config "$XMEM_TMP/manager.conf" --check-config
check "version" "$XMEMD" --version
refused 'cannot (read|open).*nowhere|nowhere.*No such file' "$XMEMD" --config "$XMEM_TMP/nowhere"
refused 'is not an option' "$XMEMD" nonsense
config_with() {
	sed "$1" "$XMEM_TMP/manager.conf" >"$XMEM_TMP/bad.conf"
	"$XMEMD" --config "$XMEM_TMP/bad.conf" --check-config
}
refused 'roles' config_with '/^roles/d'
refused 'possible is manager, appliance' config_with 's/^roles = .*/roles = boss/'
refused 'database= in \[manager\] is missing' config_with '/^database/d'
refused 'rdma-address= in \[appliance\] is missing' config_with 's/^roles = .*/roles = appliance/'
refused 'ca=, cert= or key=' config_with '/^ca/d'
refused 'needs a certificate with the role' config_with 's/manager.crt/alice.crt/'
refused 'cannot read' config_with 's/manager.crt/nobody.crt/'

# ---- start
start manager
start a1 XMEMD_MEMORY_MIB=256
start a2 XMEMD_MEMORY_MIB=128
check "status" api alice manager GET /v1/status
equal "roles of the manager" "$(json 'a["roles"]')" "['manager']"
equal "roles of an appliance" "$(value bob a1 /v1/status 'a["roles"]')" "['appliance']"
refused 'database .* is locked' timeout 10 "$XMEMD" --config "$XMEM_TMP/manager.conf"

# ---- appliances
refused 'knows no appliance' api alice manager POST /v1/allocations \
	'{"name":"x","size":"2M","client":"0x1"}'
check "a1 is made known" api admin manager POST /v1/appliances \
	"{\"name\":\"a1\",\"url\":\"$(url a1)\"}"
equal "a1 is up" "$(json 'a["state"], a["up"], a["address"], a["port"], a["free"] >> 20')" \
	"('admitted', True, '192.0.2.1', 7707, 256)"
check "a2 is made known" api admin manager POST /v1/appliances \
	"{\"name\":\"a2\",\"url\":\"$(url a2)\"}"
equal "both are up" "$(value admin manager /v1/appliances '[(x["name"], x["up"]) for x in a["appliances"]]')" \
	"[('a1', True), ('a2', True)]"

# ---- an allocation, single
check "create" api alice manager POST /v1/allocations '{"name":"one","size":"99M","client":"0xc1"}'
equal "status 201" "$(<"$XMEM_TMP/code")" 201
equal "rounded up to chunks, on the appliance with most free" \
	"$(json 'a["size"] >> 20, a["layout"], a["state"], a["owner"], [x["appliance"] for x in a["legs"]]')" \
	"(100, 'single', 'ready', 'alice', ['a1'])"
check "attachment" api alice manager GET /v1/allocations/one/attachment
equal "attachment has all that a client needs" \
	"$(json 'a["legs"][0]["address"], a["legs"][0]["port"], len(a["legs"][0]["token"]), a["legs"][0]["epoch"], a["client"]')" \
	"('192.0.2.1', 7707, 32, 1, '0x00000000000000c1')"
equal "the region says whose it is" \
	"$(value manager a1 /v1/regions '[(x["label"], x["grants"], x["size"] >> 20) for x in a["regions"]]')" \
	"[('one', 1, 100)]"
check "create by bytes" api bob manager POST /v1/allocations \
	'{"name":"two","size":1,"client":"c2","layout":"single"}'
equal "one chunk" "$(json 'a["size"] >> 20')" 2

# ---- concat and refusals of the logic
refused 'layout concat would do.*a1: free 154M, largest piece 154M, wanted 200M.*a2: free 128M' \
	api alice manager POST /v1/allocations '{"name":"big","size":"200M","client":"0xc1","layout":"single"}'
equal "status 507" "$(<"$XMEM_TMP/code")" 507
refused 'no room for 1G' api alice manager POST /v1/allocations \
	'{"name":"big","size":"1G","client":"0xc1"}'
equal "nothing of a refused one is left" "$(state big)" none
check "create by concat" api alice manager POST /v1/allocations \
	'{"name":"big","size":"200M","client":"0xc1"}'
equal "in as few regions as can be, alike" \
	"$(json 'a["layout"], [(x["appliance"], x["size"] >> 20) for x in a["legs"]]')" \
	"('concat', [('a1', 100), ('a2', 100)])"
equal "clients see their own" "$(value bob manager /v1/allocations '[x["name"] for x in a["allocations"]]')" "['two']"
equal "the admin sees all" "$(value admin manager /v1/allocations '[x["name"] for x in a["allocations"]]')" \
	"['big', 'one', 'two']"

# ---- refusals: who, daemon, method, path, body, status, words
region=$(value admin a1 /v1/regions 'a["regions"][0]["id"]')
mark=$(value admin manager /v1/status 'a["manager"]["owner"]')
token=00112233445566778899aabbccddeeff
everything() { value admin a1 /v1/regions a && value admin manager /v1/allocations a; }
before=$(everything)
while IFS='|' read -r who daemon method path body code words; do
	body=${body//REGION/$region}
	refused "$words" api "$who" "$daemon" "$method" "${path//REGION/$region}" "${body//MARK/$mark}"
	equal "  status $code" "$(<"$XMEM_TMP/code")" "$code"
done <<END
|manager|GET|/v1/status||401|client certificate is needed
alice|manager|GET|/||403|this needs admin, viewer
alice|manager|GET|/v2/status||404|no path
alice|manager|GET|/v1/status/||404|no path
admin|manager|GET|/v1/allocations//attachment||404|no path
alice|manager|GET|/v1/pool||404|does not have the role appliance
admin|a1|GET|/v1/allocations||404|does not have the role manager
alice|manager|PUT|/v1/status||405|possible is GET
alice|manager|PUT|/v1/allocations/one|{}|405|possible is GET, PATCH, DELETE
alice|manager|POST|/v1/status|{}|405|possible is GET
alice|manager|GET|/v1/status?force=1||400|query "force" is unknown
admin|manager|DELETE|/v1/appliances/a1?force=yes||400|must be 0 or 1
alice|manager|DELETE|/v1/allocations/one?force=2||400|must be 0 or 1
admin|manager|DELETE|/v1/appliances/a1?now=1||400|query "now" is unknown
alice|manager|GET|/v1/appliances||403|has the role client; this needs admin, manager, appliance
alice|manager|POST|/v1/appliances|{"name":"a3","url":"https://h:1"}|403|this needs admin
a1|manager|POST|/v1/allocations|{"name":"x","size":"2M","client":"0x1"}|403|this needs admin, client
admin|manager|POST|/v1/appliances|{"name":"a1","url":"https://h:1"}|409|there is an appliance "a1" at
admin|manager|POST|/v1/appliances|{"name":"a3"}|400|field "url" is missing
admin|manager|POST|/v1/appliances|{"name":"a3","url":"http://h:1"}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"a3","url":"https://h"}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"a3","url":"https://h:0"}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"a3","url":"https://h:99999"}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"a3","url":"https://h:1/x"}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"a3","url":"https://[::1:1"}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"a3","url":7}|400|must be https://HOST:PORT
admin|manager|POST|/v1/appliances|{"name":"../a","url":"https://h:1"}|400|"name" must be 1 to 63
admin|manager|POST|/v1/appliances|{"name":"a3","url":"https://h:1","x":1}|400|field "x" is unknown; possible are name, url
admin|manager|DELETE|/v1/appliances/a9||404|no appliance "a9"
admin|manager|DELETE|/v1/appliances/-||400|is no name
admin|manager|DELETE|/v1/appliances/a1||409|holds regions of 3 allocations.*allocation big
admin|manager|DELETE|/v1/appliances/a1|{}|400|no body here
alice|manager|POST|/v1/allocations||415|application/json
alice|manager|POST|/v1/allocations|nonsense|400|no JSON
alice|manager|POST|/v1/allocations|[]|400|must be a JSON object
alice|manager|POST|/v1/allocations|{"name":"x","name":"y"}|400|no JSON: duplicate
alice|manager|POST|/v1/allocations|{"name":"x"}|400|field "size" is missing
alice|manager|POST|/v1/allocations|{"name":"x","size":"2M"}|400|field "client" is missing
alice|manager|POST|/v1/allocations|{"name":"x","size":"2M","client":"0x1","mirror":2}|400|field "mirror" is unknown; possible are name, size, client, layout
alice|manager|POST|/v1/allocations|{"name":"","size":"2M","client":"0x1"}|400|"name" must be 1 to 63
alice|manager|POST|/v1/allocations|{"name":5,"size":"2M","client":"0x1"}|400|"name" must be 1 to 63
alice|manager|POST|/v1/allocations|{"name":".x","size":"2M","client":"0x1"}|400|"name" must be 1 to 63
alice|manager|POST|/v1/allocations|{"name":"a/b","size":"2M","client":"0x1"}|400|"name" must be 1 to 63
alice|manager|POST|/v1/allocations|{"name":"x","size":0,"client":"0x1"}|400|"size" must be from 1 byte
alice|manager|POST|/v1/allocations|{"name":"x","size":-1,"client":"0x1"}|400|"size" must be from 1 byte
alice|manager|POST|/v1/allocations|{"name":"x","size":1.5,"client":"0x1"}|400|"size" must be a whole number
alice|manager|POST|/v1/allocations|{"name":"x","size":true,"client":"0x1"}|400|"size" must be a whole number
alice|manager|POST|/v1/allocations|{"name":"x","size":"2Q","client":"0x1"}|400|unit is unknown; possible are
alice|manager|POST|/v1/allocations|{"name":"x","size":"2P","client":"0x1"}|400|"size" must be from 1 byte to 1P
alice|manager|POST|/v1/allocations|{"name":"x","size":99999999999999999999,"client":"0x1"}|400|no JSON: too big integer
alice|manager|POST|/v1/allocations|{"name":"x","size":"2M","client":1}|400|"client" must be a string of hexadecimal
alice|manager|POST|/v1/allocations|{"name":"x","size":"2M","client":"0x0"}|400|not a client identity
alice|manager|POST|/v1/allocations|{"name":"x","size":"2M","client":"0x11112222333344445"}|400|not a client identity
alice|manager|POST|/v1/allocations|{"name":"x","size":"2M","client":"0x1","layout":"raid"}|400|must be one of "auto", "single", "concat"
bob|manager|POST|/v1/allocations|{"name":"one","size":"2M","client":"0x1"}|409|there is an allocation "one" already
alice|manager|GET|/v1/allocations/nine||404|no allocation "nine"
alice|manager|GET|/v1/allocations/%2e%2e||400|is no name
alice|manager|DELETE|/v1/allocations/nine||404|no allocation "nine"
alice|manager|GET|/v1/allocations/nine/attachment||404|no allocation "nine"
bob|manager|GET|/v1/allocations/one||403|belongs to "alice"
bob|manager|DELETE|/v1/allocations/one||403|belongs to "alice"
bob|manager|GET|/v1/allocations/one/attachment||403|belongs to "alice"
manager|manager|GET|/v1/allocations/one/attachment||403|this needs admin, client
alice|a1|GET|/v1/pool||403|has the role client
alice|a1|GET|/v1/regions||403|has the role client
alice|a1|GET|/v1/regions/REGION||403|has the role client
manager|a1|GET|/v1/regions/0x99||404|no region 0x99
manager|a1|GET|/v1/regions/xyz||400|not a region identity
a2|a1|DELETE|/v1/regions/REGION||403|has the role appliance
alice|a1|DELETE|/v1/regions/REGION||403|has the role client
other|a1|DELETE|/v1/regions/REGION||403|belongs to another manager than "other"
other|a1|DELETE|/v1/regions/REGION/grants/0xc1||403|belongs to another manager
other|a1|PUT|/v1/regions/REGION/grants/0xc1|{"token":"$token"}|403|belongs to another manager
other|a1|PUT|/v1/regions/0x77|{"size":"2M","owner":"MARK"}|403|belongs to another manager
manager|a1|PUT|/v1/regions/REGION|{"size":"2M","owner":"MARK"}|409|exists with another size or owner
manager|a1|PUT|/v1/regions/0|{"size":"2M","owner":"MARK"}|400|not a region identity
manager|a1|PUT|/v1/regions/xyz|{"size":"2M","owner":"MARK"}|400|not a region identity
manager|a1|PUT|/v1/regions/0x77|{"size":"2M"}|400|field "owner" is missing
manager|a1|PUT|/v1/regions/0x77|{"size":"2M","owner":"0x0"}|400|not a owner identity
manager|a1|PUT|/v1/regions/0x77|{"owner":"MARK"}|400|field "size" is missing
manager|a1|PUT|/v1/regions/0x77|{"size":"2M","owner":"MARK","label":"\\u0007"}|400|"label" must be text
manager|a1|PUT|/v1/regions/0x77|{"size":"2M","owner":"MARK","leg_index":64}|400|"leg_index" must be a whole number from 0 to 63
manager|a1|PUT|/v1/regions/0x77|{"size":"2M","owner":"MARK","leg_count":-1}|400|"leg_count" must be a whole number
manager|a1|PUT|/v1/regions/0x77|{"size":"2M","owner":"MARK","layout":"auto"}|400|"layout" must be one of "single", "concat"
manager|a1|PUT|/v1/regions/0x77|{"size":"900M","owner":"MARK"}|507|no room
manager|a1|DELETE|/v1/regions/0x77||404|no region 0x77
manager|a1|PUT|/v1/regions/0x77/grants/0x1|{"token":"$token"}|404|no region 0x77
manager|a1|PUT|/v1/regions/REGION/grants/0|{"token":"$token"}|400|not a client identity
manager|a1|PUT|/v1/regions/REGION/grants/0x1|{"token":"abc"}|400|must have 32 hexadecimal digits
manager|a1|PUT|/v1/regions/REGION/grants/0x1|{"token":"zz112233445566778899aabbccddeeff"}|400|no hexadecimal digit
manager|a1|PUT|/v1/regions/REGION/grants/0x1|{"token":7}|400|"token" must be a string
manager|a1|PUT|/v1/regions/REGION/grants/0x1|{}|400|field "token" is missing
manager|a1|PUT|/v1/regions/REGION/grants/0x1|{"token":"$token","rights":"all"}|400|"rights" must be one of "read", "write", "read-write"
manager|a1|DELETE|/v1/regions/REGION/grants/0x1||404|no such grant
END
head -c 70000 /dev/zero | tr '\0' ' ' >"$XMEM_TMP/long"
refused 'longer than 65536 bytes' api alice manager POST /v1/allocations "@$XMEM_TMP/long"
refused 'longer than 65536 bytes' api alice manager POST /v1/allocations "@$XMEM_TMP/long" \
	-H 'Transfer-Encoding: chunked'
refused 'must be of type application/json' api alice manager POST /v1/allocations '' -d '{}'
name=$(printf 'n%.0s' {1..64})
refused '"name" must be' api alice manager POST /v1/allocations \
	"{\"name\":\"$name\",\"size\":\"2M\",\"client\":\"0x1\"}"
refused 'is no name' api alice manager GET "/v1/allocations/$name"

equal "nothing changed by what was refused" "$(everything)" "$before"

# ---- certificates
mv "$XMEM_TMP/foreign/admin.crt" "$XMEM_TMP/pki/foreign.crt"
mv "$XMEM_TMP/foreign/admin.key" "$XMEM_TMP/pki/foreign.key"
refused 'certificate is not accepted.*issuer is unknown' api foreign manager GET /v1/status
equal "status 403" "$(<"$XMEM_TMP/code")" 403
own_cert() {
	openssl req -newkey rsa:2048 -nodes -keyout "$XMEM_TMP/pki/$1.key" -out "$XMEM_TMP/csr" \
		-subj "$2" && openssl x509 -req -in "$XMEM_TMP/csr" -CA "$XMEM_TMP/pki/ca.crt" \
		-CAkey "$XMEM_TMP/pki/ca.key" -days 1 -out "$XMEM_TMP/pki/$1.crt" -set_serial "$3"
}
check "a certificate without a role" own_cert roleless /CN=x 7
refused 'has no role' api roleless manager GET /v1/status
check "a certificate without a name" own_cert nameless /OU=admin 8
refused 'no common name' api nameless manager GET /v1/status
refused 'http|empty reply|Empty reply|reset' curl -sS --max-time 5 \
	"http://127.0.0.1:${_port[manager]}/v1/status"

# ---- requests sent again
check "admin makes a region of nobody we know" api admin a2 PUT /v1/regions/0x77 \
	'{"size":"2M","owner":"0x1"}'
equal "status 201" "$(<"$XMEM_TMP/code")" 201
check "again" api admin a2 PUT /v1/regions/0x77 '{"size":"2M","owner":"0x1"}'
equal "status 200" "$(<"$XMEM_TMP/code")" 200
check "grant" api admin a2 PUT /v1/regions/0x77/grants/0x5 "{\"token\":\"$token\"}"
check "grant again is made anew" api admin a2 PUT /v1/regions/0x77/grants/0x5 "{\"token\":\"$token\"}"
equal "its epoch grew" "$(json 'a["epoch"]')" 3
check "revoke" api admin a2 DELETE /v1/regions/0x77/grants/0x5

# ---- a restart changes nothing
before=$(value admin manager /v1/allocations a)$(value admin manager /v1/allocations/big/attachment a)
stop manager
equal "the manager stops in order" "$status" 0
start manager
equal "all is there" \
	"$(value admin manager /v1/allocations a)$(value admin manager /v1/allocations/big/attachment a)" "$before"
equal "regions of others stay" "$(value admin a2 /v1/regions '[x["id"] for x in a["regions"] if x["owner"] == "0x0000000000000001"]')" \
	"['0x0000000000000077']"
check "the admin destroys it" api admin a2 DELETE /v1/regions/0x77

# ---- memory that is in use is not taken away
stop a2
start a2 XMEMD_MEMORY_USED=1
refused 'is in use: a client is connected.*leg 1 on a2: sessions: 1' \
	api alice manager DELETE /v1/allocations/big
equal "status 409" "$(<"$XMEM_TMP/code")" 409
equal "it stays as it is" "$(state big)" ready
check "another, made to be destroyed" api bob manager POST /v1/allocations \
	'{"name":"forced","size":"10M","client":"0xc2","appliances":["a2"]}'
equal "is on a2" "$(json '[x["appliance"] for x in a["legs"]]')" "['a2']"
refused 'is in use' api bob manager DELETE /v1/allocations/forced
check "by force it goes" api bob manager DELETE '/v1/allocations/forced?force=1'
equal "status 200" "$(<"$XMEM_TMP/code")" 200
stop a2
start a2

# ---- a slow appliance keeps nobody else waiting
kill -STOP "${_pid[a1]}"
apart api admin manager GET /v1/appliances >/dev/null 2>&1 &
slow=$!
begin=$(date +%s%N)
equal "answers while an appliance hangs" "$(value alice manager /v1/allocations/one 'a["state"]')" ready
took=$((($(date +%s%N) - begin) / 1000000))
check "and at once ($took ms)" test $took -lt 2000
kill -CONT "${_pid[a1]}"
wait $slow

# ---- an appliance is down
stop a1 KILL
ups() { value admin manager /v1/appliances '[(x["up"], "error" in x) for x in a["appliances"]]'; }
ups_are() { [ "$(ups)" = "$1" ]; }
check "it is seen as down" wait_for 20 ups_are "[(False, True), (True, False)]"
check "what is left is used" api alice manager POST /v1/allocations \
	'{"name":"three","size":"20M","client":"0xc1"}'
equal "of a2" "$(json '[x["appliance"] for x in a["legs"]]')" "['a2']"
refused 'a1: down: .*a2: free 8M' api alice manager POST /v1/allocations \
	'{"name":"four","size":"80M","client":"0xc1"}'
check "destroy is taken" api alice manager DELETE /v1/allocations/big
equal "status 202" "$(<"$XMEM_TMP/code")" 202
equal "and waits" "$(json 'a["state"]')" destroying
equal "for a1" "$(value alice manager /v1/allocations/big 'a["error"].split(":")[0]')" "waits for a1"
refused 'is destroying: waits for a1' api alice manager GET /v1/allocations/big/attachment
stop manager KILL
start manager
equal "it still waits" "$(state big)" destroying
start a1
check "then it is gone" wait_for 15 state_is big none
equal "from a1 too" "$(regions a1)" 2

# ---- an appliance loses its memory
stop a1 KILL
rm "$XMEM_TMP/a1.memory"
start a1
check "its allocation failed" wait_for 15 state_is one failed
equal "in words" "$(value alice manager /v1/allocations/one '"does not have region" in a["error"]')" True
equal "those on other appliances live" "$(state three)" ready
refused 'is failed: appliance a1' api alice manager GET /v1/allocations/one/attachment
check "it can be destroyed" api alice manager DELETE /v1/allocations/one
check "the other as well" api admin manager DELETE /v1/allocations/two

# ---- leaked regions are found, those of others are not touched
check "a region that no allocation has" api manager a1 PUT /v1/regions/0x99 \
	"{\"size\":\"2M\",\"owner\":\"$mark\"}"
check "is destroyed" wait_for 15 no_regions a1

# ---- an appliance is forgotten by force
stop a2 KILL
check "forget a2 by force" api admin manager DELETE '/v1/appliances/a2?force=1'
equal "its allocation failed" "$(state three)" failed
check "and can be destroyed" api alice manager DELETE /v1/allocations/three
equal "status 200" "$(<"$XMEM_TMP/code")" 200
start a2
equal "with its region" "$(regions a2)" 1
check "a2 is made known again" api admin manager POST /v1/appliances \
	"{\"name\":\"a2\",\"url\":\"$(url a2)\"}"
check "then the region goes" wait_for 15 no_regions a2

# ---- a database of another manager
stop manager
configure manager manager other
refused 'belongs to the manager "manager"' timeout 10 "$XMEMD" --config "$XMEM_TMP/manager.conf"
echo "not a database, but long enough to look at" >"$XMEM_TMP/manager.db"
refused 'file is not a database' timeout 10 "$XMEMD" --config "$XMEM_TMP/manager.conf"
stop_all
finish
