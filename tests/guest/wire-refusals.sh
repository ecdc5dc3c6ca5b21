#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: every wrong connect is refused with its reason, and changes nothing
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"
# shellcheck source=tests/guest/lib-raw.sh
. "$(dirname "$0")/lib-raw.sh"

must "the appliance module is loaded" start_appliance 16M
must "a region is lent" lend 1 4M
must "another one, to somebody else" adm_there region create --size 4M --id 2
must "who has a grant" adm_there region grant 2 --client "$OTHER_ID" --token "$(token 1)"
must "a right connect is taken" raw read,0,4096
check "it left" wait_for 10 no_session
before=$(pool_get refused)
keep_state
refused 'reason=1 ' raw --magic 0x6d656d79
refused 'reason=1 ' raw --magic 0
refused 'reason=2 text=version detail=1' raw --version 2
refused 'reason=2 text=version detail=1' raw --version 0
refused 'reason=1 ' raw --client 0
refused 'reason=1 ' raw --region 0
refused 'reason=1 ' raw --session 0
refused 'reason=1 ' raw --generation 0
refused 'reason=1 ' raw --queue 64
refused 'reason=1 ' raw --queue 65535
# On RoCE the rest of a short one arrives as zeros.
refused 'reason=1 ' raw --length 0
refused 'reason=1 ' raw --length 3
refused 'reason=1 ' raw --length 16
refused 'reason=4 ' raw --length 40
refused 'reason=3 ' raw --region 3
refused 'reason=3 ' raw --region 0xffffffffffffffff
refused 'reason=4 ' raw --client 1
refused 'reason=4 ' raw --client 0xffffffffffffffff
refused 'reason=4 ' raw --region 2
refused 'reason=4 ' raw --client "$OTHER_ID"
refused 'reason=4 ' raw --token "$(token 2)"
refused 'reason=4 ' raw --token 00000000000000000000000000000000
epoch=$(adm_there -j region grants 1 | jsonpick "[0].epoch")
refused "reason=5 text=epoch detail=$epoch" raw --epoch $((epoch + 1))
refused "reason=5 text=epoch detail=$epoch" raw --epoch 4294967295
refused 'reason=8 ' raw --queue 1
refused 'reason=8 ' raw --queue 63 --session 7
refused 'reason=7 ' raw --session 7 --generation 2
same_state "refused connects changed nothing"
equal "each was counted" $(($(pool_get refused) - before)) 27
check "the epoch may be told" raw --epoch "$epoch"
check "the memory is still zero" says 'bytes=0x00' raw read,0,2097152
finish
