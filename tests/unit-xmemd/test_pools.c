// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The indexed set of appliances: what it holds after any number of changes, that its
 * trees are in order, and how much room there is for a demand. XMEM_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "logic/set.h"

#define MIB (1ULL << 20)
#define NAMES 200
#define STEPS 20000

static uint64_t state;

static uint64_t below(uint64_t end)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % end;
}

/* What the set should hold. */
struct known {
	bool here, usable;
	char name[8], site[8], rack[8], class[8], why[16];
	struct xmemd_pool_facts facts;
	uint64_t promised, reserved;
};

static struct known known[NAMES];
static struct xmemd_pools *pools;

static uint64_t open_of(const struct known *k)
{
	uint64_t taken = k->promised + k->reserved;

	return k->facts.free > taken ? k->facts.free - taken : 0;
}

static void put(struct known *k)
{
	snprintf(k->site, sizeof(k->site), "%.*s", (int)below(2), "abc" + below(3));
	snprintf(k->rack, sizeof(k->rack), "r%llu", (unsigned long long)below(20));
	snprintf(k->class, sizeof(k->class), "c%llu", (unsigned long long)below(5));
	snprintf(k->why, sizeof(k->why), "why %llu", (unsigned long long)below(100));
	k->facts = (struct xmemd_pool_facts){
		.name = k->name,
		.admission = below(8) ? XMEMD_POOL_ADMITTED : (enum xmemd_admission)below(3),
		.up = below(8),
		.healthy = below(8),
		.why_not = k->why,
		.memory = 1000 * MIB,
		.free = below(1000) * MIB,
		.where = { { k->site, below(2) ? k->rack : NULL, below(2) ? k->rack : "" } },
		.class = below(2) ? k->class : NULL,
		.load = (unsigned int)below(1001),
		.bandwidth_mbps = (uint32_t)below(200000),
	};
	k->facts.largest = below(2) ? k->facts.free : below(k->facts.free + 1);
	if (!k->here)
		k->promised = k->reserved = 0;
	k->here = true;
	k->usable = k->facts.admission == XMEMD_POOL_ADMITTED && k->facts.up && k->facts.healthy;
	assert_int_equal(xmemd_pools_put(pools, &k->facts), 0);
	/* the set has copies */
	memset(k->why, 0, sizeof(k->why));
}

static void change(uint64_t *value, const char *name, bool here,
		   bool (*fn)(struct xmemd_pools *, const char *, int64_t))
{
	int64_t bytes = (int64_t)(below(100) * MIB);

	if (below(2))
		bytes = -bytes;
	assert_int_equal(fn(pools, name, bytes), here);
	if (!here)
		return;
	/* never below nothing */
	*value = bytes < 0 && *value < (uint64_t)-bytes ? 0 : *value + (uint64_t)bytes;
}

static void check_one(const struct known *k)
{
	struct xmemd_pool_view view;
	uint64_t piece;

	assert_int_equal(xmemd_pools_get(pools, k->name, &view), k->here);
	if (!k->here)
		return;
	assert_string_equal(view.facts.name, k->name);
	assert_int_equal(strncmp(view.facts.why_not, "why ", 4), 0);
	assert_int_equal(view.facts.free, k->facts.free);
	assert_int_equal(view.promised, k->promised);
	assert_int_equal(view.reserved, k->reserved);
	assert_int_equal(view.open, open_of(k));
	assert_int_equal(view.usable, k->usable);
	piece = open_of(k) < k->facts.largest ? open_of(k) : k->facts.largest;
	assert_int_equal(view.piece, k->usable ? piece / XMEMD_CHUNK * XMEMD_CHUNK : 0);
}

