#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the manager: plans, sizes, leases, accounts, clients, reservations, appliances to admit
# tier: quick
# timeout: 200

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 256 128
post() { api "$1" manager POST "/v1/$2" "$3" "${@:4}"; }
put() { api "$1" manager PUT "/v1/$2" "$3"; }
patch() { api "$1" manager PATCH "/v1/$2" "$3"; }

# ---- what would be, and what room there is
check "a plan" post alice allocations?dry_run=1 '{"name":"v","size":"200M","client":"0xc1"}'
equal "  says where and why" "$(json 'a["legs"][0]["appliance"], len(a["legs"][0]["reason"]) > 0')" "('a1', True)"
equal "  and makes nothing" "$(state v)" none
check "the same as a question" post alice plans '{"size":"200M","strategies":["best-fit","near"]}'
equal "  strategies are kept" "$(json 'a["strategy"]')" "best-fit,near"
refused 'no room for 1G' post alice plans '{"size":"1G"}'
check "space" post alice space '{}'
equal "  sum and each" "$(json 'a["sum"] >> 20, a["largest"] >> 20, sorted((x["appliance"], x["space"] >> 20) for x in a["each"])')" \
	"(384, 256, [('a1', 256), ('a2', 128)])"
refused 'must be a list of best-fit' post alice plans '{"size":"2M","strategies":["fastest"]}'
refused 'has "near" twice' post alice plans '{"size":"2M","strategies":["near","near"]}'
refused 'has no "room"; possible are site' post alice plans '{"size":"2M","location":{"room":"1"}}'
refused '"spread" must be one of "appliance", "site"' post alice plans '{"size":"2M","spread":"planet"}'
refused 'is greater than' post alice plans '{"size":"2M","min_regions":3,"max_regions":2}'

# ---- once, however often it is sent
check "create with a key" post alice allocations '{"name":"v","size":"100M","client":"0xc1"}' -H 'Idempotency-Key: k1'
first=$(json 'a["id"]')
check "again" post alice allocations '{"client":"0xc1","name":"v","size":"100M"}' -H 'Idempotency-Key: k1'
equal "  status 201" "$(<"$XMEM_TMP/code")" 201
equal "  the same allocation" "$(json 'a["id"]')" "$first"
refused 'was used for another request' post alice allocations '{"name":"w","size":"2M","client":"0xc1"}' -H 'Idempotency-Key: k1'
equal "  status 422" "$(<"$XMEM_TMP/code")" 422
refused 'there is an allocation "v" already' post bob allocations '{"name":"v","size":"100M","client":"0xc1"}' -H 'Idempotency-Key: k1'
stop manager KILL
start manager
check "again after a kill" post alice allocations '{"name":"v","size":"100M","client":"0xc1"}' -H 'Idempotency-Key: k1'
equal "  still the same" "$(json 'a["id"]')" "$first"
equal "one region" "$(($(regions a1) + $(regions a2)))" 1

# ---- size
check "grow" patch alice allocations/v '{"size":"120M"}'
equal "  by a region elsewhere" "$(json 'a["size"] >> 20, a["layout"], [(x["appliance"], x["size"] >> 20) for x in a["legs"]]')" \
	"(120, 'concat', [('a1', 100), ('a2', 20)])"
check "  says who notices" grep -q 'until it attaches anew' "$XMEM_TMP/body"
check "  the attachment has both" api alice manager GET /v1/allocations/v/attachment
equal "  each with a token" "$(json 'a["size"] >> 20, [len(x["token"]) for x in a["legs"]]')" "(120, [32, 32])"
refused 'only whole regions.*possible are 100M' patch alice allocations/v '{"size":"50M"}'
refused 'no room' patch alice allocations/v '{"size":"1G"}'
equal "  refused ones change nothing" "$(value alice manager /v1/allocations/v 'a["size"] >> 20, len(a["legs"])')" "(120, 2)"
refused 'cannot be changed together' patch alice allocations/v '{"size":"100M","type":"persistent"}'
refused 'nothing to change' patch alice allocations/v '{}'
refused 'belongs to "alice"' patch bob allocations/v '{"size":"100M"}'
check "shrink" patch alice allocations/v '{"size":"100M"}'
equal "  the last region is gone" "$(json 'a["size"] >> 20, a["layout"], len(a["legs"])')" "(100, 'single', 1)"
equal "  from the appliance too" "$(regions a2)" 0
refused 'it is one region' patch alice allocations/v '{"size":"50M"}'

