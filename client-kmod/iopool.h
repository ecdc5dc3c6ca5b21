/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests for interfaces that have no memory of their own for them, as blk-mq has.
 * All of them are made when the pool is, none later: a mempool whose allocator
 * gives nothing any more.
 */
#ifndef _XMEMC_IOPOOL_H
#define _XMEMC_IOPOOL_H

#include <linux/mempool.h>
#include "volume.h"

/**
 * struct xmemc_iopool - requests of a volume
 * @pool: the requests that are free
 * @volume: what they are for
 * @segs: as for xmemc_io_size()
 * @live: nothing is allocated any more
 */
struct xmemc_iopool {
	mempool_t pool;
	struct xmemc_volume *volume;
	unsigned int segs;
	bool live;
};

int xmemc_iopool_init(struct xmemc_iopool *pool, struct xmemc_volume *volume, unsigned int nr,
		      unsigned int segs);
void xmemc_iopool_exit(struct xmemc_iopool *pool);
struct xmemc_io *xmemc_iopool_get(struct xmemc_iopool *pool);
void xmemc_iopool_put(struct xmemc_iopool *pool, struct xmemc_io *io);
int xmemc_iopool_rw_page(struct xmemc_iopool *pool, enum xmemc_op op, u64 offset,
			 struct page *page, bool impatient);

#endif /* _XMEMC_IOPOOL_H */
