#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a key works for its client, its rights and its grant's life only
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 240

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-raw.sh
. "$(dirname "$0")/lib-raw.sh"

must "the appliance module is loaded" start_appliance 32M
must "a region is lent" lend 1 8M
must "another one, for reading" lend 2 8M --rights read
grant_other() { GRANTEE=$OTHER_ID grant 1; }
must "the first one also to another client" grant_other
other=(--client "$OTHER_ID" --session 5)
third=(--region 2 --token "$(token 2)")

hold "connected" victim --table pause read,0,4096
key=$(held_value victim extent rkey)
note "key $key"
check "another client has its own key" says '^read .*success' raw "${other[@]}" read,0,4096
refused 'read .*status="[^s]' raw "${other[@]}" "read,0,4096,$key"
refused 'write .*status="[^s]' raw "${other[@]}" --generation 2 "write,0,4096,1,$key"
check "a region for reading can be read" says '^read .*success' raw "${third[@]}" read,0,4096
refused 'write .*status="[^s]' raw "${third[@]}" --generation 2 write,0,4096,1
refused 'status="[^s]' raw "${third[@]}" --generation 3 read,2093056,8192
refused 'status="[^s]' raw "${third[@]}" --generation 4 read,0x800000,4096
refused 'status="[^s]' raw "${third[@]}" --generation 5 send
check "it is as it was" says '^read .*bytes=0x00' raw "${third[@]}" --generation 6 read,0,2097152
check "and so is the first" says '^read .*bytes=0x00' release victim

hold "connected" revoked --generation 2 --table write,0,4096,7 pause read,0,4096
key=$(held_value revoked extent rkey)
check "revoked" adm_there region revoke 1 --client "$CLIENT_ID"
refused 'read .*status="[^s]' release revoked
refused 'reason=4 ' raw --generation 3
check "granted again" grant 1
check "the memory is as it was" says '^read .*bytes=0x07' raw read,0,4096
refused 'read .*status="[^s]' raw --generation 2 "read,0,4096,$key"

hold "connected" forced --session 2 pause read,0,4096
refused '2 grant' adm_there region destroy 1
check "destroyed by force" adm_there region destroy 1 --force
refused 'read .*status="[^s]' release forced
refused 'reason=3 ' raw --generation 4
check "lent again" lend 1 8M
check "it reads zero" says '^read .*bytes=0x00' raw read,0,2097152
refused 'read .*status="[^s]' raw --generation 2 "read,0,4096,$key"

check "revoked" adm_there region revoke 1 --client "$CLIENT_ID"
check "granted for some seconds" grant 1 --expiry "$(scaled 6)"
hold "connected" expired pause read,0,4096
check "the session ends" wait_for 20 no_session
refused 'read .*status="[^s]' release expired
refused 'reason=6 ' raw --generation 2

check "revoked" adm_there region revoke 1 --client "$CLIENT_ID"
check "granted for an hour" grant 1 --expiry 3600
hold "connected" jumped pause read,0,4096
check "the clock is set ahead" date -s "@$(($(date +%s) + 3601))"
check "the session ends" wait_for 20 no_session
refused 'read .*status="[^s]' release jumped
finish