# ---- why it is there, and what restructuring would do
check "explanation" api alice manager GET /v1/allocations/v/explanation
equal "  has a reason" "$(json 'len(a["legs"][0]["reason"]) > 0')" True
check "restructure" post alice allocations/v/restructure '{"appliances":["a2"]}'
equal "  says where it would go" "$(json '[(x["appliance"], x.get("stays", False)) for x in a["legs"]]')" "[('a2', False)]"
equal "  and moves nothing" "$(value alice manager /v1/allocations/v '[x["appliance"] for x in a["legs"]]')" "['a1']"
refused 'must be one of "auto", "single", "concat"' post alice allocations/v/restructure '{"layout":"mirror"}'

# ---- types and leases
check "policy" put admin policy '{"grace":1,"warn":1}'
refused 'field "graze" is unknown' put admin policy '{"graze":1}'
refused 'this needs admin' put alice policy '{}'
check "volatile" post alice allocations '{"name":"vol","size":"2M","client":"0xc1","type":"volatile","not_in_use":2}'
equal "  its lease runs" "$(json 'a["type"], a["lease"]["state"], a["lease"]["not_in_use"]')" "('volatile', 'active', 2)"
check "persistent" post alice allocations '{"name":"per","size":"2M","client":"0xc1","type":"persistent","not_in_use":2}'
check "kept by renewal" post alice allocations '{"name":"used","size":"2M","client":"0xc1","not_in_use":4}'
lease() { value alice manager "/v1/allocations/$1" 'a["lease"]["state"]'; }
lease_is() { [ "$(lease "$1")" = "$2" ]; }
renewed_until() {
	put alice allocations/used/lease '{}' >/dev/null && "$@"
}
check "the volatile one goes" wait_for 20 renewed_until state_is vol none
check "the persistent one is kept as expired" wait_for 20 renewed_until lease_is per expired
equal "  and is there" "$(state per)" ready
equal "the renewed one lives" "$(lease used)" active
must "used goes" api alice manager DELETE /v1/allocations/used
check "events tell it" api admin manager GET '/v1/events?limit=1000'
equal "  warned, expired, destroyed" \
	"$(json '[e["type"] for e in a["events"] if e["name"] == "vol" and e["type"] in ("alloc.warned", "alloc.expired", "alloc.destroyed")][-2:]')" \
	"['alloc.expired', 'alloc.destroyed']"
check "renewal revives the persistent one" put alice allocations/per/lease '{}'
equal "  it is active" "$(json 'a["lease"]["state"]')" active
refused 'belongs to' put bob allocations/per/lease '{}'
check "no threshold any more" patch alice allocations/per '{"not_in_use":0,"type":"volatile"}'
equal "  type changed" "$(json 'a["type"], "not_in_use" in a["lease"]')" "('volatile', False)"
check "labels" patch alice allocations/per '{"labels":{"job":"build","rack":"r 1"}}'
equal "  are there" "$(json 'a["labels"]')" "{'job': 'build', 'rack': 'r 1'}"
equal "  in the list, too" "$(value alice manager /v1/allocations '[x["labels"] for x in a["allocations"] if x["name"] == "per"]')" \
	"[{'job': 'build', 'rack': 'r 1'}]"
many=$(python3 -c 'print({"k%d" % i: "v" for i in range(17)})' | tr "'" '"')
refused '"labels" must be at most 16' patch alice allocations/per "{\"labels\":$many}"
for wrong in '{"a b":"c"}' '{"":"c"}' "{\"$(printf 'k%.0s' {1..32})\":\"c\"}" '{"a":1}' '{"a":null}' \
	"{\"a\":\"$(printf 'v%.0s' {1..64})\"}"; do
	refused '"labels" must be at most 16 of KEY=VALUE' patch alice allocations/per "{\"labels\":$wrong}"
done
refused '"labels" must be an object' patch alice allocations/per '{"labels":"a=b"}'
refused 'size.*together with anything else' patch alice allocations/per '{"labels":{"a":"b"},"size":"4M"}'
refused '403' patch bob allocations/per '{"labels":{"a":"b"}}'
equal "  none of it changed them" "$(value alice manager /v1/allocations/per 'a["labels"]')" "{'job': 'build', 'rack': 'r 1'}"
stop manager KILL
start manager
equal "  they are written down" "$(value alice manager /v1/allocations/per 'a["labels"]')" "{'job': 'build', 'rack': 'r 1'}"
check "  and go" patch alice allocations/per '{"labels":{}}'
equal "  away" "$(json '"labels" in a')" False
# ---- labels from the beginning, and lists by label
for name in l1:build l2:build l3:test; do
	must "${name%:*}" post alice allocations \
		"{\"name\":\"${name%:*}\",\"size\":\"2M\",\"client\":\"0xc1\",\"labels\":{\"job\":\"${name#*:}\",\"n\":\"$name, x\"}}"
