/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages on their way out. A store copies a page here, sends it and is done for its
 * caller, who needs to wait for nobody and may be atomic; until the appliance's
 * network card has acknowledged it, the page is read from here.
 */
#ifndef _XMEMC_STAGE_H
#define _XMEMC_STAGE_H

#include <linux/wait.h>
#include "volume.h"

#define XMEMC_STAGE_SIZE	SZ_4M
#define XMEMC_STAGE_SIZE_MAX	SZ_1G

struct xmemc_staged;

/**
 * struct xmemc_stage_user - somebody who stores pages
 * @keep: a page that cannot be written stays in the stage until it can, or is dropped
 * @left: a page has left the stage: written (0), not written (negative errno), or
 *	replaced by a newer one of the same slot; nothing of it is in flight any more;
 *	any context; may be NULL
 */
struct xmemc_stage_user {
	bool keep;
	void (*left)(struct xmemc_stage_user *user, u64 slot, int error);
};

/**
 * struct xmemc_stage_stats - what a stage has done
 * @size: buffers there are
 * @used: buffers in use now
 * @stored: pages taken
 * @served: loads served
 * @full: stores refused for lack of a buffer
 * @waits: stores that waited for a buffer
 * @stuck: pages that could not be written and wait for the appliance now
 */
struct xmemc_stage_stats {
	u64 size;
	u64 used;
	u64 stored;
	u64 served;
	u64 full;
	u64 waits;
	u64 stuck;
};

/**
 * struct xmemc_stage - a pool of page buffers and what they hold
 * @volume: where the pages go
 * @staged: all buffers
 * @size: how many
 * @staged_size: bytes of an element of @staged
 * @bits: log2 of the number of @buckets
 * @buckets: by slot, each with a lock of its own
 * @indexed: slots that have something in the index; lets others pass quickly
 * @lock: protects @free, @used and @resting; innermost but for the volume's
 * @free: buffers that hold nothing
 * @used: buffers that are not in @free
 * @resting: those of them that are stuck
 * @wait: where stores wait for a buffer
 * @retry: sends again what could not be written
 * @stats: counters, approximate
 */
struct xmemc_stage {
	struct xmemc_volume *volume;
	void *staged;
	unsigned int size;
	size_t staged_size;
	unsigned int bits;
	struct xmemc_stage_bucket *buckets;
	atomic_t indexed;
	spinlock_t lock;	/* free, used, resting */
	struct list_head free;
	unsigned int used;
	unsigned int resting;
	wait_queue_head_t wait;
	struct delayed_work retry;
	struct xmemc_stage_stats __percpu *stats;
};

struct xmemc_stage *xmemc_stage_create(struct xmemc_volume *volume);
void xmemc_stage_drain(struct xmemc_stage *stage);
void xmemc_stage_destroy(struct xmemc_stage *stage);
int xmemc_stage_store(struct xmemc_stage *stage, u64 slot, struct page *page,
		      struct xmemc_stage_user *user, bool may_wait);
int xmemc_stage_load(struct xmemc_stage *stage, u64 slot, struct page *page);
void xmemc_stage_drop(struct xmemc_stage *stage, u64 slot);
void xmemc_stage_submit(struct xmemc_stage *stage, struct xmemc_io *io);
void xmemc_stage_kick(struct xmemc_stage *stage);
void xmemc_stage_stats(struct xmemc_stage *stage, struct xmemc_stage_stats *sum);

#endif /* _XMEMC_STAGE_H */
