// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The allocation logic against a twin that knows no index: random appliances, random
 * demands, and for each leg a look at every appliance whether a better one was there.
 * The seed is printed; XMEM_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <fnmatch.h>
#include <cmocka.h>

#include "logic/plan.h"

#define MIB (1ULL << 20)
#define POOLS_MAX 320
#define POOLS_USUAL 48
#define ROUNDS 400
#define DEMANDS 40

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t below(uint64_t end)
{
	return next() % end;
}

static bool one_in(uint64_t n)
{
	return !below(n);
}

struct twin {
	struct xmemd_pool_facts facts;
	char name[24], site[24], class[24];
	uint64_t promised, reserved;
	/* for the demand at hand */
	uint64_t open, piece, draw, held;
	bool taken;
};

static struct twin twins[POOLS_MAX];
static unsigned int count;
static struct xmemd_pools *pools;
static struct xmemd_demand demand;

static const char *const sites[] = { NULL, "", "east", "west", "north" };
static const char *const racks[] = { NULL, "r1", "r2", "r3", "r4", "r5" };
static const char *const switches[] = { NULL, "s1", "s2", "s3" };
static const char *const numas[] = { NULL, "0", "1" };
static const char *const classes[] = { NULL, "", "old", "new", "gold" };

/* Now and then there are more sites and classes than the index has bits for. */
static bool many;

#define PICK(list) ((list)[below(sizeof(list) / sizeof(*(list)))])

static void random_where(struct xmemd_where *where)
{
	where->label[XMEMD_LABEL_SITE] = PICK(sites);
	where->label[XMEMD_LABEL_RACK] = PICK(racks);
	where->label[XMEMD_LABEL_SWITCH] = PICK(switches);
	where->label[XMEMD_LABEL_NUMA] = PICK(numas);
}

static void random_facts(struct twin *t)
{
	static const uint32_t rates[] = { 0, 1000, 10000, 25000, 100000, 200000 };
	struct xmemd_pool_facts *f = &t->facts;

	*f = (struct xmemd_pool_facts){ .name = t->name };
	f->admission = one_in(12) ? (enum xmemd_admission)below(3) : XMEMD_POOL_ADMITTED;
	f->up = !one_in(12);
	f->healthy = !one_in(12);
	f->why_not = one_in(2) ? "timeout" : NULL;
	f->memory = 4096 * MIB;
	/* few different sizes, so that there are ties */
	f->free = one_in(2) ? below(8) * 100 * MIB : below(4096) * MIB;
	f->largest = one_in(4) ? below(f->free + 1) : f->free;
	random_where(&f->where);
	f->class = PICK(classes);
	if (many) {
		snprintf(t->site, sizeof(t->site), "site%llu", (unsigned long long)below(100));
		snprintf(t->class, sizeof(t->class), "class%llu", (unsigned long long)below(100));
		f->where.label[XMEMD_LABEL_SITE] = t->site;
		f->class = t->class;
	}
	f->load = one_in(2) ? (unsigned int)below(4) * 50 : (unsigned int)below(1001);
	f->latency_ns = one_in(4) ? 0 : 1000 + (uint32_t)below(6000);
	f->bandwidth_mbps = PICK(rates);
	f->backing = one_in(3);
	f->min_priority = one_in(8) ? (unsigned int)below(100) : 0;
}

static struct twin *twin_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(twins[i].name, name))
			return &twins[i];
	return NULL;
}

static void make_pools(void)
{
	unsigned int i;

	pools = xmemd_pools_new();
	many = one_in(16);
	count = many ? POOLS_MAX : (unsigned int)below(POOLS_USUAL + 1);
	for (i = 0; i < count; i++) {
		twins[i] = (struct twin){};
		snprintf(twins[i].name, sizeof(twins[i].name), "%c%u", "abc"[below(3)], i);
		random_facts(&twins[i]);
		assert_int_equal(xmemd_pools_put(pools, &twins[i].facts), 0);
		if (one_in(4)) {
			twins[i].promised = below(200) * MIB;
			assert_true(xmemd_pools_promise(pools, twins[i].name,
							(int64_t)twins[i].promised));
		}
		if (one_in(3)) {
			twins[i].reserved = below(600) * MIB;
			assert_true(xmemd_pools_reserve(pools, twins[i].name,
							(int64_t)twins[i].reserved));
		}
	}
}

