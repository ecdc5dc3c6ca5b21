// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the page cache pays for cleancache: the first pages of @file are put and got by
 * the kernel's own entry points, __cleancache_put_page() and __cleancache_get_page(), as
 * reclaim and read-ahead do. Loading the module measures; the parameters ns and ops show
 * the outcome until it is unloaded.
 *
 * Puts come in bursts, as long as the stage has room, with a pause after each until
 * everything is written; only the puts are timed, with interrupts off as in reclaim. A
 * get is timed when nothing is staged any more, so that it reads from the appliance.
 * For machines without high memory.
 */
#include <linux/cleancache.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/vmalloc.h>

#define BURST		64
#define MAX_OPS		1000000
/* More than soft RDMA needs for a burst; sleeping costs no time that is counted. */
#define PAUSE_MS	200

static char *file;
module_param(file, charp, 0444);
MODULE_PARM_DESC(file, "a file of at least 64 pages on a file system with cleancache");

static bool load;
module_param(load, bool, 0444);
MODULE_PARM_DESC(load, "measure gets instead of puts");

static unsigned int count = 2048;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "operations to measure, in bursts of 64");

static unsigned long long ns;
module_param(ns, ullong, 0444);
MODULE_PARM_DESC(ns, "outcome: nanoseconds for all operations");

static unsigned int ops;
module_param(ops, uint, 0444);
MODULE_PARM_DESC(ops, "outcome: operations measured");

static struct page *pages[BURST];
static void *copy;

static void account(ktime_t begin)
{
	ns += ktime_to_ns(ktime_sub(ktime_get(), begin));
	ops++;
}

static void put_burst(bool timed)
{
	unsigned long flags;
	unsigned int i;
	ktime_t begin;

	for (i = 0; i < BURST; i++) {
		lock_page(pages[i]);
		local_irq_save(flags);
		begin = ktime_get();
		__cleancache_put_page(pages[i]);
		if (timed)
			account(begin);
		local_irq_restore(flags);
		unlock_page(pages[i]);
	}
	msleep(PAUSE_MS);
}

/* The page is in the page cache for everybody: it has to get its own content back. */
static int get_one(unsigned int i, bool timed)
{
	void *data = page_address(pages[i]);
	ktime_t begin;
	int ret;

	lock_page(pages[i]);
	clear_page(data);
	begin = ktime_get();
	ret = __cleancache_get_page(pages[i]);
	if (timed)
		account(begin);
	if (!ret && memcmp(data, copy + i * PAGE_SIZE, PAGE_SIZE))
		ret = -EILSEQ;
	memcpy(data, copy + i * PAGE_SIZE, PAGE_SIZE);
	unlock_page(pages[i]);
	return ret;
}

static int measure(struct address_space *mapping)
{
	unsigned int round, i;
	int ret = 0;

	for (round = 0; !ret && round <= count / BURST; round++) {
		/* the first round warms up */
		put_burst(round && !load);
		for (i = 0; !ret && i < BURST; i++)
			ret = get_one(i, round && load);
	}
	for (i = 0; i < BURST; i++) {
		lock_page(pages[i]);
		__cleancache_invalidate_page(mapping, pages[i]);
		unlock_page(pages[i]);
	}
	return ret;
}

static int read_pages(struct address_space *mapping)
{
	unsigned int i;

	for (i = 0; i < BURST; i++) {
		struct page *page = read_mapping_page(mapping, i, NULL);

		if (IS_ERR(page))
			return PTR_ERR(page);
		pages[i] = page;
		memcpy(copy + i * PAGE_SIZE, page_address(page), PAGE_SIZE);
	}
	return 0;
}

static int measure_file(struct file *f)
{
	unsigned int i;
	int ret = -EOPNOTSUPP;

	if (file_inode(f)->i_sb->cleancache_poolid >= 0)
		ret = read_pages(f->f_mapping);
	if (!ret)
		ret = measure(f->f_mapping);
	for (i = 0; i < BURST && pages[i]; i++)
		put_page(pages[i]);
	return ret;
}

static int __init xmem_cache_hook_init(void)
{
	struct file *f;
	int ret;

	if (!file || count < BURST || count > MAX_OPS)
		return -EINVAL;
	copy = vmalloc(BURST * PAGE_SIZE);
	if (!copy)
		return -ENOMEM;
	f = filp_open(file, O_RDONLY, 0);
	ret = PTR_ERR_OR_ZERO(f);
	if (!ret) {
		ret = measure_file(f);
		fput(f);
	}
	vfree(copy);
	if (ret)
		pr_err("xmem_cache_hook: failed (error %d)\n", ret);
	return ret ? -EIO : 0;
}

static void __exit xmem_cache_hook_exit(void)
{
}

module_init(xmem_cache_hook_init);
module_exit(xmem_cache_hook_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cost of cleancache for its caller");
