#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the store on etcd keeps and refuses what the one on SQLite does; thousands of records; an etcd that is full
# tier: full
# timeout: 120
# needs: etcd-server

# shellcheck source=tests/host/lib-etcd.sh
. "$(dirname "$0")/lib-etcd.sh"

must "build" build_kv test_kv
ETCD_MEMBERS=(e1)
etcd_prepare
etcd_start e1
must "a member" etcd_well
check "the tests of the store on SQLite, on etcd" env XMEMD_KV_ETCD="$ETCD" \
	"$XMEM_SRC/tests/unit-xmemd/test_kv"

# more than a page of records, read by one who comes later
candidate p1 --lease 5 --prefix /many
must "one is elected" wait_for 30 leads p1
check "many records" ask p1 bench 16 150
note "$output"
candidate p2 --lease 5 --prefix /many
must "another follows" wait_for 30 follows p2 p1
equal "it was told them all" "$(grep -c '^\. changed alloc/' "$XMEM_TMP/p2.out")" 2400
equal "a list has them all" "$(ask p2 list alloc/ | grep -c '^- alloc/')" 2400
equal "each once" "$(ask p2 list alloc/ | awk '/^-/ { print $2 }' | sort -u | wc -l)" 2400
equal "a shorter list" "$(ask p2 list alloc/15-14 | grep -c '^- alloc/15-14')" 11
end p1
must "the other leads" wait_for 30 leads p2
check "it writes what it was told" ask p2 delete alloc/15-149
end p2

# a history that is full takes no more, in words; reading goes on
etcd_down
rm -r "$XMEM_TMP/etcd"
etcd_prepare
etcd_start e1 --quota-backend-bytes 1000000
must "a member with little room" etcd_well
candidate f1 --lease 5
must "one is elected" wait_for 30 leads f1
before=$(answers f1)
order f1 work full
full() { tail -n 1 "$XMEM_TMP/f1.out" | grep -q '^! 507 etcd is full; nothing was changed: '; }
check "at some time it is refused" wait_for 60 full
written=$(($(answers f1) - before - 1))
equal "all that was promised is there" \
	"$(ask f1 list counter/ | sed -n 's/^- \(.*\) [0-9]*$/\1/p')" "counter/full $written"
refused '507 etcd is full' ask f1 put alloc/b 1
check "it leads still" leads f1
end f1
etcd_down
finish
