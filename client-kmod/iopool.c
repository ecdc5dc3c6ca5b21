// SPDX-License-Identifier: GPL-2.0-only
#include <linux/completion.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include "iopool.h"

static void *element_alloc(gfp_t gfp, void *data)
{
	struct xmemc_iopool *pool = data;
	struct xmemc_io *io;

	if (pool->live)
		return NULL;
	io = kzalloc(xmemc_io_size(pool->volume, pool->segs), gfp);
	if (io)
		xmemc_io_init(io, pool->volume, pool->segs);
	return io;
}

static void element_free(void *element, void *data)
{
	xmemc_io_exit(element);
	kfree(element);
}

/**
 * xmemc_iopool_init() - make all requests of a pool
 * @pool: zeroed memory
 * @volume: a connected volume
 * @nr: how many
 * @segs: as for xmemc_io_size()
 *
 * Return: 0 or -ENOMEM.
 */
int xmemc_iopool_init(struct xmemc_iopool *pool, struct xmemc_volume *volume, unsigned int nr,
		      unsigned int segs)
{
	int ret;

	pool->volume = volume;
	pool->segs = segs;
	ret = mempool_init(&pool->pool, nr, element_alloc, element_free, pool);
	pool->live = true;
	return ret;
}

/**
 * xmemc_iopool_exit() - free the requests
 * @pool: the pool, all of whose requests were given back, or zeroed memory
 */
void xmemc_iopool_exit(struct xmemc_iopool *pool)
{
	mempool_exit(&pool->pool);
}

/**
 * xmemc_iopool_get() - a request to use
 * @pool: the pool
 *
 * Sleeps until one is free.
 *
 * Return: the request, with @queue set and @impatient cleared.
 */
struct xmemc_io *xmemc_iopool_get(struct xmemc_iopool *pool)
{
	struct xmemc_io *io = mempool_alloc(&pool->pool, GFP_NOIO);

	io->queue = raw_smp_processor_id() % pool->volume->queues;
	io->impatient = false;
	return io;
}

/**
 * xmemc_iopool_put() - give a request back
 * @pool: the pool
 * @io: the request, not in flight; any context
 */
void xmemc_iopool_put(struct xmemc_iopool *pool, struct xmemc_io *io)
{
	mempool_free(io, &pool->pool);
}

struct waiter {
	struct completion over;
	int error;
};

static void wake_waiter(struct xmemc_io *io, int error)
{
	struct waiter *waiter = io->owner;

	waiter->error = error;
	complete(&waiter->over);
}

/**
 * xmemc_iopool_rw_page() - read or write a page and wait for it
 * @pool: the pool
 * @op: XMEMC_OP_READ or XMEMC_OP_WRITE
 * @offset: place in the volume, a multiple of the page size inside of it
 * @page: the data
 * @impatient: fail at once when the appliance is not there
 *
 * Sleeps, at most for the volume's deadline. The page may have been written to in
 * part when a read fails.
 *
 * Return: 0 or -EIO.
 */
int xmemc_iopool_rw_page(struct xmemc_iopool *pool, enum xmemc_op op, u64 offset,
			 struct page *page, bool impatient)
{
	struct xmemc_io *io = xmemc_iopool_get(pool);
	struct waiter waiter;

	init_completion(&waiter.over);
	io->done = wake_waiter;
	io->owner = &waiter;
	io->impatient = impatient;
	io->op = op;
	io->offset = offset;
	io->length = PAGE_SIZE;
	io->segs[0] = (struct bio_vec) { .bv_page = page, .bv_len = PAGE_SIZE };
	io->nr_segs = 1;
	xmemc_volume_submit(io);
	wait_for_completion_io(&waiter.over);
	xmemc_iopool_put(pool, io);
	return waiter.error;
}
