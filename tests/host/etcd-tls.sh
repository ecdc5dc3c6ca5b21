#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a store on etcd by mutual TLS: our certificates serve, others and plain text are refused
# tier: full
# timeout: 120
# needs: etcd-server

# shellcheck source=tests/host/lib-etcd.sh
. "$(dirname "$0")/lib-etcd.sh"

must "build" build_kv
must "certificates" pki "$XMEM_TMP/pki" manager:manager etcd:admin
must "certificates of others" pki "$XMEM_TMP/others" manager:manager
ETCD_MEMBERS=(e1)
ETCD_SCHEME=https
ETCD_CURL+=(--cacert "$XMEM_TMP/pki/ca.crt" --cert "$XMEM_TMP/pki/etcd.crt"
	--key "$XMEM_TMP/pki/etcd.key")
etcd_prepare
etcd_start e1 --client-cert-auth --trusted-ca-file "$XMEM_TMP/pki/ca.crt" \
	--cert-file "$XMEM_TMP/pki/etcd.crt" --key-file "$XMEM_TMP/pki/etcd.key"
must "a member with TLS" etcd_well

tls() { echo "--ca $1/ca.crt --cert $2/manager.crt --key $2/manager.key"; }
# shellcheck disable=SC2046 # several words
candidate m1 --lease 5 $(tls "$XMEM_TMP/pki" "$XMEM_TMP/pki")
must "by TLS one is elected" wait_for 30 leads m1
check "it writes" ask m1 create alloc/a 1
check "and reads" grep -q -- '^- alloc/a 1 ' <(ask m1 list)

# shellcheck disable=SC2046
candidate m2 --lease 5 $(tls "$XMEM_TMP/pki" "$XMEM_TMP/others")
refused '503 etcd does not answer: https://127.0.0.1:[0-9]*: .' ask m2 list
# shellcheck disable=SC2046
candidate m3 --lease 5 $(tls "$XMEM_TMP/others" "$XMEM_TMP/pki")
refused '503 etcd does not answer: https://127.0.0.1:[0-9]*: .*certificate' ask m3 list
equal "neither was told anything" "$(grep -h '^\.' "$XMEM_TMP"/m[23].out)" ""
ETCD=${ETCD/https/http}
candidate m4 --lease 5
refused '503 etcd does not answer: http://127.0.0.1' ask m4 list
check "who may still writes" ask m1 put alloc/a 2
for name in m1 m2 m3 m4; do
	end "$name"
done
etcd_down
finish
