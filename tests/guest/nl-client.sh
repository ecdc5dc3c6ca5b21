#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the client module refuses in words what it cannot do, and nothing changes
# kernels: uml-7.3-debug debian-6.12
# guests: 1
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 32M
must "region 1 is lent" lend 1 4M
must "region 2 is lent" lend 2 4M
must "region 3 is lent" lend 3 4M
must "region 1 is attached" attach m 1
exec 8<"$DEV"	# and open

# The request that works; each refusal below differs from it in one place.
good_leg() { # REGION: a leg's attributes
	echo "$XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP" \
		"$XMEM_A_LEG_REGION:u64=$1" "$XMEM_A_LEG_TOKEN:hex=$(token "$1")"
}
LEG=$XMEM_A_DEV_LEG
NAME=$XMEM_A_DEV_NAME:s=new
CLIENT=$XMEM_A_DEV_CLIENT:u64=$CLIENT_ID
raw() { rawnl xmem "$@"; }
new() { # attributes in place of the name, and of region 2 when a leg is among them
	local leg
	case " $* " in
	*" $LEG:["* | *" $LEG:{"* | *" no-leg "*) ;;
	*) leg="$LEG:[ $(good_leg 2) ]" ;;
	esac
	# shellcheck disable=SC2086,SC2048  # words
	raw "$XMEM_CMD_DEV_NEW" ${*//no-leg/} ${leg:-}
}
keep_state

# ---- one device: by id, by name, by both
refused 'id or name is missing' raw "$XMEM_CMD_DEV_GET"
refused 'no device xmem7' raw "$XMEM_CMD_DEV_GET" "$XMEM_A_DEV_ID:u32=7"
refused 'no device named nobody' xmemadm dev show nobody
refused 'xmem0 is not named nobody' raw "$XMEM_CMD_DEV_GET" \
	"$XMEM_A_DEV_ID:u32=0" "$XMEM_A_DEV_NAME:s=nobody"
refused 'ERANGE' raw "$XMEM_CMD_DEV_GET" "$XMEM_A_DEV_ID:u32=1024"
refused 'EINVAL' raw "$XMEM_CMD_DEV_GET" "$XMEM_A_DEV_ID:u16=0"
refused 'EINVAL' raw "$XMEM_CMD_DEV_GET" "$XMEM_A_DEV_NAME:S=m"
refused 'ERANGE|EINVAL' raw "$XMEM_CMD_DEV_GET" \
	"$XMEM_A_DEV_NAME:s=$(printf 'n%.0s' {1..64})"
refused 'EINVAL: Un(known|supported)' raw "$XMEM_CMD_DEV_GET" \
	"$XMEM_A_DEV_NAME:s=m" 99:u32=1
refused 'EINVAL: Un(known|supported)' raw "$XMEM_CMD_DEV_GET" \
	"$XMEM_A_DEV_NAME:s=m" "$XMEM_A_DEV_FORCE:flag"
refused 'EINVAL' raw "$XMEM_CMD_DEV_GET" "$XMEM_A_DEV_NAME:forged=2"
refused 'EINVAL' rawnl -g 9 xmem "$XMEM_CMD_DEV_GET" "$XMEM_A_DEV_NAME:s=m"
refused 'EOPNOTSUPP' raw 77
refused 'EINVAL: Un(known|supported)' rawnl -d xmem "$XMEM_CMD_DEV_GET" 99:u32=1

# ---- detach and set
refused 'id or name is missing' raw "$XMEM_CMD_DEV_DEL"
refused 'no device named nobody' xmemadm dev detach nobody
refused 'device is open [0-9]+ times' xmemadm dev detach m
refused 'deadline-ms is missing' raw "$XMEM_CMD_DEV_SET" "$XMEM_A_DEV_NAME:s=m"
refused 'id or name is missing' raw "$XMEM_CMD_DEV_SET" \
	"$XMEM_A_DEV_DEADLINE_MS:u32=1000"
refused 'no device named nobody' xmemadm dev set nobody --deadline 1s
for value in 0 99 3600001 4294967295; do
	refused 'ERANGE' raw "$XMEM_CMD_DEV_SET" "$XMEM_A_DEV_NAME:s=m" \
		"$XMEM_A_DEV_DEADLINE_MS:u32=$value"
done
refused 'EINVAL: Un(known|supported)' raw "$XMEM_CMD_DEV_SET" \
	"$XMEM_A_DEV_NAME:s=m" "$XMEM_A_DEV_DEADLINE_MS:u32=1000" \
	"$XMEM_A_DEV_QUEUES:u32=1"
same_state "by these refusals nothing changed"

# ---- attach: what is missing
refused 'name is missing' new "$CLIENT"
refused 'client is missing' new "$NAME"
refused 'leg is missing' new "$NAME" "$CLIENT" no-leg
refused 'leg 0: address is missing' new "$NAME" "$CLIENT" "$LEG:[ \
	$XMEM_A_LEG_REGION:u64=2 $XMEM_A_LEG_TOKEN:hex=$(token 2) ]"
