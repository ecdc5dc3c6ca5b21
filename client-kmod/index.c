// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entry number n is about slot n. An entry that is in use is in the list of its
 * object's pages and in a chain of those with the same hash of object and page. An
 * object exists while it has pages.
 *
 * Locks, all with interrupts off; nobody ever holds two of the same kind:
 * - a stripe, chosen by the hash of the object: which objects exist, their lists, and
 *   @object of the entries in them
 * - a chain's lock, inside a stripe or alone: the chains, @page of the entries in them.
 *   Who looks a page up needs nothing else: while an entry is in a chain, its object
 *   stays, and so does its key.
 * - @free_lock, inside a stripe: the objects that are free
 *
 * The index has a hold of each slot in it, which goes to whoever takes the slot out.
 */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "index.h"

#define NONE		XMEMC_SLAB_NONE
#define LOCKS		64
/* Slots that are taken out before others get a chance at the lock. */
#define BATCH		32
/* How far the hand goes at once; in the second half nobody gets a second chance. */
#define EVICT_STEPS	128

struct xmemc_index_lock {
	spinlock_t lock;	/* what the head of this file says */
} ____cacheline_aligned_in_smp;

/**
 * struct xmemc_index_entry - what lies in a slot
 * @page: number of the page in its object
 * @object: the object, or NONE if the entry is not in use
 * @next: in its chain
 * @before: in the list of the object's pages
 * @after: in the list of the object's pages
 * @heat: enum xmemc_index_heat
 * @written: the appliance has it
 */
struct xmemc_index_entry {
	u64 page;
	u32 object;
	u32 next;
	u32 before;
	u32 after;
	u8 heat;
	bool written;
};

/**
 * struct xmemc_index_object - an object that has pages here
 * @key: its name
 * @hash: of @key
 * @first: the first of its pages
 * @next: in its bucket, or in the list of free objects
 */
struct xmemc_index_object {
	struct xmemc_index_key key;
	u32 hash;
	u32 first;
	u32 next;
};

static u32 hash_key(const struct xmemc_index *index, const struct xmemc_index_key *key)
{
	static_assert(sizeof(*key) == (1 + XMEMC_INDEX_KEY_WORDS) * sizeof(u32));
	return jhash2((const u32 *)key, sizeof(*key) / sizeof(u32), index->seed);
}

/* There are at least as many buckets as locks, so each bucket has one lock. */
static spinlock_t *stripe_of(const struct xmemc_index *index, u32 hash)
{
	return &index->stripes[hash % LOCKS].lock;
}

static u32 *bucket_of(const struct xmemc_index *index, u32 hash, u64 page)
{
	return &index->page_buckets[jhash_3words(hash, page, page >> 32, index->seed) &
				    index->page_mask];
}

static spinlock_t *chain_lock_of(const struct xmemc_index *index, const u32 *bucket)
{
	return &index->chains[(bucket - index->page_buckets) % LOCKS].lock;
}

