#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the harness sees what it must see: splats, failures, early ends
# tier: quick
# timeout: 60

# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

harness() { (cd "$XMEM_SRC/tests" && python3 -c "$1" "${@:2}"); }

# scan FILE [ALLOW…]: prints how many complaints are found
scan() {
	harness '
import sys
from harness import dmesg
print(len(dmesg.scan_file(sys.argv[1], sys.argv[2:])))' "$@"
}

# splat NAME LINE…: a log with that in it is found, and can be allowed
splat() {
	local name=$1 log=$XMEM_TMP/log
	shift
	{
		echo "[    0.100000] Linux version 7.3"
		printf '[    1.000000] %s\n' "$@"
		echo "[    2.000000] all is well"
	} >"$log"
	equal "found: $name" "$(scan "$log")" 1
	equal "allowed: $name" "$(scan "$log" "$name")" 0
}

printf '[    0.1] random: crng init done\n[    0.2] rxe0: added net0\n' \
	>"$XMEM_TMP/clean"
equal "a clean log has no complaint" "$(scan "$XMEM_TMP/clean")" 0
splat "WARNING: .*xmemc_path" "------------[ cut here ]------------" \
	"WARNING: CPU: 0 PID: 1 at client-kmod/path.c:1 xmemc_path_get+0x1/0x2" \
	"Call Trace:" "---[ end trace 0000000000000000 ]---"
splat "circular locking" "WARNING: possible circular locking dependency detected"
splat "inconsistent lock" "inconsistent {SOFTIRQ-ON-W} -> {IN-SOFTIRQ-W} usage." \
	"WARNING: inconsistent lock state"
splat "suspicious RCU" "WARNING: suspicious RCU usage"
splat "BUG: KASAN" "BUG: KASAN: slab-use-after-free in xmem_x+0x1/0x2"
splat "blocked for more" "INFO: task fio:12 blocked for more than 120 seconds."
splat "unreferenced object" "kmemleak: unreferenced object 0xffff (size 64):"
splat "scheduling while" "BUG: scheduling while atomic: fio/12/0x00000002"
splat "sleeping function" "BUG: sleeping function called from invalid context"
splat "refcount_t" "refcount_t: underflow; use-after-free."
splat "Oops" "Oops: 0002 [#1] SMP"
splat "panic" "Kernel panic - not syncing: Fatal exception"
splat "lockdep is off" "xmem-harness: lockdep is off"
splat "does not unload" "xmem-harness: module xmem does not unload, refcnt 1"

# Two different complaints are not allowed by a pattern for one of them.
printf '%s\n' "[ cut here ]" "WARNING: one" "---[ end trace 0 ]---" \
	"[ cut here ]" "WARNING: two" "---[ end trace 0 ]---" >"$XMEM_TMP/two"
equal "two complaints are two" "$(scan "$XMEM_TMP/two")" 2
equal "one allowed leaves one" "$(scan "$XMEM_TMP/two" "WARNING: one")" 1

# warns LINE: how many warnings of ours are in that line of a build log
warns() {
	harness 'import sys; from harness import jobs
print(len(jobs.own_warnings(sys.argv[1])))' "$1"
}
equal "a warning in our file counts" \
	"$(warns '/b/client-kmod/path.c:1:2: warning: unused variable')" 1
equal "a warning of modpost counts" \
	"$(warns 'WARNING: modpost: missing MODULE_LICENSE() in xmem.o')" 1
equal "a warning in a kernel header does not" \
	"$(warns './include/linux/mmzone.h:1:2: warning: array subscript')" 0
equal "nor a remark about the compiler" \
	"$(warns 'warning: the compiler differs from the one used')" 0

# outcome SCRIPT: how the runner judges a test script with that body
outcome() {
	printf '. "%s/tests/guest/lib.sh"\n%s\n' "$XMEM_SRC" "$1" \
		>"$XMEM_TMP/t.sh"
	XMEM_ROLE='' bash "$XMEM_TMP/t.sh" >"$XMEM_TMP/t.log" 2>&1
	harness '
import sys
from harness import jobs, tap
text = open(sys.argv[1]).read()
tally = tap.flat(text)
jobs.judge(tally, text, int(sys.argv[2]))
print(tally)' "$XMEM_TMP/t.log" "$?"
}
equal "a good test" "$(outcome 'check a true; finish')" \
	"1 passed, 0 failed, 0 skipped"
