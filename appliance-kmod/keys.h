/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_KEYS_H
#define _XMEMA_KEYS_H

#include <linux/list.h>
#include <linux/types.h>

struct ib_mr;
struct xmem_wire_extent;
struct xmema_client;
struct xmema_conn;
struct xmema_device;
struct xmema_grant;

/**
 * struct xmema_keys - what makes a region reachable for one client on one device
 * @entry: in the grant's list
 * @grant: the grant
 * @client: owner of the protection domain, counted
 * @extents: entries of @mrs and @table
 * @extent_shift: log2 of what each extent covers
 * @valid: registered: the client may use them
 * @mapped: chunks that are mapped for DMA
 * @chunk_dma: their DMA addresses
 * @mrs: one memory region for each extent
 * @table: the extent table, which the client reads
 * @table_bytes: memory of the table
 * @table_dma: its DMA address, 0 bytes mapped if @table_mr is not there
 * @table_mr: its memory region, read only
 *
 * All under the grant's lock.
 */
struct xmema_keys {
	struct list_head entry;
	struct xmema_grant *grant;
	struct xmema_client *client;
	u32 extents;
	u8 extent_shift;
	bool valid;
	unsigned long mapped;
	u64 *chunk_dma;
	struct ib_mr **mrs;
	struct xmem_wire_extent *table;
	size_t table_bytes;
	u64 table_dma;
	struct ib_mr *table_mr;
};

bool xmema_keys_possible(const struct xmema_grant *grant, const struct xmema_device *dev);
struct xmema_keys *xmema_keys_find(struct xmema_grant *grant, const struct xmema_device *dev);
struct xmema_keys *xmema_keys_prepare(struct xmema_grant *grant, struct xmema_device *dev);
int xmema_keys_register(struct xmema_keys *keys, struct xmema_conn *conn);
void xmema_keys_destroy_on(struct xmema_grant *grant, const struct xmema_device *dev);
void xmema_keys_destroy_all(struct xmema_grant *grant);

#endif /* _XMEMA_KEYS_H */
