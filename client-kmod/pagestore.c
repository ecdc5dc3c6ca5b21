// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a page lies is known by the index alone. A slot is stored to once between two
 * times that it is free: a page that is put again gets another slot. So what leaves the
 * stage tells about the page that the index has for the slot, if it still has one.
 *
 * Holds of a slot (see slab.h): the index, until the page is taken out; the stage, from
 * the put until page_left(); a get, while it reads.
 *
 * When the region's content is lost (xmemc_pagestore_forget()), the index is emptied
 * before anything is read from the new one. A get that has found its page before that
 * looks at @contents once more after it has read.
 *
 * Contexts: puts and drops may come with interrupts off; gets sleep. For one page the
 * callers come one at a time.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "pagestore.h"

/* Gets that read at a time, more of them wait. */
#define READS		64
/* How many pages an object has at least on average, if all slots are to be of use. */
#define OBJECT_PAGES	4
/* Pages that are thrown away for a new one before that one is given up. */
#define EVICT_TRIES	4

/* Nobody will want the slot's page any more; the hold of the index is given back. */
static void page_removed(struct xmemc_index *index, u32 slot)
{
	struct xmemc_pagestore *pages = container_of(index, struct xmemc_pagestore, index);

	xmemc_stage_drop(pages->stage, pages->begin + slot);
	xmemc_slab_put(&pages->slab, slot);
}

/* The stage is done with a slot. */
static void page_left(struct xmemc_stage_user *user, u64 page, int error)
{
	struct xmemc_pagestore *pages = container_of(user, struct xmemc_pagestore, user);
	u32 slot = page - pages->begin;

	xmemc_index_settle(&pages->index, slot, !error);
	xmemc_slab_put(&pages->slab, slot);
}

static bool make_room(struct xmemc_pagestore *pages, struct xmemc_counters __percpu *counters)
{
	if (!xmemc_index_evict(&pages->index))
		return false;
	this_cpu_inc(counters->count[XMEMC_DROPS]);
	return true;
}

/* A page that was thrown away may be in flight, so that its slot is not free yet. */
static u32 slot_get(struct xmemc_pagestore *pages, struct xmemc_counters __percpu *counters)
{
	u32 slot = xmemc_slab_alloc(&pages->slab);
	unsigned int try;

	for (try = 0; slot == XMEMC_SLAB_NONE && try < EVICT_TRIES && make_room(pages, counters);
	     try++)
		slot = xmemc_slab_alloc(&pages->slab);
	return slot;
}

/* A page that was thrown away may be the last one of its object. */
static int insert(struct xmemc_pagestore *pages, u32 slot, const struct xmemc_index_key *key,
		  u64 number, enum xmemc_index_heat heat,
		  struct xmemc_counters __percpu *counters)
{
	int ret = xmemc_index_insert(&pages->index, slot, key, number, heat);
	unsigned int try;

	for (try = 0; ret && try < EVICT_TRIES && make_room(pages, counters); try++)
		ret = xmemc_index_insert(&pages->index, slot, key, number, heat);
	return ret;
}

/* Both holds of the slot are given back if this fails. */
static int put_in(struct xmemc_pagestore *pages, u32 slot, const struct xmemc_index_key *key,
		  u64 number, struct page *page, enum xmemc_index_heat heat, bool may_wait,
		  struct xmemc_counters __percpu *counters)
{
	int ret;

	/*
	 * In the index first: what leaves the stage has to be found there. Nobody gets the
	 * page yet, but it may be thrown away, so the stage has its hold before.
	 */
	xmemc_slab_hold(&pages->slab, slot);
	ret = insert(pages, slot, key, number, heat, counters);
	if (ret) {
		xmemc_slab_put(&pages->slab, slot);
		xmemc_slab_put(&pages->slab, slot);
		return ret;
	}
	ret = xmemc_stage_store(pages->stage, pages->begin + slot, page, &pages->user, may_wait);
	if (ret) {
		xmemc_index_settle(&pages->index, slot, false);
		xmemc_slab_put(&pages->slab, slot);
	}
	return ret;
}

/**
 * xmemc_pagestore_put() - keep a copy of a page
 * @pages: the store
 * @key: the page's object
 * @number: its number there
 * @page: the page
 * @heat: how long it shall stay
 * @may_wait: sleep for a short time when the stage is full; else any context will do
 * @counters: of the interface that asks: what was thrown away to make room
 *
 * An older copy is gone in any case.
 *
 * Return: 0 or negative errno.
 */
int xmemc_pagestore_put(struct xmemc_pagestore *pages, const struct xmemc_index_key *key,
			u64 number, struct page *page, enum xmemc_index_heat heat,
			bool may_wait, struct xmemc_counters __percpu *counters)
{
	u32 slot = XMEMC_SLAB_NONE;
	int ret = -EBUSY;

	/* what cannot be sent would take the place of what can be, as long as that lasts */
	if (xmemc_volume_state(pages->volume) == XMEM_DEV_STATE_LIVE)
		slot = slot_get(pages, counters);
	if (slot != XMEMC_SLAB_NONE)
		ret = put_in(pages, slot, key, number, page, heat, may_wait, counters);
	if (ret)
		xmemc_index_drop(&pages->index, key, number);
	return ret;
}

