/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A leg is one region of one appliance as seen from here: the table that says
 * where its extents are, the connection that is made again whenever it breaks,
 * and the posting of requests.
 */
#ifndef _XMEMC_LEG_H
#define _XMEMC_LEG_H

#include <linux/percpu.h>
#include <linux/workqueue.h>
#include "io.h"
#include "path.h"

struct xmemc_leg;

/**
 * struct xmemc_leg_config - what identifies a leg
 * @address: address of the appliance as it was given
 * @sockaddr: the same, with the port, parsed
 * @port: RDMA CM port
 * @region: identity of the region
 * @epoch: epoch of the grant, or 0
 * @token: the grant's secret
 */
struct xmemc_leg_config {
	char address[XMEM_ADDRESS_MAX + 1];
	struct sockaddr_storage sockaddr;
	u16 port;
	u64 region;
	u32 epoch;
	u8 token[XMEM_TOKEN_LEN];
};

/**
 * struct xmemc_leg_owner - what a leg asks of the volume above it
 * @changed: the state of the leg changed; from the leg's worker, may sleep
 * @forgot: of a leg that is forgetful: what was written is lost, and nothing is posted
 *	before this returns; from the leg's worker, may sleep
 * @posted: call a function for each part that is posted to a leg which was drained
 * @overdue: whether a part is posted to the leg for far too long
 * @settled: a part came to its end, done or idle again; any context
 */
struct xmemc_leg_owner {
	void (*changed)(struct xmemc_leg *leg);
	void (*forgot)(struct xmemc_leg *leg);
	void (*posted)(struct xmemc_leg *leg, void (*fn)(struct xmemc_part *part));
	bool (*overdue)(struct xmemc_leg *leg);
	void (*settled)(struct xmemc_part *part);
};

/**
 * struct xmemc_extent - where a piece of the region lies
 * @addr: remote address of its first byte
 * @rkey: its key
 */
struct xmemc_extent {
	u64 addr;
	u32 rkey;
};

/**
 * struct xmemc_leg - one region
 * @live: requests may be posted; read under RCU, so that the worker can wait for posters
 * @stop: the leg is being taken down for ever
 * @forgetful: goes on when the region was made anew, and waits for it when it is not there
 * @extent_shift: log2 of the size of an extent
 * @extents: the table
 * @owner: functions of the layer above
 * @volume: its data
 * @index: number of the leg
 * @path: the connections
 * @config: what identifies it
 * @client: identity of this client
 * @session: random number of this attachment
 * @generation: of the next connect; see Documentation/protocol.md, Fences
 * @size: bytes of the region
 * @instance: random number of the region's creation
 * @epoch: of the grant
 * @rights: XMEM_WIRE_RIGHT_*
 * @nr_extents: entries of @extents
 * @table_addr: remote address of the table, for the heartbeat
 * @table_rkey: its key
 * @state: enum xmem_leg_state
 * @down_since: jiffies when it stopped to be live, valid while it is reconnecting
 * @error: negative errno of the first failure, for the one who attaches
 * @reconnects: how often the connection was made again
 * @backoff_ms: pause before the next attempt
 * @device: name of the RDMA device in use
 * @lock: protects @last_error and @device
 * @last_error: what went wrong last
 * @work: the worker that opens and closes the path
 * @beat: the heartbeat
 */
struct xmemc_leg {
	bool live;
	bool stop;
	bool forgetful;
	u8 extent_shift;
	struct xmemc_extent *extents;
	const struct xmemc_leg_owner *owner;
	struct xmemc_volume *volume;
	unsigned int index;
	struct xmemc_path path;

	struct xmemc_leg_config config;
	u64 client;
	u64 session;
	u32 generation;
	u64 size;
	u64 instance;
	u32 epoch;
	u16 rights;
	u32 nr_extents;
	u64 table_addr;
	u32 table_rkey;
	enum xmem_leg_state state;
	unsigned long down_since;
	int error;
	u64 reconnects;
	unsigned int backoff_ms;
	char device[64];
	spinlock_t lock;	/* last_error, device */
	struct xmemc_refusal last_error;
	struct delayed_work work;
	struct delayed_work beat;
};

int xmemc_leg_module_init(void);
void xmemc_leg_module_exit(void);
struct workqueue_struct *xmemc_leg_workqueue(void);

struct xmemc_leg *xmemc_leg_create(const struct xmemc_leg_config *config, u64 client,
				   unsigned int nr_queues, unsigned int depth,
				   const struct xmemc_resident *resident);
void xmemc_leg_start(struct xmemc_leg *leg);
void xmemc_leg_stop(struct xmemc_leg *leg);
void xmemc_leg_destroy(struct xmemc_leg *leg);
int xmemc_leg_post(struct xmemc_leg *leg, struct xmemc_part *part,
		   const struct xmemc_piece *piece);
void xmemc_leg_last_error(struct xmemc_leg *leg, struct xmemc_refusal *why);
void xmemc_leg_device(struct xmemc_leg *leg, char *name, size_t size);

#endif /* _XMEMC_LEG_H */
