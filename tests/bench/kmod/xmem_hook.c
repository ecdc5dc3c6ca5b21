// SPDX-License-Identifier: GPL-2.0-only
/*
 * What page-out and page-in cost their caller by way of frontswap: pages of our own
 * are dressed as pages of the swap cache and go through the kernel's own entry points,
 * __frontswap_store() and __frontswap_load(). Swap area @type has to be on, and to be
 * used by nobody else. Loading the module measures; the parameters ns and ops show the
 * outcome until it is unloaded.
 *
 * Stores come in bursts, as long as the stage has room, with a pause after each until
 * everything is written; only the stores are timed. A load is timed when nothing is
 * staged any more, so that it reads from the appliance.
 */
#include <linux/delay.h>
#include <linux/frontswap.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#define BURST		64
#define MAX_OPS		1000000
/* More than soft RDMA needs for a burst; sleeping costs no time that is counted. */
#define PAUSE_MS	200

static bool load;
module_param(load, bool, 0444);
MODULE_PARM_DESC(load, "measure loads instead of stores");

static unsigned int type;
module_param(type, uint, 0444);
MODULE_PARM_DESC(type, "number of the swap area");

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

/* The swap area's first page is its header. */
static void dress(struct page *page, unsigned int i)
{
	set_page_private(page, swp_entry(type, 1 + i).val);
	lock_page(page);
	SetPageSwapBacked(page);
	SetPageSwapCache(page);
}

static void undress(struct page *page)
{
	ClearPageSwapCache(page);
	ClearPageSwapBacked(page);
	unlock_page(page);
	set_page_private(page, 0);
}

static void fill(struct page *page, unsigned int round, unsigned int i)
{
	memset32(page_address(page), (round + 1) * BURST + i, PAGE_SIZE / sizeof(u32));
}

static bool is_filled(struct page *page, unsigned int round, unsigned int i)
{
	const u32 *word = page_address(page);

	return word[0] == (round + 1) * BURST + i && word[PAGE_SIZE / 4 - 1] == word[0];
}

static int store_burst(unsigned int round, bool timed)
{
	unsigned int i;
	ktime_t begin;
	int ret = 0;

	for (i = 0; i < BURST && !ret; i++) {
		fill(pages[i], round, i);
		begin = ktime_get();
		ret = __frontswap_store(pages[i]);
		if (timed) {
			ns += ktime_to_ns(ktime_sub(ktime_get(), begin));
			ops++;
		}
	}
	msleep(PAUSE_MS);
	return ret;
}

static int load_burst(unsigned int round)
{
	unsigned int i;
	ktime_t begin;
	int ret = 0;

	for (i = 0; i < BURST && !ret; i++) {
		fill(pages[i], UINT_MAX / BURST - 2, i);
		begin = ktime_get();
		ret = __frontswap_load(pages[i]);
		ns += ktime_to_ns(ktime_sub(ktime_get(), begin));
		ops++;
		if (!ret && !is_filled(pages[i], round, i))
			ret = -EILSEQ;
	}
	return ret;
}

static int measure(void)
{
	unsigned int round, i;
	int ret = 0;

	for (i = 0; i < BURST; i++)
		dress(pages[i], i);
	for (round = 0; !ret && round <= count / BURST; round++) {
		/* the first round warms up */
		ret = store_burst(round, round && !load);
		if (!ret && load && round)
			ret = load_burst(round);
	}
	for (i = 0; i < BURST; i++) {
		__frontswap_invalidate_page(type, 1 + i);
		undress(pages[i]);
	}
	return ret;
}

static void free_all(void)
{
	unsigned int i;

	for (i = 0; i < BURST && pages[i]; i++)
		put_page(pages[i]);
}

static int __init xmem_hook_init(void)
{
	unsigned int i;
	int ret;

	if (count < BURST || count > MAX_OPS)
		return -EINVAL;
	for (i = 0; i < BURST; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i]) {
			free_all();
			return -ENOMEM;
		}
	}
	ret = measure();
	if (ret)
		pr_err("xmem_hook: failed (error %d)\n", ret);
	free_all();
	return ret ? -EIO : 0;
}

static void __exit xmem_hook_exit(void)
{
}

module_init(xmem_hook_init);
module_exit(xmem_hook_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cost of frontswap for its caller");
