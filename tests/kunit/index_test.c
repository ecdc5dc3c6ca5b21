// SPDX-License-Identifier: GPL-2.0-or-later
/* The index, against a table that says which slot each page lies in. */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/workqueue.h>
#include "suites.h"
#include "index.c"

#define SLOTS	300
#define OBJECTS	20
#define FILES	24
#define PAGES	40
#define WORKERS	4

static struct xmemc_slab slab;
static struct xmemc_index idx;
/* [file][page]: its slot; and back */
static u32 model[FILES][PAGES];
static u32 place[SLOTS];
static u32 nr_removed, last_removed;
static atomic_t faults;

static struct xmemc_index_key key_of(u32 file)
{
	return (struct xmemc_index_key) { .pool = file % 3, .id = { file / 3, 0, 0, 0, 0, 7 } };
}

static void removed(struct xmemc_index *index, u32 slot)
{
	u32 file = place[slot] / PAGES, page = place[slot] % PAGES;

	if (place[slot] == NONE || model[file][page] != slot)
		atomic_inc(&faults);
	else
		model[file][page] = NONE;
	place[slot] = NONE;
	nr_removed++;
	last_removed = slot;
	xmemc_slab_put(&slab, slot);
}

static int index_begin(struct kunit *test)
{
	int ret;

	memset(&slab, 0, sizeof(slab));
	memset(&idx, 0, sizeof(idx));
	memset(model, 0xff, sizeof(model));
	memset(place, 0xff, sizeof(place));
	nr_removed = 0;
	atomic_set(&faults, 0);
	idx.removed = removed;
	ret = xmemc_slab_init(&slab, SLOTS);
	return ret ?: xmemc_index_init(&idx, &slab, OBJECTS);
}

static void index_end(struct kunit *test)
{
	xmemc_index_exit(&idx);
	xmemc_slab_exit(&slab);
}

static u32 find(u32 file, u64 page)
{
	struct xmemc_index_key key = key_of(file);
	u32 slot = xmemc_index_find(&idx, &key, page);

	if (slot != NONE)
		xmemc_slab_put(&slab, slot);
	return slot;
}

static int insert(u32 slot, u32 file, u32 page, enum xmemc_index_heat heat)
{
	struct xmemc_index_key key = key_of(file);
	int ret = xmemc_index_insert(&idx, slot, &key, page, heat);

	if (ret) {
		xmemc_slab_put(&slab, slot);
		return ret;
	}
	model[file][page] = slot;
	place[slot] = file * PAGES + page;
	return 0;
}

static u32 put(u32 file, u32 page, enum xmemc_index_heat heat)
{
	u32 slot = xmemc_slab_alloc(&slab);

	if (slot != NONE && insert(slot, file, page, heat))
		return NONE;
	return slot;
}

static bool drop(u32 file, u32 page)
{
	struct xmemc_index_key key = key_of(file);

	return xmemc_index_drop(&idx, &key, page);
}

static u32 drop_object(u32 file)
{
	struct xmemc_index_key key = key_of(file);

	return xmemc_index_drop_object(&idx, &key);
}

static void check_all(struct kunit *test)
{
	u32 file, page, n = 0;

	for (file = 0; file < FILES; file++)
		for (page = 0; page < PAGES; page++) {
			KUNIT_ASSERT_EQ(test, find(file, page), model[file][page]);
			n += model[file][page] != NONE;
		}
	KUNIT_ASSERT_EQ(test, xmemc_slab_used(&slab), n);
	KUNIT_ASSERT_EQ(test, atomic_read(&faults), 0);
}

static void replace(struct kunit *test)
{
	u32 a = put(1, 2, XMEMC_INDEX_COLD), b = put(1, 3, XMEMC_INDEX_COLD), c;

	xmemc_index_settle(&idx, a, true);
	KUNIT_EXPECT_EQ(test, nr_removed, 0U);
	c = put(1, 2, XMEMC_INDEX_COLD);
	KUNIT_EXPECT_EQ(test, nr_removed, 1U);
	KUNIT_EXPECT_EQ(test, last_removed, a);
	KUNIT_EXPECT_EQ(test, find(1, 2), c);
	KUNIT_EXPECT_EQ(test, find(1, 3), b);
	KUNIT_EXPECT_FALSE(test, xmemc_index_written(&idx, c));
	check_all(test);
}