equal "a failed check" "$(outcome 'check a false; check b true; finish')" \
	"1 passed, 1 failed, 0 skipped"
equal "an early exit" "$(outcome 'check a true; exit 0')" \
	"1 passed, 1 failed, 0 skipped"
# shellcheck disable=SC2016  # expanded by the script under test
equal "an unset variable" "$(outcome 'check a true; echo $nothing; finish')" \
	"1 passed, 1 failed, 0 skipped"
equal "a test that prints nothing" "$(outcome 'finish')" \
	"0 passed, 1 failed, 0 skipped"
equal "a skipped test" "$(outcome 'skip not here')" \
	"0 passed, 0 failed, 1 skipped"
equal "refused, but with other words" \
	"$(outcome 'refused good bash -c "echo bad; exit 1"; finish')" \
	"0 passed, 1 failed, 0 skipped"
equal "refused in the right words" \
	"$(outcome 'refused bad bash -c "echo bad; exit 1"; finish')" \
	"1 passed, 0 failed, 0 skipped"

cat >"$XMEM_TMP/ktap" <<'END'
[    1.0] KTAP version 1
[    1.0] 1..1
[    1.0]     KTAP version 1
[    1.0]     # Subtest: layout
[    1.0]     1..3
[    1.0]     ok 1 single
[    1.0]         KTAP version 1
[    1.0]         # Subtest: concat
[    1.0]         ok 1 two legs
[    1.0]         not ok 2 three legs
[    1.0]     not ok 2 concat
[    1.0]     ok 3 stripe # SKIP not yet
[    1.0] not ok 1 layout
END
equal "KTAP leaves are counted, sums are not" "$(harness '
import sys
from harness import tap
print(tap.nested(open(sys.argv[1]).read()))' "$XMEM_TMP/ktap")" \
	"2 passed, 1 failed, 1 skipped"

cat >"$XMEM_TMP/cmocka" <<'END'
[==========] Running 3 test(s).
[ RUN      ] sizes
[       OK ] sizes
[ RUN      ] typos
[  FAILED  ] typos
[ RUN      ] later
[  SKIPPED ] later
[==========] 3 test(s) run.
[  PASSED  ] 1 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] later
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] typos
END
equal "cmocka results are counted" "$(harness '
import sys
from harness import tap
print(tap.cmocka(open(sys.argv[1]).read()))' "$XMEM_TMP/cmocka")" \
	"1 passed, 1 failed, 1 skipped"

# header LINE: what the parser says of a script with that line
header() {
	printf '#!/bin/bash\n# about: x\n%s\n' "$1" >"$XMEM_TMP/h.sh"
	harness 'import sys; from harness import spec; spec.parse(sys.argv[1])' \
		"$XMEM_TMP/h.sh"
}
check "a good header" header "# timeout: 30"
refused "tier .* none of quick, full, long" header "# tier: slow"
refused "not a number from 1 to 2" header "# guests: 3"
refused "not a number" header "# timeout: soon"
refused "neither yes nor no" header "# rdma: maybe"

# Why something failed is told where it is counted.
printf '%s\n' "ok 1 - fine" "not ok 2 - broken" "# status 1 from: x" "# no memory" "ok 3 - well" \
	"# a remark" >"$XMEM_TMP/tap"
equal "a failure takes its remarks along" "$(harness '
import sys
from harness import tap
print(tap.flat(open(sys.argv[1]).read()).failures)' "$XMEM_TMP/tap")" \
	"['broken\\n# status 1 from: x\\n# no memory']"
check "the time stamp counter can be measured" harness '
from harness import tsc
a = tsc.khz()
tsc.khz.cache_clear()
assert a is None or abs(a - tsc.khz()) < a / 1000, a'

# What is said to one make reaches all of them.
check "what a target takes disturbs no other" \
	make -n -C "$XMEM_SRC" user KERNEL=5.10 JOBS=9
finish