static void check_sums(void)
{
	struct xmemd_pools_sum sum, is = {};
	struct xmemd_pool_view view;
	unsigned int i;

	for (i = 0; i < NAMES; i++) {
		is.appliances += known[i].here;
		if (!known[i].here || !known[i].usable)
			continue;
		is.usable++;
		is.memory += known[i].facts.memory;
		is.free += known[i].facts.free;
		is.open += open_of(&known[i]);
		assert_true(xmemd_pools_get(pools, known[i].name, &view));
		if (view.piece > is.largest)
			is.largest = view.piece;
	}
	xmemd_pools_sum(pools, &sum);
	assert_memory_equal(&sum, &is, sizeof(is));
}

/* Order, priorities and sums of a subtree; returns how many slots it has. */
static uint32_t check_tree(enum xmemd_tree tree, uint32_t slot, uint32_t *last)
{
	const struct xmemd_node *node;
	uint32_t count, sides[2], i;
	uint64_t piece;

	if (slot == XMEMD_NONE)
		return 0;
	node = &pools->node[tree][slot];
	sides[0] = node->left;
	sides[1] = node->right;
	count = check_tree(tree, node->left, last);
	if (*last != XMEMD_NONE)
		assert_true(xmemd_tree_compare(pools, tree, *last, slot) < 0);
	*last = slot;
	count += 1 + check_tree(tree, node->right, last);
	piece = pools->slot[slot].own.piece;
	for (i = 0; i < 2; i++) {
		if (sides[i] == XMEMD_NONE)
			continue;
		assert_true(pools->slot[sides[i]].priority <= pools->slot[slot].priority);
		if (pools->node[tree][sides[i]].sum.piece > piece)
			piece = pools->node[tree][sides[i]].sum.piece;
	}
	if (tree != XMEMD_TREE_NAME)
		assert_int_equal(node->sum.piece, piece);
	assert_int_equal(node->sum.count, count);
	return count;
}

static void check_trees(void)
{
	uint32_t last = XMEMD_NONE, i, count[XMEMD_TREES] = {}, members = 0;

	assert_int_equal(check_tree(XMEMD_TREE_NAME, pools->names, &last), pools->sum.appliances);
	last = XMEMD_NONE;
	assert_int_equal(check_tree(XMEMD_TREE_ALL, pools->all, &last), pools->sum.usable);
	for (i = 0; i < pools->domains; i++) {
		if (!pools->domain[i].name)
			continue;
		last = XMEMD_NONE;
		count[pools->domain[i].kind] +=
			check_tree(pools->domain[i].kind, pools->domain[i].root, &last);
	}
	/* each is in the tree of one site, if only that without a name */
	assert_int_equal(count[XMEMD_TREE_SITE], pools->sum.usable);
	assert_int_equal(count[XMEMD_TREE_RACK], pools->placed[XMEMD_TREE_RACK]);
	assert_int_equal(count[XMEMD_TREE_SWITCH], pools->placed[XMEMD_TREE_SWITCH]);
	for (i = 0; i < XMEMD_GROUPS; i++)
		members += pools->members[i];
	assert_int_equal(members, pools->sum.usable);
}

static void test_any_changes(void **unused)
{
	struct known *k;
	unsigned int step, i;

	(void)unused;
	pools = xmemd_pools_new();
	for (i = 0; i < NAMES; i++)
		snprintf(known[i].name, sizeof(known[i].name), "n%u", i);
	for (step = 0; step < STEPS; step++) {
		k = &known[below(NAMES)];
		switch (below(6)) {
		case 0:
			assert_int_equal(xmemd_pools_remove(pools, k->name), k->here);
			k->here = false;
			break;
		case 1:
			change(&k->promised, k->name, k->here, xmemd_pools_promise);
			break;
		case 2:
			change(&k->reserved, k->name, k->here, xmemd_pools_reserve);
			break;
		default:
			put(k);
		}
		check_one(k);
		if (step % 500)
			continue;
		check_sums();
		check_trees();
		for (i = 0; i < NAMES; i++)
			check_one(&known[i]);
	}
	for (i = 0; i < NAMES; i++)
		xmemd_pools_remove(pools, known[i].name);
	assert_int_equal(pools->all, XMEMD_NONE);
	assert_int_equal(pools->keys, 0);
	assert_int_equal(pools->sum.open, 0);
	xmemd_pools_free(pools);
	xmemd_pools_free(NULL);
}

