#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a manager that lost its database knows its allocations again from the appliances alone
# tier: full
# timeout: 120

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 256 128
create() { api alice manager POST /v1/allocations "$1"; }
must "one" create '{"name":"one","size":"20M","client":"0xc1","type":"persistent","not_in_use":"2h"}'
must "two" create '{"name":"two","size":"200M","client":"0xc1","layout":"concat","min_regions":2}'
must "grown" create '{"name":"grown","size":"4M","client":"0xc2","duration":"3h"}'
must "  grows" api alice manager PATCH /v1/allocations/grown '{"size":"8M"}'
must "  has labels" api alice manager PATCH /v1/allocations/grown '{"labels":{"job":"build","team":"os"}}'
must "shrunk" create '{"name":"shrunk","size":"4M","client":"0xc2"}'
must "  grows" api alice manager PATCH /v1/allocations/shrunk '{"size":"8M"}'
must "  shrinks" api alice manager PATCH /v1/allocations/shrunk '{"size":"4M"}'
# all that matters of an allocation; epochs and tokens are new, and leases begin anew
all() {
	value admin manager /v1/allocations \
		'sorted((x["name"], x["id"], x["size"], x["layout"], x["client"], x["owner"], x["type"], x["lease"].get("not_in_use"), x["lease"].get("duration"), x["strategy"], x.get("labels"), [(l["appliance"], l["region"], l["size"]) for l in x["legs"]]) for x in a["allocations"])'
}
before=$(all)

# lose LIST…: the database; the appliances in the list are made known again
lose() {
	local name
	stop manager KILL
	rm -f "$XMEM_TMP"/manager.db*
	start manager
	for name; do
		must "$name is made known" api admin manager POST /v1/appliances \
			"{\"name\":\"$name\",\"url\":\"$(url "$name")\"}"
	done
}
recover() { api "${2:-admin}" manager POST /v1/recovery "$1"; }

lose
equal "nothing is known" "$(all)" "[]"
check "recovery without appliances" recover '{}'
equal "  finds nothing" "$(json 'a["recovered"], a["undecided"]')" "([], [])"
refused 'this needs admin' recover '{}' alice
refused 'field "force" is unknown' recover '{"force":true}'
for name in a1 a2; do
	must "$name is made known" api admin manager POST /v1/appliances \
		"{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
done
check "dry run" recover '{"dry_run":true}'
equal "  finds all" "$(json 'sorted(x["name"] for x in a["recovered"]), a["undecided"]')" \
	"(['grown', 'one', 'shrunk', 'two'], [])"
equal "  and changes nothing" "$(all)" "[]"
check "recovery" recover '{}'
equal "all is as it was" "$(all)" "$before"
check "again" recover '{}'
equal "  finds nothing new" "$(json 'a["recovered"], a["undecided"]')" "([], [])"
equal "no region was destroyed" "$(($(regions a1) + $(regions a2)))" 6

# ---- tokens are new, and nobody who is attached is cut off for them
check "attachment" api alice manager GET /v1/allocations/two/attachment
equal "  has a token for each region" "$(json '[len(x["token"]) for x in a["legs"]], len(set(x["token"] for x in a["legs"]))')" "([32, 32], 2)"
token=$(json 'a["legs"][0]["token"]')
equal "  and keeps it" "$(value alice manager /v1/allocations/two/attachment 'a["legs"][0]["token"]')" "$token"
stop a1
start a1 XMEMD_MEMORY_USED=1
stop a2
start a2 XMEMD_MEMORY_USED=1
refused 'recovered while a client is attached' api alice manager GET /v1/allocations/grown/attachment
equal "  status 409" "$(<"$XMEM_TMP/code")" 409
stop a1
start a1
stop a2
start a2
check "  detached, it works" api alice manager GET /v1/allocations/grown/attachment

# ---- what cannot be decided is said, and its regions stay
stop a2
lose a1 a2
check "recovery while a2 is down" recover '{}'
equal "  what is whole on a1" "$(json 'sorted(x["name"] for x in a["recovered"])')" "['one', 'shrunk']"
check "  says what is not" grep -q 'allocation \\"two\\": region . of 2 is on no appliance that answers' "$XMEM_TMP/body"
check "  and why" grep -q 'appliance a2 does not answer' "$XMEM_TMP/body"
start a2
# the janitor has looked at both since: it settles what is ours and leaves these alone
check "a new allocation, once a2 is seen" wait_for 20 create '{"name":"new","size":"2M","client":"0xc1","appliances":["a2"]}'
check "recovery when a2 is back" recover '{}'
equal "  the rest" "$(json 'sorted(x["name"] for x in a["recovered"]), a["undecided"]')" "(['grown', 'two'], [])"
must "new goes" api alice manager DELETE /v1/allocations/new
equal "all is as it was" "$(all)" "$before"

# ---- the same name was given to another one meanwhile
lose a1 a2
must "another one" create '{"name":"one","size":"2M","client":"0xc9"}'
check "recovery" recover '{}'
equal "  all but that" "$(json 'sorted(x["name"] for x in a["recovered"])')" "['grown', 'shrunk', 'two']"
check "  is said" grep -q 'there is another one of that name' "$XMEM_TMP/body"
check "a region that says nothing" api manager a1 PUT /v1/regions/0x99 \
	"{\"size\":\"2M\",\"owner\":\"$(value admin a1 /v1/regions '[x["owner"] for x in a["regions"] if x["label"] == "two"][0]')\",\"alloc\":\"0x9\",\"meta\":\"{}\"}"
check "recovery" recover '{"dry_run":true}'
check "  says that it makes no sense" grep -q 'region 0x0000000000000099 on a1: what it says makes no sense' "$XMEM_TMP/body"

# ---- recovered ones live on like any other
for name in two grown shrunk one; do
	check "$name can be destroyed" api alice manager DELETE "/v1/allocations/$name"
done
stop_all
finish
