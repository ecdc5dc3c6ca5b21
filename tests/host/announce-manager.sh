#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: announced machines at a real manager: pending, admitted, ill, near; leases of what is attached
# tier: full
# timeout: 180

# shellcheck source=tests/host/lib-announce.sh
. "$(dirname "$0")/lib-announce.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager a1:appliance a2:appliance admin:admin \
	alice:client bob:client
machine "$XMEM_TMP/a1.root"
machine "$XMEM_TMP/a2.root"
configure manager manager
for name in a1 a2; do
	configure $name appliance
	printf 'managers = %s\nannounce-interval = 1s\nlabels = rack=r-%s\n' "$(url manager)" $name \
		>>"$XMEM_TMP/$name.conf"
done
configure alice client
printf '[client]\nname = alice\nid = 0xc1\nlabels = rack=r-a1,os=debian\nmanagers = %s\n' "$(url manager)" >>"$XMEM_TMP/alice.conf"

# ---- an appliance is there before its manager
start a1 XMEMD_MEMORY_MIB=256 XMEMD_ROOT="$XMEM_TMP/a1.root"
check "nobody answers" wait_for 20 said a1 'appliance: not announced'
start manager
check "then it is pending" wait_for 30 said a1 "announced to $(url manager): pending"
# appliance NAME EXPRESSION: what the manager knows, in the words of Python
appliance() { value admin manager "/v1/appliances/$1" "$2"; }
equal "with what it said of itself" \
	"$(appliance a1 'a["state"], a["up"], a["free"] >> 20, a["labels"], a["health"]["ok"]')" \
	"('pending', True, 256, {'rack': 'r-a1'}, True)"
refused 'no appliance|knows no|pending|admitted' api alice manager POST /v1/allocations \
	'{"name":"early","size":"2M","client":"0xc1"}'
check "leases have little grace" api admin manager PUT /v1/policy '{"warn":1,"grace":1}'
check "it is admitted" api admin manager PATCH /v1/appliances/a1 '{"state":"admitted"}'
check "and hears so" wait_for 20 said a1 "announced to $(url manager): admitted"
check "its memory counts" api alice manager POST /v1/allocations \
	'{"name":"one","size":"64M","client":"0xc1","not_in_use":4,"type":"volatile"}'
free_is() { [ "$(appliance "$1" 'a["free"] >> 20')" = "$2" ]; }
check "what is left is known" wait_for 20 free_is a1 192

# ---- another machine cannot take its name
sed "s,pki/a1\\.,pki/a2.,; s/:${_port[a1]}/:$(free_port)/" "$XMEM_TMP/a1.conf" >"$XMEM_TMP/thief.conf"
start thief XMEMD_ROOT="$XMEM_TMP/a1.root" XMEMD_MEMORY="$XMEM_TMP/a1.memory"
check "is told so" wait_for 20 said thief 'not announced: appliance "a1" is announced by the certificate of "a1"'
stop thief

# ---- an appliance that is ill gets nothing new
start a2 XMEMD_MEMORY_MIB=512 XMEMD_ROOT="$XMEM_TMP/a2.root"
check "a second one" wait_for 20 said a2 pending
check "is admitted" api admin manager PATCH /v1/appliances/a2 '{"state":"admitted"}'
echo 99000 >"$XMEM_TMP/a2.root/sys/class/hwmon/hwmon0/temp1_input"
ill() { [ "$(appliance "$1" 'a["health"]["ok"]')" = False ]; }
check "it is hot" wait_for 20 ill a2
equal "in words" "$(appliance a2 'a["health"]["reasons"]')" \
	"['temperature k10temp/temp1 is at 99 degrees, the limit is 95']"
check "new memory" api bob manager POST /v1/allocations '{"name":"two","size":"64M","client":"0xc2"}'
equal "is of the other" "$(json '[x["appliance"] for x in a["legs"]]')" "['a1']"
refused '99 degrees' api bob manager POST /v1/allocations '{"name":"three","size":"400M","client":"0xc2"}'
echo 40000 >"$XMEM_TMP/a2.root/sys/class/hwmon/hwmon0/temp1_input"