/* The shape, not only the content, is the same in whatever order it came. */
static void test_order_does_not_matter(void **unused)
{
	struct xmemd_pools *a = xmemd_pools_new(), *b = xmemd_pools_new();
	uint32_t i, shape_a, shape_b;
	char name[16];

	(void)unused;
	for (i = 0; i < 100; i++) {
		struct xmemd_pool_facts facts = {
			.name = name, .admission = XMEMD_POOL_ADMITTED, .up = true, .healthy = true
		};

		snprintf(name, sizeof(name), "m%u", i);
		facts.free = i % 7 * MIB;
		assert_int_equal(xmemd_pools_put(a, &facts), 0);
		snprintf(name, sizeof(name), "m%u", 99 - i);
		facts.free = (99 - i) % 7 * MIB;
		assert_int_equal(xmemd_pools_put(b, &facts), 0);
	}
	for (i = 0; i < 100; i++) {
		shape_a = xmemd_tree_select(a, XMEMD_TREE_ALL, a->all, i);
		shape_b = xmemd_tree_select(b, XMEMD_TREE_ALL, b->all, i);
		assert_string_equal(a->slot[shape_a].facts.name, b->slot[shape_b].facts.name);
		assert_int_equal(a->node[XMEMD_TREE_ALL][shape_a].sum.count,
				 b->node[XMEMD_TREE_ALL][shape_b].sum.count);
	}
	assert_true(xmemd_pools_bytes(a) > 100 * sizeof(struct xmemd_slot));
	xmemd_pools_free(a);
	xmemd_pools_free(b);
}

/* ---- space ---- */

static char told[256];

static int tell(const char *appliance, uint64_t bytes, uint64_t largest, void *arg)
{
	unsigned int *more = arg;

	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s:%llu/%llu ", appliance,
		 (unsigned long long)(bytes / MIB), (unsigned long long)(largest / MIB));
	return !--*more;
}

static void add(const char *name, uint64_t free, uint64_t largest, bool up)
{
	const struct xmemd_pool_facts facts = { .name = name,
						.admission = XMEMD_POOL_ADMITTED,
						.up = up,
						.healthy = true,
						.free = free * MIB,
						.largest = largest * MIB };

	assert_int_equal(xmemd_pools_put(pools, &facts), 0);
}

static void test_space(void **unused)
{
	static const char *const not_a[] = { "a" };
	static const struct xmemd_draw draw[] = { { "b", 30 * MIB } };
	struct xmemd_demand demand = { .layout = XMEMD_LAYOUT_AUTO };
	struct xmemd_refusal why = {};
	struct xmemd_space space;
	unsigned int most = 99;

	(void)unused;
	pools = xmemd_pools_new();
	add("c", 50, 10, true);
	add("a", 101, 101, true);
	add("d", 500, 500, false);
	add("b", 70, 70, true);
	add("e", 1, 1, true);
	assert_true(xmemd_pools_reserve(pools, "b", 30 * MIB));

	*told = 0;
	assert_int_equal(xmemd_space(pools, &demand, &space, tell, &most, &why), 0);
	assert_string_equal(told, "a:100/100 b:40/40 c:50/10 ");
	assert_int_equal(space.appliances, 3);
	assert_int_equal(space.sum, 190 * MIB);
	assert_int_equal(space.largest, 100 * MIB);
	assert_int_equal(space.in_regions, 150 * MIB);

	/* whose room it is makes a difference, and so do its limits */
	demand.draw = draw;
	demand.draws = 1;
	demand.max_regions = 1;
	demand.exclude = (struct xmemd_globs){ not_a, 1 };
	assert_int_equal(xmemd_space(pools, &demand, &space, NULL, NULL, &why), 0);
	assert_int_equal(space.sum, 120 * MIB);
	assert_int_equal(space.largest, 70 * MIB);
	assert_int_equal(space.in_regions, 70 * MIB);

	/* who has heard enough is told no more, but the sums are of all */
	*told = 0;
	most = 1;
	demand.exclude.count = 0;
	demand.layout = XMEM_LAYOUT_SINGLE;
	assert_int_equal(xmemd_space(pools, &demand, &space, tell, &most, &why), 0);
	assert_string_equal(told, "a:100/100 ");
	assert_int_equal(space.sum, 220 * MIB);
	assert_int_equal(space.in_regions, 100 * MIB);
	xmemd_pools_free(pools);
}

