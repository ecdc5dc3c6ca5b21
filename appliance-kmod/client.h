/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_CLIENT_H
#define _XMEMA_CLIENT_H

#include <linux/list.h>
#include <linux/types.h>

struct ib_pd;
struct xmema_device;

/**
 * struct xmema_client - one client on one device
 * @entry: in the device's list
 * @dev: the device, counted
 * @pd: protection domain: the keys of one client do nothing on a connection of another
 * @id: the client's identity
 * @users: queue pairs and sets of keys in @pd
 */
struct xmema_client {
	struct list_head entry;
	struct xmema_device *dev;
	struct ib_pd *pd;
	u64 id;
	unsigned int users;
};

struct xmema_client *xmema_client_get(struct xmema_device *dev, u64 id);
void xmema_client_put(struct xmema_client *client);

#endif /* _XMEMA_CLIENT_H */
