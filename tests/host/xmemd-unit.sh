#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: parts of xmemd: allocation logic by table, store, routes and the API's description
# tier: quick
# timeout: 180

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

must "build" build
must "build the tests" flock "$XMEM_SRC/tests/unit-xmemd/Makefile" \
	make -s -C "$XMEM_SRC/tests/unit-xmemd"
for program in "$XMEM_SRC"/tests/unit-xmemd/test_*.c; do
	program=${program%.c}
	check "${program##*/}" env -C "$XMEM_SRC/tests/unit-xmemd" "$program"
done
if command -v systemd-analyze >/dev/null; then
	sed "s,@sbindir@,$XMEM_SRC/mgmt-daemon," "$XMEM_SRC/mgmt-daemon/systemd/xmemd.service.in" \
		>"$XMEM_TMP/xmemd.service"
	check "unit file" systemd-analyze verify --man=no "$XMEM_TMP/xmemd.service"
	equal "unit file without a complaint" "$output" ""
fi
# shellcheck disable=SC2016 # expanded by the inner shell
check "example configuration" env -C "$XMEM_TMP" bash -c '
	"$0" pki init --dir pki && "$0" pki issue host --role appliance --dir pki &&
	sed "s,/etc/xmem,$PWD," "$1/mgmt-daemon/xmem.conf.example" >xmem.conf &&
	"$1/mgmt-daemon/xmemd" --config xmem.conf --check-config' "$XMEMADM" "$XMEM_SRC"
finish