/* Changes some of them, so that the index has something to keep up with. */
static void change_pools(void)
{
	unsigned int i, k;

	for (i = 0; i < count && count; i += 1 + (unsigned int)below(5)) {
		if (one_in(4)) {
			assert_true(xmemd_pools_remove(pools, twins[i].name));
			twins[i].promised = twins[i].reserved = 0;
		}
		random_facts(&twins[i]);
		assert_int_equal(xmemd_pools_put(pools, &twins[i].facts), 0);
		k = (unsigned int)below(count);
		twins[k].promised += 2 * MIB;
		assert_true(xmemd_pools_promise(pools, twins[k].name, 2 * MIB));
	}
}

/* Demands: what they point to. */
static struct xmemd_draw draws[8];
static struct xmemd_held helds[8];
static const char *const globs_a[] = { "a*", "b*" };
static const char *const globs_b[] = { "*[02468]", "c*" };
static const char *const globs_c[] = { "a1", "b2", "c3", "a?", "no-such" };
static const char *const globs_d[] = { "*7", "b1*" };

static void random_strategies(void)
{
	enum xmemd_strategy s;
	unsigned int seen = 0;

	demand.strategies = 0;
	while (!one_in(3) && demand.strategies < 5) {
		s = (enum xmemd_strategy)below(XMEMD_STRATEGIES);
		if (seen & 1U << s)
			continue;
		seen |= 1U << s;
		demand.strategy[demand.strategies++] = s;
	}
}

static void random_special(void)
{
	unsigned int i;

	demand.draw = draws;
	demand.held = helds;
	if (one_in(3))
		for (i = 0; i < below(8); i++) {
			draws[i].appliance = count ? twins[below(count)].name : "none";
			draws[i].bytes = below(600) * MIB;
			demand.draws++;
		}
	if (one_in(3))
		for (i = 0; i < below(5); i++) {
			helds[i].appliance = count ? twins[below(count)].name : "none";
			helds[i].bytes = below(300) * MIB;
			demand.helds++;
		}
	demand.restructure = one_in(2);
}

static void random_demand(void)
{
	demand = (struct xmemd_demand){ .size = 1 + below(one_in(2) ? 500 * MIB : 8000 * MIB) };
	demand.layout = one_in(5)   ? XMEM_LAYOUT_SINGLE
			: one_in(2) ? XMEM_LAYOUT_CONCAT
				    : XMEMD_LAYOUT_AUTO;
	if (demand.layout != XMEM_LAYOUT_SINGLE && one_in(3)) {
		demand.min_regions = (unsigned int)below(5);
		demand.max_regions =
			one_in(2) ? 0 : demand.min_regions + 1 + (unsigned int)below(6);
		demand.size += 10 * MIB;
	}
	random_strategies();
	demand.seed = next();
	random_where(&demand.where);
	demand.bandwidth = (enum xmemd_bandwidth)below(4);
	demand.class = PICK(classes);
	demand.spread = (enum xmemd_domain)below(XMEMD_DOMAINS);
	demand.apart = one_in(4);
	demand.priority = (unsigned int)below(100);
	demand.need_backing = one_in(8);
	demand.need_class = one_in(8) && demand.class && *demand.class;
	demand.max_distance = one_in(5) ? (enum xmemd_distance)below(5) : XMEMD_DISTANCE_ANY;
	demand.max_load = one_in(8) ? 1 + (unsigned int)below(1000) : 0;
	demand.max_latency_ns = one_in(8) ? 1000 + (uint32_t)below(6000) : 0;
	demand.min_bandwidth_mbps = one_in(8) ? (uint32_t)below(50000) : 0;
	if (one_in(4))
		demand.allow[0] = (struct xmemd_globs){ globs_a, 2 };
	if (one_in(4))
		demand.allow[2] = (struct xmemd_globs){ globs_b, 2 };
	if (one_in(8))
		demand.allow[3] = (struct xmemd_globs){ globs_c, 5 };
	if (one_in(4))
		demand.exclude = (struct xmemd_globs){ globs_d, 2 };
	random_special();
}