done
equal "it is made with labels" "$(json 'a["labels"]')" "{'job': 'test', 'n': 'l3:test, x'}"
refused '"labels" must be at most 16 of KEY=VALUE' post alice allocations \
	'{"name":"l4","size":"2M","client":"0xc1","labels":{"a b":"c"}}'
refused '"labels" must be at most 16' post alice allocations "{\"name\":\"l4\",\"size\":\"2M\",\"client\":\"0xc1\",\"labels\":$many}"
refused '"labels" must be an object' post alice allocations '{"name":"l4","size":"2M","client":"0xc1","labels":["a"]}'
equal "  and then not made" "$(state l4)" none
refused '"labels" must be at most 16' post alice plans '{"size":"2M","labels":{"a b":"c"}}'
check "a plan may name them" post alice plans '{"size":"2M","labels":{"a":"b"}}'
refused 'field "labels" is unknown' post alice space '{"labels":{"a":"b"}}'
check "no label is no label" post alice allocations '{"name":"l4","size":"2M","client":"0xc1","labels":{}}'
equal "  and not said" "$(json '"labels" in a')" False
labelled() { value "${2:-alice}" manager "/v1/allocations?$1" '[x["name"] for x in a["allocations"]], a.get("next")'; }
equal "the list by label" "$(labelled label=job=build)" "(['l1', 'l2'], None)"
equal "  by two" "$(labelled 'label=job=build&label=n=l2:build,%20x')" "(['l2'], None)"
equal "  in pages" "$(labelled 'label=job=build&limit=1')" "(['l1'], 'l1')"
equal "  the next one" "$(labelled 'label=job=build&limit=1&after=l1')" "(['l2'], None)"
equal "  nobody's" "$(labelled label=job=none)" "([], None)"
equal "  of all for the administrator" "$(labelled label=job=build admin)" "(['l1', 'l2'], None)"
equal "  one's own for others" "$(labelled label=job=build bob)" "([], None)"
refused 'query "label" must be KEY=VALUE' api alice manager GET '/v1/allocations?label=job'
refused 'query "label" has the key "job" twice' api alice manager GET '/v1/allocations?label=job=a&label=job=b'
refused 'query "label" is unknown here' api admin manager GET '/v1/appliances?label=job=a'
stop manager KILL
start manager
equal "they are written down" "$(labelled label=job=test)" "(['l3'], None)"
# as long as xmemadm takes them: 16 of them, 1023 bytes
many=$(python3 -c 'print(",".join("key-%02d=%s" % (i, "v" * 56) for i in range(16))[:1023])')
printf '[tls]\nca = %s\ncert = %s\nkey = %s\n[client]\nmanagers = %s\n' "$XMEM_TMP"/pki/{ca.crt,alice.crt,alice.key} \
	"$(url manager)" >"$XMEM_TMP/adm.conf"
adm() { "$XMEMADM" -c "$XMEM_TMP/adm.conf" "$@"; }
check "xmemadm makes one with many" adm alloc create l5 --size 2M --client c1 --label "$many"
check "  and finds it" adm alloc list --label "$many"
equal "  alone" "$(grep -c '^l' <<<"$output")" 1
check "  or others" adm alloc list --label job=build
equal "  all of them" "$(awk '{ print $1 }' <<<"$output" | xargs)" "NAME l1 l2"
refused 'the labels are too long' adm alloc list --label "${many}vvvv"
for name in l1 l2 l3 l4 l5; do
	must "$name goes" api alice manager DELETE "/v1/allocations/$name"
done

