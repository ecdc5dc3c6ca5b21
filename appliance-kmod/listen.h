/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_LISTEN_H
#define _XMEMA_LISTEN_H

#include <linux/types.h>

int xmema_listen_open(u16 port);
u16 xmema_listen_port(void);
bool xmema_listen_closed(void);
void xmema_listen_close(void);

#endif /* _XMEMA_LISTEN_H */