static void take(struct kunit *test)
{
	struct xmemc_index_key key = key_of(5);
	u32 a = put(5, 0, XMEMC_INDEX_COLD);

	KUNIT_EXPECT_EQ(test, xmemc_index_take(&idx, &key, 1), NONE);
	KUNIT_EXPECT_EQ(test, xmemc_index_take(&idx, &key, 0), a);
	KUNIT_EXPECT_EQ(test, xmemc_index_take(&idx, &key, 0), NONE);
	KUNIT_EXPECT_EQ(test, find(5, 0), NONE);
	KUNIT_EXPECT_FALSE(test, drop(5, 0));
	/* it is the taker's */
	KUNIT_EXPECT_EQ(test, nr_removed, 0U);
	KUNIT_EXPECT_TRUE(test, xmemc_slab_put(&slab, a));
}

static void find_holds(struct kunit *test)
{
	struct xmemc_index_key key = key_of(5);
	u32 a = put(5, 0, XMEMC_INDEX_COLD);

	KUNIT_EXPECT_EQ(test, xmemc_index_find(&idx, &key, 0), a);
	KUNIT_EXPECT_TRUE(test, drop(5, 0));
	KUNIT_EXPECT_EQ(test, xmemc_slab_used(&slab), 1U);
	KUNIT_EXPECT_TRUE(test, xmemc_slab_put(&slab, a));
}

static void settle(struct kunit *test)
{
	struct xmemc_index_key key = key_of(9);
	u32 a = put(9, 1, XMEMC_INDEX_COLD);

	KUNIT_EXPECT_FALSE(test, xmemc_index_written(&idx, a));
	xmemc_index_settle(&idx, a, true);
	KUNIT_EXPECT_TRUE(test, xmemc_index_written(&idx, a));
	KUNIT_EXPECT_EQ(test, find(9, 1), a);
	xmemc_index_settle(&idx, a, false);
	KUNIT_EXPECT_EQ(test, nr_removed, 1U);
	KUNIT_EXPECT_EQ(test, find(9, 1), NONE);
	a = put(9, 1, XMEMC_INDEX_COLD);
	KUNIT_EXPECT_EQ(test, xmemc_index_take(&idx, &key, 1), a);
	xmemc_index_settle(&idx, a, false);
	KUNIT_EXPECT_EQ(test, nr_removed, 1U);
	xmemc_slab_put(&slab, a);
}

/* Every word of the key and both halves of the page number count. */
static void keys_differ(struct kunit *test)
{
	struct xmemc_index_key key = { .pool = 1 }, other;
	u32 slot = xmemc_slab_alloc(&slab), i;

	KUNIT_ASSERT_EQ(test, xmemc_index_insert(&idx, slot, &key, 5, XMEMC_INDEX_COLD), 0);
	for (i = 0; i < XMEMC_INDEX_KEY_WORDS; i++) {
		other = key;
		other.id[i] = 1U << 31;
		KUNIT_EXPECT_EQ(test, xmemc_index_find(&idx, &other, 5), NONE);
	}
	other = key;
	other.pool = 2;
	KUNIT_EXPECT_EQ(test, xmemc_index_find(&idx, &other, 5), NONE);
	KUNIT_EXPECT_EQ(test, xmemc_index_find(&idx, &key, 5 + (1ULL << 32)), NONE);
	KUNIT_EXPECT_EQ(test, xmemc_index_take(&idx, &key, 5), slot);
	xmemc_slab_put(&slab, slot);
}

