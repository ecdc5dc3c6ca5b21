/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_NL_FILL_H
#define _XMEMA_NL_FILL_H

#include <linux/skbuff.h>
#include <net/genetlink.h>

struct xmema_grant;
struct xmema_region;

extern struct genl_family xmema_nl_family;

int xmema_nl_fill_pool(struct sk_buff *skb, u32 portid, u32 seq);
int xmema_nl_fill_region(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
			 const struct xmema_region *region);
int xmema_nl_fill_grant(struct sk_buff *skb, u32 portid, u32 seq, int flags,
			const struct xmema_grant *grant, bool with_token);
int xmema_nl_fill_session(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
			  const struct xmema_grant *grant);

#endif /* _XMEMA_NL_FILL_H */
