/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which page of whom lies in which slot of a slab. A page has the number that it has
 * in its object: a file, or a swap area that is not ours. All memory is allocated at
 * the beginning.
 */
#ifndef _XMEMC_INDEX_H
#define _XMEMC_INDEX_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include "slab.h"

#define XMEMC_INDEX_KEY_WORDS	6

/**
 * struct xmemc_index_key - name of an object
 * @pool: group of objects that end together, such as the files of a mount
 * @id: the object in it
 */
struct xmemc_index_key {
	s32 pool;
	u32 id[XMEMC_INDEX_KEY_WORDS];
};

/**
 * enum xmemc_index_heat - what xmemc_index_evict() does with a page
 * @XMEMC_INDEX_COLD: takes it
 * @XMEMC_INDEX_HOT: makes it cold when it comes along first
 * @XMEMC_INDEX_FIXED: leaves it alone
 */
enum xmemc_index_heat {
	XMEMC_INDEX_COLD,
	XMEMC_INDEX_HOT,
	XMEMC_INDEX_FIXED,
};

struct xmemc_index_entry;
struct xmemc_index_lock;
struct xmemc_index_object;

/**
 * struct xmemc_index - the index
 * @slab: whose slots it is about
 * @removed: a slot is not in the index any more, and the hold that the index had is the
 *	callee's now; called without a lock, in the context of the one who removed it
 * @entries: one for each slot
 * @nr_objects: entries of @objects
 * @objects: objects that have pages here, and free ones
 * @object_buckets: first object for each hash
 * @object_mask: number of them - 1
 * @page_buckets: first entry for each hash
 * @page_mask: number of them - 1
 * @stripes: locks of objects, and of the entries in their lists
 * @chains: locks of the chains in @page_buckets
 * @seed: makes hashes unforeseeable
 * @free_lock: protects @free
 * @free: first object that is free
 * @hand: entry that xmemc_index_evict() looks at next
 */
struct xmemc_index {
	struct xmemc_slab *slab;
	void (*removed)(struct xmemc_index *index, u32 slot);
	struct xmemc_index_entry *entries;
	u32 nr_objects;
	struct xmemc_index_object *objects;
	u32 *object_buckets;
	u32 object_mask;
	u32 *page_buckets;
	u32 page_mask;
	struct xmemc_index_lock *stripes;
	struct xmemc_index_lock *chains;
	u32 seed;
	spinlock_t free_lock;	/* free */
	u32 free;
	atomic_t hand;
};

int xmemc_index_init(struct xmemc_index *index, struct xmemc_slab *slab, u32 nr_objects);
void xmemc_index_exit(struct xmemc_index *index);
int xmemc_index_insert(struct xmemc_index *index, u32 slot, const struct xmemc_index_key *key,
		       u64 page, enum xmemc_index_heat heat);
u32 xmemc_index_find(struct xmemc_index *index, const struct xmemc_index_key *key, u64 page);
u32 xmemc_index_take(struct xmemc_index *index, const struct xmemc_index_key *key, u64 page);
void xmemc_index_settle(struct xmemc_index *index, u32 slot, bool written);
bool xmemc_index_written(const struct xmemc_index *index, u32 slot);
bool xmemc_index_drop(struct xmemc_index *index, const struct xmemc_index_key *key, u64 page);
u32 xmemc_index_drop_object(struct xmemc_index *index, const struct xmemc_index_key *key);
u32 xmemc_index_drop_pool(struct xmemc_index *index, s32 pool);
u32 xmemc_index_drop_all(struct xmemc_index *index);
bool xmemc_index_evict(struct xmemc_index *index);

#endif /* _XMEMC_INDEX_H */
