#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the appliance module refuses in words what it cannot do, and nothing changes
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 120

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 32M
must "region 1 is lent" lend 1 4M
must "region 2 is made" xmemadm region create --size 2M --id 2
must "region 1 is attached" attach m 1

unknown='EINVAL: Un(known|supported)'
keep_state

# ---- the pool
refused 'memory is missing' to_appliance pool-set
refused 'the size is not a multiple of 2 MiB' xmemadm appliance set memory 3M
refused 'the size is not a multiple of 2 MiB' to_appliance pool-set memory:u64=1
refused "more than this machine's memory of [0-9]+ MiB" \
	xmemadm appliance set memory 8T
refused "more than this machine's memory" to_appliance pool-set memory:u64=0xffffffffffe00000
total=$(awk '/^MemTotal/ { print int($2 / 2048) * 2 }' /proc/meminfo)
refused 'only [0-9]+ of [0-9]+ more MiB can be had in pieces of 2 MiB' \
	xmemadm appliance set memory "$total"M
refused 'regions use too much: of [0-9]+ bytes only [0-9]+ are free' \
	xmemadm appliance set memory 4M
refused 'regions use too much' xmemadm appliance set memory 0
refused 'EINVAL' to_appliance pool-set memory:u32=0
refused "$unknown" to_appliance pool-set memory:u64=0 99:flag
refused 'EINVAL' to_appliance pool-get memory:u64=0
refused 'EINVAL' to_appliance pool-get 1:flag
same_state "by refusals about the pool nothing changed"

# Killed while it takes memory: the answer comes to the socket all the same.
die_growing() { # the delay that hits depends on the machine
	local delay answer
	for delay in 0 1 2 3 4 5 6 8 10 13 16 20 25 30 40 50 70 100; do
		answer=$(to_appliance -k"$delay" pool-set \
			memory:u64=$(((total / 3 / 2 * 2) << 20)))
		echo "after $delay ms: $answer"
		grep -q refused <<<"$answer" && return 1
		xmemadm appliance set memory 32M >/dev/null
	done
}
# On a machine that grows faster than signals come there is nothing to see.
if die_growing >"$XMEM_TMP/growing"; then
	note "growing was not interrupted by any of the signals"
else
	told() { cat "$XMEM_TMP/growing" && return 1; }
	refused 'interrupted' told
fi
same_state "by an interrupted change nothing changed"

# ---- regions
refused 'size is missing' to_appliance region-new
refused 'id is missing' to_appliance region-get
refused 'id is missing' to_appliance region-del
refused 'id is missing' to_appliance region-set label:s=x
refused 'label or meta is missing' to_appliance region-set id:u64=1
refused 'no region 77' xmemadm region show 77
refused 'no region 77' xmemadm region destroy 77
refused 'no region 77' xmemadm region label 77 text
refused 'a list of all regions takes no id' \
	to_appliance -d region-get id:u64=1
refused 'the size is not a multiple of 2 MiB' xmemadm region create --size 3M
refused 'the size is not a multiple of 2 MiB' to_appliance region-new size:u64=4096
refused 'larger than the largest possible region' xmemadm region create --size 512G
refused 'larger than the largest' to_appliance region-new size:u64=0xffffffffffe00000
refused 'not enough memory: [0-9]+ bytes wanted, [0-9]+ free' \
	xmemadm region create --size 28M
refused 'region 1 exists' xmemadm region create --size 2M --id 1
refused 'leg-index is not below leg-count' to_appliance region-new size:u64=0x200000 \
	leg-index:u32=2 leg-count:u32=2
for text in $'new\nline' ä $'\e[1m' $'\177'; do
	refused 'the label is not printable ASCII' \
		to_appliance region-new size:u64=0x200000 "label:s=$text"
	refused 'the label is not printable ASCII' to_appliance region-set id:u64=1 "label:s=$text"
	refused 'the meta is not printable ASCII' \
		to_appliance region-new size:u64=0x200000 "meta:s=$text"
	refused 'the meta is not printable ASCII' to_appliance region-set id:u64=1 "meta:s=$text"