/* An appliance that boasts does not spoil the sums, and so the plans of all. */
static void test_boasting(void **unused)
{
	const struct xmemd_demand demand = { .size = 100 * MIB, .layout = XMEMD_LAYOUT_AUTO };
	struct xmemd_pool_facts facts = { .admission = XMEMD_POOL_ADMITTED,
					  .up = true,
					  .healthy = true,
					  .memory = UINT64_MAX,
					  .free = UINT64_MAX,
					  .largest = UINT64_MAX };
	struct xmemd_placement placement;
	struct xmemd_refusal why = {};
	struct xmemd_pools_sum sum;

	(void)unused;
	pools = xmemd_pools_new();
	facts.name = "boaster";
	assert_int_equal(xmemd_pools_put(pools, &facts), 0);
	facts.name = "other";
	assert_int_equal(xmemd_pools_put(pools, &facts), 0);
	xmemd_pools_sum(pools, &sum);
	assert_int_equal(sum.open, 2 * XMEMD_SIZE_MAX);
	assert_int_equal(sum.memory, 2 * XMEMD_SIZE_MAX);
	assert_int_equal(sum.largest, XMEMD_SIZE_MAX);
	assert_int_equal(xmemd_place(pools, &demand, &placement, &why), 0);
	/* nor does a promise of more than there is */
	assert_true(xmemd_pools_promise(pools, "boaster", INT64_MAX));
	assert_true(xmemd_pools_promise(pools, "boaster", INT64_MAX));
	assert_true(xmemd_pools_promise(pools, "boaster", INT64_MAX));
	xmemd_pools_sum(pools, &sum);
	assert_int_equal(sum.open, XMEMD_SIZE_MAX);
	assert_true(xmemd_pools_promise(pools, "boaster", INT64_MIN));
	xmemd_pools_free(pools);
}

static void test_bandwidth(void **unused)
{
	static const struct {
		uint32_t mbps;
		const char *name;
	} rates[] = { { 0, "any" },	     { 1, "low" },	  { 9999, "low" },
		      { 10000, "medium" },   { 99999, "medium" }, { 100000, "high" },
		      { UINT32_MAX, "high" } };
	enum xmemd_bandwidth parsed;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		assert_string_equal(xmemd_bandwidth_name(xmemd_bandwidth_class(rates[i].mbps)),
				    rates[i].name);
		assert_true(xmemd_bandwidth_parse(rates[i].name, &parsed));
		assert_int_equal(parsed, xmemd_bandwidth_class(rates[i].mbps));
	}
	assert_false(xmemd_bandwidth_parse("fast", &parsed));
}

static int seed(void **unused)
{
	const char *text = getenv("XMEM_SEED");

	(void)unused;
	state = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL) * 2654435761ULL | 1;
	print_message("# XMEM_SEED=%llu repeats this run\n", (unsigned long long)state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_changes), cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_boasting),    cmocka_unit_test(test_space),
		cmocka_unit_test(test_bandwidth),
	};

	return cmocka_run_group_tests_name("pools", tests, seed, NULL);
}
