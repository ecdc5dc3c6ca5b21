#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: layouts, checks of the wire format, slab and index against models, by KUnit
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 60

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"

have_module xmem_kunit || skip "the kernel has no KUnit"
must "KUnit is loaded" modprobe kunit enable=1 autorun=1
must "the tests are loaded" modprobe xmem_kunit
for results in /sys/kernel/debug/kunit/xmem_*/results; do
	suite=$(basename "$(dirname "$results")")
	check "$suite ran" grep -q "^ok 1 $suite" "$results"
	note "$(grep '^# Totals' "$results")"
	check "no case of $suite failed" grep -q "^# Totals: pass:[1-9][0-9]* fail:0 skip:0" "$results"
done
finish
