/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slots of one page each, carved out of a volume without asking anybody. A slot has
 * holders: who allocated it, and whoever has I/O in flight on it. It can be allocated
 * again when the last of them has let it go, so no late read or write ever meets
 * another owner's page.
 */
#ifndef _XMEMC_SLAB_H
#define _XMEMC_SLAB_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define XMEMC_SLAB_NONE		U32_MAX
/* Slots are numbers of 32 bits: 8 TiB of pages of 4 KiB. */
#define XMEMC_SLAB_MAX		BIT(31)

struct xmemc_magazine;

/**
 * struct xmemc_slab - the slots
 * @nr: how many there are
 * @holders: of each slot; 0 if it is free
 * @magazines: free slots at hand for each CPU
 * @lock: protects @depot and @nr_depot; nests inside a magazine's lock
 * @depot: free slots that no CPU has at hand, a stack
 * @nr_depot: how many
 * @used: slots that have holders
 */
struct xmemc_slab {
	u32 nr;
	atomic_t *holders;
	struct xmemc_magazine __percpu *magazines;
	spinlock_t lock;	/* depot, nr_depot */
	u32 *depot;
	u32 nr_depot;
	atomic_t used;
};

int xmemc_slab_init(struct xmemc_slab *slab, u32 nr);
void xmemc_slab_exit(struct xmemc_slab *slab);
u32 xmemc_slab_alloc(struct xmemc_slab *slab);
void xmemc_slab_hold(struct xmemc_slab *slab, u32 slot);
bool xmemc_slab_put(struct xmemc_slab *slab, u32 slot);
u32 xmemc_slab_used(struct xmemc_slab *slab);

#endif /* _XMEMC_SLAB_H */
