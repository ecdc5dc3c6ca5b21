#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: an appliance announces itself: what, when, to which manager, and its health
# tier: full
# timeout: 120

# shellcheck source=tests/host/lib-announce.sh
. "$(dirname "$0")/lib-announce.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager a1:appliance admin:admin alice:client
root=$XMEM_TMP/root
machine "$root"

# ---- a clock that somebody sets, or a suspend: who never asks for the date cannot be hurt
settable() {
	local part
	for part in announce schedule renew nap cluster self health/watch health/judge; do
		nm -u "$XMEM_SRC/mgmt-daemon/test/$part.o" || echo "CLOCK_: no $part.o"
		grep -E 'CLOCK_(REALTIME|MONOTONIC|TAI)' "$XMEM_SRC/mgmt-daemon/$part.c"
	done | grep -E 'CLOCK_| (time|gettimeofday|localtime(_r)?|mktime|ftime)$' && return 0
	nm -u "$XMEM_SRC/tools/lib/discover.o" | grep -E ' (time|gettimeofday)$'
}
equal "nothing depends on a clock that can be set" "$(settable)" ""
mkfifo "$XMEM_TMP/feed"
pending='{"POST /v1/announcements": [200, {"name": "a1", "state": "pending"}]}'
answers m1 "$pending"
answers m2 "$pending"
stub m1
stub m2

# appliance INTERVAL: its configuration
appliance() {
	configure a1 appliance
	cat >>"$XMEM_TMP/a1.conf" <<-END
		managers = $(url m1), $(url m2)
		announce-interval = $1
		labels = site=lab, rack=r7
		temperature = 80
	END
}
run_a1() { _mark[a1]=0; start a1 XMEMD_MEMORY_MIB=256 XMEMD_ROOT="$root" XMEMD_FEED="$XMEM_TMP/feed"; }

# ---- at the start, and only to one of the managers
appliance 1h
run_a1
check "it announces itself" wait_for 20 more_than m1 0
equal "as who" "$(last m1 'r["who"], r["what"], b["role"], b["name"], b["url"]')" \
	"('a1', 'POST /v1/announcements', 'appliance', 'a1', '$(url a1)')"
equal "with its pool" "$(last m1 'b["memory"] >> 20, b["free"] >> 20, b["largest"] >> 20, b["regions"], b["address"], b["port"]')" \
	"(256, 256, 256, 0, '192.0.2.1', 7707)"
equal "with its machine" \
	"$(last m1 'b["machine"]["memory"] >> 20, b["machine"]["cpus"], [n["node"] for n in b["machine"]["numa"]], b["load"]')" \
	"(4096, 2, [0], 50)"
equal "with its link" "$(last m1 'b["rdma_device"], b["bandwidth_mbps"]')" "('mlx5_0', 100000)"
equal "with labels, versions and health" \
	"$(last m1 'b["labels"], b["versions"]["kernel"], b["health"], b["interval"]')" \
	"({'site': 'lab', 'rack': 'r7'}, '6.12.0-test', {'ok': True, 'reasons': []}, 3600)"
check "it says so" wait_for 10 said a1 "appliance: announced to $(url m1): pending"
equal "the second manager hears nothing" "$(requests m2)" 0

# ---- on change
echo 99123 >"$root/sys/class/hwmon/hwmon0/temp1_input"
check "a hot sensor is told" wait_for 20 told m1 'not b["health"]["ok"]'
equal "in words" "$(last m1 'b["health"]["reasons"]')" \
	"['temperature k10temp/temp1 is at 99 degrees, the limit is 80']"
check "memory is taken" api admin a1 PUT /v1/regions/0x77 '{"size":"64M","owner":"0x1"}'
printf region >"$XMEM_TMP/feed"
check "that is told" wait_for 20 told m1 '(b["free"] >> 20, b["regions"]) == (192, 1)'
equal "as a newer look of the same run" "$(python3 - "$XMEM_TMP/m1.requests" <<'END'
import json, sys
all = [json.loads(line)["body"] for line in open(sys.argv[1])]
print(len({b["boot"] for b in all}), all == sorted(all, key=lambda b: b["serial"]))
END
)" "1 True"
check "the event was taken" python3 -c '
import os, select, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
sys.exit(1 if select.select([fd], [], [], 0)[0] else 0)' "$XMEM_TMP/feed"
printf end >"$XMEM_TMP/feed"
check "when the events are over" api admin a1 DELETE /v1/regions/0x77
check "changes are seen all the same" wait_for 20 told m1 'b["regions"] == 0 and n > 2'

# ---- whoever asks
check "presence" api alice a1 GET /v1/presence
equal "says the same" "$(json 'a["roles"], [(x["role"], x["name"], x["health"]["ok"]) for x in a["announcements"]]')" \
	"(['appliance'], [('appliance', 'a1', False)])"
check "health" api manager a1 GET /v1/health
equal "in full" "$(json 'a["ok"], a["reasons"], a["temperatures"], a["ecc"], a["rdma"][0]["state"], a["unreadable"]')" \
	"(False, ['temperature k10temp/temp1 is at 99 degrees, the limit is 80'], [{'sensor': 'k10temp/temp1', 'celsius': 99.123}], [{'controller': 'mc0', 'uncorrected': 0}], 'ACTIVE', [])"