check "used while nobody renews" post alice allocations '{"name":"conn","size":"2M","client":"0xc1","not_in_use":1,"appliances":["a2"]}'
stop a2
start a2 XMEMD_MEMORY_USED=1
warned() { value admin manager '/v1/events?limit=1000' '[e["type"] for e in a["events"] if e["name"] == "conn"]'; }
no_renewal() { [ "$(value admin manager /v1/allocations/conn 'a["lease"]["left"] >= 0')" = True ]; }
check "a connected client counts as use" no_renewal
# two thresholds later it is still there: each look found a session
before=$(value admin manager '/v1/events?limit=1000' 'a["events"][-1]["id"]')
check "volatile beside it" post alice allocations '{"name":"clock","size":"2M","client":"0xc1","not_in_use":3,"appliances":["a1"]}'
check "  ends" wait_for 20 state_is clock none
equal "the connected one lives" "$(state conn)" ready
note "events after $before: $(warned)"
stop a2
start a2
check "then it ends" wait_for 20 state_is conn none
for name in v per; do
	must "$name goes" api alice manager DELETE "/v1/allocations/$name"
done

# ---- accounts and clients
check "account" put admin accounts/lab '{"quota":{"total":"64M","persistent":"8M"},"max_duration":"1h"}'
equal "  status 201" "$(<"$XMEM_TMP/code")" 201
check "client" put admin clients/alice '{"id":"0xc1","account":"lab","quota":{"volatile":"32M"}}'
refused 'no account "none"' put admin clients/bob '{"id":"0xc2","account":"none"}'
refused 'is of client "alice"' put admin clients/bob '{"id":"0xc1"}'
refused 'must be "bob"' put admin clients/bob '{"name":"carl","id":"0xc2"}'
refused 'field "id" is missing' put admin clients/bob '{}'
refused '"windows": ' put admin accounts/lab '{"windows":["someday"]}'
check "within the quota" post alice allocations '{"name":"q","size":"20M","client":"0xc1"}'
equal "  the account's limit of time is taken" "$(json 'a["account"], a["lease"]["duration"]')" "('lab', 3600)"
refused 'quota|volatile' post alice allocations '{"name":"q2","size":"20M","client":"0xc1"}'
equal "  machine word" "$(json 'a["reason"]')" quota
refused 'persistent' post alice allocations '{"name":"q2","size":"20M","client":"0xc1","type":"persistent"}'
refused 'duration|1h' post alice allocations '{"name":"q2","size":"2M","client":"0xc1","duration":"2h"}'
refused 'quota|volatile' patch alice allocations/q '{"size":"40M"}'
refused 'is not that of "bob" but of "alice"' post bob allocations '{"name":"q2","size":"2M","client":"0xc1"}'
refused 'is not that of "alice"' post alice allocations '{"name":"q2","size":"2M","client":"0xc9"}'
equal "usage is shown" "$(value admin manager /v1/clients/alice 'a["used"]["total"] >> 20')" 20
equal "  with the account" "$(value admin manager /v1/accounts/lab 'a["used"]["volatile"] >> 20')" 20
refused 'has allocations or reservations' api admin manager DELETE /v1/clients/alice
refused 'has allocations or reservations' api admin manager DELETE /v1/accounts/lab
must "q goes" api alice manager DELETE /v1/allocations/q
check "known clients only" put admin policy '{"known_only":true}'
refused 'permits known clients only' post bob allocations '{"name":"b","size":"2M","client":"0xc2"}'
check "everybody again" put admin policy '{}'
check "the administrator asks for whom it likes" post admin allocations '{"name":"b","size":"2M","client":"0xc1"}'
must "b goes" api admin manager DELETE /v1/allocations/b

# ---- reservations
check "provision" post admin reservations '{"name":"r","size":"40M","account":"lab"}'
equal "  its room is taken" "$(json 'a["account"], a["size"] >> 20, a["used"]')" "('lab', 40, 0)"
post bob space '{}' >/dev/null
equal "  from others" "$(json 'a["sum"] >> 20')" 344
refused 'there is a reservation "r" already' post admin reservations '{"name":"r","size":"2M","account":"lab"}'
refused 'one "client" or one "account"' post admin reservations '{"name":"s","size":"2M"}'
refused 'no account "x"' post admin reservations '{"name":"s","size":"2M","account":"x"}'
refused 'this needs admin' post alice reservations '{"name":"s","size":"2M","account":"lab"}'
check "its account draws from it" post alice allocations '{"name":"d","size":"30M","client":"0xc1"}'
equal "  says so" "$(json 'a["reservation"]')" r
equal "  and it is used" "$(value admin manager /v1/reservations/r 'a["used"] >> 20')" 30
stop manager KILL
start manager
equal "  after a kill as well" "$(value admin manager /v1/reservations/r 'a["used"] >> 20')" 30
must "d goes" api alice manager DELETE /v1/allocations/d
equal "  its room is reserved again" "$(value admin manager /v1/reservations/r 'a["used"]')" 0
check "unprovision" api admin manager DELETE /v1/reservations/r
refused 'no reservation "r"' api admin manager DELETE /v1/reservations/r
check "client forgotten" api admin manager DELETE /v1/clients/alice
check "account forgotten" api admin manager DELETE /v1/accounts/lab

