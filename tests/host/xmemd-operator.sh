#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: an operator's day with xmemadm and real daemons: limits, plans, leases, reservations, events
# tier: quick
# timeout: 120

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager a1:appliance a2:appliance admin:admin \
	alice:client watcher:viewer
configure manager manager
configure a1 appliance
configure a2 appliance
start manager
start a1 XMEMD_MEMORY_MIB=64
start a2 XMEMD_MEMORY_MIB=128
for who in admin alice watcher; do
	cat >"$XMEM_TMP/$who.conf" <<-END
		[tls]
		ca = $XMEM_TMP/pki/ca.crt
		cert = $XMEM_TMP/pki/$who.crt
		key = $XMEM_TMP/pki/$who.key
		[client]
		managers = https://127.0.0.1:1,$(url manager)
		id = 0xc1
	END
done
# what was printed last is kept for has
as() {
	local who=$1 code
	shift
	"$XMEMADM" -c "$XMEM_TMP/$who.conf" "$@" >"$XMEM_TMP/said" 2>&1
	code=$?
	cat "$XMEM_TMP/said"
	return $code
}
admin() { as admin "$@"; }
alice() { as alice "$@"; }
watcher() { as watcher "$@"; }
has() { grep -qE -- "$1" "$XMEM_TMP/said"; }
# field EXPRESSION COMMAND…: a value of its JSON, in the words of Python
field() {
	local expression=$1
	shift
	"$@" | python3 -c 'import json, sys; a = json.load(sys.stdin); print(eval(sys.argv[1]))' \
		"$expression"
}

# ---- what happens is told while it happens
"$XMEMADM" -c "$XMEM_TMP/watcher.conf" monitor --manager --since 0 >"$XMEM_TMP/events" 2>&1 &
monitor=$!
told() { grep -qE "$1" "$XMEM_TMP/events"; }

# ---- appliances, in a batch
cat >"$XMEM_TMP/batch" <<-END
	# the lab
	appliance add a1 $(url a1)
	appliance add a2 $(url a2)
	appliance set label a1 site=lab,rack=r1
	appliance set label a2 site=lab,rack=r2
END
check "a batch makes the appliances known" admin batch "$XMEM_TMP/batch"
refused 'line 2: there is an appliance "a1" at' admin batch "$XMEM_TMP/batch"
check "appliance list" admin appliance list
check "  has both" has 'a2 +admitted +yes +128M'
check "appliance show" watcher appliance show a1
check "  says where it stands" has 'labels +.*rack=r1'
check "appliance health" watcher appliance health a1
check "  asks the appliance itself" has 'healthy +(yes|no)'
check "  which says what it has" has 'memory +[0-9.]+[MGT]'
refused 'this needs admin' alice appliance drain a1
check "appliance drain" admin appliance drain a1
equal "  it is drained" "$(field 'a["state"]' admin -j appliance show a1)" drained
equal "  and found by its state" "$(field '[x["name"] for x in a]' admin -j appliance list --state drained)" "['a1']"
check "space" alice space
check "  is on the other one only" has 'one allocation +128M'
check "appliance admit" admin appliance admit a1
equal "space -j: both" "$(field 'a["sum"] >> 20' alice -j space)" 192

# ---- accounts and clients
check "account set" admin account set web --quota 64M --max-duration 1d --window 'mon-sun 00:00-24:00'
check "client set" admin client set alice --id 0xc1 --account web
refused 'there is no account "nobody"' admin client set bob --id 0xb0 --account nobody
check "client list" watcher client list
check "  has the client" has 'alice .*web'

# ---- plans and reasons
check "alloc create --dry-run" alice alloc create v --size 32M --strategy best-fit --dry-run
check "  says where and why" has 'a1 +32M.*free'
refused 'no allocation "v"' alice alloc show v
check "near decides" alice alloc create v --size 32M --strategy near --near site=lab,rack=r2 --dry-run
check "  for the same rack" has 'a2 +32M'
check "alloc create" alice alloc create v --size 32M --strategy best-fit --type persistent \
	--not-in-use 1h