# ---- a lease lives as long as its device
check "memory that is given back when nobody uses it" api alice manager POST /v1/allocations \
	'{"name":"used","size":"2M","client":"0xc1","not_in_use":4,"type":"volatile"}'
echo "used $(json 'a["legs"][0]["region"]')" >"$XMEM_TMP/devices"
start alice XMEMD_ROOT="$XMEM_TMP/a1.root" XMEMD_DEVICES="$XMEM_TMP/devices"
check "the client renews it" wait_for 20 said alice 'renewing the lease of used by'
check "what nobody renews is given back" wait_for 60 state_is one none
equal "what is attached is not" "$(state used)" ready
equal "its lease is good" "$(value alice manager /v1/allocations/used 'a["lease"]["state"]')" active
: >"$XMEM_TMP/devices"
check "detached, it goes" wait_for 60 state_is used none
stop alice
equal "the client stops in order" "$status" 0

# ---- an appliance is well again, once it has been for a while
well() { [ "$(appliance "$1" 'a["health"]["ok"]')" = True ]; }
check "it is cool again" wait_for 40 well a2
check "and takes what did not fit" api bob manager POST /v1/allocations \
	'{"name":"three","size":"400M","client":"0xc2"}'

# ---- where a client stands is known from its announcement
# planned WHO CLIENT [LOCATION]: which appliance is near
planned() {
	api "$1" manager POST /v1/plans \
		"{\"size\":\"2M\",\"client\":\"$2\",\"strategies\":[\"near\"]${3:+,\"location\":$3}}" >/dev/null
	json '[x["appliance"] for x in a["legs"]]'
}
check "three goes" api bob manager DELETE /v1/allocations/three
check "and is gone" wait_for 20 free_is a2 512
equal "who did not say where it stands gets what is most free" "$(planned bob 0xc2)" "['a2']"
equal "who announced it gets what is near" "$(planned alice 0xc1)" "['a1']"
equal "  what the request says wins" "$(planned alice 0xc1 '{"rack":"r-a2"}')" "['a2']"
equal "  even if that is not all of it" "$(planned alice 0xc1 '{"site":"elsewhere"}')" "['a2']"
equal "  it holds for that identity only" "$(planned alice 0xc9)" "['a2']"
check "an allocation, too" api alice manager POST /v1/allocations \
	'{"name":"near","size":"2M","client":"0xc1","strategies":["near"]}'
equal "  is near" "$(json '[x["appliance"] for x in a["legs"]]')" "['a1']"
# as the daemon says it, by hand
announce() {
	api "$1" manager POST /v1/announcements "{\"role\":\"client\",\"name\":\"$1\",\"version\":\"1\"$2}"
}
check "moved" announce alice ',"client":"0xc1","labels":{"rack":"r-a2"}'
equal "  it is near to the other" "$(planned alice 0xc1)" "['a2']"
check "back" announce alice ',"client":"0xc1","labels":{"rack":"r-a1"}'
refused '"labels" must be an object' announce alice ',"client":"0xc1","labels":"rack=r-a2"'
refused '"labels" must be at most 16 of KEY=VALUE' announce alice ',"client":"0xc1","labels":{"rack":7}'
refused 'hexadecimal' announce alice ',"client":"nobody","labels":{"rack":"r-a2"}'
refused 'cannot announce itself with the certificate' \
	api bob manager POST /v1/announcements '{"role":"client","name":"alice","client":"0xc1","labels":{"rack":"r-a2"}}'
equal "  none of these moved it" "$(planned alice 0xc1)" "['a1']"
check "one that says nothing any more" announce alice ',"client":"0xc1"'
equal "  is near to nothing" "$(planned alice 0xc1)" "['a2']"
stop_all
finish
