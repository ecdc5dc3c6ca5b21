/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of netlink messages that hold counters. */
#ifndef _XMEMC_NL_STATS_H
#define _XMEMC_NL_STATS_H

#include <linux/sizes.h>
#include <linux/skbuff.h>

struct xmemc_dev;
struct xmemc_volume;

/* Enough for a reply to stats-get with all interfaces. */
#define XMEMC_NL_STATS_SIZE	SZ_4K

int xmemc_nl_put_u64(struct sk_buff *skb, int type, u64 value);
int xmemc_nl_put_stats(struct sk_buff *skb, struct xmemc_volume *volume);
int xmemc_nl_put_stage(struct sk_buff *skb, struct xmemc_dev *dev);
int xmemc_nl_put_uses(struct sk_buff *skb, struct xmemc_dev *dev);

#endif /* _XMEMC_NL_STATS_H */
