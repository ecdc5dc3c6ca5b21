#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: stores on etcd: one leads, others follow; a leader that dies, sleeps or resigns is replaced and fenced
# tier: full
# timeout: 180
# needs: etcd-server

# shellcheck source=tests/host/lib-etcd.sh
. "$(dirname "$0")/lib-etcd.sh"

must "build" build_kv
etcd_up
managers=(m1 m2 m3)
for name in "${managers[@]}"; do
	candidate "$name" --lease 4
done
must "one is elected" wait_for 30 leader "${managers[@]}"
first=$(leader "${managers[@]}")
check "the others know it" wait_for 20 all_follow "$first" "${managers[@]}"
equal "one leads" "$(leader "${managers[@]}")" "$first"

# a second one of a name takes no part, says so, and follows
candidate twin --lease 4 --name "$first"
clash() { ask twin status | grep -q "leads=0 .*trouble=another manager is named \"$first\""; }
check "a second manager of one name says so" wait_for 20 clash
check "it follows" wait_for 20 follows twin "$first"
end twin

# what the leader writes the others hear; they may not write
check "it writes" ask "$first" create alloc/a 1
check "and again" ask "$first" put alloc/b 2
check "and deletes" ask "$first" delete alloc/a
refused '409 "alloc/b" exists already' ask "$first" create alloc/b 3
refused '409 "alloc/x" does not exist' ask "$first" replace alloc/x 5 3
refused '409 "alloc/b" was changed meanwhile: it has revision [0-9]+, expected was 1' \
	ask "$first" replace alloc/b 1 3
for name in "${managers[@]}"; do
	check "$name holds what is written" wait_for 20 holds "$name" alloc/b 2
	check "$name holds nothing else" true_model "$name"
	[ "$name" = "$first" ] && continue
	refused "503 this manager does not lead; \"$first\" at https://127.0.0.1:7708 does" \
		ask "$name" put alloc/b 3
	refused "503 this manager does not lead" ask "$name" check
	check "$name may read" ask "$name" list alloc/
done
check "the leader is sure that it leads" ask "$first" check
equal "all managers are known" "$(ask m1 members | grep -c '^- m[123] https://127.0.0.1:7708 ')" 3
equal "and who leads" "$(ask m1 members | grep leader)" "- $first https://127.0.0.1:7708 leader"

# a leader that works is frozen past its lease, at any moment of its work
frozen=$first
for round in 1 2; do
	note "round $round: $frozen leads"
	before=$(answers "$frozen")
	order "$frozen" work "$round"
	rest=()
	for name in "${managers[@]}"; do
		[ "$name" = "$frozen" ] || rest+=("$name")
	done
	must "round $round: it works" wait_for 20 answered "$frozen" $((before + 20))
	kill -STOP "${_candidate[$frozen]}"
	must "round $round: another is elected" wait_for 40 leader "${rest[@]}"
	next=$(leader "${rest[@]}")
	check "round $round: which writes" ask "$next" put "mark/$round" "$next"
	kept=$(ask "$next" list counter/)
	kill -CONT "${_candidate[$frozen]}"
	must "round $round: the old one hears of it" wait_for 40 follows "$frozen" "$next"
	ended() { grep '^[=!?]' "$XMEM_TMP/$frozen.out" | tail -n 1 | grep -E '^[!?] 503 '; }
	check "round $round: its work has ended in words" wait_for 20 ended
	equal "round $round: and it wrote nothing any more" "$(ask "$next" list counter/ | grep ^-)" \
		"$(grep ^- <<<"$kept")"
	# all that it was promised is there; at most the last one, unsure, may be there too
	value=$(sed -n "s,^- counter/$round \([0-9]*\) .*,\1,p" <<<"$kept")
	promised=$(($(answers "$frozen") - before - 1))
	unsure=$(ended | grep -c '^?')
	check "round $round: what it was promised is there: $promised, unsure $unsure, written $value" \
		test "$value" -ge "$promised" -a "$value" -le $((promised + unsure))
	refused "503 this manager does not lead" ask "$frozen" put mark/x 1
	check "round $round: it holds what the new one wrote" wait_for 20 holds "$frozen" "mark/$round" "$next"
	check "round $round: and nothing else" true_model "$frozen"
	check "round $round: as the new one" same_model "$frozen" "$next"
	frozen=$next
