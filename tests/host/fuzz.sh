#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the fuzz targets for some seconds each: HTTP, configuration, arguments, records
# tier: full
# timeout: 400

# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

command -v clang >/dev/null || skip "no clang"
echo 'int LLVMFuzzerTestOneInput(const char *d, long s) { return d && s < 0; }' >"$XMEM_TMP/empty.c"
clang -fsanitize=fuzzer,address -o "$XMEM_TMP/empty" "$XMEM_TMP/empty.c" 2>/dev/null ||
	skip "no libFuzzer: apt-get install libclang-rt-dev"
must "the targets build" make -s -j2 -C "$XMEM_SRC/tests/fuzz"
for file in "$XMEM_SRC"/tests/fuzz/fuzz_*.c; do
	name=${file##*/fuzz_}
	check "$name" "$XMEM_SRC/tests/fuzz/run" 4 "${name%.c}"
	note "$output"
done
finish
