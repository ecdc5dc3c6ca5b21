// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of files that the kernel reclaims are put here, and come back when they are
 * read again: then they are here no more, for the page cache has them. It is a cache:
 * whatever goes wrong is a miss, and a page that cannot be kept or read is forgotten,
 * so that no older copy of it ever comes back.
 *
 * Where a page lies is known by the index alone. A slot is stored to once between two
 * times that it is free: a page that is put again gets another slot. So what leaves the
 * stage tells about the page that the index has for the slot, if it still has one.
 *
 * Holds of a slot (see slab.h): the index, until the page is taken out; the stage, from
 * the put until cache_left(); a get, while it reads.
 *
 * When the region's content is lost (cache_forget()), the index is emptied before
 * anything is read from the new one. A get that has taken its page out of the index
 * before that looks at @contents once more after it has read.
 *
 * Contexts: put and invalidate_page come with interrupts off and the lock of the page
 * cache held; get sleeps. The kernel calls for one page one at a time. Lifetime: calls
 * come through xmem_hooks, which lets us go when none is inside.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "counters.h"
#include "dev.h"
#include "index.h"
#include "iopool.h"
#include "xmem_hooks.h"

/* Gets that read at a time, more of them wait. */
#define READS		64
/* How many pages a file has at least on average, if all slots are to be of use. */
#define FILE_PAGES	4
/* Pages that are thrown away for a new one before that one is given up. */
#define EVICT_TRIES	4

/**
 * struct xmemc_cleancache - the cache
 * @dev: the device
 * @begin: where the slab begins, in pages of the volume
 * @slab: the slots
 * @index: what lies in them
 * @reads: requests for gets
 * @user: as such we are known to the stage
 * @contents: grows when the content of the slots is lost
 * @counters: what was done
 */
struct xmemc_cleancache {
	struct xmemc_dev *dev;
	u64 begin;
	struct xmemc_slab slab;
	struct xmemc_index index;
	struct xmemc_iopool reads;
	struct xmemc_stage_user user;
	unsigned int contents;
	struct xmemc_counters __percpu *counters;
};

/* Set before the hooks are ours, and cleared after they were. */
static struct xmemc_cleancache *active;

static struct xmemc_index_key key_of(int pool, const struct cleancache_filekey *file)
{
	struct xmemc_index_key key = { .pool = pool };

	static_assert(sizeof(key.id) == sizeof(file->u.key));
	memcpy(key.id, file->u.key, sizeof(key.id));
	return key;
}

static void count(struct xmemc_cleancache *cache, enum xmemc_count what)
{
	this_cpu_inc(cache->counters->count[what]);
}

/* Nobody will want the slot's page any more; the hold of the index is given back. */
static void cache_removed(struct xmemc_index *index, u32 slot)
{
	struct xmemc_cleancache *cache = container_of(index, struct xmemc_cleancache, index);

	xmemc_stage_drop(cache->dev->stage, cache->begin + slot);
	xmemc_slab_put(&cache->slab, slot);
}

/* The stage is done with a slot. */
static void cache_left(struct xmemc_stage_user *user, u64 page, int error)
{
	struct xmemc_cleancache *cache = container_of(user, struct xmemc_cleancache, user);
	u32 slot = page - cache->begin;

	if (error)
		count(cache, XMEMC_ERRORS);
	xmemc_index_settle(&cache->index, slot, !error);
	xmemc_slab_put(&cache->slab, slot);
}

static bool make_room(struct xmemc_cleancache *cache)
{
	if (!xmemc_index_evict(&cache->index))
		return false;
	count(cache, XMEMC_DROPS);
	return true;
}

/* A page that was thrown away may be in flight, so that its slot is not free yet. */
static u32 slot_get(struct xmemc_cleancache *cache)
{
	u32 slot = xmemc_slab_alloc(&cache->slab);
	unsigned int try;

	for (try = 0; slot == XMEMC_SLAB_NONE && try < EVICT_TRIES && make_room(cache); try++)
		slot = xmemc_slab_alloc(&cache->slab);
	return slot;
}