refused 'leg 0: region is missing' new "$NAME" "$CLIENT" "$LEG:[ \
	$XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP $XMEM_A_LEG_TOKEN:hex=$(token 2) ]"
refused 'leg 0: token is missing' new "$NAME" "$CLIENT" "$LEG:[ \
	$XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP $XMEM_A_LEG_REGION:u64=2 ]"
refused 'leg 1: token is missing' new "$NAME" "$CLIENT" \
	"$LEG:[ $(good_leg 2) ]" "$LEG:[ $XMEM_A_LEG_ADDRESS:s=$APPLIANCE_IP \
	$XMEM_A_LEG_REGION:u64=3 ]"

# ---- attach: names
for name in -x .x _x /x ' x'; do
	refused 'name has to begin with a letter or a digit' \
		raw "$XMEM_CMD_DEV_NEW" "$XMEM_A_DEV_NAME:s=$name" "$CLIENT"
done
for name in a/b 'a b' a: $'a\nb' ä aä '../a'; do
	refused 'name (may have letters|has to begin)' \
		raw "$XMEM_CMD_DEV_NEW" "$XMEM_A_DEV_NAME:s=$name" "$CLIENT"
done
refused 'name is missing|EINVAL|ERANGE' new "$XMEM_A_DEV_NAME:s=" "$CLIENT"
refused 'ERANGE|EINVAL' new "$XMEM_A_DEV_NAME:s=$(printf 'n%.0s' {1..64})" "$CLIENT"
refused 'name is in use by xmem0' new "$XMEM_A_DEV_NAME:s=m" "$CLIENT"
refused 'id is in use by m' new "$NAME" "$CLIENT" "$XMEM_A_DEV_ID:u32=0"
refused 'ERANGE' new "$NAME" "$CLIENT" "$XMEM_A_DEV_ID:u32=1024"

# ---- attach: numbers out of bounds
refused 'ERANGE' new "$NAME" "$XMEM_A_DEV_CLIENT:u64=0"
refused 'ERANGE' new "$NAME" "$CLIENT" "$XMEM_A_DEV_LAYOUT:u32=2"
for value in 0 65 4294967295; do
	refused 'ERANGE' new "$NAME" "$CLIENT" "$XMEM_A_DEV_QUEUES:u32=$value"
done
for value in 0 3 1025; do
	refused 'ERANGE' new "$NAME" "$CLIENT" "$XMEM_A_DEV_QUEUE_DEPTH:u32=$value"
done
for value in 0 99 3600001; do
	refused 'ERANGE' new "$NAME" "$CLIENT" "$XMEM_A_DEV_DEADLINE_MS:u32=$value"
	refused 'ERANGE' new "$NAME" "$CLIENT" "$XMEM_A_DEV_TIMEOUT_MS:u32=$value"
done
refused 'EINVAL' new "$NAME" "$CLIENT" "$XMEM_A_DEV_QUEUES:u64=2"
refused 'EINVAL: Un(known|supported)' new "$NAME" "$CLIENT" "$XMEM_A_DEV_SIZE:u64=4096"
refused 'EINVAL: Un(known|supported)' new "$NAME" "$CLIENT" "$XMEM_A_DEV_STATS:flag"

# ---- attach: interfaces, and how they share the memory
AS=$XMEM_A_DEV_INTERFACES
SLAB=$XMEM_A_DEV_SLAB_SIZE
STAGE=$XMEM_A_DEV_STAGE_SIZE
for value in 0 16 4294967295; do
	refused 'ERANGE' new "$NAME" "$CLIENT" "$AS:u32=$value"
done
refused 'EINVAL' new "$NAME" "$CLIENT" "$AS:u64=1"
refused 'slab-size is not a multiple of 4096' new "$NAME" "$CLIENT" "$SLAB:u64=5000"
refused 'slab-size is for frontswap and cleancache only' \
	new "$NAME" "$CLIENT" "$SLAB:u64=4096"
for value in 4097 2147483648; do
	refused 'stage-size is not a multiple of 4096 up to 1073741824' \
		new "$NAME" "$CLIENT" "$STAGE:u64=$value"
done
# what this kernel cannot do is refused with what can be taken instead
lacks_hook() { # INTERFACE ADVICE
	refused "$1: this kernel has no hook for it; $2" attach_as "$1" new 2
	refused "$1: this kernel has no hook for it; $2" attach_as "block,$1" new 2
}
case $(uname -r) in
5.*)
	lacks_hook swapfile 'take block or frontswap'
	both=$((XMEM_INTERFACE_BLOCK | XMEM_INTERFACE_FRONTSWAP))
	refused 'slab-size is more than the 4194304 bytes there are' \
		new "$NAME" "$CLIENT" "$AS:u32=$both" "$SLAB:u64=$((8 << 20))"
	refused 'slab-size leaves nothing for the others' \
		new "$NAME" "$CLIENT" "$AS:u32=$both" "$SLAB:u64=$((4 << 20))"
	refused 'only block can be read-only' attach_as frontswap new 2 --read-only
	;;
