#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: newer generations and sessions end older ones, which then reach nothing
# kernels: uml-7.3-debug
# guests: 1
# tier: full
# timeout: 180

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-raw.sh
. "$(dirname "$0")/lib-raw.sh"

must "the appliance module is loaded" start_appliance 16M
must "a region is lent" lend 1 4M

hold "queue 0 of generation 1" g1q0 --session 1 pause write,0,4096,0xbd
hold "queue 1 of it" g1q1 --session 1 --queue 1 pause write,4096,4096,0xbd
equal "two queues are connected" "$(sessions)" "1 2"
refused 'reason=8 ' raw --session 1 --generation 2 --queue 1
equal "a refused one ends none" "$(sessions)" "1 2"
hold "queue 0 of generation 2" g2q0 --session 1 --generation 2 pause write,0,4096,2
equal "both old ones are gone" "$(sessions)" "1 1"
refused 'write .*status="[^s]' release g1q0
refused 'write .*status="[^s]' release g1q1
refused 'reason=7 ' raw --session 1 --generation 1
refused 'reason=7 ' raw --session 1 --generation 1 --queue 1
refused 'reason=8 ' raw --session 1 --generation 3 --queue 2
check "generation 2 works" release g2q0
check "nothing of generation 1 landed" \
	says '^read .*bytes=0x02' raw --session 1 --generation 3 read,0,4096
check "nor on its queue 1" says '^read .*bytes=0x00' raw --session 1 --generation 4 read,4096,4096

hold "queue 0 again" again --session 1 --generation 5 pause write,0,4096,0xbd
hold "the same queue of the same generation" same --session 1 --generation 5 pause read,0,4096
equal "replaced it" "$(sessions)" "1 1"
refused 'write .*status="[^s]' release again
check "and works" release same

hold "a session of a client" old --session 8 --generation 1 pause write,0,4096,0xbd
hold "which came back as another" new --session 9 pause read,0,4096
equal "one is left" "$(sessions)" "1 1"
refused 'reason=7 ' raw --session 8
refused 'reason=7 ' raw --session 8 --generation 2
refused 'reason=7 ' raw --session 1 --generation 6
refused 'reason=8 ' raw --session 10 --queue 1
refused 'write .*status="[^s]' release old
check "the new one works" says '^read .*bytes=0x02' release new
check "all are gone" wait_for 20 no_session
finish