static bool same_key(const struct xmemc_index_key *a, const struct xmemc_index_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* ---- chains */

static u32 chain_find(const struct xmemc_index *index, const u32 *bucket,
		      const struct xmemc_index_key *key, u64 page)
{
	const struct xmemc_index_entry *e;
	u32 slot;

	lockdep_assert_held(chain_lock_of(index, bucket));
	for (slot = *bucket; slot != NONE; slot = e->next) {
		e = &index->entries[slot];
		if (e->page == page && same_key(&index->objects[e->object].key, key))
			break;
	}
	return slot;
}

static void chain_add(const struct xmemc_index *index, u32 *bucket, u32 slot)
{
	index->entries[slot].next = *bucket;
	*bucket = slot;
}

static void chain_del(const struct xmemc_index *index, u32 *bucket, u32 slot)
{
	u32 *link = bucket;

	while (*link != slot)
		link = &index->entries[*link].next;
	*link = index->entries[slot].next;
}

/* ---- objects */

static u32 object_find(const struct xmemc_index *index, u32 hash,
		       const struct xmemc_index_key *key)
{
	u32 object = index->object_buckets[hash & index->object_mask];

	lockdep_assert_held(stripe_of(index, hash));
	while (object != NONE && !same_key(&index->objects[object].key, key))
		object = index->objects[object].next;
	return object;
}

static u32 object_make(struct xmemc_index *index, u32 hash, const struct xmemc_index_key *key)
{
	u32 *bucket = &index->object_buckets[hash & index->object_mask];
	struct xmemc_index_object *o;
	u32 object;

	spin_lock(&index->free_lock);
	object = index->free;
	if (object != NONE)
		index->free = index->objects[object].next;
	spin_unlock(&index->free_lock);
	if (object == NONE)
		return NONE;
	o = &index->objects[object];
	o->key = *key;
	WRITE_ONCE(o->hash, hash);
	o->first = NONE;
	o->next = *bucket;
	*bucket = object;
	return object;
}

static void object_free(struct xmemc_index *index, u32 object)
{
	struct xmemc_index_object *o = &index->objects[object];
	u32 *link = &index->object_buckets[o->hash & index->object_mask];

	while (*link != object)
		link = &index->objects[*link].next;
	*link = o->next;
	spin_lock(&index->free_lock);
	o->next = index->free;
	index->free = object;
	spin_unlock(&index->free_lock);
}

static void object_link(struct xmemc_index *index, u32 object, u32 slot)
{
	struct xmemc_index_object *o = &index->objects[object];
	struct xmemc_index_entry *e = &index->entries[slot];

	e->before = NONE;
	e->after = o->first;
	if (o->first != NONE)
		index->entries[o->first].before = slot;
	o->first = slot;
	WRITE_ONCE(e->object, object);
}

static void object_unlink(struct xmemc_index *index, u32 slot)
{
	struct xmemc_index_entry *e = &index->entries[slot];

	if (e->before != NONE)
		index->entries[e->before].after = e->after;
	else
		index->objects[e->object].first = e->after;
	if (e->after != NONE)
		index->entries[e->after].before = e->before;
	WRITE_ONCE(e->object, NONE);
}

/* ---- entries */

/* Take an entry out, with its stripe locked. An object without pages ends. */
static void entry_remove(struct xmemc_index *index, u32 slot)
{
	struct xmemc_index_entry *e = &index->entries[slot];
	u32 object = e->object, *bucket = bucket_of(index, index->objects[object].hash, e->page);
	spinlock_t *chain = chain_lock_of(index, bucket);

	spin_lock(chain);
	chain_del(index, bucket, slot);
	spin_unlock(chain);
	object_unlink(index, slot);
	if (index->objects[object].first == NONE)
		object_free(index, object);
}

static spinlock_t *object_stripe(const struct xmemc_index *index, u32 object)
{
	return stripe_of(index, READ_ONCE(index->objects[object].hash));
}

/*
 * Its object is read without the lock that protects it, so it is looked at again: an
 * object moves to another stripe only under the lock of that one.
 */
static bool drop_slot(struct xmemc_index *index, u32 slot)
{
	struct xmemc_index_entry *e = &index->entries[slot];
	unsigned long flags;
	bool found;
	u32 object;

	while ((object = READ_ONCE(e->object)) != NONE) {
		spinlock_t *stripe = object_stripe(index, object);

		spin_lock_irqsave(stripe, flags);
		found = e->object == object && stripe == object_stripe(index, object);
		if (found)
			entry_remove(index, slot);
		spin_unlock_irqrestore(stripe, flags);
		if (found) {
			index->removed(index, slot);
			return true;
		}
	}
	return false;
}

/**
 * xmemc_index_insert() - note that a page lies in a slot
 * @index: the index
 * @slot: the slot; the caller's hold of it becomes that of the index
 * @key: the page's object
 * @page: its number there
 * @heat: how long it shall stay
 *
 * Any context. If there is another slot for the page, that one is removed.
 *
 * Return: 0, or -ENOSPC if there are too many objects: then nothing has changed, and
 * the page is not in the index.
 */
int xmemc_index_insert(struct xmemc_index *index, u32 slot, const struct xmemc_index_key *key,
		       u64 page, enum xmemc_index_heat heat)
{
	u32 hash = hash_key(index, key), *bucket = bucket_of(index, hash, page), object, old;
	spinlock_t *stripe = stripe_of(index, hash), *chain = chain_lock_of(index, bucket);
	struct xmemc_index_entry *e = &index->entries[slot];
	unsigned long flags;

	e->page = page;
	e->heat = heat;
	e->written = false;
	spin_lock_irqsave(stripe, flags);
	object = object_find(index, hash, key);
	if (object == NONE)
		object = object_make(index, hash, key);
	if (object == NONE) {
		spin_unlock_irqrestore(stripe, flags);
		return -ENOSPC;
	}
	object_link(index, object, slot);
	spin_lock(chain);
	old = chain_find(index, bucket, key, page);
	if (old != NONE)
		chain_del(index, bucket, old);
	chain_add(index, bucket, slot);
	spin_unlock(chain);
	if (old != NONE)
		object_unlink(index, old);
	spin_unlock_irqrestore(stripe, flags);
	if (old != NONE)
		index->removed(index, old);
	return 0;
}

/**
 * xmemc_index_find() - where a page lies
 * @index: the index
 * @key: the page's object
 * @page: its number there
 *
 * Any context.
 *
 * Return: the slot, of which the caller is a holder now, or XMEMC_SLAB_NONE.
 */
u32 xmemc_index_find(struct xmemc_index *index, const struct xmemc_index_key *key, u64 page)
{
	u32 *bucket = bucket_of(index, hash_key(index, key), page), slot;
	spinlock_t *chain = chain_lock_of(index, bucket);
	unsigned long flags;

	spin_lock_irqsave(chain, flags);
	slot = chain_find(index, bucket, key, page);
	if (slot != NONE)
		xmemc_slab_hold(index->slab, slot);
	spin_unlock_irqrestore(chain, flags);
	return slot;
}

/**
 * xmemc_index_take() - take a page out
 * @index: the index
 * @key: the page's object
 * @page: its number there
 *
 * Any context.
 *
 * Return: the slot, of which the caller is a holder now in place of the index, or
 * XMEMC_SLAB_NONE.
 */
u32 xmemc_index_take(struct xmemc_index *index, const struct xmemc_index_key *key, u64 page)
{
	u32 hash = hash_key(index, key), *bucket = bucket_of(index, hash, page), slot;
	spinlock_t *stripe = stripe_of(index, hash), *chain = chain_lock_of(index, bucket);
	unsigned long flags;

	spin_lock_irqsave(stripe, flags);
	spin_lock(chain);
	slot = chain_find(index, bucket, key, page);
	spin_unlock(chain);
	/* the stripe keeps it there */
	if (slot != NONE)
		entry_remove(index, slot);
	spin_unlock_irqrestore(stripe, flags);
	return slot;
}

/**
 * xmemc_index_settle() - a page was written, or was not
 * @index: the index
 * @slot: the slot, of which the caller is a holder
 * @written: the appliance has acknowledged it; else it is removed
 *
 * Any context.
 */
void xmemc_index_settle(struct xmemc_index *index, u32 slot, bool written)
{
	if (written)
		WRITE_ONCE(index->entries[slot].written, true);
	else
		drop_slot(index, slot);
}

/**
 * xmemc_index_written() - whether the appliance has what was last inserted with a slot
 * @index: the index
 * @slot: the slot, of which the caller is a holder
 *
 * A page may be neither in the stage nor written: that one is lost.
 *
 * Return: true if it was settled so.
 */
bool xmemc_index_written(const struct xmemc_index *index, u32 slot)
{
	return READ_ONCE(index->entries[slot].written);
}

/**
 * xmemc_index_drop() - remove a page
 * @index: the index
 * @key: the page's object
 * @page: its number there
 *
 * Any context.
 *
 * Return: true if it was there.
 */
bool xmemc_index_drop(struct xmemc_index *index, const struct xmemc_index_key *key, u64 page)
{
	u32 slot = xmemc_index_take(index, key, page);

	if (slot == NONE)
		return false;
	index->removed(index, slot);
	return true;
}

/**
 * xmemc_index_drop_object() - remove all pages of an object
 * @index: the index
 * @key: the object
 *
 * Any context; takes as long as there are pages. Pages that are inserted meanwhile
 * may stay.
 *
 * Return: how many there were.
 */
u32 xmemc_index_drop_object(struct xmemc_index *index, const struct xmemc_index_key *key)
{
	u32 hash = hash_key(index, key), slots[BATCH], object, count = 0, n, i;
	spinlock_t *stripe = stripe_of(index, hash);
	unsigned long flags;

	do {
		spin_lock_irqsave(stripe, flags);
		for (n = 0; n < BATCH; n++) {
			object = object_find(index, hash, key);
			if (object == NONE)
				break;
			slots[n] = index->objects[object].first;
			entry_remove(index, slots[n]);
		}
		spin_unlock_irqrestore(stripe, flags);
		for (i = 0; i < n; i++)
			index->removed(index, slots[i]);
		count += n;
	} while (n == BATCH);
	return count;
}

/**
 * xmemc_index_drop_pool() - remove all pages of a pool
 * @index: the index
 * @pool: the pool, into which nobody inserts
 *
 * Sleeps. Looks at every slot.
 *
 * Return: how many there were.
 */
u32 xmemc_index_drop_pool(struct xmemc_index *index, s32 pool)
{
	u32 slot, object, count = 0;

	for (slot = 0; slot < index->slab->nr; slot++) {
		object = READ_ONCE(index->entries[slot].object);
		/* a slot that changes hands at this moment goes to another pool */
		if (object != NONE && READ_ONCE(index->objects[object].key.pool) == pool)
			count += drop_slot(index, slot);
		if (slot % SZ_1K == 0)
			cond_resched();
	}
	return count;
}

/**
 * xmemc_index_drop_all() - remove all pages
 * @index: the index
 *
 * Sleeps. Pages that are inserted meanwhile may stay.
 *
 * Return: how many there were.
 */
u32 xmemc_index_drop_all(struct xmemc_index *index)
{
	u32 slot, count = 0;

	for (slot = 0; slot < index->slab->nr; slot++) {
		count += drop_slot(index, slot);
		if (slot % SZ_1K == 0)
			cond_resched();
	}
	return count;
}

/**
 * xmemc_index_evict() - remove the page that can best be spared
 * @index: the index
 *
 * CLOCK: the hand goes round over the slots; it takes the first cold page, and makes
 * hot ones cold. Any context; takes constant time, for which it gives up, or takes a
 * hot page, when it has not met a cold one for long.
 *
 * Return: true if one was removed.
 */
bool xmemc_index_evict(struct xmemc_index *index)
{
	struct xmemc_index_entry *e;
	unsigned int step;
	u32 slot;

	for (step = 0; step < EVICT_STEPS; step++) {
		slot = (u32)atomic_fetch_inc(&index->hand) % index->slab->nr;
		e = &index->entries[slot];
		if (READ_ONCE(e->object) == NONE || READ_ONCE(e->heat) == XMEMC_INDEX_FIXED)
			continue;
		if (READ_ONCE(e->heat) == XMEMC_INDEX_HOT && step < EVICT_STEPS / 2)
			WRITE_ONCE(e->heat, XMEMC_INDEX_COLD);
		else if (drop_slot(index, slot))
			return true;
	}
	return false;
}

static u32 *buckets_alloc(u32 nr)
{
	u32 *buckets = kvmalloc_array(nr, sizeof(*buckets), GFP_KERNEL);

	if (buckets)
		memset(buckets, 0xff, nr * sizeof(*buckets));
	return buckets;
}

/**
 * xmemc_index_init() - make an empty index
 * @index: zeroed memory, with @removed set
 * @slab: the slab
 * @nr_objects: most objects that have pages at the same time, at least 1
 *
 * Return: 0 or -ENOMEM; in both cases xmemc_index_exit() has to follow.
 */
int xmemc_index_init(struct xmemc_index *index, struct xmemc_slab *slab, u32 nr_objects)
{
	u32 i;

	index->slab = slab;
	index->nr_objects = nr_objects;
	index->seed = get_random_u32();
	index->object_mask = roundup_pow_of_two(max_t(u32, nr_objects, LOCKS)) - 1;
	index->page_mask = roundup_pow_of_two(max_t(u32, slab->nr, LOCKS)) - 1;
	spin_lock_init(&index->free_lock);
	index->entries = kvcalloc(slab->nr, sizeof(*index->entries), GFP_KERNEL);
	index->objects = kvcalloc(nr_objects, sizeof(*index->objects), GFP_KERNEL);
	index->object_buckets = buckets_alloc(index->object_mask + 1);
	index->page_buckets = buckets_alloc(index->page_mask + 1);
	index->stripes = kvcalloc(LOCKS, sizeof(*index->stripes), GFP_KERNEL);
	index->chains = kvcalloc(LOCKS, sizeof(*index->chains), GFP_KERNEL);
	if (!index->entries || !index->objects || !index->object_buckets ||
	    !index->page_buckets || !index->stripes || !index->chains)
		return -ENOMEM;
	for (i = 0; i < LOCKS; i++) {
		spin_lock_init(&index->stripes[i].lock);
		spin_lock_init(&index->chains[i].lock);
	}
	for (i = 0; i < slab->nr; i++)
		index->entries[i].object = NONE;
	for (i = 0; i < nr_objects; i++)
		index->objects[i].next = i + 1 < nr_objects ? i + 1 : NONE;
	return 0;
}

/**
 * xmemc_index_exit() - free what xmemc_index_init() allocated
 * @index: the index, empty, or zeroed memory
 */
void xmemc_index_exit(struct xmemc_index *index)
{
	kvfree(index->chains);
	kvfree(index->stripes);
	kvfree(index->page_buckets);
	kvfree(index->object_buckets);
	kvfree(index->objects);
	kvfree(index->entries);
}
