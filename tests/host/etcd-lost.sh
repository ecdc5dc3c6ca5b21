#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: stores while etcd fails: members killed or silent, all of them lost and back, answers lost, history compacted
# tier: full
# timeout: 240
# needs: etcd-server

# shellcheck source=tests/host/lib-etcd.sh
. "$(dirname "$0")/lib-etcd.sh"

must "build" build_kv
etcd_up
managers=(m1 m2)
for name in "${managers[@]}"; do
	candidate "$name" --lease 6 --timeout 1
done
must "one is elected" wait_for 30 leader "${managers[@]}"
first=$(leader "${managers[@]}")
second=m1
[ "$first" = m2 ] || second=m2
must "the other knows it" wait_for 20 follows "$second" "$first"

# each member in turn is killed, and is silent: two of three are enough
for name in "${ETCD_MEMBERS[@]}"; do
	etcd_signal "$name" KILL
	check "$name killed: the leader writes" ask "$first" put alloc/a "$name-killed"
	check "$name killed: the other hears it" wait_for 30 holds "$second" alloc/a "$name-killed"
	etcd_start "$name"
	must "$name is back" wait_for 30 etcd_healthy "$name"
	etcd_signal "$name" STOP
	check "$name silent: the leader writes" ask "$first" put alloc/a "$name-silent"
	check "$name silent: the other hears it" wait_for 30 holds "$second" alloc/a "$name-silent"
	etcd_signal "$name" CONT
	must "$name speaks again" etcd_well
done
check "one leads all the time" all_follow "$first" "$second"
leads_count=$(cat "$XMEM_TMP"/m?.out | grep -c '^\. leads')
note "elections until here: $leads_count"

# all members are lost
check "it writes before all is lost" ask "$first" put alloc/b 1
for name in "${ETCD_MEMBERS[@]}"; do
	etcd_signal "$name" KILL
done
refused '^[!?] 503 ' ask "$first" put alloc/b 2
check "the leader gives up by its own clock" wait_for 30 follows "$first" nobody
refused '503 no manager leads at the moment: http://127.0.0.1:' ask "$first" put alloc/b 3
refused '503 etcd does not answer: http://127.0.0.1:' ask "$first" list
refused '503 etcd does not answer: http://127.0.0.1:' ask "$second" members
check "who followed still holds all" holds "$second" alloc/b 1
check "status says what is wrong" grep -q 'leads=0 term=0 .*trouble=http://127.0.0.1:' \
	<(ask "$first" status)
for name in "${ETCD_MEMBERS[@]}"; do
	etcd_start "$name"
done
must "etcd is back" etcd_well
must "one is elected again" wait_for 40 leader "${managers[@]}"
first=$(leader "${managers[@]}")
second=m1
[ "$first" = m2 ] || second=m2
check "the other follows" wait_for 30 follows "$second" "$first"
check "it writes" ask "$first" put alloc/c 1
check "the other hears it" wait_for 30 holds "$second" alloc/c 1
check "the leader's memory is the store" true_model "$first"
check "the other's too" true_model "$second"
check "what was promised before is there" holds "$first" alloc/b 1
check "nothing is wrong any more" grep -q 'trouble=$' <(ask "$first" status)

# history that a follower has missed is gone
check "a record that will go" ask "$first" put alloc/gone 1
check "the other holds it" wait_for 20 holds "$second" alloc/gone 1
synced=$(grep -c '^\. synced' "$XMEM_TMP/$second.out")
kill -STOP "${_candidate[$second]}"
for name in "${ETCD_MEMBERS[@]}"; do
	etcd_signal "$name" KILL
	etcd_start "$name"
	must "$name was started anew" wait_for 30 etcd_healthy "$name"
done
must "the leader leads" wait_for 30 ask "$first" check
check "it deletes" ask "$first" delete alloc/gone
check "and writes" ask "$first" put alloc/d 1
revision=$(ask "$first" status | sed 's/.*revision=\([0-9]*\).*/\1/')
check "history is dropped" etcd_call e1 kv/compaction "{\"revision\": \"$revision\", \"physical\": true}"
kill -CONT "${_candidate[$second]}"
told_anew() { [ "$(grep -c '^\. synced' "$XMEM_TMP/$second.out")" -gt "$synced" ]; }
check "the other is told all anew" wait_for 30 told_anew
check "and holds what is new" wait_for 20 holds "$second" alloc/d 1
check "and nothing that is gone" true_model "$second"
for name in "${managers[@]}"; do
	end "$name"
done

# Members fall silent while a commit is on its way, for less than the lease.
candidate a1 --lease 120 --timeout 1 --prefix /silent
must "alone it is elected" wait_for 30 leads a1
before=$(answers a1)
for name in "${ETCD_MEMBERS[@]}"; do
	etcd_signal "$name" STOP
done
order a1 create alloc/a 1
equal "nothing is answered" "$(wait_for 3 answered a1 "$before" && tail -n 1 "$XMEM_TMP/a1.out")" ""
for name in "${ETCD_MEMBERS[@]}"; do
	etcd_signal "$name" CONT
done
check "etcd speaks again: it is settled" wait_for 60 answered a1 "$before"
check "it was done" grep -q '^= [0-9]' <(tail -n 1 "$XMEM_TMP/a1.out")
must "etcd is well" etcd_well
refused '409 "alloc/a" exists already' ask a1 create alloc/a 2
equal "it was elected once" "$(grep -c '^\. leads' "$XMEM_TMP/a1.out")" 1
end a1

# A cable that loses the answer to a transaction, or the transaction: it is sent again,
# happens once, and what is answered is what became of it.
proxy=$(free_port)
setpriv --pdeathsig KILL "$XMEM_SRC/tests/host/lossy-proxy" "$proxy" "${_etcd_port[e1]}" \
	"$XMEM_TMP/lose" &
cable=$!
through_proxy() { curl -sS --max-time 5 "http://127.0.0.1:$proxy/health" | grep -q true; }
must "the cable is there" wait_for 20 through_proxy
ETCD=http://127.0.0.1:$proxy
candidate a2 --lease 120 --timeout 5 --prefix /lost
must "alone it is elected" wait_for 30 leads a2
lost() { [ ! -e "$XMEM_TMP/lose" ]; }
for what in answer request; do
	lose() { echo $what >"$XMEM_TMP/lose"; }
	lose
	check "$what lost: it is created" ask a2 create "once/$what" 1
	check "$what lost: it was lost" lost
	lose
	refused "409 \"once/$what\" exists already" ask a2 create "once/$what" 2
	check "$what lost: it was lost again" lost
	lose
	check "$what lost: it is changed" ask a2 put "once/$what" 3
	check "$what lost: and asked for" ask a2 check
	lose
	check "$what lost: another is made" ask a2 create "gone/$what" 1
	lose
	check "$what lost: and deleted" ask a2 delete "gone/$what"
	lose
	refused "409 \"gone/$what\" does not exist" ask a2 delete "gone/$what"
	check "$what lost: it was lost each time" lost
done
equal "all is as it was answered" \
	"$(ask a2 list | sed -n 's/^- \(.*\) [0-9]*$/\1/p' | tr '\n' ' ')" \
	"once/answer 3 once/request 3 "
equal "it was elected once" "$(grep -c '^\. leads' "$XMEM_TMP/a2.out")" 1
check "and leads still" leads a2
end a2
kill "$cable"
etcd_down
finish
