/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A path is the set of connections of one leg to its appliance: one rdma_cm id,
 * completion queue and queue pair per hardware queue. It is opened and closed
 * again with every reconnect; what it needs of memory of its own is allocated
 * once.
 */
#ifndef _XMEMC_PATH_H
#define _XMEMC_PATH_H

#include <linux/socket.h>
#include <linux/wait.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>
#include "refusal.h"
#include "resident.h"
#include "wire.h"

/* The extent table is read in bites of this size. */
#define XMEMC_PATH_BOUNCE	SZ_16K

struct xmemc_path;

/**
 * struct xmemc_queue - one connection
 * @qp: the queue pair, valid while the leg is live
 * @path: the path it belongs to
 * @id: its rdma_cm id
 * @cq: its completion queue
 * @hello: where the appliance's hello arrives
 * @hello_dma: the same for the network card
 * @hello_cqe: completion of the hello
 * @index: number of the queue
 * @step: result of the present step: 1 as long as it is not there, 0 or negative errno
 * @greeted: the same for the hello
 * @mapped: @hello_dma is a mapping
 * @ready: the connection was established, so work requests may be outstanding
 */
struct xmemc_queue {
	struct ib_qp *qp;
	struct xmemc_path *path;
	struct rdma_cm_id *id;
	struct ib_cq *cq;
	struct xmem_wire_hello *hello;
	u64 hello_dma;
	struct ib_cqe hello_cqe;
	unsigned int index;
	int step;
	int greeted;
	bool mapped;
	bool ready;
};

/**
 * struct xmemc_path - connections of a leg
 * @queues: the connections
 * @nr_queues: how many
 * @depth: requests in flight per queue; may be lowered by the first open
 * @nr_segs: pieces of memory per request
 * @nr_borders: further work requests per request, for borders of extents
 * @max_sge: scatter entries per work request
 * @wrs_per_io: work requests per request, follows from the three above
 * @depth_fixed: @depth and @max_sge were told to others and may not change any more
 * @addr: where the appliance is
 * @device: RDMA device in use, NULL while closed
 * @pd: protection domain
 * @bounce: buffer for reads of the path's own, XMEMC_PATH_BOUNCE bytes
 * @bounce_dma: the same for the network card
 * @zeroes: buffer of zeroes, source of zeroing requests
 * @zeroes_dma: the same for the network card
 * @zeroes_len: its length
 * @resident: pages of the volume that stay mapped
 * @mapped: the two buffers are mapped
 * @own_cqe: completion of reads of the path's own
 * @own_status: result of such a read: 1 as long as it is not there
 * @events: for the state of the port
 * @port_num: the device's port in use
 * @port_up: the port is active
 * @removed: the device is being removed
 * @wait: where the worker waits for steps and for the port
 * @stop: set from outside, then the worker waits for nothing any more
 * @broken: something went wrong with a connection; cleared by the next open
 * @broke: the last open ended so, although the port was up
 * @reject: reason of the appliance's refusal of the last open, or XMEM_REJECT_NONE
 * @lock: protects @why
 * @why: what went wrong first
 * @on_broken: called once when a connection breaks, any context
 */
struct xmemc_path {
	struct xmemc_queue *queues;
	unsigned int nr_queues;
	unsigned int depth;
	unsigned int nr_segs;
	unsigned int nr_borders;
	unsigned int max_sge;
	unsigned int wrs_per_io;
	bool depth_fixed;
	struct sockaddr_storage addr;
	struct ib_device *device;
	struct ib_pd *pd;
	void *bounce;
	u64 bounce_dma;
	void *zeroes;
	u64 zeroes_dma;
	u32 zeroes_len;
	struct xmemc_resident_map resident;
	bool mapped;
	struct ib_cqe own_cqe;
	int own_status;
	struct ib_event_handler events;
	u32 port_num;
	bool port_up;
	bool removed;
	wait_queue_head_t wait;
	bool stop;
	bool broken;
	bool broke;
	unsigned int reject;
	spinlock_t lock;	/* why */
	struct xmemc_refusal why;
	void (*on_broken)(struct xmemc_path *path);
};

int xmemc_path_init(struct xmemc_path *path, unsigned int nr_queues, u32 zeroes_len,
		    const struct xmemc_resident *resident);
void xmemc_path_exit(struct xmemc_path *path);
int xmemc_path_open(struct xmemc_path *path, const struct xmem_wire_connect *request);
void xmemc_path_drain(struct xmemc_path *path);
void xmemc_path_close(struct xmemc_path *path);
int xmemc_path_read(struct xmemc_path *path, u64 remote, u32 rkey, u32 length);
int xmemc_path_beat(struct xmemc_path *path, u64 remote, u32 rkey);
__printf(2, 3)
void xmemc_path_break(struct xmemc_path *path, const char *fmt, ...);
void xmemc_path_why(struct xmemc_path *path, struct xmemc_refusal *why);

#endif /* _XMEMC_PATH_H */