/* A page that was thrown away may be the last one of its file. */
static int insert(struct xmemc_cleancache *cache, u32 slot, const struct xmemc_index_key *key,
		  pgoff_t number, enum xmemc_index_heat heat)
{
	int ret = xmemc_index_insert(&cache->index, slot, key, number, heat);
	unsigned int try;

	for (try = 0; ret && try < EVICT_TRIES && make_room(cache); try++)
		ret = xmemc_index_insert(&cache->index, slot, key, number, heat);
	return ret;
}

/* An older copy is gone in any case. */
static int put(struct xmemc_cleancache *cache, const struct xmemc_index_key *key,
	       pgoff_t number, struct page *page)
{
	enum xmemc_index_heat heat = PageActive(page) || PageWorkingset(page) ?
		XMEMC_INDEX_HOT : XMEMC_INDEX_COLD;
	u32 slot = XMEMC_SLAB_NONE;
	int ret;

	/* what cannot be sent would take the place of what can be, as long as that lasts */
	if (xmemc_volume_state(cache->dev->volume) == XMEM_DEV_STATE_LIVE)
		slot = slot_get(cache);
	if (slot == XMEMC_SLAB_NONE) {
		xmemc_index_drop(&cache->index, key, number);
		return -EBUSY;
	}
	/*
	 * In the index first: what leaves the stage has to be found there. Nobody gets the
	 * page yet, but it may be thrown away, so the stage has its hold before.
	 */
	xmemc_slab_hold(&cache->slab, slot);
	ret = insert(cache, slot, key, number, heat);
	if (ret) {
		xmemc_slab_put(&cache->slab, slot);
	} else {
		ret = xmemc_stage_store(cache->dev->stage, cache->begin + slot, page,
					&cache->user, false);
		if (ret)
			xmemc_index_settle(&cache->index, slot, false);
	}
	if (ret)
		xmemc_slab_put(&cache->slab, slot);
	return ret;
}

static void cache_put_page(int pool, struct cleancache_filekey file, pgoff_t number,
			   struct page *page)
{
	struct xmemc_index_key key = key_of(pool, &file);
	struct xmemc_cleancache *cache = active;
	ktime_t begin = ktime_get();

	count(cache, put(cache, &key, number, page) ? XMEMC_DROPS : XMEMC_STORES);
	this_cpu_inc(cache->counters->store[xmemc_latency_bucket(begin)]);
}

static int read_slot(struct xmemc_cleancache *cache, u32 slot, struct page *page,
		     unsigned int contents)
{
	int ret;

	if (!xmemc_stage_load(cache->dev->stage, cache->begin + slot, page)) {
		count(cache, XMEMC_STAGED);
		return 0;
	}
	/* has left the stage, but not for the appliance */
	if (!xmemc_index_written(&cache->index, slot))
		return -EIO;
	ret = xmemc_iopool_rw_page(&cache->reads, XMEMC_OP_READ,
				   (cache->begin + slot) << PAGE_SHIFT, page, true);
	/* who was sent on a new connection sees what was done before it */
	if (!ret && READ_ONCE(cache->contents) != contents)
		ret = -EIO;
	return ret;
}

static int get(struct xmemc_cleancache *cache, const struct xmemc_index_key *key,
	       pgoff_t number, struct page *page)
{
	/* before the page is taken, see cache_forget() */
	unsigned int contents = smp_load_acquire(&cache->contents);
	u32 slot = xmemc_index_take(&cache->index, key, number);
	int ret;

	count(cache, XMEMC_LOADS);
	if (slot == XMEMC_SLAB_NONE) {
		count(cache, XMEMC_MISSES);
		return -ENOENT;
	}
	ret = read_slot(cache, slot, page, contents);
	count(cache, ret ? XMEMC_ERRORS : XMEMC_HITS);
	cache_removed(&cache->index, slot);
	return ret;
}

static int cache_get_page(int pool, struct cleancache_filekey file, pgoff_t number,
			  struct page *page)
{
	struct xmemc_index_key key = key_of(pool, &file);
	struct xmemc_cleancache *cache = active;
	ktime_t begin = ktime_get();
	int ret;