/* ---- the twin ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b && *a && !strcmp(a, b);
}

static bool same_site(const struct xmemd_where *a, const struct xmemd_where *b)
{
	const char *sa = a->label[XMEMD_LABEL_SITE], *sb = b->label[XMEMD_LABEL_SITE];

	return !strcmp(sa ? sa : "", sb ? sb : "");
}

static unsigned int distance(const struct twin *t)
{
	const struct xmemd_where *a = &t->facts.where, *b = &demand.where;
	bool site = same_site(a, b);
	bool rack = site && same_text(a->label[XMEMD_LABEL_RACK], b->label[XMEMD_LABEL_RACK]);
	bool sw = site && same_text(a->label[XMEMD_LABEL_SWITCH], b->label[XMEMD_LABEL_SWITCH]);

	if (sw && rack && same_text(a->label[XMEMD_LABEL_NUMA], b->label[XMEMD_LABEL_NUMA]))
		return 1;
	if (sw)
		return 2;
	if (rack)
		return 3;
	return same_text(a->label[XMEMD_LABEL_SITE], b->label[XMEMD_LABEL_SITE]) ? 4 : 5;
}

static bool same_domain(const struct twin *a, const struct twin *b)
{
	static const enum xmemd_label labels[] = { [XMEMD_DOMAIN_SITE] = XMEMD_LABEL_SITE,
						   [XMEMD_DOMAIN_RACK] = XMEMD_LABEL_RACK,
						   [XMEMD_DOMAIN_SWITCH] = XMEMD_LABEL_SWITCH };
	enum xmemd_label label;

	if (demand.spread == XMEMD_DOMAIN_APPLIANCE)
		return false; /* an appliance has one region anyway */
	label = labels[demand.spread];
	return same_site(&a->facts.where, &b->facts.where) &&
	       same_text(a->facts.where.label[label], b->facts.where.label[label]);
}

static unsigned int in_domain(const struct twin *t)
{
	unsigned int i, n = 0;

	for (i = 0; i < count; i++)
		if ((twins[i].taken || (twins[i].held && !demand.restructure)) &&
		    same_domain(&twins[i], t))
			n++;
	return n;
}

static bool in_globs(const struct xmemd_globs *globs, const char *name)
{
	size_t i;

	for (i = 0; i < globs->count; i++)
		if (!fnmatch(globs->glob[i], name, 0))
			return true;
	return false;
}

