/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_REGION_H
#define _XMEMA_REGION_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xmem_appliance.h>

#include "pool.h"

struct netlink_ext_ack;

/* the table of extents must fit one memory region of 512 pages, 16 bytes each entry */
#define XMEMA_REGION_MAX	((u64)131072 << XMEMA_CHUNK_SHIFT)

/**
 * struct xmema_region_spec - what is asked for in a new region
 * @id: identity wanted, or 0 for the lowest free one
 * @size: bytes
 * @owner: mark of the manager
 * @alloc: the manager's identity of the allocation
 * @leg_index: place in the allocation
 * @leg_count: regions of the allocation
 * @layout: layout of the allocation
 * @label: text for people
 * @meta: text of the manager, or NULL; the region takes it over and frees it
 */
struct xmema_region_spec {
	u64 id;
	u64 size;
	u64 owner;
	u64 alloc;
	u32 leg_index;
	u32 leg_count;
	u32 layout;
	char label[XMEM_APPLIANCE_LABEL_MAX + 1];
	char *meta;
};

/**
 * struct xmema_region - memory that can be granted
 * @spec: as asked for, with the identity that it got; label and meta can change
 * @instance: random number of this creation
 * @created: seconds since 1970
 * @chunks: the memory
 * @chunk_count: its chunks
 * @epoch: grows with every grant made or revoked
 * @grants: grants, linked by xmema_grant.entry
 * @grant_count: how many
 * @dying: being destroyed: found by nobody, its identity still in use
 *
 * All that changes is protected by xmema_regions_lock.
 */
struct xmema_region {
	struct xmema_region_spec spec;
	u64 instance;
	u64 created;
	struct xmema_chunk **chunks;
	unsigned long chunk_count;
	u32 epoch;
	struct list_head grants;
	unsigned int grant_count;
	bool dying;
};

extern struct mutex xmema_regions_lock;

struct xmema_region *xmema_region_find(u64 id);
struct xmema_region *xmema_region_next(u64 *id);
struct xmema_region *xmema_region_create(const struct xmema_region_spec *spec,
					 struct netlink_ext_ack *extack);
int xmema_region_destroy(u64 id, bool force, struct netlink_ext_ack *extack);
int xmema_region_set(u64 id, const char *label, char **meta, struct netlink_ext_ack *extack);
unsigned int xmema_region_sessions(const struct xmema_region *region);
void xmema_region_destroy_all(void);

#endif /* _XMEMA_REGION_H */
