#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: connects race with revokes, destruction, device removal and unload
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 300

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-raw.sh
. "$(dirname "$0")/lib-raw.sh"

must "the appliance module is loaded" start_appliance 32M
until [ -e "$XMEM_TMP/stop" ]; do
	lend 1 8M >/dev/null
	adm_there region revoke 1 --client "$CLIENT_ID" >/dev/null
	grant 1 >/dev/null
	adm_there region destroy 1 --force
done >"$XMEM_TMP/admin.out" 2>&1 &
admin=$!
taken=0 refused=0 broken=0
for i in $(seq "$(part 60)"); do
	raw --session $((i + 100)) write,0,65536,$((i & 127)) read,0,65536 >"$XMEM_TMP/raw.out" 2>&1
	case $? in
	0) taken=$((taken + 1)) ;;
	1) refused=$((refused + 1)) ;;
	*) broken=$((broken + 1)) ;;
	esac
done
touch "$XMEM_TMP/stop"
wait $admin
note "$taken taken, $refused refused, $broken ended in between"
equal "the administrator was never refused" "$(cat "$XMEM_TMP/admin.out")" ""
equal "all memory is free" "$(pool_get free)" $((32 << 20))
equal "no session is left" "$(sessions)" ""

for round in 1 2 3 4 5; do
	must "round $round: lent" lend 1 8M
	hold "a session while the module goes" "unload$round" pause read,0,4096
	raw --session 77 >/dev/null 2>&1 &
	check "the module is unloaded" modprobe -r xmem_appliance
	wait $!
	release "unload$round" >/dev/null
	must "and loaded" start_appliance 32M
done
lend 1 8M >/dev/null
refused 'failed|refused' raw --port 7708
check "pieces are taken from the pool" adm_there appliance set memory 16M
refused 'regions use' adm_there appliance set memory 4M
check "and given to it" adm_there appliance set memory 32M
finish