check "  it is ready" has 'state +ready'
check "  with its lease" has 'lease left +(1h|59m)'
check "policy explain" alice policy explain v
check "  says why" has '0 a1 .*free'
check "alloc restructure" alice alloc restructure v --exclude a1
check "  plans another place" has 'a2 +32M'
check "alloc list" watcher alloc list
check "  shows it" has 'v +32M +ready persistent'

# ---- leases and sizes
check "alloc renew" alice alloc renew v
check "alloc set" alice alloc set v --type volatile --duration 2h --not-in-use 30m
equal "  is shown" "$(field '(a["type"], a["lease"]["duration"], a["lease"]["not_in_use"])' alice -j alloc show v)" \
	"('volatile', 7200, 1800)"
check "alloc set: labels" alice alloc set v --label job=build,team=os
equal "  are shown" "$(field 'a["labels"]' alice -j alloc show v)" "{'job': 'build', 'team': 'os'}"
equal "  and the rest stays" "$(field '(a["type"], a["lease"]["duration"])' alice -j alloc show v)" "('volatile', 7200)"
check "  by alloc list, too" watcher alloc list
check "  in a column" has 'job=build,team=os'
check "alloc set: other labels" alice alloc set v --label job=test
equal "  instead of all" "$(field 'a["labels"]' alice -j alloc show v)" "{'job': 'test'}"
check "alloc set: no labels" alice alloc set v --label none
equal "  takes them away" "$(field '"labels" in a' alice -j alloc show v)" False
refused 'is no label; possible are at most 16 of KEY=VALUE' alice alloc set v --label 'a b=c'
check "alloc resize" alice alloc resize v 48M
equal "  it grew" "$(field 'a["size"] >> 20' alice -j alloc show v)" 48

# ---- limits
refused 'quota|64M' alice alloc create w --size 32M
equal "  in a word for programs" "$(field '(a["reason"], a["exit"])' alice -j alloc create w --size 32M)" \
	"('quota', 1)"
check "account show" watcher account show web
check "  what is used against its limit" has 'used +48M'
check "account set: more" admin account set web --quota 100M
check "  keeps the rest" has 'max duration +1d'
check "then there is room" alice alloc create w --size 32M
refused 'has allocations|has the client' admin account remove web

# ---- reservations
check "account set for reservations" admin account set later --quota 1G
check "reservation provision --dry-run" admin reservation provision r --size 16M --account later --dry-run
check "reservation provision" admin reservation provision r --size 16M --account later
check "reservation show" watcher reservation show r
check "  says where" has 'a[12] +16M'
check "reservation list" admin reservation list
check "  has it" has 'r +later +16M'
check "reservation unprovision" admin reservation unprovision r
equal "  it is gone" "$(field 'len(a)' admin -j reservation list)" 0

# ---- policy
check "policy set" admin policy set --admit automatic --grace 10m
check "policy show" watcher policy show
check "  says so" has 'admit +automatic'
check "  warns as before" has 'warn +5m'
refused 'this needs admin' watcher policy set --admit manual

# ---- managers
check "manager status" watcher manager status
check "  says what it has" has 'allocations +2'
check "manager list" admin manager list
check "manager recover --dry-run" admin manager recover --dry-run
check "  looked at both" has 'appliances asked +2'

# ---- events
check "allocations were told" wait_for 10 told 'alloc.created v'
check "and appliances" told 'appliance.admitted a1'
equal "event list" "$(field '[x["name"] for x in a if x["type"] == "alloc.created"]' watcher -j event list)" \
	"['v', 'w']"

# ---- completion asks the manager for names
equal "completion of names" "$("$XMEMADM" help --complete -c "$XMEM_TMP/alice.conf" alloc show '' | tr '\n' ' ')" "v w "

check "alloc destroy" alice alloc destroy v
check "alloc destroy" alice alloc destroy w
check "client remove" admin client remove alice
check "account remove" admin account remove web
check "the monitor heard of it" wait_for 10 told 'alloc.destroyed w'

# ---- the monitor ends with the manager
stop manager
wait $monitor
equal "the monitor cannot go on" $? 3
refused 'no manager answers: https://127.0.0.1:1: .*; https://127.0.0.1:' alice alloc list
equal "exit code" "$(alice alloc list >/dev/null 2>&1; echo $?)" 3
stop_all
finish
