/* SPDX-License-Identifier: GPL-2.0-only */
/* Written by uapi/generate from xmem.yaml; do not edit. */
#ifndef _XMEMC_NL_POLICY_H
#define _XMEMC_NL_POLICY_H

#include <net/genetlink.h>
#include <linux/xmem.h>

int xmemc_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int xmemc_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int xmemc_nl_dev_new_doit(struct sk_buff *skb, struct genl_info *info);
int xmemc_nl_dev_del_doit(struct sk_buff *skb, struct genl_info *info);
int xmemc_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info);
int xmemc_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);

extern const struct genl_ops xmemc_nl_ops[];
extern const unsigned int xmemc_nl_ops_count;

#endif /* _XMEMC_NL_POLICY_H */