/* With a hold of the slot. */
static int read_slot(struct xmemc_pagestore *pages, u32 slot, struct page *page,
		     unsigned int contents, struct xmemc_counters __percpu *counters)
{
	int ret;

	if (!xmemc_stage_load(pages->stage, pages->begin + slot, page)) {
		this_cpu_inc(counters->count[XMEMC_STAGED]);
		return 0;
	}
	/* has left the stage, but not for the appliance */
	if (!xmemc_index_written(&pages->index, slot))
		return -EIO;
	ret = xmemc_iopool_rw_page(&pages->reads, XMEMC_OP_READ,
				   (pages->begin + slot) << PAGE_SHIFT, page, true);
	/* who was sent on a new connection sees what was done before it */
	if (!ret && READ_ONCE(pages->contents) != contents)
		ret = -EIO;
	return ret;
}

/**
 * xmemc_pagestore_get() - give a page back
 * @pages: the store
 * @key: the page's object
 * @number: its number there
 * @page: where the data goes; undefined after an error
 * @keep: keep the copy; else it is gone, also after an error
 * @counters: of the interface that asks
 *
 * Sleeps, but not for an appliance that is not there.
 *
 * Return: 0, -ENOENT if it is not here, or -EIO.
 */
int xmemc_pagestore_get(struct xmemc_pagestore *pages, const struct xmemc_index_key *key,
			u64 number, struct page *page, bool keep,
			struct xmemc_counters __percpu *counters)
{
	/* before the page is found, see xmemc_pagestore_forget() */
	unsigned int contents = smp_load_acquire(&pages->contents);
	u32 slot = keep ? xmemc_index_find(&pages->index, key, number) :
		xmemc_index_take(&pages->index, key, number);
	int ret;

	this_cpu_inc(counters->count[XMEMC_LOADS]);
	if (slot == XMEMC_SLAB_NONE) {
		this_cpu_inc(counters->count[XMEMC_MISSES]);
		return -ENOENT;
	}
	ret = read_slot(pages, slot, page, contents, counters);
	this_cpu_inc(counters->count[ret ? XMEMC_ERRORS : XMEMC_HITS]);
	if (keep)
		xmemc_slab_put(&pages->slab, slot);
	else
		page_removed(&pages->index, slot);
	return ret;
}

/**
 * xmemc_pagestore_forget() - what was written is lost
 * @pages: the store
 *
 * Sleeps; nothing can be posted to the leg in question meanwhile. A page that is put
 * meanwhile may stay: it is written after this. A get that sees the new @contents finds
 * none of the old pages; one that saw the old @contents does not trust what it reads.
 */
void xmemc_pagestore_forget(struct xmemc_pagestore *pages)
{
	xmemc_index_drop_all(&pages->index);
	/* pairs with the one in xmemc_pagestore_get() */
	smp_store_release(&pages->contents, pages->contents + 1);
}

static void store_free(struct xmemc_pagestore *pages)
{
	xmemc_iopool_exit(&pages->reads);
	xmemc_index_exit(&pages->index);
	xmemc_slab_exit(&pages->slab);
	kfree(pages);
}

/**
 * xmemc_pagestore_create() - make an empty store
 * @volume: a connected volume
 * @stage: its stage
 * @begin: where the slab begins, in pages of the volume; it goes to its end
 *
 * Return: the store, or NULL for lack of memory.
 */
struct xmemc_pagestore *xmemc_pagestore_create(struct xmemc_volume *volume,
					       struct xmemc_stage *stage, u64 begin)
{
	struct xmemc_pagestore *pages = kzalloc_obj(*pages, GFP_KERNEL);
	u32 nr = min_t(u64, (volume->geo.size >> PAGE_SHIFT) - begin, XMEMC_SLAB_MAX);

	if (!pages)
		return NULL;
	pages->volume = volume;
	pages->stage = stage;
	pages->begin = begin;
	pages->user.left = page_left;
	pages->index.removed = page_removed;
	if (xmemc_slab_init(&pages->slab, nr) ||
	    xmemc_index_init(&pages->index, &pages->slab, DIV_ROUND_UP(nr, OBJECT_PAGES)) ||
	    xmemc_iopool_init(&pages->reads, volume, min_t(u32, READS, volume->depth), 1)) {
		store_free(pages);
		return NULL;
	}
	return pages;
}

/**
 * xmemc_pagestore_destroy() - free a store
 * @pages: the store, which nobody uses any more; its volume was stopped
 *
 * Sleeps until nothing of it is in flight, which is soon.
 */
void xmemc_pagestore_destroy(struct xmemc_pagestore *pages)
{
	xmemc_index_drop_all(&pages->index);
	xmemc_stage_drain(pages->stage);
	store_free(pages);
}
