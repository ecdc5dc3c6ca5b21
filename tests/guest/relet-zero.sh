#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: memory that is let again reads zero
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 60

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 8M
for round in 1 2 3; do
	must "round $round: all the memory is let" lend 1 8M
	must "and attached" attach m 1
	check "it reads zero" all_zero "$DEV"
	random_file "$XMEM_TMP/data" $((8 << 20))
	check "it is filled" dd if="$XMEM_TMP/data" of="$DEV" bs=256k oflag=direct
	check "and holds" cmp "$XMEM_TMP/data" "$DEV"
	check "detached" xmemadm dev detach m
	check "the region is destroyed" adm_there region destroy 1 --force
	equal "all memory is free" "$(pool_get free)" $((8 << 20))
done
refused 'free|room|largest|memory' adm_there region create --size 10M
# Many small ones out of the same memory, by another owner.
for region in 1 2 3 4 ; do
	GRANTEE=$OTHER_ID lend $region 2M
done
zero=0
for region in 1 2 3 4 ; do
	xmemadm dev attach "r$region" --appliance "$APPLIANCE_IP" --region $region \
		--token "$(token $region)" --client "$OTHER_ID" >/dev/null &&
		all_zero "$(dev_of r$region)" && zero=$((zero + 1))
done
equal "each of four regions reads zero" $zero 4
for region in 1 2 3 4 ; do
	xmemadm dev detach r$region
done
finish