# ---- appliances: drained, pending, admitted
check "drain a1" patch admin appliances/a1 '{"state":"drained"}'
refused 'drained' post alice allocations '{"name":"v","size":"200M","client":"0xc1"}'
refused '"state" must be one of "admitted", "drained"' patch admin appliances/a1 '{"state":"pending"}'
check "take it again" patch admin appliances/a1 '{"state":"admitted","labels":{"site":"x"}}'
equal "  with a label" "$(json 'a["state"], a["labels"]')" "('admitted', {'site': 'x'})"
refused '"labels" must be' patch admin appliances/a1 '{"labels":{"a b":"x"}}'
pool='"memory":268435456,"free":268435456,"largest":268435456,"address":"192.0.2.9","port":7707'
announce() { api "$1" manager POST /v1/announcements "{\"role\":\"appliance\",\"name\":\"$2\",\"url\":\"$3\",$pool${4:-}}"; }
refused 'known at .*; forget it there' announce a1 a1 https://127.0.0.1:1
refused 'announced by the certificate of "a1", not "a2"' announce a2 a1 "$(url a1)"
must "a viewer" "$XMEMADM" pki issue viewer --role viewer --dir "$XMEM_TMP/pki" --san localhost
# not even who may do everything else, whatever it says to be, and whoever passes it on
for who in admin viewer manager; do
	refused "403: .*role $who; this needs appliance, client: a machine announces itself" announce $who a1 "$(url a1)"
	refused "403: .*role $who; this needs appliance, client: a machine announces itself" \
		api $who manager POST /v1/announcements "{\"role\":\"client\",\"name\":\"$who\",\"client\":\"0xc7\",\"labels\":{}}"
done
refused '403: .*this needs appliance, client: a machine announces itself' api manager manager POST /v1/announcements \
	"{\"role\":\"appliance\",\"name\":\"a1\",\"url\":\"$(url a1)\",$pool}" -H 'Xmem-On-Behalf: admin;admin'
refused 'certificate of the role appliance' announce alice a3 https://127.0.0.1:1
refused '"health" must be' announce a1 a1 "$(url a1)" ',"health":7'
must "a2 is forgotten" api admin manager DELETE /v1/appliances/a2
check "a2 announces itself" announce a2 a2 "$(url a2)"
equal "  and is pending" "$(json 'a["state"]')" pending
refused 'a2: (is )?pending|a2.*admitted' post alice plans '{"size":"2M","appliances":["a2"]}'
equal "  is found by its state" "$(value admin manager '/v1/appliances?state=pending' '[x["name"] for x in a["appliances"]]')" "['a2']"
check "admit it" patch admin appliances/a2 '{"state":"admitted"}'
check "  then its memory counts" post alice plans '{"size":"2M","appliances":["a2"]}'
check "unhealthy" announce a2 a2 "$(url a2)" ',"health":{"ok":false,"reasons":["too hot"]}'
refused 'a2.*too hot' post alice plans '{"size":"2M","appliances":["a2"]}'
check "healthy again" announce a2 a2 "$(url a2)" ',"health":{"ok":true,"reasons":[]}'
check "  gets regions" post alice plans '{"size":"2M","appliances":["a2"]}'
check "managers" api alice manager GET /v1/managers
equal "  this one leads" "$(json 'a["engine"], [x["leader"] for x in a["managers"]]')" "('sqlite', [True])"

# ---- pages
for i in 1 2 3; do
	must "p$i" post alice allocations "{\"name\":\"p$i\",\"size\":\"2M\",\"client\":\"0xc1\"}"
done
equal "a page" "$(value alice manager '/v1/allocations?limit=2' '[x["name"] for x in a["allocations"]], a["next"]')" "(['p1', 'p2'], 'p2')"
equal "the next" "$(value admin manager '/v1/allocations?limit=2&after=p2' '[x["name"] for x in a["allocations"]], a.get("next")')" "(['p3'], None)"

stop manager
equal "the manager stops in order" "$status" 0
stop_all
finish
