#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: an appliance refuses what a manager decided in a term that is over, also after a restart
# tier: quick
# timeout: 60

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" build
must "certificates" pki "$XMEM_TMP/pki" managers:manager others:manager a1:appliance admin:admin
configure a1 appliance
start a1 XMEMD_MEMORY_MIB=64

# Marks begin with four bytes of the hash of the certificate's name.
mark() { echo "0x$(printf %s "$1" | sha256sum | cut -c 1-8)$2"; }
ours=$(mark managers 00000001) anew=$(mark managers 00000002) theirs=$(mark others 00000001)

# region WHO METHOD NUMBER TERM [OWNER]: change a region in that term
region() {
	local body=
	[ "$2" = DELETE ] || body="{\"size\":\"2M\",\"owner\":\"${5:-${4%;*}}\"}"
	api "$1" a1 "$2" "/v1/regions/$3" "$body" -H "Xmem-Term: $4"
}
grant() {
	api managers a1 "$1" /v1/regions/0x1/grants/0xc1 "$([ "$1" = DELETE ] ||
		echo '{"token":"000102030405060708090a0b0c0d0e0f"}')" -H "Xmem-Term: $2"
}

check "a region is made in term 5" region managers PUT 0x1 "$ours;5"
check "and another one" region managers PUT 0x2 "$ours;5"
check "term 7 begins" region managers PUT 0x3 "$ours;7"
late='409: .*was deposed: this was decided in term [56], and in term 7 another one decides'
for old in 5 6; do
	refused "$late" region managers PUT 0x4 "$ours;$old"
	refused "$late" region managers PUT 0x1 "$ours;$old"
	refused "$late" region managers DELETE 0x1 "$ours;$old"
	refused "$late" grant PUT "$ours;$old"
	refused "$late" grant DELETE "$ours;$old"
done
equal "in words for programs" "$(json 'a["reason"]')" state
equal "nothing of it was done" "$(value admin a1 /v1/regions '[(int(r["id"], 16), r["grants"]) for r in a["regions"]]')" \
	"[(1, 0), (2, 0), (3, 0)]"
check "term 7 goes on" grant PUT "$ours;7"
check "with all that there is" grant DELETE "$ours;7"

# ---- whom it concerns
check "another store of the same managers begins anew" region managers PUT 0x4 "$anew;1"
check "and may take away what the old one made" region managers DELETE 0x4 "$anew;2" "$ours"
check "other managers have terms of their own" region others PUT 0x5 "$theirs;1"
refused '403: .*another manager.s store' region others PUT 0x6 "$ours;9"
refused '409: .*term 5, and in term 7' region managers DELETE 0x1 "$ours;5"
check "the only manager of a store names no term" api managers a1 DELETE /v1/regions/0x2
refused '403: .*only the role manager decides in terms' region admin DELETE 0x3 "$ours;7"
for wrong in 7 "$ours" "$ours;" "$ours;0" "$ours;-1" "$ours;99999999999999999999" "0;7" "x;7" "$ours;7;7" "$ours; 7"; do
	refused '400: .*Xmem-Term must be MARK;NUMBER' region managers DELETE 0x3 "$wrong" "$ours"
done
refused '400: .*Xmem-Term has no meaning here' api managers a1 GET /v1/regions '' -H "Xmem-Term: $ours;7"

# ---- it is remembered
stop a1 KILL
start a1
refused "$late" region managers DELETE 0x3 "$ours;6"
check "term 7 still goes on" region managers DELETE 0x3 "$ours;7"
# a term that cannot be remembered does not begin
stop a1
sed -i "s|^terms = .*|terms = $XMEM_TMP/nowhere/terms|" "$XMEM_TMP/a1.conf"
start a1
refused '500: .*cannot remember which manager decides: .*nowhere/terms: No such file' region managers DELETE 0x1 "$ours;8"
equal "and nothing is done in it" "$(regions a1)" 2
stop a1
echo '{"0x1": "seven"}' >"$XMEM_TMP/broken"
sed -i "s|^terms = .*|terms = $XMEM_TMP/broken|" "$XMEM_TMP/a1.conf"
refused 'broken makes no sense; without it requests of managers that were deposed' \
	env XMEMD_MEMORY="$XMEM_TMP/a1.memory" "$XMEMD" --config "$XMEM_TMP/a1.conf"
finish
