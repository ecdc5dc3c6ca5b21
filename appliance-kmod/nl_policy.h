/* SPDX-License-Identifier: GPL-2.0-only */
/* Written by uapi/generate from xmem_appliance.yaml; do not edit. */
#ifndef _XMEMA_NL_POLICY_H
#define _XMEMA_NL_POLICY_H

#include <net/genetlink.h>
#include <linux/xmem_appliance.h>

int xmema_nl_pool_get_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_pool_set_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_region_get_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_region_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int xmema_nl_region_new_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_region_del_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_region_set_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_grant_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int xmema_nl_grant_new_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_grant_del_doit(struct sk_buff *skb, struct genl_info *info);
int xmema_nl_session_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

extern const struct genl_ops xmema_nl_ops[];
extern const unsigned int xmema_nl_ops_count;

#endif /* _XMEMA_NL_POLICY_H */