static bool may_have(const struct twin *t)
{
	const struct xmemd_pool_facts *f = &t->facts;
	int i;

	for (i = 0; i < XMEMD_ALLOW_MAX; i++)
		if (demand.allow[i].count && !in_globs(&demand.allow[i], t->name))
			return false;
	if (t->taken || (t->held && !demand.restructure) || in_globs(&demand.exclude, t->name))
		return false;
	if (f->admission != XMEMD_POOL_ADMITTED || !f->up || !f->healthy)
		return false;
	if (f->min_priority > demand.priority || (demand.need_backing && !f->backing))
		return false;
	if (demand.need_class && !same_text(f->class, demand.class))
		return false;
	if (demand.max_distance && distance(t) > demand.max_distance)
		return false;
	if (demand.max_load && f->load > demand.max_load)
		return false;
	if (demand.max_latency_ns && (!f->latency_ns || f->latency_ns > demand.max_latency_ns))
		return false;
	if (f->bandwidth_mbps < demand.min_bandwidth_mbps)
		return false;
	return !demand.apart || !in_domain(t);
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t chunks(uint64_t bytes)
{
	return bytes / XMEMD_CHUNK * XMEMD_CHUNK;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void derive(void)
{
	struct twin *t;
	unsigned int i;

	for (i = 0; i < count; i++)
		twins[i].draw = twins[i].held = 0, twins[i].taken = false;
	for (i = 0; i < demand.draws; i++)
		if ((t = twin_of(draws[i].appliance)))
			t->draw += draws[i].bytes;
	for (i = 0; i < demand.helds; i++)
		if ((t = twin_of(helds[i].appliance)))
			t->held += helds[i].bytes;
	for (i = 0; i < count; i++) {
		t = &twins[i];
		t->draw = smaller(t->draw, smaller(t->reserved, less(t->facts.free, t->promised)));
		t->open = less(less(t->facts.free, t->promised), t->reserved - t->draw);
		t->piece = chunks(smaller(t->facts.largest, t->open));
		t->draw = smaller(chunks(t->draw), t->piece);
		if (demand.restructure && t->held > t->piece)
			t->piece = t->held;
	}
}

static unsigned int log2_of(uint64_t v)
{
	unsigned int n = 0;

	while (v >>= 1)
		n++;
	return n;
}

static int64_t eighths(uint64_t bytes)
{
	uint64_t c = bytes / XMEMD_CHUNK;

	return c < 8 ? (int64_t)c : (int64_t)(log2_of(c) * 8 + (c * 8 >> log2_of(c)));
}

static int64_t gap(const struct twin *t)
{
	static const uint32_t limit[] = { 0, 1, 10000, 100000, UINT32_MAX };
	unsigned int class;

	if (!demand.bandwidth)
		return 0;
	for (class = 3; t->facts.bandwidth_mbps < limit[class]; class --)
		;
	return class ? llabs((int64_t) class - (int64_t)demand.bandwidth) : 3;
}

/* Lower is better. */
static int64_t word(enum xmemd_strategy s, const struct twin *t, bool exact)
{
	const struct xmemd_pool_facts *f = &t->facts;
	uint32_t latency = f->latency_ns ? f->latency_ns : UINT32_MAX;

	switch (s) {
	case XMEMD_BEST_FIT:
		return exact ? (int64_t)t->open : eighths(t->open);
	case XMEMD_MOST_FREE:
		return exact ? -(int64_t)t->open : -eighths(t->open);
	case XMEMD_NEAR:
		return distance(t);
	case XMEMD_BACKING:
		return !f->backing;
	case XMEMD_LOW_LOAD:
		return exact ? f->load : f->load / 100;
	case XMEMD_LOW_LATENCY:
		return exact ? latency : log2_of(latency);
	case XMEMD_HIGH_BANDWIDTH:
		return exact		   ? -(int64_t)f->bandwidth_mbps
		       : f->bandwidth_mbps ? -(int64_t)log2_of(f->bandwidth_mbps)
					   : 1;
	case XMEMD_SAME_BANDWIDTH:
		return gap(t);
	case XMEMD_CLASS:
		return !same_text(f->class, demand.class);
	case XMEMD_SPREAD:
		return in_domain(t);
	default:
		return 0;
	}
}

static bool reserved_only;

static uint64_t piece_of(const struct twin *t)
{
	return reserved_only ? smaller(t->piece, t->draw) : t->piece;
}

static int64_t reserved_rank(const struct twin *t, uint64_t need)
{
	return t->draw >= need ? 0 : t->draw ? 1 : 2;
}

static int compare(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static bool least_first(void)
{
	bool least = false;
	unsigned int i;

	for (i = 0; i < demand.strategies; i++)
		if (demand.strategy[i] == XMEMD_BEST_FIT)
			least = true;
		else if (demand.strategy[i] == XMEMD_MOST_FREE)
			least = false;
	return least;
}

static unsigned int lots_at(void)
{
	unsigned int i;

	for (i = 0; i < demand.strategies && demand.strategy[i] != XMEMD_TWO_CHOICES; i++)
		;
	return i;
}

/* A strategy that stands alone, the last one after the lots, free memory as the last one. */
static bool exactly(unsigned int i, unsigned int from, unsigned int end)
{
	bool fit = demand.strategy[i] == XMEMD_BEST_FIT || demand.strategy[i] == XMEMD_MOST_FREE;
	bool before_lots = !from && lots_at() < demand.strategies;

	return i + 1 == end && !demand.restructure && !before_lots && (fit || from || end == 1);
}

/* By the strategies up to, not including, @end; below zero: a is better. */
static int compare_by(const struct twin *a, const struct twin *b, uint64_t need, unsigned int from,
		      unsigned int end)
{
	int order = compare(reserved_rank(a, need), reserved_rank(b, need));
	unsigned int i;

	for (i = from; i < end && !order; i++)
		order = compare(word(demand.strategy[i], a, exactly(i, from, end)),
				word(demand.strategy[i], b, exactly(i, from, end)));
	return order ? order
		     : compare(a->held < need || !demand.restructure,
			       b->held < need || !demand.restructure);
}

static int compare_last(const struct twin *a, const struct twin *b)
{
	int order = compare((int64_t)a->open, (int64_t)b->open);

	if (order)
		return least_first() ? order : -order;
	return strcmp(a->name, b->name);
}

static bool qualifies(const struct twin *t, uint64_t need)
{
	return may_have(t) && piece_of(t) >= need;
}

/* No other one is better by what comes before the lots; and it is not the worst of its kind. */
static void check_lots(const struct twin *chosen, uint64_t need)
{
	unsigned int i, at = lots_at(), alike = 0, worse = 0;
	int order;

	for (i = 0; i < count; i++) {
		if (&twins[i] == chosen || !qualifies(&twins[i], need))
			continue;
		order = compare_by(chosen, &twins[i], need, 0, at);
		assert_true(order <= 0);
		if (order)
			continue;
		alike++;
		order = compare_by(chosen, &twins[i], need, at + 1, demand.strategies);
		if (!order)
			order = compare_last(chosen, &twins[i]);
		worse += order > 0;
	}
	assert_true(!alike || worse < alike);
}

static void check_leg(const char *name, uint64_t size)
{
	struct twin *chosen = twin_of(name);
	unsigned int i;
	int order;

	assert_non_null(chosen);
	assert_true(qualifies(chosen, size));
	if (lots_at() < demand.strategies) {
		check_lots(chosen, size);
		chosen->taken = true;
		return;
	}
	for (i = 0; i < count; i++) {
		if (&twins[i] == chosen || !qualifies(&twins[i], size))
			continue;
		order = compare_by(chosen, &twins[i], size, 0, demand.strategies);
		if (!order)
			order = compare_last(chosen, &twins[i]);
		if (order > 0)
			fail_msg("%s chosen, %s is better", name, twins[i].name);
	}
	chosen->taken = true;
}

/* The pieces, largest first, as many as may be; returns how many. */
static unsigned int largest(struct twin *sorted[POOLS_MAX])
{
	struct twin *best;
	unsigned int i, n = 0;

	for (;;) {
		best = NULL;
		for (i = 0; i < count; i++)
			if (qualifies(&twins[i], XMEMD_CHUNK) &&
			    (!best || piece_of(&twins[i]) > piece_of(best) ||
			     (piece_of(&twins[i]) == piece_of(best) &&
			      (twins[i].open > best->open ||
			       (twins[i].open == best->open &&
				strcmp(twins[i].name, best->name) < 0)))))
				best = &twins[i];
		if (!best)
			break;
		best->taken = true;
		sorted[n++] = best;
	}
	for (i = 0; i < n; i++)
		sorted[i]->taken = false;
	return n;
}

static unsigned int min_regions(void)
{
	return demand.min_regions ? demand.min_regions : 1;
}

static unsigned int max_regions(void)
{
	if (demand.layout == XMEM_LAYOUT_SINGLE)
		return 1;
	return demand.max_regions ? demand.max_regions : XMEM_LEGS_MAX;
}

/* How many regions it takes, 0: it cannot be; fills in their sizes if they are not equal. */
static unsigned int regions(uint64_t size, struct twin *sorted[POOLS_MAX], bool *equal)
{
	unsigned int n = largest(sorted), i;
	uint64_t sum = 0, share;

	for (i = 0; i < n && i < max_regions(); i++) {
		sum += piece_of(sorted[i]);
		if (sum < size || i + 1 < min_regions())
			continue;
		share = (size / XMEMD_CHUNK + i) / (i + 1) * XMEMD_CHUNK;
		*equal = piece_of(sorted[i]) >= share;
		return i + 1;
	}
	return 0;
}

static void check_equal(const struct xmemd_placement *p, unsigned int n)
{
	uint64_t all = p->size / XMEMD_CHUNK;
	unsigned int i;

	for (i = 0; i < n; i++) {
		assert_int_equal(p->leg[i].size, (all / n + (i < all % n)) * XMEMD_CHUNK);
		check_leg(p->leg[i].appliance, p->leg[i].size);
	}
}

static void check_largest(const struct xmemd_placement *p, struct twin *sorted[POOLS_MAX],
			  unsigned int n)
{
	uint64_t left = p->size, size;
	unsigned int i;

	for (i = 0; i < n; i++) {
		size = smaller(piece_of(sorted[i]), left - (n - i - 1) * XMEMD_CHUNK);
		assert_string_equal(p->leg[i].appliance, sorted[i]->name);
		assert_int_equal(p->leg[i].size, size);
		left -= size;
	}
	assert_int_equal(left, 0);
}

static unsigned int placed, refused, in_pieces;

static void check_placement(const struct xmemd_placement *p, struct twin *sorted[POOLS_MAX],
			    unsigned int n, bool equal)
{
	const struct twin *t;
	uint64_t sum = 0;
	unsigned int i;

	assert_int_equal(p->legs, n);
	assert_int_equal(p->layout, n > 1 ? XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE);
	assert_true(*p->why);
	if (equal)
		check_equal(p, n);
	else
		check_largest(p, sorted, n);
	for (i = 0; i < n; i++) {
		t = twin_of(p->leg[i].appliance);
		sum += p->leg[i].size;
		assert_true(*p->leg[i].why);
		assert_int_equal(p->leg[i].stays, demand.restructure && t->held >= p->leg[i].size);
		assert_int_equal(p->leg[i].drawn,
				 p->leg[i].stays ? 0 : smaller(t->draw, p->leg[i].size));
	}
	assert_int_equal(sum, p->size);
	placed++;
	in_pieces += n > 1;
}

static void one_demand(void)
{
	struct xmemd_refusal why = {};
	struct xmemd_placement p, again;
	struct twin *sorted[POOLS_MAX];
	unsigned int n = 0;
	bool equal = false;
	uint64_t size;
	int ret;

	random_demand();
	derive();
	size = chunks(demand.size + XMEMD_CHUNK - 1);
	if (size / XMEMD_CHUNK < min_regions())
		return;
	reserved_only = demand.draws;
	if (reserved_only)
		n = regions(size, sorted, &equal);
	if (!n) {
		reserved_only = false;
		n = regions(size, sorted, &equal);
	}
	ret = xmemd_place(pools, &demand, &p, &why);
	assert_int_equal(ret, n ? 0 : -1);
	if (n) {
		check_placement(&p, sorted, n, equal);
		assert_int_equal(xmemd_place(pools, &demand, &again, &why), 0);
		assert_int_equal(again.legs, p.legs);
		assert_memory_equal(again.leg, p.leg, p.legs * sizeof(*p.leg));
	} else {
		assert_true(why.status == 507 || why.status == 503);
		assert_true(*why.text);
		assert_true(!count || json_array_size(why.details));
		refused++;
	}
	xmemd_refusal_clear(&why);
}

static void test_twin(void **unused)
{
	unsigned int round, i;

	(void)unused;
	for (round = 0; round < ROUNDS; round++) {
		make_pools();
		for (i = 0; i < DEMANDS; i++) {
			if (i % 8 == 7)
				change_pools();
			one_demand();
		}
		xmemd_pools_free(pools);
	}
	print_message("# %u placed, %u of them in pieces, %u refused\n", placed, in_pieces,
		      refused);
	/* the random demands are worth something only if all of it happens often */
	assert_true(placed > ROUNDS * DEMANDS / 10);
	assert_true(in_pieces > ROUNDS * DEMANDS / 50);
	assert_true(refused > ROUNDS * DEMANDS / 10);
}

/* Each of several alike gets its share of the lots. */
static void test_lots_are_even(void **unused)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	unsigned int hits[8] = {}, i, k;
	struct xmemd_placement p;
	struct xmemd_refusal why = {};

	(void)unused;
	pools = xmemd_pools_new();
	for (i = 0; i < 8; i++)
		assert_int_equal(
			xmemd_pools_put(
				pools, &(struct xmemd_pool_facts){ .name = names[i],
								   .admission = XMEMD_POOL_ADMITTED,
								   .up = true,
								   .healthy = true,
								   .free = 100 * MIB,
								   .largest = 100 * MIB,
								   .load = i }),
			0);
	demand = (struct xmemd_demand){ .size = 2 * MIB,
					.layout = XMEMD_LAYOUT_AUTO,
					.strategy = { XMEMD_TWO_CHOICES, XMEMD_LOW_LOAD },
					.strategies = 2 };
	for (i = 0; i < 5600; i++) {
		demand.seed = next();
		assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
		for (k = 0; strcmp(names[k], p.leg[0].appliance); k++)
			;
		hits[k]++;
	}
	/* of 28 pairs, the k-th best wins 7 - k: 200 hits for each pair, ± five sigma */
	for (k = 0; k < 8; k++)
		assert_in_range(hits[k], k == 7 ? 0 : (7 - k) * 200 - 5 * 37,
				(7 - k) * 200 + 5 * 37);
	assert_int_equal(hits[7], 0);
	xmemd_pools_free(pools);
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
		cmocka_unit_test(test_twin),
		cmocka_unit_test(test_lots_are_even),
	};

	return cmocka_run_group_tests_name("placement-twin", tests, seed, NULL);
}
