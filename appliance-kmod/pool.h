/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_POOL_H
#define _XMEMA_POOL_H

#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/types.h>
#include <linux/xmem_appliance.h>

struct netlink_ext_ack;

#define XMEMA_CHUNK_SHIFT	21
#define XMEMA_CHUNK_SIZE	XMEM_APPLIANCE_CHUNK_SIZE

/**
 * struct xmema_chunk - one physically contiguous piece of the pool
 * @entry: in the pool's list of free chunks of @nid, if it is free
 * @page: first page
 * @nid: memory node
 */
struct xmema_chunk {
	struct list_head entry;
	struct page *page;
	int nid;
};

void xmema_pool_init(void);
int xmema_pool_resize(u64 bytes, struct netlink_ext_ack *extack);
u64 xmema_pool_bytes(void);
u64 xmema_pool_free_bytes(void);
int xmema_pool_take(struct xmema_chunk **chunks, unsigned long count);
void xmema_pool_give(struct xmema_chunk **chunks, unsigned long count);
void xmema_pool_zero(struct xmema_chunk **chunks, unsigned long count);
void xmema_pool_release(void);

#endif /* _XMEMA_POOL_H */