static void objects_run_out(struct kunit *test)
{
	u32 file;

	for (file = 0; file < OBJECTS; file++)
		KUNIT_EXPECT_NE(test, put(file, 0, XMEMC_INDEX_COLD), NONE);
	KUNIT_EXPECT_EQ(test, insert(xmemc_slab_alloc(&slab), OBJECTS, 0, XMEMC_INDEX_COLD),
			-ENOSPC);
	check_all(test);
	/* those that are there can have more pages */
	KUNIT_EXPECT_NE(test, put(3, 1, XMEMC_INDEX_COLD), NONE);
	KUNIT_EXPECT_TRUE(test, drop(3, 0));
	KUNIT_EXPECT_EQ(test, put(OBJECTS, 0, XMEMC_INDEX_COLD), NONE);
	/* an object ends with its last page */
	KUNIT_EXPECT_TRUE(test, drop(3, 1));
	KUNIT_EXPECT_NE(test, put(OBJECTS, 0, XMEMC_INDEX_COLD), NONE);
	check_all(test);
}

static void object_and_pool(struct kunit *test)
{
	u32 file, page, n;

	for (n = BATCH - 1; n <= BATCH + 1; n++) {
		for (page = 0; page < n; page++)
			put(4, page, XMEMC_INDEX_COLD);
		put(5, 0, XMEMC_INDEX_COLD);
		KUNIT_EXPECT_EQ(test, drop_object(4), n);
		KUNIT_EXPECT_EQ(test, drop_object(4), 0U);
		check_all(test);
	}
	for (file = 0; file < 12; file++)
		for (page = 0; page < 20; page++)
			put(file, page, XMEMC_INDEX_COLD);
	KUNIT_EXPECT_EQ(test, xmemc_index_drop_pool(&idx, 1), 80U);
	KUNIT_EXPECT_EQ(test, find(1, 0), NONE);
	KUNIT_EXPECT_NE(test, find(2, 0), NONE);
	check_all(test);
	KUNIT_EXPECT_EQ(test, xmemc_index_drop_pool(&idx, 77), 0U);
	KUNIT_EXPECT_EQ(test, xmemc_index_drop_all(&idx), 160U);
	KUNIT_EXPECT_EQ(test, xmemc_slab_used(&slab), 0U);
}

static void clock_order(struct kunit *test)
{
	static const u32 order[] = { 1, 3, 5, 6, 7, 8, 9, 0, 2 };
	u32 slots[10], i;

	KUNIT_EXPECT_FALSE(test, xmemc_index_evict(&idx));
	atomic_set(&idx.hand, 0);
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		slots[i] = put(i, 0, i == 4 ? XMEMC_INDEX_FIXED :
			       i == 0 || i == 2 ? XMEMC_INDEX_HOT : XMEMC_INDEX_COLD);
		KUNIT_ASSERT_EQ(test, slots[i], i);
	}
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		/* the hand has a long way over slots that are free */
		while (!xmemc_index_evict(&idx))
			KUNIT_ASSERT_LT(test, atomic_read(&idx.hand), 10 * SLOTS);
		KUNIT_EXPECT_EQ(test, last_removed, order[i]);
	}
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_FALSE(test, xmemc_index_evict(&idx));
	KUNIT_EXPECT_EQ(test, find(4, 0), 4U);
	check_all(test);
}

/* Where all are hot, one goes all the same, and in constant time. */
static void clock_all_hot(struct kunit *test)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		KUNIT_ASSERT_NE(test, put(i % 10, i / 10, XMEMC_INDEX_HOT), NONE);
	KUNIT_EXPECT_TRUE(test, xmemc_index_evict(&idx));
	KUNIT_EXPECT_LE(test, atomic_read(&idx.hand), EVICT_STEPS);
	KUNIT_EXPECT_EQ(test, nr_removed, 1U);
	check_all(test);
}

