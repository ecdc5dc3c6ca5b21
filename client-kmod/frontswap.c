// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short cut for page-out past the block layer. A device takes pages in one of two
 * ways:
 *
 * - Together with the block device, for swap areas on it: a page of the area is the
 *   same page of the volume, whichever way it takes. So there is no index and no second
 *   copy, and a load that fails lets the kernel read the block device, which gives the
 *   data or an error. Pages that are read ahead are left to it, which gets them together.
 *   What the kernel writes by way of the block device meanwhile, because the stage was
 *   full or for a huge page, waits there for what is in flight from here (see stage.c).
 *   Another backend may have taken pages that we refused, and we are asked for all of
 *   them first; therefore @ours.
 * - Without the block device, for swap areas on anything else (foreign ones): pages lie
 *   by key in the slab. The kernel is told to write every page to its own device as
 *   well, so that the loss of an appliance costs time and nothing else. It has one
 *   switch for all areas; so while a foreign area can be served, those on our own
 *   devices go by the block layer, or their pages would be sent twice.
 *
 * A swap area is known by its type. Which device it is on is found out by the first
 * store, and is kept in @areas until swapoff.
 *
 * Contexts: store and load may sleep (store inside of reclaim); invalidate_page may
 * not, it is called with locks of the swap area and at times with interrupts off.
 * Lifetime: each call is a reader of @srcu; a device leaves @areas and waits for the
 * readers before its memory is freed. Locks: @lock for changes of @areas, @fronts and
 * @nr_foreign.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/swap.h>
#include "counters.h"
#include "dev.h"
#include "frontswap.h"
#include "iopool.h"
#include "pagestore.h"
#include "trace.h"
#include "xmem_hooks.h"

/* Files have pools from 0 on, see hooks-kmod/cleancache.c. */
#define FOREIGN_POOL	(-1)

/* Loads that are under way at a time, more of them wait. */
#define READS	64

/**
 * struct xmemc_frontswap - a device that takes pages
 * @list: in @fronts
 * @dev: the device
 * @foreign: it is for areas on other devices
 * @nr: pages of the block device
 * @ours: a bit for each page of it, whether we have taken it
 * @reads: requests for loads
 * @counters: what was done
 */
struct xmemc_frontswap {
	struct list_head list;
	struct xmemc_dev *dev;
	bool foreign;
	u64 nr;
	unsigned long *ours;
	struct xmemc_iopool reads;
	struct xmemc_counters __percpu *counters;
};

/*
 * What the stage has to know of us. It outlives the devices: pages that are stuck stay
 * in the stage until the device goes.
 */
static struct xmemc_stage_user stage_user = { .keep = true };

/* An area that is on no device of ours. */
#define ELSEWHERE ERR_PTR(-ENODEV)

DEFINE_STATIC_SRCU(srcu);
static DEFINE_SPINLOCK(lock);
static LIST_HEAD(fronts);
static unsigned int nr_foreign;
static struct xmemc_frontswap __rcu *areas[MAX_SWAPFILES];

static struct gendisk *disk_of(struct page *page)
{
	struct inode *inode = page_file_mapping(page)->host;

	return S_ISBLK(inode->i_mode) ? I_BDEV(inode)->bd_disk : NULL;
}

static struct xmemc_frontswap *find_area(unsigned int type, struct page *page)
{
	struct gendisk *disk = disk_of(page);
	struct xmemc_frontswap *front, *found = ELSEWHERE;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	list_for_each_entry(front, &fronts, list) {
		if (!front->foreign && disk && front->dev->block.disk == disk) {
			found = front;
			break;
		}
		if (front->foreign && IS_ERR(found))
			found = front;
	}
	rcu_assign_pointer(areas[type], found);
	spin_unlock_irqrestore(&lock, flags);
	return found;
}

static struct xmemc_frontswap *area(unsigned int type)
{
	struct xmemc_frontswap *front = srcu_dereference(areas[type], &srcu);

	return IS_ERR(front) ? NULL : front;
}

/* A new swap area: where it is, its first store tells. */
static void front_init(unsigned int type)
{
	rcu_assign_pointer(areas[type], NULL);
}

static struct xmemc_index_key key_of(unsigned int type)
{
	return (struct xmemc_index_key) { .pool = FOREIGN_POOL, .id = { type } };
}

static int foreign_store(struct xmemc_frontswap *front, unsigned int type, pgoff_t offset,
			 struct page *page)
{
	struct xmemc_index_key key = key_of(type);
	int ret;

