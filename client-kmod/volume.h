/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A volume is an attached allocation: legs under a layout. Here, and nowhere
 * else, is decided when an io waits, when it is sent again and when it fails.
 */
#ifndef _XMEMC_VOLUME_H
#define _XMEMC_VOLUME_H

#include "leg.h"

/* What is taken when nothing is said. */
#define XMEMC_DEADLINE_MS	60000
#define XMEMC_TIMEOUT_MS	30000
#define XMEMC_DEPTH		128
#define XMEMC_QUEUES		4

/**
 * struct xmemc_volume_config - what a volume is made of
 * @layout: enum xmem_layout
 * @client: identity of this client
 * @deadline_ms: longest time an io waits
 * @timeout_ms: longest time for the first connection
 * @queues: number of queues
 * @depth: requests in flight per queue, of each interface
 * @shares: number of interfaces that have requests of their own
 * @nr_resident: pages to keep mapped
 * @read_only: refuse writes though the grant may allow them
 * @forgetful: whoever uses it can do without what was written
 * @nr_legs: entries of @legs
 * @legs: the legs in order
 */
struct xmemc_volume_config {
	u32 layout;
	u64 client;
	u32 deadline_ms;
	u32 timeout_ms;
	u32 queues;
	u32 depth;
	u32 shares;
	u32 nr_resident;
	bool read_only;
	bool forgetful;
	u32 nr_legs;
	struct xmemc_leg_config *legs;
};

/**
 * struct xmemc_stats - counters, one set per CPU
 * @ios: completed without error, by enum xmemc_op
 * @bytes: the same in bytes
 * @errors: ended with an error
 * @replays: sent again after a connection broke
 * @wrs: work requests posted
 */
struct xmemc_stats {
	u64 ios[XMEMC_OP_COUNT];
	u64 bytes[XMEMC_OP_COUNT];
	u64 errors;
	u64 replays;
	u64 wrs;
};

/**
 * struct xmemc_volume - an attached allocation
 * @geo: the layout
 * @legs: the legs
 * @nr_legs: how many
 * @queues: number of queues
 * @depth: requests in flight per queue of each interface, after the devices had their say
 * @shares: number of interfaces that have requests of their own
 * @read_only: writes are refused
 * @stop: being taken down: nothing waits any more
 * @resident: pages that stay mapped
 * @deadline_ms: longest time an io waits for a connection
 * @pieces_max: most parts of an io
 * @wrs_max: most work requests of an io
 * @stats: counters
 * @lock: protects @parked, @nr_parked and @slots; innermost
 * @parked: ios that wait for a leg, oldest first
 * @nr_parked: how many
 * @slots: all ios there are
 * @retry: sends parked ios again, or ends them
 * @wait: where the one who attaches waits for legs
 * @changed: told when a state changed; may sleep
 * @forgot: told that the content of a region was lost, if it is forgetful; may sleep
 * @owner: data of whoever set @changed and @forgot
 */
struct xmemc_volume {
	struct xmemc_geometry geo;
	struct xmemc_leg **legs;
	u32 nr_legs;
	u32 queues;
	u32 depth;
	u32 shares;
	bool read_only;
	bool stop;
	struct xmemc_resident resident;
	u32 deadline_ms;
	unsigned int pieces_max;
	unsigned int wrs_max;
	struct xmemc_stats __percpu *stats;
	spinlock_t lock;	/* parked, nr_parked, slots */
	struct list_head parked;
	u64 nr_parked;
	struct list_head slots;
	struct delayed_work retry;
	wait_queue_head_t wait;
	void (*changed)(void *owner);
	void (*forgot)(void *owner);
	void *owner;
};

struct xmemc_volume *xmemc_volume_create(const struct xmemc_volume_config *config,
					 struct xmemc_refusal *why);
int xmemc_volume_connect(struct xmemc_volume *volume, const struct xmemc_volume_config *config,
			 struct xmemc_refusal *why);
void xmemc_volume_stop(struct xmemc_volume *volume);
void xmemc_volume_destroy(struct xmemc_volume *volume);
void xmemc_volume_set_deadline(struct xmemc_volume *volume, u32 deadline_ms);
enum xmem_dev_state xmemc_volume_state(const struct xmemc_volume *volume);
void xmemc_volume_stats(const struct xmemc_volume *volume, struct xmemc_stats *sum);

size_t xmemc_io_size(const struct xmemc_volume *volume, unsigned int segs);
void xmemc_io_init(struct xmemc_io *io, struct xmemc_volume *volume, unsigned int segs);
void xmemc_io_exit(struct xmemc_io *io);
void xmemc_volume_submit(struct xmemc_io *io);

#endif /* _XMEMC_VOLUME_H */