check "numbers are as short as they were read" grep -q '"celsius":99.123}' "$XMEM_TMP/body"
refused 'has the role client' api alice a1 GET /v1/health
echo nonsense >"$root/proc/loadavg"
unreadable() { [ "$(value manager a1 /v1/health 'a["unreadable"]')" = "['/proc/loadavg: \"nonsense\" is no load']" ]; }
check "what makes no sense is told" wait_for 20 unreadable

# ---- managers come and go
echo 40000 >"$root/sys/class/hwmon/hwmon0/temp1_input"
mark a1
stop m1
check "a change" api admin a1 PUT /v1/regions/0x70 '{"size":"64M","owner":"0x1"}'
check "is told to the second when the first is away" wait_for 40 told m2 'b["regions"] == 1'
check "and is stayed with" wait_for 10 said a1 "announced to $(url m2): pending"
stub m1
before=$(requests m1)
check "another change" api admin a1 PUT /v1/regions/0x78 '{"size":"64M","owner":"0x1"}'
check "is told to the second" wait_for 20 told m2 'b["regions"] == 2'
equal "not to the first" "$(requests m1)" "$before"
answers m2 '{"POST /v1/announcements": [503, {"error": "no leader", "reason": "not-leader"}]}'
check "one more" api admin a1 DELETE /v1/regions/0x78
check "goes to the first, for the second has no leader" wait_for 20 told m1 'b["regions"] == 1 and n >= '"$before"
mark a1
stop m1
stop m2
check "one more" api admin a1 PUT /v1/regions/0x79 '{"size":"64M","owner":"0x1"}'
check "nobody answers, in words" wait_for 20 said a1 'appliance: not announced: https://127'
before=$(requests m2)
answers m1 '{"POST /v1/announcements": [409, {"error": "a1 is somebody else", "reason": "exists"}]}'
stub m1
check "a refusal is told in words" wait_for 60 said a1 'not announced: a1 is somebody else'
mark a1
answers m1 "$pending"
stub m2
check "and is not the end" wait_for 60 said a1 "announced to $(url m1): pending"
equal "nor a reason to ask another" "$(requests m2)" "$before"
check "the sensor is cool again" wait_for 30 told m1 'b["health"]["ok"] and n > 5'
stop a1
equal "it stops in order" "$status" 0

# ---- at least once in an interval
appliance 1s
run_a1
before=$(requests m1)
check "it goes on without a change" wait_for 30 more_than m1 $((before + 3))
equal "with nothing new" "$(python3 - "$XMEM_TMP/m1.requests" <<'END'
import json, sys
faces = []
for line in open(sys.argv[1]).readlines()[-2:]:
    body = json.loads(line)["body"]
    for word in ("serial", "load", "machine"):
        body.pop(word, None)
    faces.append(body)
print(faces[0] == faces[1])
END
)" True
stop a1

# ---- a machine without the module lends nothing, and says why
appliance 1h
start a1 XMEMD_MEMORY=/nowhere/memory XMEMD_ROOT="$root"
check "it announces itself" wait_for 20 told m1 'b["memory"] == 0'
equal "with the reason" "$(last m1 'b["health"]')" \
	"{'ok': False, 'reasons': ['no memory to lend: no XMEMD_MEMORY']}"
stop a1

# ---- its address
url_of() {
	sed "$1" "$XMEM_TMP/a1.conf" >"$XMEM_TMP/other.conf"
	_port[other]=${_port[a1]}
	start other XMEMD_ROOT="$root" XMEMD_MEMORY="$XMEM_TMP/a1.memory"
	value admin other /v1/presence 'a["announcements"][0].get("url")'
	stop other
}
url_of 's/^listen = .*/&\nurl = https:\/\/a1.lab:1234/' >"$XMEM_TMP/url"
equal "by the configuration" "$(<"$XMEM_TMP/url")" "https://a1.lab:1234"
url_of "s/^listen = .*/listen = [::]:${_port[a1]}/" >"$XMEM_TMP/url"
equal "by its certificate" "$(<"$XMEM_TMP/url")" "https://a1:${_port[a1]}"
# shellcheck disable=SC2016 # expanded by the inner shell
check "a certificate without a name for others" bash -c '
	openssl req -newkey rsa:2048 -nodes -keyout "$1/nameless.key" -out "$1/csr" -subj /CN=a1/OU=appliance &&
	openssl x509 -req -in "$1/csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -days 1 -out "$1/nameless.crt" \
		-set_serial 7' - "$XMEM_TMP/pki"
sed "s/^listen = .*/listen = [::]:${_port[a1]}/; s,pki/a1,pki/nameless," "$XMEM_TMP/a1.conf" \
	>"$XMEM_TMP/bad.conf"
refused 'url= in \[daemon\] is missing: .*nameless.crt has no name' \
	timeout 20 "$XMEMD" --config "$XMEM_TMP/bad.conf"
sed -i '/^managers/d' "$XMEM_TMP/bad.conf"
cp "$XMEM_TMP/bad.conf" "$XMEM_TMP/other.conf"
start other XMEMD_ROOT="$root" XMEMD_MEMORY="$XMEM_TMP/a1.memory"
check "who announces nothing needs none" api admin other GET /v1/presence '' -k
equal "and has none" "$(json '"url" in a["announcements"][0]')" False
stop_all
finish
