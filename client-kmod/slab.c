// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each CPU has a magazine of free slots; a magazine that is empty or full exchanges
 * half of its size with the depot. Every operation takes constant time.
 *
 * A magazine has a lock of its own, which its CPU nearly always finds free: others
 * take it only to look for the last free slots before they say that there are none.
 *
 * Locks: a magazine's, then the depot's; interrupts off. Nothing sleeps but
 * xmemc_slab_init().
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "slab.h"

#define MAGAZINE	64

/**
 * struct xmemc_magazine - free slots of a CPU
 * @lock: protects the others
 * @nr: entries of @slots
 * @slots: a stack
 */
struct xmemc_magazine {
	spinlock_t lock;	/* nr, slots */
	u32 nr;
	u32 slots[MAGAZINE];
};

static void refill(struct xmemc_slab *slab, struct xmemc_magazine *m)
{
	u32 n;

	lockdep_assert_held(&m->lock);
	spin_lock(&slab->lock);
	n = min_t(u32, slab->nr_depot, MAGAZINE / 2);
	slab->nr_depot -= n;
	memcpy(m->slots, slab->depot + slab->nr_depot, n * sizeof(*m->slots));
	m->nr = n;
	spin_unlock(&slab->lock);
}

static void drain(struct xmemc_slab *slab, struct xmemc_magazine *m)
{
	lockdep_assert_held(&m->lock);
	spin_lock(&slab->lock);
	m->nr -= MAGAZINE / 2;
	memcpy(slab->depot + slab->nr_depot, m->slots + m->nr,
	       MAGAZINE / 2 * sizeof(*m->slots));
	slab->nr_depot += MAGAZINE / 2;
	spin_unlock(&slab->lock);
}

static u32 magazine_take(struct xmemc_slab *slab, struct xmemc_magazine *m)
{
	u32 slot = XMEMC_SLAB_NONE;
	unsigned long flags;

	spin_lock_irqsave(&m->lock, flags);
	if (!m->nr)
		refill(slab, m);
	if (m->nr)
		slot = m->slots[--m->nr];
	spin_unlock_irqrestore(&m->lock, flags);
	return slot;
}

/* The last free slots may lie in other CPUs' magazines. */
static u32 take_anywhere(struct xmemc_slab *slab)
{
	u32 slot = XMEMC_SLAB_NONE;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct xmemc_magazine *m = per_cpu_ptr(slab->magazines, cpu);

		if (READ_ONCE(m->nr))
			slot = magazine_take(slab, m);
		if (slot != XMEMC_SLAB_NONE)
			break;
	}
	return slot;
}

/**
 * xmemc_slab_alloc() - take a free slot
 * @slab: the slab
 *
 * Any context. The caller is its only holder.
 *
 * Return: the slot, or XMEMC_SLAB_NONE if none is free.
 */
u32 xmemc_slab_alloc(struct xmemc_slab *slab)
{
	u32 slot = magazine_take(slab, raw_cpu_ptr(slab->magazines));

	if (slot == XMEMC_SLAB_NONE)
		slot = take_anywhere(slab);
	if (slot != XMEMC_SLAB_NONE) {
		atomic_set(&slab->holders[slot], 1);
		atomic_inc(&slab->used);
	}
	return slot;
}

/**
 * xmemc_slab_hold() - keep a slot for one more
 * @slab: the slab
 * @slot: a slot that has a holder, who does not let it go meanwhile
 *
 * Any context. Ends with xmemc_slab_put().
 */
void xmemc_slab_hold(struct xmemc_slab *slab, u32 slot)
{
	atomic_inc(&slab->holders[slot]);
}

/**
 * xmemc_slab_put() - let a slot go
 * @slab: the slab
 * @slot: the slot, of which the caller is a holder
 *
 * Any context.
 *
 * Return: true if that was the last holder, so the slot is free now.
 */
bool xmemc_slab_put(struct xmemc_slab *slab, u32 slot)
{
	struct xmemc_magazine *m;
	unsigned long flags;

	if (!atomic_dec_and_test(&slab->holders[slot]))
		return false;
	atomic_dec(&slab->used);
	m = raw_cpu_ptr(slab->magazines);
	spin_lock_irqsave(&m->lock, flags);
	if (m->nr == MAGAZINE)
		drain(slab, m);
	m->slots[m->nr++] = slot;
	spin_unlock_irqrestore(&m->lock, flags);
	return true;
}

/**
 * xmemc_slab_used() - how many slots are in use
 * @slab: the slab
 *
 * Return: slots that have holders.
 */
u32 xmemc_slab_used(struct xmemc_slab *slab)
{
	return atomic_read(&slab->used);
}

/**
 * xmemc_slab_init() - make all slots free
 * @slab: zeroed memory
 * @nr: how many slots, 1 to XMEMC_SLAB_MAX
 *
 * Return: 0 or -ENOMEM; in both cases xmemc_slab_exit() has to follow.
 */
int xmemc_slab_init(struct xmemc_slab *slab, u32 nr)
{
	unsigned int cpu;
	u32 i;

	slab->nr = nr;
	spin_lock_init(&slab->lock);
	slab->holders = kvcalloc(nr, sizeof(*slab->holders), GFP_KERNEL);
	slab->depot = kvcalloc(nr, sizeof(*slab->depot), GFP_KERNEL);
	slab->magazines = alloc_percpu(struct xmemc_magazine);
	if (!slab->holders || !slab->depot || !slab->magazines)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(slab->magazines, cpu)->lock);
	/* the lowest slots are taken first */
	for (i = 0; i < nr; i++)
		slab->depot[i] = nr - 1 - i;
	slab->nr_depot = nr;
	return 0;
}

/**
 * xmemc_slab_exit() - free what xmemc_slab_init() allocated
 * @slab: the slab, or zeroed memory; nobody holds a slot any more
 */
void xmemc_slab_exit(struct xmemc_slab *slab)
{
	free_percpu(slab->magazines);
	kvfree(slab->depot);
	kvfree(slab->holders);
}
