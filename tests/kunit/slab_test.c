// SPDX-License-Identifier: GPL-2.0-or-later
/* Slots: none twice, none lost, none free while somebody holds it. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/prandom.h>
#include <linux/workqueue.h>
#include "suites.h"
#include "slab.c"

#define NR	1000
#define WORKERS	4

static struct xmemc_slab slab;
static atomic_t holders[NR];
static atomic_t faults;

static int slab_begin(struct kunit *test)
{
	memset(&slab, 0, sizeof(slab));
	memset(holders, 0, sizeof(holders));
	atomic_set(&faults, 0);
	return xmemc_slab_init(&slab, NR);
}

static void slab_end(struct kunit *test)
{
	xmemc_slab_exit(&slab);
}

/* Take all slots there are, each once; returns how many. */
static u32 take_all(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR) = {};
	u32 slot, n = 0;

	for (; (slot = xmemc_slab_alloc(&slab)) != XMEMC_SLAB_NONE; n++) {
		KUNIT_ASSERT_LT(test, slot, (u32)NR);
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(slot, seen));
	}
	return n;
}

static void each_slot_once(struct kunit *test)
{
	unsigned int round;
	u32 slot;

	for (round = 0; round < 3; round++) {
		KUNIT_EXPECT_EQ(test, xmemc_slab_used(&slab), 0U);
		KUNIT_EXPECT_EQ(test, take_all(test), (u32)NR);
		KUNIT_EXPECT_EQ(test, xmemc_slab_used(&slab), (u32)NR);
		for (slot = 0; slot < NR; slot++)
			KUNIT_EXPECT_TRUE(test, xmemc_slab_put(&slab, slot));
	}
}

static void holder_keeps_slot(struct kunit *test)
{
	u32 slot = xmemc_slab_alloc(&slab);

	KUNIT_ASSERT_NE(test, slot, XMEMC_SLAB_NONE);
	xmemc_slab_hold(&slab, slot);
	xmemc_slab_hold(&slab, slot);
	KUNIT_EXPECT_FALSE(test, xmemc_slab_put(&slab, slot));
	KUNIT_EXPECT_FALSE(test, xmemc_slab_put(&slab, slot));
	KUNIT_EXPECT_EQ(test, xmemc_slab_used(&slab), 1U);
	KUNIT_EXPECT_EQ(test, take_all(test), NR - 1U);
	KUNIT_EXPECT_TRUE(test, xmemc_slab_put(&slab, slot));
	KUNIT_EXPECT_EQ(test, xmemc_slab_alloc(&slab), slot);
}

/* Slots that other CPUs have at hand are found before anybody hears that there are none. */
static void any_magazine(struct kunit *test)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct xmemc_magazine *m = per_cpu_ptr(slab.magazines, cpu);

		spin_lock_irq(&m->lock);
		refill(&slab, m);
		spin_unlock_irq(&m->lock);
	}
	KUNIT_EXPECT_EQ(test, take_all(test), (u32)NR);
}

static void small(struct kunit *test)
{
	struct xmemc_slab one = {};

	KUNIT_ASSERT_EQ(test, xmemc_slab_init(&one, 1), 0);
	KUNIT_EXPECT_EQ(test, xmemc_slab_alloc(&one), 0U);
	KUNIT_EXPECT_EQ(test, xmemc_slab_alloc(&one), XMEMC_SLAB_NONE);
	KUNIT_EXPECT_TRUE(test, xmemc_slab_put(&one, 0));
	KUNIT_EXPECT_EQ(test, xmemc_slab_alloc(&one), 0U);
	xmemc_slab_exit(&one);
}

static void random_steps(struct kunit *test)
{
	static u32 model[NR];
	u32 used = 0, slot, step;
	struct rnd_state rnd;
	bool last;

	memset(model, 0, sizeof(model));
	prandom_seed_state(&rnd, 4711);
	for (step = 0; step < 100000; step++) {
		/* long ways up and down, so that it is full and empty now and then */
		if (prandom_u32_state(&rnd) % 100 < (step / 5000 % 2 ? 30 : 70)) {
			slot = xmemc_slab_alloc(&slab);
			KUNIT_ASSERT_EQ(test, slot == XMEMC_SLAB_NONE, used == NR);
			if (slot == XMEMC_SLAB_NONE)
				continue;
			KUNIT_ASSERT_EQ(test, model[slot], 0U);
			model[slot] = 1;
			used++;
			continue;
		}
		slot = prandom_u32_state(&rnd) % NR;
		if (!model[slot])
			continue;
		if (prandom_u32_state(&rnd) % 4 == 0) {
			xmemc_slab_hold(&slab, slot);
			model[slot]++;
			continue;
		}
		last = !--model[slot];
		used -= last;
		KUNIT_ASSERT_EQ(test, xmemc_slab_put(&slab, slot), last);
		KUNIT_ASSERT_EQ(test, xmemc_slab_used(&slab), used);
	}
}

static void work(struct work_struct *unused)
{
	u32 mine[NR / WORKERS], n = 0, i, slot;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, (unsigned long)&mine);
	for (i = 0; i < 100000 || n; i++) {
		if (i < 100000 && n < ARRAY_SIZE(mine) && prandom_u32_state(&rnd) % 2) {
			slot = xmemc_slab_alloc(&slab);
			if (slot == XMEMC_SLAB_NONE || atomic_inc_return(&holders[slot]) != 1)
				atomic_inc(&faults);
			else
				mine[n++] = slot;
		} else if (n) {
			slot = mine[--n];
			atomic_dec(&holders[slot]);
			if (!xmemc_slab_put(&slab, slot))
				atomic_inc(&faults);
		}
	}
}

static void side_by_side(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("xmem_kunit", WQ_UNBOUND, WORKERS);
	static struct work_struct works[WORKERS];
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, !!wq);
	for (i = 0; i < WORKERS; i++) {
		INIT_WORK(&works[i], work);
		queue_work(wq, &works[i]);
	}
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&faults), 0);
	KUNIT_EXPECT_EQ(test, take_all(test), (u32)NR);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_slot_once),
	KUNIT_CASE(holder_keeps_slot),
	KUNIT_CASE(any_magazine),
	KUNIT_CASE(small),
	KUNIT_CASE(random_steps),
	KUNIT_CASE(side_by_side),
	{}
};

struct kunit_suite xmem_slab_suite = {
	.name = "xmem_slab",
	.init = slab_begin,
	.exit = slab_end,
	.test_cases = cases,
};
