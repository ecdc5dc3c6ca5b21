// SPDX-License-Identifier: GPL-2.0-only
#include <net/netlink.h>
#include "dev.h"
#include "counters.h"
#include "nl_stats.h"

/**
 * xmemc_nl_put_u64() - an attribute of 64 bits, aligned
 * @skb: the message
 * @type: the attribute
 * @value: its value
 *
 * Return: 0 or -EMSGSIZE.
 */
int xmemc_nl_put_u64(struct sk_buff *skb, int type, u64 value)
{
	/* the attribute that pads has the same number in every set */
	BUILD_BUG_ON((int)XMEM_A_DEV_PAD != (int)XMEM_A_LEG_PAD);
	BUILD_BUG_ON((int)XMEM_A_DEV_PAD != (int)XMEM_A_STATS_PAD);
	BUILD_BUG_ON((int)XMEM_A_DEV_PAD != (int)XMEM_A_STAGE_PAD);
	BUILD_BUG_ON((int)XMEM_A_DEV_PAD != (int)XMEM_A_USE_PAD);
	return nla_put_u64_64bit(skb, type, value, XMEM_A_DEV_PAD);
}

/**
 * xmemc_nl_put_stats() - the counters of a volume
 * @skb: the message
 * @volume: the volume
 *
 * Return: 0 or -EMSGSIZE.
 */
int xmemc_nl_put_stats(struct sk_buff *skb, struct xmemc_volume *volume)
{
	struct nlattr *nest = nla_nest_start(skb, XMEM_A_DEV_STATS);
	struct xmemc_stats s;

	if (!nest)
		return -EMSGSIZE;
	xmemc_volume_stats(volume, &s);
	if (xmemc_nl_put_u64(skb, XMEM_A_STATS_READS, s.ios[XMEMC_OP_READ]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_WRITES, s.ios[XMEMC_OP_WRITE]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_ZEROES, s.ios[XMEMC_OP_ZERO]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_READ_BYTES, s.bytes[XMEMC_OP_READ]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_WRITE_BYTES, s.bytes[XMEMC_OP_WRITE]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_ZERO_BYTES, s.bytes[XMEMC_OP_ZERO]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_ERRORS, s.errors) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_REPLAYS, s.replays) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_PARKED, READ_ONCE(volume->nr_parked)) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STATS_WORK_REQUESTS, s.wrs))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * xmemc_nl_put_stage() - the counters of a device's stage
 * @skb: the message
 * @dev: the device
 *
 * Return: 0, also if it has none, or -EMSGSIZE.
 */
int xmemc_nl_put_stage(struct sk_buff *skb, struct xmemc_dev *dev)
{
	struct xmemc_stage *stage = READ_ONCE(dev->stage);
	struct xmemc_stage_stats s;
	struct nlattr *nest;

	if (!stage)
		return 0;
	nest = nla_nest_start(skb, XMEM_A_DEV_STAGE);
	if (!nest)
		return -EMSGSIZE;
	xmemc_stage_stats(stage, &s);
	if (xmemc_nl_put_u64(skb, XMEM_A_STAGE_SIZE, s.size) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STAGE_USED, s.used) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STAGE_STORED, s.stored) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STAGE_SERVED, s.served) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STAGE_FULL, s.full) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STAGE_WAITS, s.waits) ||
	    xmemc_nl_put_u64(skb, XMEM_A_STAGE_STUCK, s.stuck))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_use(struct sk_buff *skb, u32 which, const struct xmemc_counters *c)
{
	struct nlattr *nest = nla_nest_start(skb, XMEM_A_DEV_USE);

	BUILD_BUG_ON(XMEMC_LATENCY_BUCKETS != XMEM_LATENCY_BUCKETS);
	if (!nest || nla_put_u32(skb, XMEM_A_USE_INTERFACE, which) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_STORES, c->count[XMEMC_STORES]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_LOADS, c->count[XMEMC_LOADS]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_HITS, c->count[XMEMC_HITS]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_MISSES, c->count[XMEMC_MISSES]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_STAGED, c->count[XMEMC_STAGED]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_DROPS, c->count[XMEMC_DROPS]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_ERRORS, c->count[XMEMC_ERRORS]) ||
	    xmemc_nl_put_u64(skb, XMEM_A_USE_PASSED, c->count[XMEMC_PASSED]) ||
	    nla_put(skb, XMEM_A_USE_STORE_LATENCY, sizeof(c->store), c->store) ||
	    nla_put(skb, XMEM_A_USE_LOAD_LATENCY, sizeof(c->load), c->load))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * xmemc_nl_put_uses() - what the interfaces of a device have counted
 * @skb: the message
 * @dev: the device
 *
 * Sleeps.
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_put_uses(struct sk_buff *skb, struct xmemc_dev *dev)
{
	struct xmemc_counters *sum = kmalloc_obj(*sum, GFP_KERNEL);
	unsigned int i;
	int ret = 0;

	if (!sum)
		return -ENOMEM;
	for (i = 0; !ret && BIT(i) <= XMEM_INTERFACE_SWAPFILE; i++)
		if (xmemc_dev_sum(dev, BIT(i), sum))
			ret = put_use(skb, BIT(i), sum);
	kfree(sum);
	return ret;
}