done
refused 'no region 77' to_appliance region-set id:u64=77 meta:s=x
refused 'region 1 has 1 grant\(s\); revoke or force' xmemadm region destroy 1
long=$(printf 'l%.0s' {1..64})
refused 'ERANGE|EINVAL' to_appliance region-set id:u64=1 "label:s=$long"
refused 'EINVAL' to_appliance region-set id:u64=1 label:S=x
meta=$(printf 'm%.0s' {1..1023})
refused 'ERANGE|EINVAL' to_appliance region-set id:u64=1 "meta:s=m$meta"
refused 'ERANGE|EINVAL' to_appliance region-new size:u64=0x200000 "meta:s=m$meta"
refused 'ERANGE' to_appliance region-new size:u64=0
refused 'ERANGE' to_appliance region-new size:u64=0x200000 id:u64=0
refused 'ERANGE' to_appliance region-new size:u64=0x200000 leg-index:u32=64
refused 'ERANGE' to_appliance region-new size:u64=0x200000 leg-count:u32=65
refused 'ERANGE' to_appliance region-new size:u64=0x200000 layout:u32=2
refused 'EINVAL' to_appliance region-new size:u32=0x200000
refused "$unknown" to_appliance region-new size:u64=0x200000 \
	instance:u64=1
refused "$unknown" to_appliance region-del id:u64=2 99:u8=1
refused 'EINVAL|ERANGE' to_appliance region-del id:u64=2 force:u32=1
refused 'EINVAL' to_appliance -g5 region-del id:u64=2
same_state "by refusals about regions nothing changed"

# ---- grants
refused 'region is missing' to_appliance grant-new client:u64=5
refused 'client is missing' to_appliance grant-new region:u64=2
refused 'region is missing' to_appliance grant-del client:u64=5
refused 'client is missing' to_appliance grant-del region:u64=2
refused 'no region 77' xmemadm region grant 77 --client 5
refused 'no region 77' xmemadm region revoke 77 --client 5
refused 'client 0x5 has no grant of region 2' xmemadm region revoke 2 --client 5
refused "client $CLIENT_ID has a grant of region 1" \
	xmemadm region grant 1 --client "$CLIENT_ID"
refused 'write without read cannot be granted' to_appliance grant-new region:u64=2 \
	client:u64=5 rights:u32=2
refused 'the expiry is in the past: it is [0-9]+ now' to_appliance grant-new region:u64=2 \
	client:u64=5 expiry:u64=1
refused 'ERANGE' to_appliance grant-new region:u64=2 client:u64=5 rights:u32=0
refused 'ERANGE' to_appliance grant-new region:u64=2 client:u64=5 rights:u32=4
refused 'ERANGE' to_appliance grant-new region:u64=0 client:u64=5
refused 'ERANGE' to_appliance grant-new region:u64=2 client:u64=0
for token in 00 "$(token 2)00"; do
	refused 'EINVAL|ERANGE' to_appliance grant-new region:u64=2 client:u64=5 token:hex="$token"
done
refused "$unknown" to_appliance grant-new region:u64=2 client:u64=5 \
	epoch:u32=9
refused "$unknown" to_appliance -d grant-get client:u64=5
refused 'EINVAL' to_appliance -d session-get 1:flag
refused 'EOPNOTSUPP' rawnl xmem_appliance 77
same_state "by refusals about grants nothing changed"

# Two at once for what is there only once: one is refused.
race() {
	local a b
	xmemadm region create --size 20M --id 8 >"$XMEM_TMP/a" 2>&1 &
	a=$!
	xmemadm region create --size 20M --id 9 >"$XMEM_TMP/b" 2>&1
	b=$?
	wait "$a"
	a=$?
	cat "$XMEM_TMP/a" "$XMEM_TMP/b"
	xmemadm region destroy 8
	xmemadm region destroy 9
	[ $((a + b)) != 1 ]
}
for round in 1 2 3 4 5; do
	refused 'not enough memory: (another region took it|[0-9]+ bytes wanted)' race
done
same_state "by races nothing changed"

check "a label of 63 characters is taken" xmemadm region label 1 "${long:1}"
check "a region is made" to_appliance region-new size:u64=0x200000 leg-index:u32=1 leg-count:u32=2 \
	id:u64=0xffffffffffffffff
check "with a number of 64 bits" xmemadm region destroy 0xffffffffffffffff

region_get() { xmemadm -j region show "$1" | jsonpick ".$2" 2>/dev/null; }
meta_is() { equal "$1" "$(region_get "$2" meta)" "$3"; }
check "a region is made with a meta" to_appliance region-new size:u64=0x200000 id:u64=8 \
	"meta:s=$meta"
meta_is "it is kept to the last character" 8 "$meta"
check "the meta changes, the label stays" to_appliance region-set id:u64=1 'meta:s={"name":"v"}'
meta_is "it is the new one" 1 '{"name":"v"}'
equal "the label is the old one" "$(region_get 1 label)" "${long:1}"
check "label and meta change at once" to_appliance region-set id:u64=1 label:s=l meta:s=
meta_is "an empty one is none" 1 ''
check "the region with a meta goes" xmemadm region destroy 8
check "detached" xmemadm dev detach m
finish
