#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: etcd is full, and then the manager that decides dies: refused in words, read from the other, and on when there is room
# tier: full
# timeout: 200
# needs: etcd-server

# shellcheck source=tests/host/lib-managers.sh
. "$(dirname "$0")/lib-managers.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" managers:manager a1:appliance a2:appliance \
	admin:admin alice:client
ETCD_MEMBERS=(e1)
MANAGERS=(m1 m2)
etcd_prepare
etcd_start e1 --quota-backend-bytes 2000000
must "a member with little room" etcd_well
cluster_up
wait_for 40 one_decides || die "one of two decides"
old=$leader_is
other=m1
[ "$old" = m2 ] || other=m2
for name in a1 a2; do
	must "$name is known" api admin "$old" POST /v1/appliances "{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
done
must "an allocation" create "$old" v
must "the other knows it" wait_for 20 names_are "$other" "[('v', 'ready')]"

# somebody else fills it, with values that nobody needs
junk="{\"key\": \"$(printf /junk | base64)\", \"value\": \"$(head -c 200000 /dev/urandom | base64 -w0)\"}"
printf '%s' "$junk" >"$XMEM_TMP/junk"
filled() { etcd_call e1 kv/put "@$XMEM_TMP/junk" | grep -q 'space exceeded'; }
must "etcd is full" wait_for 30 filled

full='507: .*etcd is full; nothing was changed'
refused "$full" create "$old" w
equal "  in a word for programs" "$(json 'a["reason"]')" no-room
refused "$full" api alice "$old" DELETE /v1/allocations/v
refused "$full" api admin "$old" PUT /v1/accounts/lab '{}'
refused "$full" create "$other" w
equal "$old still decides" "$(decides)" "$old"
for name in "${MANAGERS[@]}"; do
	check "$name answers who attaches" api alice "$name" GET /v1/allocations/v/attachment
done
equal "as many regions as before" $(($(regions a1) + $(regions a2))) 1

# nobody can be elected where nothing can be written
stop "$old" KILL
said() { grep -qE "$2" "$XMEM_TMP/$1.last"; }
stuck() { said "$other" 'can neither stay leader nor be elected: .*(no space|space exceeded)'; }
check "$old is killed: $other says why it does not decide" wait_for 60 stuck
equal "  it does not" "$(value admin "$other" /v1/status 'a["manager"]["leads"]')" False
equal "  and says so when asked" "$(value admin "$other" /v1/managers '"space" in a["error"]')" True
check "  and answers who attaches" api alice "$other" GET /v1/allocations/v/attachment
refused '^503: .*no manager decides at the moment; try again: .*space' create "$other" w
start "$old"
check "$old comes back and answers who attaches" wait_for 20 api alice "$old" GET /v1/allocations/v/attachment
equal "as many regions as before" $(($(regions a1) + $(regions a2))) 1

# as etcd's manual says: history dropped, room given back, the alarm off
revision=$(etcd_call e1 kv/range "{\"key\": \"$(printf /junk | base64)\", \"keys_only\": true}" |
	sed 's/.*"revision":"\([0-9]*\)".*/\1/')
etcd_does() { ! etcd_call "$@" | grep '"error"'; }
must "history is dropped" etcd_does e1 kv/compaction "{\"revision\": \"$revision\", \"physical\": true}"
must "room is given back" etcd_does e1 maintenance/defragment '{}'
member=$(etcd_call e1 maintenance/alarm '{"action": "GET"}' | sed 's/.*"memberID":"\([0-9]*\)".*/\1/')
must "the alarm is off" etcd_does e1 maintenance/alarm \
	"{\"action\": \"DEACTIVATE\", \"memberID\": \"$member\", \"alarm\": \"NOSPACE\"}"
wait_for 60 one_decides || die "one decides when there is room"
check "  that is said, too" said "$other" 'takes part in elections again'
check "$leader_is decides" wait_for 20 create "$leader_is" w
for name in "${MANAGERS[@]}"; do
	check "$name knows all" wait_for 20 names_are "$name" "[('v', 'ready'), ('w', 'ready')]"
done
equal "as many regions as legs" $(($(regions a1) + $(regions a2))) 2
end_with v w