static void random_steps(struct kunit *test)
{
	struct rnd_state rnd;
	u32 step, file, page, before, slot;
	struct xmemc_index_key key;

	prandom_seed_state(&rnd, 4711);
	for (step = 0; step < 50000; step++) {
		file = prandom_u32_state(&rnd) % FILES;
		page = prandom_u32_state(&rnd) % PAGES;
		key = key_of(file);
		before = model[file][page];
		switch (prandom_u32_state(&rnd) % 16) {
		case 0 ... 7:
			if (xmemc_slab_used(&slab) == SLOTS)
				KUNIT_ASSERT_TRUE(test, xmemc_index_evict(&idx));
			slot = put(file, page, prandom_u32_state(&rnd) % 2);
			KUNIT_ASSERT_EQ(test, find(file, page), slot == NONE ? before : slot);
			break;
		case 8 ... 10:
			KUNIT_ASSERT_EQ(test, xmemc_index_take(&idx, &key, page), before);
			if (before != NONE) {
				model[file][page] = NONE;
				place[before] = NONE;
				xmemc_slab_put(&slab, before);
			}
			break;
		case 11 ... 13:
			KUNIT_ASSERT_EQ(test, drop(file, page), (bool)(before != NONE));
			break;
		case 14:
			if (before != NONE)
				xmemc_index_settle(&idx, before, page % 2);
			break;
		default:
			if (page == 0)
				xmemc_index_drop_pool(&idx, file % 3);
			else if (page < 8)
				drop_object(file);
			else
				xmemc_index_evict(&idx);
		}
		if (step % 500 == 0)
			check_all(test);
	}
	check_all(test);
}

/* ---- several at a time: what lies in a slot that somebody holds does not change */

static u32 content[SLOTS];

static void just_put(struct xmemc_index *index, u32 slot)
{
	xmemc_slab_put(&slab, slot);
}

static void put_content(const struct xmemc_index_key *key, u32 page, u32 stamp)
{
	u32 slot = xmemc_slab_alloc(&slab);

	if (slot == NONE) {
		xmemc_index_evict(&idx);
		return;
	}
	content[slot] = stamp;
	if (xmemc_index_insert(&idx, slot, key, page, stamp % 2)) {
		xmemc_slab_put(&slab, slot);
		xmemc_index_evict(&idx);
	}
}

static void look_at_content(u32 slot, u32 stamp)
{
	if (slot == NONE)
		return;
	if (READ_ONCE(content[slot]) != stamp)
		atomic_inc(&faults);
	cpu_relax();
	if (READ_ONCE(content[slot]) != stamp)
		atomic_inc(&faults);
	xmemc_slab_put(&slab, slot);
}

static void work(struct work_struct *unused)
{
	u32 i, file, page, stamp;
	struct xmemc_index_key key;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, (unsigned long)&rnd);
	for (i = 0; i < 30000; i++) {
		file = prandom_u32_state(&rnd) % FILES;
		page = prandom_u32_state(&rnd) % PAGES;
		stamp = file * PAGES + page;
		key = key_of(file);
		switch (prandom_u32_state(&rnd) % 16) {
		case 0 ... 5:
			put_content(&key, page, stamp);
			break;
		case 6 ... 10:
			look_at_content(xmemc_index_find(&idx, &key, page), stamp);
			break;
		case 11 ... 12:
			look_at_content(xmemc_index_take(&idx, &key, page), stamp);
			break;
		case 13:
			xmemc_index_evict(&idx);
			break;
		case 14:
			xmemc_index_drop_object(&idx, &key);
			break;
		default:
			if (i % 64 == 0)
				xmemc_index_drop_pool(&idx, file % 3);
			else
				xmemc_index_drop(&idx, &key, page);
		}
	}
}

static void side_by_side(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("xmem_kunit", WQ_UNBOUND, WORKERS);
	static struct work_struct works[WORKERS];
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, !!wq);
	idx.removed = just_put;
	for (i = 0; i < WORKERS; i++) {
		INIT_WORK(&works[i], work);
		queue_work(wq, &works[i]);
	}
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&faults), 0);
	xmemc_index_drop_all(&idx);
	KUNIT_EXPECT_EQ(test, xmemc_slab_used(&slab), 0U);
	KUNIT_EXPECT_EQ(test, idx.objects[idx.free].first, NONE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(replace),
	KUNIT_CASE(take),
	KUNIT_CASE(find_holds),
	KUNIT_CASE(settle),
	KUNIT_CASE(keys_differ),
	KUNIT_CASE(objects_run_out),
	KUNIT_CASE(object_and_pool),
	KUNIT_CASE(clock_order),
	KUNIT_CASE(clock_all_hot),
	KUNIT_CASE(random_steps),
	KUNIT_CASE(side_by_side),
	{}
};

struct kunit_suite xmem_index_suite = {
	.name = "xmem_index",
	.init = index_begin,
	.exit = index_end,
	.test_cases = cases,
};
