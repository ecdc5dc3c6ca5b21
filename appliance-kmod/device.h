/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_DEVICE_H
#define _XMEMA_DEVICE_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <rdma/ib_verbs.h>

/**
 * struct xmema_device - an RDMA device that clients may use
 * @entry: in the list of devices
 * @ib: the device
 * @refs: one of the list, one of each user
 * @idle: completed when @refs drops to 0
 * @leaving: set when the device is being removed; whoever adds something to it under
 *	a grant's lock looks at it there
 * @clients_lock: protects @clients and their counts
 * @clients: the protection domains of clients on this device
 * @extent_shift: log2 of what one memory region can cover, at most a chunk; 0 if the
 *	device cannot register memory as needed
 * @extent_pages: page list entries of that
 */
struct xmema_device {
	struct list_head entry;
	struct ib_device *ib;
	refcount_t refs;
	struct completion idle;
	bool leaving;
	struct mutex clients_lock; /* protects @clients */
	struct list_head clients;
	u8 extent_shift;
	u32 extent_pages;
};

struct xmema_device *xmema_device_find(struct ib_device *ib);
void xmema_device_put(struct xmema_device *dev);
int xmema_device_init(void);
void xmema_device_exit(void);

#endif /* _XMEMA_DEVICE_H */
