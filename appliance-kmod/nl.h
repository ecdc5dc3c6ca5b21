/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_NL_H
#define _XMEMA_NL_H

struct xmema_grant;
struct xmema_region;

int xmema_nl_init(void);
void xmema_nl_exit(void);
void xmema_nl_region_notify(const struct xmema_region *region);
void xmema_nl_region_gone(const struct xmema_region *region);
void xmema_nl_session_notify(const struct xmema_grant *grant);

#endif /* _XMEMA_NL_H */