	if (PageTransHuge(page))
		return -EINVAL;
	ret = xmemc_pagestore_put(front->dev->pages, &key, offset, page, XMEMC_INDEX_COLD, true,
				  front->counters);
	this_cpu_inc(front->counters->count[ret ? XMEMC_DROPS : XMEMC_STORES]);
	return ret;
}

static int foreign_load(struct xmemc_frontswap *front, unsigned int type, pgoff_t offset,
			struct page *page)
{
	struct xmemc_index_key key = key_of(type);

	return xmemc_pagestore_get(front->dev->pages, &key, offset, page, true,
				   front->counters);
}

static int own_store(struct xmemc_frontswap *front, pgoff_t offset, struct page *page)
{
	int ret;

	if (offset >= front->nr || PageTransHuge(page) || READ_ONCE(nr_foreign))
		return -EINVAL;
	ret = xmemc_stage_store(front->dev->stage, offset, page, &stage_user, true);
	if (ret) {
		this_cpu_inc(front->counters->count[XMEMC_DROPS]);
		return ret;
	}
	set_bit(offset, front->ours);
	this_cpu_inc(front->counters->count[XMEMC_STORES]);
	return 0;
}

static int front_store(unsigned int type, pgoff_t offset, struct page *page)
{
	struct xmemc_frontswap *front;
	ktime_t begin = ktime_get();
	int ret = -ENODEV, idx;

	idx = srcu_read_lock(&srcu);
	front = srcu_dereference(areas[type], &srcu);
	if (!front)
		front = find_area(type, page);
	if (!IS_ERR(front)) {
		ret = front->foreign ? foreign_store(front, type, offset, page) :
			own_store(front, offset, page);
		trace_xmemc_frontswap_store(front->dev->id, offset, ret);
		this_cpu_inc(front->counters->store[xmemc_latency_bucket(begin)]);
	}
	srcu_read_unlock(&srcu, idx);
	return ret ? -1 : 0;
}

/*
 * The kernel plugs its queue while it reads several pages around the one that is
 * wanted. By the block device they come together, in one request; here each of them
 * would be waited for.
 */
static bool reads_ahead(void)
{
	return current->plug;
}

static int own_load(struct xmemc_frontswap *front, pgoff_t offset, struct page *page)
{
	int ret;

	if (offset >= front->nr || !test_bit(offset, front->ours))
		return -ENOENT;
	this_cpu_inc(front->counters->count[XMEMC_LOADS]);
	if (!xmemc_stage_load(front->dev->stage, offset, page)) {
		this_cpu_inc(front->counters->count[XMEMC_STAGED]);
		this_cpu_inc(front->counters->count[XMEMC_HITS]);
		return 0;
	}
	if (reads_ahead()) {
		this_cpu_inc(front->counters->count[XMEMC_PASSED]);
		return -EAGAIN;
	}
	ret = xmemc_iopool_rw_page(&front->reads, XMEMC_OP_READ, (u64)offset << PAGE_SHIFT, page,
				   false);
	this_cpu_inc(front->counters->count[ret ? XMEMC_ERRORS : XMEMC_HITS]);
	return ret;
}

static int front_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct xmemc_frontswap *front;
	ktime_t begin = ktime_get();
	int ret = -ENODEV, idx;

	idx = srcu_read_lock(&srcu);
	front = area(type);
	if (front) {
		ret = front->foreign ? foreign_load(front, type, offset, page) :
			own_load(front, offset, page);
		trace_xmemc_frontswap_load(front->dev->id, offset, ret);
		this_cpu_inc(front->counters->load[xmemc_latency_bucket(begin)]);
	}
	srcu_read_unlock(&srcu, idx);
	return ret ? -1 : 0;
}

static void own_drop(struct xmemc_frontswap *front, pgoff_t offset)
{
	if (offset < front->nr && test_and_clear_bit(offset, front->ours))
		xmemc_stage_drop(front->dev->stage, offset);
}

static void front_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct xmemc_index_key key = key_of(type);
	struct xmemc_frontswap *front;
	int idx;

	idx = srcu_read_lock(&srcu);
	front = area(type);
	if (front && front->foreign)
		xmemc_index_drop(&front->dev->pages->index, &key, offset);
	else if (front)
		own_drop(front, offset);
	srcu_read_unlock(&srcu, idx);
}

