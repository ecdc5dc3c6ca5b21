/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request on its way through the layers. The data interface owns its memory
 * and allocates it with everything that any request can need, so that nothing
 * is allocated between submission and completion.
 *
 * An io is cut in pieces by the volume's layout; each piece is a part that is
 * posted to one leg as one chain of work requests, of which only the last one
 * asks for a completion (an RC queue pair completes in order).
 */
#ifndef _XMEMC_IO_H
#define _XMEMC_IO_H

#include <linux/atomic.h>
#include <linux/bvec.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include <rdma/ib_verbs.h>
#include "layout.h"

struct xmemc_leg;
struct xmemc_volume;

/* Largest read or write, and most pieces of memory (bio_vecs) it may consist of. */
#define XMEMC_IO_BYTES		SZ_256K
#define XMEMC_IO_SEGS		64
/* Largest zeroing; it names the same zero buffer again and again. */
#define XMEMC_IO_ZERO_BYTES	SZ_2M
#define XMEMC_ZERO_BUF		SZ_64K
/* Extents of a leg, and all its legs but the last, are at least so large. */
#define XMEMC_EXTENT_SHIFT_MIN	21
/*
 * A range of XMEMC_IO_ZERO_BYTES can have that many borders of extents and legs
 * inside, each of which begins another work request.
 */
#define XMEMC_IO_BORDERS	3
#define XMEMC_IO_SGES		(XMEMC_IO_SEGS + XMEMC_IO_BORDERS)

static_assert(XMEMC_IO_ZERO_BYTES / XMEMC_ZERO_BUF <= XMEMC_IO_SEGS);
static_assert(XMEMC_IO_ZERO_BYTES <= 1 << XMEMC_EXTENT_SHIFT_MIN);

enum xmemc_op {
	XMEMC_OP_READ,
	XMEMC_OP_WRITE,
	XMEMC_OP_ZERO,
	XMEMC_OP_COUNT
};

/**
 * struct xmemc_part - what one leg does for an io
 *
 * A part is idle, posted (the network card may touch its pages) or done
 * (acknowledged by the appliance's card).
 *
 * @cqe: completion of its last work request (of any, when the connection broke)
 * @io: the io
 * @leg: the leg
 * @sges: its scatter entries, each with a mapping of its own
 * @posted: the leg while the part is posted there, else NULL; one word, so that a
 *	leg that looks for its posted parts cannot be misled by a part in change
 * @since: when it was posted, jiffies
 * @nr_sges: number of scatter entries
 * @done: the part is done
 */
struct xmemc_part {
	struct ib_cqe cqe;
	struct xmemc_io *io;
	struct xmemc_leg *leg;
	struct ib_sge *sges;
	struct xmemc_leg *posted;
	unsigned long since;
	u16 nr_sges;
	bool done;
};

/**
 * struct xmemc_io - one request
 * @volume: the volume it is for; set once
 * @done: called when it is over, in any context but hard interrupt; the io may be reused inside
 * @owner: for @done
 * @since: for @done: when the owner began with it
 * @offset: begin in the volume
 * @length: bytes
 * @op: enum xmemc_op
 * @queue: queue to post on
 * @nr_segs: entries of @segs
 * @max_parts: entries of @parts and @pieces
 * @nr_parts: how many of them are in use
 * @nr_sges: scatter entries in use by the present submission
 * @nr_wrs: work requests in use by the present submission
 * @impatient: fails when a leg is not live, rather than wait for it
 * @pending: parts that are neither done nor given back
 * @begin: when it was submitted, jiffies
 * @parked: in the volume's list of ios that wait for a leg
 * @slot: in the volume's list of all ios that exist
 * @pieces: from the layout
 * @parts: one per piece
 * @segs: the data, for a read or a write
 * @sges: scatter entries for all parts
 * @wrs: work requests for all parts
 * @resident: 1 + number of the volume's resident page that is the data, or 0
 */
struct xmemc_io {
	struct xmemc_volume *volume;
	void (*done)(struct xmemc_io *io, int error);
	void *owner;
	ktime_t since;
	u64 offset;
	u32 length;
	u16 queue;
	u8 op;
	u8 nr_segs;
	u8 max_parts;
	u8 nr_parts;
	u8 nr_sges;
	u8 nr_wrs;
	bool impatient;
	atomic_t pending;
	unsigned long begin;
	struct list_head parked;
	struct list_head slot;
	struct xmemc_piece *pieces;
	struct xmemc_part *parts;
	struct bio_vec *segs;
	struct ib_sge *sges;
	struct ib_rdma_wr *wrs;
	u32 resident;
};

#endif /* _XMEMC_IO_H */