done

# A commit that was sent by a leader and comes to etcd when another one leads: the cable of
# the first holds it, while its sender is frozen.
proxy=$(free_port)
mkfifo "$XMEM_TMP/lose.release"
setpriv --pdeathsig KILL "$XMEM_SRC/tests/host/lossy-proxy" "$proxy" "${_etcd_port[e1]}" \
	"$XMEM_TMP/lose" &
cable=$!
through_proxy() { curl -sS --max-time 5 "http://127.0.0.1:$proxy/health" | grep -q true; }
must "the cable is there" wait_for 20 through_proxy
all=$ETCD
ETCD=http://127.0.0.1:$proxy
candidate z1 --lease 4 --prefix /late
must "by the cable z1 is elected" wait_for 30 leads z1
check "z1 writes" ask z1 put alloc/z early
echo hold >"$XMEM_TMP/lose"
order z1 put alloc/z late
held() { [ ! -e "$XMEM_TMP/lose" ]; }
must "its next commit is under way" wait_for 20 held
kill -STOP "${_candidate[z1]}"
ETCD=$all
candidate z2 --lease 4 --prefix /late
must "z2 is elected" wait_for 40 leads z2
check "z2 writes" ask z2 put alloc/z new
echo >"$XMEM_TMP/lose.release"
must "the commit of z1 comes to etcd" wait_for 20 test -e "$XMEM_TMP/lose.answer"
check "etcd compares, and does not do it" grep -q '"responses"' "$XMEM_TMP/lose.answer"
equal "it was not done" "$(ask z2 list | sed -n 's/^\(- .*\) [0-9]*$/\1/p')" "- alloc/z new"
kill -CONT "${_candidate[z1]}"
must "z1 hears of it" wait_for 40 follows z1 z2
check "z1 holds what z2 wrote" wait_for 20 holds z1 alloc/z new
equal "z1 was not told that it was done" "$(grep -c "^= " "$XMEM_TMP/z1.out")" 3
end z1
end z2
kill "$cable"

# killed
lost=$frozen
rest=()
for name in "${managers[@]}"; do
	[ "$name" = "$lost" ] || rest+=("$name")
done
check "it writes until it dies" ask "$lost" put alloc/c 1
end "$lost" KILL
must "after kill -9 another is elected" wait_for 40 leader "${rest[@]}"
next=$(leader "${rest[@]}")
check "it holds what was written before" holds "$next" alloc/c 1
check "it writes" ask "$next" put alloc/c 2
candidate "$lost" --lease 4
check "who comes back follows" wait_for 30 follows "$lost" "$next"
check "and holds all" same_model "$lost" "$next"
for name in "${managers[@]}"; do
	end "$name"
done

# a lease of minutes: who resigns in order need not be waited for
candidate r1 --lease 300 --prefix /other
must "alone it is elected" wait_for 20 leads r1
candidate r2 --lease 300 --prefix /other
check "the next one follows" wait_for 20 follows r2 r1
equal "another prefix holds other records" "$(model r2)" ""
refused '413 1100007 bytes in one commit: at most 1048576' ask r1 big alloc 1100000
check "as much as fits in one commit" ask r1 big alloc 1048000
holds_much() { [ "$(model r2 | wc -c)" -gt 1048000 ]; }
check "the other holds it" wait_for 30 holds_much
end r1
check "who resigns is replaced at once" wait_for 30 leads r2
end r2
etcd_down
finish
