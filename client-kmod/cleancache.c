// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of files that the kernel reclaims are put here, and come back when they are
 * read again: then they are here no more, for the page cache has them. It is a cache:
 * whatever goes wrong is a miss (see pagestore.c).
 *
 * Contexts: put and invalidate_page come with interrupts off and the lock of the page
 * cache held; get sleeps. The kernel calls for one page one at a time. Lifetime: calls
 * come through xmem_hooks, which lets us go when none is inside.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "dev.h"
#include "pagestore.h"
#include "trace.h"
#include "xmem_hooks.h"

/**
 * struct xmemc_cleancache - the cache
 * @dev: the device
 * @pages: what is in it
 * @counters: what was done
 */
struct xmemc_cleancache {
	struct xmemc_dev *dev;
	struct xmemc_pagestore *pages;
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

static void cache_put_page(int pool, struct cleancache_filekey file, pgoff_t number,
			   struct page *page)
{
	struct xmemc_index_key key = key_of(pool, &file);
	struct xmemc_cleancache *cache = active;
	enum xmemc_index_heat heat = PageActive(page) || PageWorkingset(page) ?
		XMEMC_INDEX_HOT : XMEMC_INDEX_COLD;
	ktime_t begin = ktime_get();
	int ret;

	ret = xmemc_pagestore_put(cache->pages, &key, number, page, heat, false, cache->counters);
	this_cpu_inc(cache->counters->count[ret ? XMEMC_DROPS : XMEMC_STORES]);
	trace_xmemc_cleancache_put(cache->dev->id, number, ret);
	this_cpu_inc(cache->counters->store[xmemc_latency_bucket(begin)]);
}

static int cache_get_page(int pool, struct cleancache_filekey file, pgoff_t number,
			  struct page *page)
{
	struct xmemc_index_key key = key_of(pool, &file);
	struct xmemc_cleancache *cache = active;
	ktime_t begin = ktime_get();
	int ret;

	ret = xmemc_pagestore_get(cache->pages, &key, number, page, false, cache->counters);
	trace_xmemc_cleancache_get(cache->dev->id, number, ret);
	this_cpu_inc(cache->counters->load[xmemc_latency_bucket(begin)]);
	return ret ? -1 : 0;
}

static void cache_invalidate_page(int pool, struct cleancache_filekey file, pgoff_t number)
{
	struct xmemc_index_key key = key_of(pool, &file);

	xmemc_index_drop(&active->pages->index, &key, number);
}

static void cache_invalidate_inode(int pool, struct cleancache_filekey file)
{
	struct xmemc_index_key key = key_of(pool, &file);

	xmemc_index_drop_object(&active->pages->index, &key);
}

static void cache_invalidate_fs(int pool)
{
	xmemc_index_drop_pool(&active->pages->index, pool);
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
	free_percpu(cache->counters);
	kfree(cache);
}

static int cache_add(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	struct xmemc_cleancache *cache = kzalloc_obj(*cache, GFP_KERNEL);

	if (!cache)
		return xmemc_refuse(why, -ENOMEM, "out of memory for cleancache");
	cache->dev = dev;
	cache->pages = dev->pages;
	cache->counters = alloc_percpu(struct xmemc_counters);
	if (!cache->counters) {
		cache_free(cache);
		return xmemc_refuse(why, -ENOMEM, "out of memory for cleancache");
	}
	if (cmpxchg(&active, NULL, cache)) {
		cache_free(cache);
		return xmemc_refuse(why, -EBUSY, "cleancache is served by another device");
	}
	dev->cleancache = cache;
	xmem_hooks_set_cleancache(&cache_ops);
	return 0;
}

/* The device is on its way out, and what it has stored with it. */
static void cache_del(struct xmemc_dev *dev)
{
	xmem_hooks_clear_cleancache();
	WRITE_ONCE(active, NULL);
	cache_free(dev->cleancache);
	dev->cleancache = NULL;
}

static void cache_sum(const struct xmemc_dev *dev, struct xmemc_counters *sum)
{
	xmemc_counters_sum(dev->cleancache->counters, sum);
}

const struct xmemc_interface xmemc_cleancache_interface = {
	.name = "cleancache",
	.shares = true,
	.staged = true,
	.add = cache_add,
	.del = cache_del,
	.sum = cache_sum,
	.forgetful = true,
};