*)
	lacks_hook frontswap 'take block or swapfile'
	lacks_hook cleancache 'see xmemadm pagecache'
	refused 'only block can be read-only' attach_as swapfile new 2 --read-only
	refused 'only block can be read-only' attach_as block,swapfile new 2 --read-only
	;;
esac

# ---- attach: the legs
leg_with() { new "$NAME" "$CLIENT" "$LEG:[ $* ]"; }
rest=$(good_leg 2)
refused 'EINVAL' new "$NAME" "$CLIENT" "$LEG:{ $rest ]"
refused 'EINVAL' leg_with "$rest" 99:u32=1
refused 'EINVAL' leg_with "$rest" "$XMEM_A_LEG_STATE:u32=1"
refused 'EINVAL' leg_with "$rest" "$XMEM_A_LEG_EPOCH:u64=1"
refused 'ERANGE' leg_with "$rest" "$XMEM_A_LEG_PORT:u16=0"
refused 'ERANGE' leg_with "${rest/u64=2/u64=0}"
for token in 00 "$(token 2)00" "$(token 2 | cut -c 3-)"; do
	refused 'EINVAL|ERANGE' leg_with "${rest/hex=*/hex=$token}"
done
for address in nowhere 10.77.0 10.77.0.300 0.0.0.0 224.0.0.1 255.255.255.255 \
	:: ff02::1 10.77.0.1/24 fd77::1::2; do
	refused "leg 0: address '.*' is not one of IPv4 or IPv6" \
		leg_with "${rest/$APPLIANCE_IP/$address}"
done
refused 'EINVAL|ERANGE|address is missing' leg_with "${rest/$APPLIANCE_IP/}"
refused 'EINVAL|ERANGE' leg_with \
	"${rest/$APPLIANCE_IP/$(printf '1%.0s' {1..64})}"
refused 'leg 1: same region as leg 0' new "$NAME" "$CLIENT" \
	"$LEG:[ $rest ]" "$LEG:[ $rest ]"
refused 'leg 0: region is attached as m' leg_with "$(good_leg 1)"
refused 'layout single takes 1 to 1 legs, not 2' new "$NAME" "$CLIENT" \
	"$XMEM_A_DEV_LAYOUT:u32=$XMEM_LAYOUT_SINGLE" \
	"$LEG:[ $rest ]" "$LEG:[ $(good_leg 3) ]"
many=
for region in {101..165}; do many+=" $LEG:[ $(good_leg "$region") ]"; done
refused 'more than 64 legs' new "$NAME" "$CLIENT" "$many"
same_state "by no refused attach anything changed"

# ---- attach: what only the appliance or the network knows
wrong() { # REGEX attributes of the leg
	refused "$1" leg_with "${@:2}"
}
wrong 'leg 0: .*no such region' "${rest/u64=2/u64=77}"
wrong 'leg 0: .*wrong token' "${rest/hex=*/hex=$(token 9)}"
wrong 'leg 0: .*another epoch' "$rest" "$XMEM_A_LEG_EPOCH:u32=1234"
refused 'leg 0: .*no grant for this client' new "$NAME" "$XMEM_A_DEV_CLIENT:u64=5"
refused 'leg 1: .*no such region' new "$NAME" "$CLIENT" "$LEG:[ $rest ]" \
	"$LEG:[ ${rest/u64=2/u64=77} ]"
refused 'not connected in 1000 ms' xmemadm dev attach far --appliance 10.77.0.99 \
	--region 2 --token "$(token 2)" --client "$CLIENT_ID" --timeout 1s
refused '[a-z]+ [a-z]+' xmemadm dev attach far --appliance "$APPLIANCE_IP:7708" \
	--region 2 --token "$(token 2)" --client "$CLIENT_ID" --timeout 2s
refused '[a-z]+ [a-z]+' xmemadm dev attach far --appliance 192.0.2.1 \
	--region 2 --token "$(token 2)" --client "$CLIENT_ID" --timeout 2s
same_state "by no refused connect anything changed"

# ---- while it is being attached
started xmemadm dev attach far --appliance 10.77.0.99 --region 2 \
	--token "$(token 2)" --client "$CLIENT_ID" --timeout 10s
far() { xmemadm dev show far; }
check "an attach waits for its appliance" wait_for 5 far
refused 'device is being attached' xmemadm dev detach far
refused 'name is in use' attach far 2
kill -INT "$job"
wait "$job"
gone() { ! far; }
check "interrupted, it leaves nothing" wait_for 5 gone
same_state "by an interrupted attach nothing changed"

check "the request that differs in nothing is taken" new "$NAME" "$CLIENT"
check "detached" xmemadm dev detach new
exec 8<&-
check "detached" xmemadm dev detach m
finish