static void front_invalidate_area(unsigned int type)
{
	struct xmemc_index_key key = key_of(type);
	struct xmemc_frontswap *front;
	unsigned long offset;
	int idx;

	idx = srcu_read_lock(&srcu);
	front = area(type);
	if (front && front->foreign)
		xmemc_index_drop_object(&front->dev->pages->index, &key);
	else if (front)
		for_each_set_bit(offset, front->ours, front->nr)
			own_drop(front, offset);
	rcu_assign_pointer(areas[type], NULL);
	srcu_read_unlock(&srcu, idx);
}

static const struct frontswap_ops front_ops = {
	.init = front_init,
	.store = front_store,
	.load = front_load,
	.invalidate_page = front_invalidate_page,
	.invalidate_area = front_invalidate_area,
};

static void front_free(struct xmemc_frontswap *front)
{
	xmemc_iopool_exit(&front->reads);
	free_percpu(front->counters);
	kvfree(front->ours);
	kfree(front);
}

static struct xmemc_frontswap *front_create(struct xmemc_dev *dev)
{
	struct xmemc_frontswap *front = kzalloc_obj(*front, GFP_KERNEL);
	unsigned int reads = min_t(u32, READS, dev->volume->depth);

	if (!front)
		return NULL;
	front->dev = dev;
	front->foreign = !(dev->interfaces & XMEM_INTERFACE_BLOCK);
	if (!front->foreign)
		front->nr = dev->slab_begin >> PAGE_SHIFT;
	front->ours = kvcalloc(BITS_TO_LONGS(front->nr) ?: 1, sizeof(long), GFP_KERNEL);
	front->counters = alloc_percpu(struct xmemc_counters);
	if (!front->ours || !front->counters ||
	    xmemc_iopool_init(&front->reads, dev->volume, reads, 1)) {
		front_free(front);
		return NULL;
	}
	return front;
}

/* Areas that were elsewhere may be here: look again. */
static void forget_elsewhere(void)
{
	unsigned int type;

	lockdep_assert_held(&lock);
	for (type = 0; type < MAX_SWAPFILES; type++)
		if (rcu_access_pointer(areas[type]) == ELSEWHERE)
			rcu_assign_pointer(areas[type], NULL);
}

static int front_add(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	struct xmemc_frontswap *front = front_create(dev);

	if (!front)
		return xmemc_refuse(why, -ENOMEM, "out of memory for frontswap");
	dev->frontswap = front;
	spin_lock_irq(&lock);
	list_add_tail(&front->list, &fronts);
	WRITE_ONCE(nr_foreign, nr_foreign + front->foreign);
	/* before the first page can come */
	frontswap_writethrough(nr_foreign);
	forget_elsewhere();
	spin_unlock_irq(&lock);
	return 0;
}

static void front_del(struct xmemc_dev *dev)
{
	struct xmemc_frontswap *front = dev->frontswap;
	unsigned int type;

	spin_lock_irq(&lock);
	list_del(&front->list);
	for (type = 0; type < MAX_SWAPFILES; type++)
		if (rcu_access_pointer(areas[type]) == front)
			rcu_assign_pointer(areas[type], ELSEWHERE);
	WRITE_ONCE(nr_foreign, nr_foreign - front->foreign);
	spin_unlock_irq(&lock);
	synchronize_srcu(&srcu);
	spin_lock_irq(&lock);
	/* after the last page was taken */
	frontswap_writethrough(nr_foreign);
	spin_unlock_irq(&lock);
	dev->frontswap = NULL;
	front_free(front);
}

static void front_sum(const struct xmemc_dev *dev, struct xmemc_counters *sum)
{
	xmemc_counters_sum(dev->frontswap->counters, sum);
}

const struct xmemc_interface xmemc_frontswap_interface = {
	.name = "frontswap",
	.shares = true,
	.staged = true,
	.forgetful = true,
	.add = front_add,
	.del = front_del,
	.sum = front_sum,
};

/**
 * xmemc_frontswap_module_init() - begin to hear of swap areas
 *
 * Return: 0, or -EBUSY if another module serves frontswap by the same hooks.
 */
int xmemc_frontswap_module_init(void)
{
	return xmem_hooks_set_frontswap(&front_ops);
}

/**
 * xmemc_frontswap_module_exit() - end it; no device is left
 */
void xmemc_frontswap_module_exit(void)
{
	xmem_hooks_clear_frontswap();
}