	ret = get(cache, &key, number, page);
	this_cpu_inc(cache->counters->load[xmemc_latency_bucket(begin)]);
	return ret ? -1 : 0;
}

static void cache_invalidate_page(int pool, struct cleancache_filekey file, pgoff_t number)
{
	struct xmemc_index_key key = key_of(pool, &file);

	xmemc_index_drop(&active->index, &key, number);
}

static void cache_invalidate_inode(int pool, struct cleancache_filekey file)
{
	struct xmemc_index_key key = key_of(pool, &file);

	xmemc_index_drop_object(&active->index, &key);
}

static void cache_invalidate_fs(int pool)
{
	xmemc_index_drop_pool(&active->index, pool);
}

static const struct cleancache_ops cache_ops = {
	.get_page = cache_get_page,
	.put_page = cache_put_page,
	.invalidate_page = cache_invalidate_page,
	.invalidate_inode = cache_invalidate_inode,
	.invalidate_fs = cache_invalidate_fs,
};

static void cache_free(struct xmemc_cleancache *cache)
{
	xmemc_iopool_exit(&cache->reads);
	xmemc_index_exit(&cache->index);
	xmemc_slab_exit(&cache->slab);
	free_percpu(cache->counters);
	kfree(cache);
}

static struct xmemc_cleancache *cache_create(struct xmemc_dev *dev)
{
	struct xmemc_cleancache *cache = kzalloc_obj(*cache, GFP_KERNEL);
	u32 nr;

	if (!cache)
		return NULL;
	cache->dev = dev;
	cache->begin = dev->slab_begin >> PAGE_SHIFT;
	cache->user.left = cache_left;
	cache->index.removed = cache_removed;
	cache->counters = alloc_percpu(struct xmemc_counters);
	nr = min_t(u64, (dev->volume->geo.size >> PAGE_SHIFT) - cache->begin, XMEMC_SLAB_MAX);
	if (!cache->counters || xmemc_slab_init(&cache->slab, nr) ||
	    xmemc_index_init(&cache->index, &cache->slab, DIV_ROUND_UP(nr, FILE_PAGES)) ||
	    xmemc_iopool_init(&cache->reads, dev->volume, min_t(u32, READS, dev->volume->depth),
			      1)) {
		cache_free(cache);
		return NULL;
	}
	return cache;
}

static int cache_add(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	struct xmemc_cleancache *cache = cache_create(dev);

	if (!cache)
		return xmemc_refuse(why, -ENOMEM, "out of memory for cleancache");
	if (cmpxchg(&active, NULL, cache)) {
		cache_free(cache);
		return xmemc_refuse(why, -EBUSY, "cleancache is served by another device");
	}
	/* there is nothing to forget before */
	smp_store_release(&dev->cleancache, cache);
	xmem_hooks_set_cleancache(&cache_ops);
	return 0;
}

static void cache_del(struct xmemc_dev *dev)
{
	struct xmemc_cleancache *cache = dev->cleancache;

	xmem_hooks_clear_cleancache();
	WRITE_ONCE(active, NULL);
	xmemc_index_drop_all(&cache->index);
	xmemc_stage_drain(dev->stage);
	dev->cleancache = NULL;
	cache_free(cache);
}

static void cache_sum(const struct xmemc_dev *dev, struct xmemc_counters *sum)
{
	xmemc_counters_sum(dev->cleancache->counters, sum);
}

/*
 * Sleeps; nothing can be posted to the leg in question. A page that is put meanwhile
 * may stay: it is written after this. A get that sees the new @contents finds none of
 * the old pages; one that saw the old @contents does not trust what it reads.
 */
static void cache_forget(struct xmemc_dev *dev)
{
	struct xmemc_cleancache *cache = smp_load_acquire(&dev->cleancache);

	if (!cache)
		return;
	xmemc_index_drop_all(&cache->index);
	smp_store_release(&cache->contents, cache->contents + 1);
}

const struct xmemc_interface xmemc_cleancache_interface = {
	.name = "cleancache",
	.shares = true,
	.staged = true,
	.add = cache_add,
	.del = cache_del,
	.sum = cache_sum,
	.forget = cache_forget,
};
