/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages by key in the slab of a device: what cleancache and foreign swap areas have
 * in common. Whatever goes wrong is a miss, and a page that cannot be kept or read is
 * forgotten, so that no older copy of it ever comes back.
 */
#ifndef _XMEMC_PAGESTORE_H
#define _XMEMC_PAGESTORE_H

#include "counters.h"
#include "index.h"
#include "iopool.h"
#include "slab.h"
#include "stage.h"

/**
 * struct xmemc_pagestore - the pages of a device
 * @volume: where they lie
 * @stage: where they go through
 * @begin: where the slab begins, in pages of the volume
 * @slab: the slots
 * @index: what lies in them
 * @reads: requests for gets
 * @user: as such it is known to the stage
 * @contents: grows when the content of the slots is lost
 */
struct xmemc_pagestore {
	struct xmemc_volume *volume;
	struct xmemc_stage *stage;
	u64 begin;
	struct xmemc_slab slab;
	struct xmemc_index index;
	struct xmemc_iopool reads;
	struct xmemc_stage_user user;
	unsigned int contents;
};

struct xmemc_pagestore *xmemc_pagestore_create(struct xmemc_volume *volume,
					       struct xmemc_stage *stage, u64 begin);
void xmemc_pagestore_destroy(struct xmemc_pagestore *pages);
int xmemc_pagestore_put(struct xmemc_pagestore *pages, const struct xmemc_index_key *key,
			u64 number, struct page *page, enum xmemc_index_heat heat,
			bool may_wait, struct xmemc_counters __percpu *counters);
int xmemc_pagestore_get(struct xmemc_pagestore *pages, const struct xmemc_index_key *key,
			u64 number, struct page *page, bool keep,
			struct xmemc_counters __percpu *counters);
void xmemc_pagestore_forget(struct xmemc_pagestore *pages);

#endif /* _XMEMC_PAGESTORE_H */
