// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocation logic by table: a demand on one side, where it goes and why on the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "logic/plan.h"

#define MIB (1ULL << 20)
#define SINGLE XMEM_LAYOUT_SINGLE
#define CONCAT XMEM_LAYOUT_CONCAT
#define AUTO XMEMD_LAYOUT_AUTO

#define OK .admission = XMEMD_POOL_ADMITTED, .up = true, .healthy = true
#define SIZE(mib) .memory = 1000 * MIB, .free = (mib)*MIB, .largest = (mib)*MIB

/*
 * The cluster of most rows: free memory falls from a to f, and each is the best in
 * something. Two sites; rack r1 is in both of them, and not the same.
 */
static const struct xmemd_pool_facts cluster[] = {
	{ .name = "a",
	  OK,
	  SIZE(600),
	  .where = { { "east", "r1", "s1", "0" } },
	  .load = 500,
	  .latency_ns = 4000,
	  .bandwidth_mbps = 25000 },
	{ .name = "b",
	  OK,
	  SIZE(500),
	  .where = { { "east", "r1", "s2" } },
	  .load = 450,
	  .latency_ns = 5000,
	  .bandwidth_mbps = 25000,
	  .backing = true },
	{ .name = "c",
	  OK,
	  SIZE(400),
	  .where = { { "east", "r2", "s2" } },
	  .load = 90,
	  .latency_ns = 5000,
	  .bandwidth_mbps = 1000,
	  .class = "old" },
	{ .name = "d",
	  OK,
	  SIZE(300),
	  .where = { { "west", "r1", "s3", "1" } },
	  .load = 80,
	  .latency_ns = 1500,
	  .bandwidth_mbps = 200000,
	  .class = "gold" },
	{ .name = "e",
	  OK,
	  SIZE(200),
	  .where = { { "west", "r1", "s3", "0" } },
	  .load = 900,
	  .bandwidth_mbps = 100000 },
	{ .name = "f", OK, SIZE(100), .load = 300 },
};

static const char *const only_ab[] = { "a", "b" }, *const only_a[] = { "a" },
			 *const star_b[] = { "*b" };
static const struct xmemd_draw drawn_f[] = { { "f", 50 * MIB } };
static const struct xmemd_held held_ab[] = { { "a", 60 * MIB }, { "b", 60 * MIB } };
static const struct xmemd_held held_e[] = { { "e", 300 * MIB } };
static const struct xmemd_held held_small[] = { { "e", 40 * MIB } };

struct row {
	const char *about;
	struct xmemd_demand demand; /* size in MiB */
	const char *plan, *why;
};

#define LIKE(...) \
	.strategy = { __VA_ARGS__ }, .strategies = sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)
#define FROM(...) .where = { { __VA_ARGS__ } }

static const struct row rows[] = {
	{ "nothing asked for: most free", { 50, AUTO }, "single a:50", "most free of all: 600M" },
	{ "rounded up to chunks", { 51, SINGLE }, "single a:52", "most free of all: 600M" },
	{ "most free", { 50, AUTO, LIKE(XMEMD_MOST_FREE) }, "single a:50", "most-free: 600M free" },
	{ "best fit", { 50, AUTO, LIKE(XMEMD_BEST_FIT) }, "single f:50", "best-fit: 100M free" },
	{ "best fit, exactly",
	  { 300, AUTO, LIKE(XMEMD_BEST_FIT) },
	  "single d:300",
	  "best-fit: 300M free" },
	{ "near: switch, rack and node",
	  { 50, AUTO, LIKE(XMEMD_NEAR), FROM("west", "r1", "s3", "0") },
	  "single e:50",
	  "near: same switch, rack and NUMA node 0" },
	{ "near: switch",
	  { 250, AUTO, LIKE(XMEMD_NEAR), FROM("west", "r1", "s3", "0") },
	  "single d:250",
	  "near: same switch s3" },
	{ "near: rack before site",
	  { 50, AUTO, LIKE(XMEMD_NEAR), FROM("east", "r2", "s9") },
	  "single c:50",
	  "near: same rack r2" },
	{ "near: a rack of that name elsewhere is not near",
	  { 550, AUTO, LIKE(XMEMD_NEAR), FROM("west", "r1", "s3") },
	  "single a:550",
	  "near: nothing that is known to be near" },
	{ "near: site",
	  { 50, AUTO, LIKE(XMEMD_NEAR), FROM("west", "r9", "s9") },
	  "single d:50",
	  "near: same site west, nothing nearer" },
	{ "backing store", { 50, AUTO, LIKE(XMEMD_BACKING) }, "single b:50", "backing: present" },
	{ "backing store, where none fits",
	  { 550, AUTO, LIKE(XMEMD_BACKING) },
	  "single a:550",
	  "backing: none that qualifies has a backing store" },
	{ "low load", { 50, AUTO, LIKE(XMEMD_LOW_LOAD) }, "single d:50", "low-load: 80 of 1000" },
	{ "low load in tenths, then most free",
	  { 50, AUTO, LIKE(XMEMD_LOW_LOAD, XMEMD_MOST_FREE) },
	  "single c:50",
	  "low-load: 90 of 1000; most-free: 400M free" },
	{ "low latency",
	  { 50, AUTO, LIKE(XMEMD_LOW_LATENCY) },
	  "single d:50",
	  "low-latency: 1500 ns" },
	{ "latency in powers of two, then load",
	  { 350, AUTO, LIKE(XMEMD_LOW_LATENCY, XMEMD_LOW_LOAD) },
	  "single a:350",
	  "low-latency: 4000 ns; low-load: 500 of 1000" },
	{ "high bandwidth",
	  { 50, AUTO, LIKE(XMEMD_HIGH_BANDWIDTH) },
	  "single d:50",
	  "high-bandwidth: 200000 Mbit/s" },
	{ "the bandwidth of the client: low",
	  { 50, AUTO, LIKE(XMEMD_SAME_BANDWIDTH), .bandwidth = XMEMD_BANDWIDTH_LOW },
	  "single c:50",
	  "same-bandwidth: low, like the client" },
	{ "the bandwidth of the client: next to it",
	  { 450, AUTO, LIKE(XMEMD_SAME_BANDWIDTH), .bandwidth = XMEMD_BANDWIDTH_HIGH },
	  "single a:450",
	  "same-bandwidth: medium, the client's is high" },
	{ "the bandwidth of the client: not known",
	  { 50, AUTO, LIKE(XMEMD_SAME_BANDWIDTH) },
	  "single a:50",
	  "same-bandwidth: the client's class is not known" },
	{ "hardware class",
	  { 50, AUTO, LIKE(XMEMD_CLASS), .class = "gold" },
	  "single d:50",
	  "class: gold, as wanted" },
	{ "hardware class, where none fits",
	  { 350, AUTO, LIKE(XMEMD_CLASS), .class = "gold" },
	  "single a:350",
	  "class: none, none that is gold qualifies" },
	{ "two choices of one",
	  { 550, AUTO, LIKE(XMEMD_TWO_CHOICES) },
	  "single a:550",
	  "two-choices: the only one" },
	{ "two choices of two",
	  { 450, AUTO, LIKE(XMEMD_TWO_CHOICES, XMEMD_LOW_LOAD) },
	  "single b:450",
	  "two-choices: drawn by lot with a (600M free, load 500); low-load: 450 of 1000" },
	{ "three ranks",
	  { 50, AUTO, LIKE(XMEMD_NEAR, XMEMD_LOW_LOAD, XMEMD_BEST_FIT), FROM("east", "r9") },
	  "single c:50",
	  "near: same site east, nothing nearer; low-load: 90 of 1000; best-fit: 400M free" },
	{ "the number of regions: the fewest that hold it",
	  { 1000, AUTO },
	  "concat a:500 b:500",
	  "most free of all: 600M" },
	{ "equal shares where they exist",
	  { 1200, AUTO },
	  "concat a:400 b:400 c:400",
	  "most free of all: 600M" },
	{ "the largest pieces first where not",
	  { 1450, AUTO },
	  "concat a:600 b:500 c:350",
	  "most free of all: 600M" },
	{ "several are asked for",
	  { 40, CONCAT, .min_regions = 4 },
	  "concat a:10 b:10 c:10 d:10",
	  "most free of all: 600M" },
	{ "shares differ by a chunk at most",
	  { 46, CONCAT, .min_regions = 4 },
	  "concat a:12 b:12 c:12 d:10",
	  "most free of all: 600M" },
	{ "several, and each the best",
	  { 80, CONCAT, .min_regions = 2, LIKE(XMEMD_LOW_LOAD) },
	  "concat d:40 c:40",
	  "low-load: 80 of 1000" },
	{ "spread over sites",
	  { 80, CONCAT, .min_regions = 3, .spread = XMEMD_DOMAIN_SITE, LIKE(XMEMD_SPREAD) },
	  "concat a:28 d:26 f:26",
	  "spread: no other region in its site" },
	{ "spread over racks",
	  { 80, CONCAT, .min_regions = 3, .spread = XMEMD_DOMAIN_RACK, LIKE(XMEMD_SPREAD) },
	  "concat a:28 c:26 d:26",
	  "spread: no other region in its rack" },
	{ "spread over switches",
	  { 80, CONCAT, .min_regions = 3, .spread = XMEMD_DOMAIN_SWITCH, LIKE(XMEMD_SPREAD) },
	  "concat a:28 b:26 d:26",
	  "spread: no other region in its switch" },
	{ "spread ranks after load",
	  { 80, CONCAT, .min_regions = 2, .spread = XMEMD_DOMAIN_SITE,
	    LIKE(XMEMD_CLASS, XMEMD_SPREAD), .class = "gold" },
	  "concat d:40 a:40",
	  "class: gold, as wanted; spread: no other region in its site" },
	{ "apart: pieces of one rack do not add up",
	  { 950, CONCAT, .spread = XMEMD_DOMAIN_RACK, .apart = true },
	  "concat a:600 c:350",
	  "most free of all: 600M" },
	{ "regions that are there count",
	  { 50, AUTO, .spread = XMEMD_DOMAIN_SITE, .apart = true, .held = held_ab, .helds = 2 },
	  "single d:50",
	  "most free of all: 300M" },
	{ "required: backing store",
	  { 50, AUTO, .need_backing = true },
	  "single b:50",
	  "most free of all: 500M" },
	{ "required: class",
	  { 50, AUTO, .need_class = true, .class = "old" },
	  "single c:50",
	  "most free of all: 400M" },
	{ "required: not far",
	  { 50, AUTO, .max_distance = XMEMD_SAME_SITE, FROM("west") },
	  "single d:50",
	  "most free of all: 300M" },
	{ "required: not busy",
	  { 50, AUTO, .max_load = 449 },
	  "single c:50",
	  "most free of all: 400M" },
	{ "required: not late",
	  { 50, AUTO, .max_latency_ns = 1500 },
	  "single d:50",
	  "most free of all: 300M" },
	{ "required: not narrow",
	  { 50, AUTO, .min_bandwidth_mbps = 30000 },
	  "single d:50",
	  "most free of all: 300M" },
	{ "allowed by two lists",
	  { 50, AUTO, .allow = { { only_ab, 2 }, {}, { star_b, 1 } } },
	  "single b:50",
	  "most free of all: 500M" },
	{ "excluded",
	  { 50, AUTO, .exclude = { only_ab, 2 } },
	  "single c:50",
	  "most free of all: 400M" },
	{ "moving: stays where it is, if that is as good",
	  { 300, AUTO, .restructure = true, .held = held_e, .helds = 1, LIKE(XMEMD_NEAR),
	    FROM("west") },
	  "single e:300",
	  "stays where it is; near: same site west, nothing nearer" },
	{ "moving: goes where it is better",
	  { 40, AUTO, .restructure = true, .held = held_small, .helds = 1, LIKE(XMEMD_LOW_LOAD) },
	  "single c:40",
	  "moves here; low-load: 90 of 1000" },
	{ "moving: away from an appliance",
	  { 40, AUTO, .restructure = true, .held = held_small, .helds = 1,
	    .allow = { { only_a, 1 } } },
	  "single a:40",
	  "moves here; most free of all: 600M" },
};

static struct xmemd_pools *make(const struct xmemd_pool_facts *facts, size_t count)
{
	struct xmemd_pools *pools = xmemd_pools_new();

	while (count--)
		assert_int_equal(xmemd_pools_put(pools, &facts[count]), 0);
	return pools;
}

static void write_plan(const struct xmemd_placement *p, char *out, size_t size)
{
	unsigned int i;
	size_t len;

	len = (size_t)snprintf(out, size, "%s", p->layout == SINGLE ? "single" : "concat");
	for (i = 0; i < p->legs; i++)
		len += (size_t)snprintf(out + len, size - len, " %s:%llu", p->leg[i].appliance,
					(unsigned long long)(p->leg[i].size / MIB));
}

static void test_rows(void **state)
{
	struct xmemd_pools *pools = make(cluster, sizeof(cluster) / sizeof(*cluster));
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	struct xmemd_demand demand;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s\n", rows[i].about);
		demand = rows[i].demand;
		demand.size *= MIB;
		assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
		write_plan(&p, text, sizeof(text));
		assert_string_equal(text, rows[i].plan);
		assert_string_equal(p.leg[0].why, rows[i].why);
	}
	xmemd_pools_free(pools);
}

static void test_number_in_words(void **state)
{
	static const struct {
		unsigned int size, min_regions;
		const char *why;
	} numbers[] = {
		{ 50, 0, "one region: one appliance holds it all" },
		{ 1200, 0,
		  "3 regions: the fewest that hold it, the largest piece is 600M; in equal "
		  "shares" },
		{ 1450, 0,
		  "3 regions: the fewest that hold it, the largest piece is 600M; the "
		  "largest pieces first" },
		{ 50, 3, "3 regions: at least so many are wanted" },
		{ 50, 1, "one region: one appliance holds it all" },
	};
	struct xmemd_pools *pools = make(cluster, sizeof(cluster) / sizeof(*cluster));
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		const struct xmemd_demand demand = { .size = numbers[i].size * MIB,
						     .layout = AUTO,
						     .min_regions = numbers[i].min_regions };

		assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
		assert_string_equal(p.why, numbers[i].why);
	}
	xmemd_pools_free(pools);
}

/* A second leg in a domain that has one says so. */
static void test_crowded_in_words(void **state)
{
	struct xmemd_pools *pools = make(cluster, 2);
	const struct xmemd_demand demand = { .size = 100 * MIB,
					     .layout = AUTO,
					     .min_regions = 2,
					     .spread = XMEMD_DOMAIN_RACK,
					     .strategy = { XMEMD_SPREAD, XMEMD_LOW_LATENCY },
					     .strategies = 2 };
	struct xmemd_refusal why = {};
	struct xmemd_placement p;

	(void)state;
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_string_equal(p.leg[1].why, "spread: 1 other regions in its rack, no rack has fewer; "
					  "low-latency: 5000 ns");
	xmemd_pools_free(pools);
}

struct refusal {
	const char *about;
	struct xmemd_demand demand; /* size in MiB */
	int status;
	const char *text, *details;
};

/* What is wrong with each. */
static const struct xmemd_pool_facts odd[] = {
	{ .name = "a", .admission = XMEMD_POOL_PENDING, SIZE(600) },
	{ .name = "b", .admission = XMEMD_POOL_DRAINED, .up = true, .healthy = true, SIZE(600) },
	{ .name = "c",
	  .admission = XMEMD_POOL_ADMITTED,
	  .healthy = true,
	  SIZE(600),
	  .why_not = "connection refused" },
	{ .name = "d",
	  .admission = XMEMD_POOL_ADMITTED,
	  .up = true,
	  SIZE(600),
	  .why_not = "92 degrees, at most 80" },
	{ .name = "e",
	  OK,
	  SIZE(600),
	  .min_priority = 80,
	  .where = { { "east" } },
	  .load = 300,
	  .bandwidth_mbps = 1000,
	  .class = "old" },
	{ .name = "f",
	  OK,
	  SIZE(10),
	  .where = { { "west" } },
	  .load = 100,
	  .latency_ns = 2000,
	  .bandwidth_mbps = 10000,
	  .backing = true,
	  .class = "gold" },
};

#define FIRST_FOUR                                                               \
	"a: pending: nobody has admitted it|b: drained: it gets no new regions|" \
	"c: down: connection refused|d: unhealthy: 92 degrees, at most 80|"
#define TOO_SMALL "f: free 10M, largest piece 10M, wanted 50M"

static const struct refusal refusals[] = {
	{ "each lacks something else",
	  { 50, AUTO },
	  507,
	  "no room for 50M",
	  FIRST_FOUR "e: kept for priority 80 and above, not for 0|" TOO_SMALL },
	{ "together they would do, but not in one piece",
	  { 605, SINGLE, .priority = 80 },
	  507,
	  "no room for 606M in one piece; layout concat would do",
	  FIRST_FOUR
	  "e: free 600M, largest piece 600M, wanted 606M|f: free 10M, largest piece 10M, "
	  "wanted 606M" },
	{ "nor in few enough",
	  { 605, AUTO, .priority = 80, .max_regions = 1 },
	  507,
	  "no room for 606M in at most 1 pieces",
	  FIRST_FOUR
	  "e: free 600M, largest piece 600M, wanted 606M|f: free 10M, largest piece 10M, "
	  "wanted 606M" },
	{ "backing store",
	  { 50, AUTO, .priority = 80, .need_backing = true },
	  507,
	  "no room for 50M",
	  FIRST_FOUR "e: no backing store|" TOO_SMALL },
	{ "class",
	  { 50, AUTO, .priority = 80, .need_class = true, .class = "gold" },
	  507,
	  "no room for 50M",
	  FIRST_FOUR "e: hardware class old, wanted gold|" TOO_SMALL },
	{ "class of nobody",
	  { 5, AUTO, .priority = 80, .need_class = true, .class = "tin" },
	  507,
	  "no room for 6M: no appliance qualifies",
	  FIRST_FOUR "e: hardware class old, wanted tin|f: hardware class gold, wanted tin" },
	{ "load",
	  { 50, AUTO, .priority = 80, .max_load = 200 },
	  507,
	  "no room for 50M",
	  FIRST_FOUR "e: load 300 of 1000, at most 200 wanted|" TOO_SMALL },
	{ "latency",
	  { 50, AUTO, .priority = 80, .max_latency_ns = 1000 },
	  507,
	  "no room for 50M: no appliance qualifies",
	  FIRST_FOUR
	  "e: latency not known, at most 1000 ns wanted|f: latency 2000 ns, at most 1000 "
	  "wanted" },
	{ "bandwidth",
	  { 50, AUTO, .priority = 80, .min_bandwidth_mbps = 10000 },
	  507,
	  "no room for 50M",
	  FIRST_FOUR "e: bandwidth 1000 Mbit/s, at least 10000 wanted|" TOO_SMALL },
	{ "distance",
	  { 50, AUTO, .priority = 80, .max_distance = XMEMD_SAME_RACK, FROM("east", "r1") },
	  507,
	  "no room for 50M: no appliance qualifies",
	  FIRST_FOUR "e: too far: site, at most rack wanted|f: too far: elsewhere, at most rack "
		     "wanted" },
	{ "not allowed",
	  { 50, AUTO, .priority = 80, .allow = { { only_a, 1 } } },
	  507,
	  "no room for 50M: no appliance qualifies",
	  FIRST_FOUR "e: not one of the allowed appliances|f: not one of the allowed appliances" },
	{ "holds one already",
	  { 50, AUTO, .priority = 80, .held = held_small, .helds = 1 },
	  507,
	  "no room for 50M",
	  FIRST_FOUR "e: has a region of this allocation already|" TOO_SMALL },
	{ "no place for the second of two",
	  { 50, AUTO, .priority = 80, .min_regions = 3 },
	  507,
	  "no room for 50M in at most 64 pieces",
	  FIRST_FOUR "e: free 600M, largest piece 600M, wanted 50M|" TOO_SMALL },
};

static void write_details(const struct xmemd_refusal *why, char *out, size_t size)
{
	size_t i, len = 0;

	out[0] = 0;
	for (i = 0; i < json_array_size(why->details); i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "|" : "",
					json_string_value(json_array_get(why->details, i)));
}

static void test_refusals(void **state)
{
	struct xmemd_pools *pools = make(odd, sizeof(odd) / sizeof(*odd));
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	struct xmemd_demand demand;
	char text[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		print_message("# %s\n", refusals[i].about);
		demand = refusals[i].demand;
		demand.size *= MIB;
		assert_int_equal(xmemd_place(pools, &demand, &p, &why), -1);
		assert_string_equal(why.text, refusals[i].text);
		assert_int_equal(why.status, refusals[i].status);
		write_details(&why, text, sizeof(text));
		assert_string_equal(text, refusals[i].details);
		xmemd_refusal_clear(&why);
	}
	xmemd_pools_free(pools);
}

static void test_apart_refused(void **state)
{
	struct xmemd_pools *pools = make(cluster, 2);
	const struct xmemd_demand demand = {
		.size = 900 * MIB, .layout = AUTO, .spread = XMEMD_DOMAIN_RACK, .apart = true
	};
	const struct xmemd_demand second = { .size = 90 * MIB,
					     .layout = AUTO,
					     .spread = XMEMD_DOMAIN_RACK,
					     .apart = true,
					     .held = held_ab,
					     .helds = 1 };
	const struct xmemd_demand excluded = { .size = 90 * MIB,
					       .layout = AUTO,
					       .exclude = { only_ab, 2 } };
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	char text[512];

	(void)state;
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), -1);
	assert_string_equal(why.text,
			    "no room for 900M in at most 64 pieces, each in a rack of its "
			    "own");
	xmemd_refusal_clear(&why);
	assert_int_equal(xmemd_place(pools, &second, &p, &why), -1);
	assert_string_equal(why.text, "no room for 90M: no appliance qualifies");
	write_details(&why, text, sizeof(text));
	assert_string_equal(text, "a: has a region of this allocation already|b: its rack has a "
				  "region of this allocation already");
	xmemd_refusal_clear(&why);
	assert_int_equal(xmemd_place(pools, &excluded, &p, &why), -1);
	write_details(&why, text, sizeof(text));
	assert_string_equal(text, "a: excluded by the request|b: excluded by the request");
	xmemd_refusal_clear(&why);
	xmemd_pools_free(pools);
}

static void expect_none(const struct xmemd_pool_facts *facts, size_t count, int status,
			const char *text)
{
	struct xmemd_pools *pools = make(facts, count);
	const struct xmemd_demand demand = { .size = MIB, .layout = AUTO };
	struct xmemd_refusal why = {};
	struct xmemd_placement p;

	assert_int_equal(xmemd_place(pools, &demand, &p, &why), -1);
	assert_string_equal(why.text, text);
	assert_int_equal(why.status, status);
	assert_int_equal(json_array_size(why.details), count);
	xmemd_refusal_clear(&why);
	xmemd_pools_free(pools);
}

static void test_nobody(void **state)
{
	(void)state;
	expect_none(NULL, 0, 507, "no room for 2M: the manager knows no appliance");
	expect_none(odd + 2, 1, 503, "no room for 2M: no appliance is up");
	expect_none(odd, 1, 507, "no room for 2M: no appliance is usable");
	expect_none(odd, 4, 503, "no room for 2M: no appliance is usable");
}

/* Of thousands the closest are named, the others counted. */
static void test_many_refused(void **state)
{
	struct xmemd_pools *pools = xmemd_pools_new();
	const struct xmemd_demand demand = { .size = 10000 * MIB, .layout = SINGLE };
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	char name[16];
	unsigned int i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct xmemd_pool_facts facts = { .name = name, OK, SIZE(i) };

		snprintf(name, sizeof(name), "m%04u", i);
		facts.up = i % 3;
		facts.why_not = "timeout";
		if (i % 3 == 1)
			facts.admission = XMEMD_POOL_PENDING;
		assert_int_equal(xmemd_pools_put(pools, &facts), 0);
	}
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), -1);
	assert_int_equal(json_array_size(why.details), XMEMD_NAMED_MAX + 3);
	assert_string_equal(json_string_value(json_array_get(why.details, 0)),
			    "m2999: free 2.9G, largest piece 2.9G, wanted 9.7G");
	assert_string_equal(json_string_value(json_array_get(why.details, 15)),
			    "m2954: free 2.8G, largest piece 2.8G, wanted 9.7G");
	assert_string_equal(json_string_value(json_array_get(why.details, 16)),
			    "984 more have too little room, too");
	assert_string_equal(json_string_value(json_array_get(why.details, 17)),
			    "1000 others, such as m0001: pending: nobody has admitted it");
	assert_string_equal(json_string_value(json_array_get(why.details, 18)),
			    "1000 others, such as m0000: down: timeout");
	assert_string_equal(why.text, "no room for 9.7G in one piece; layout concat would do");
	xmemd_refusal_clear(&why);
	xmemd_pools_free(pools);
}

/* 64 pieces are possible, 65 are not, however much room there is. */
static void test_most_regions(void **state)
{
	struct xmemd_pools *pools = xmemd_pools_new();
	struct xmemd_demand demand = { .size = XMEM_LEGS_MAX * 4 * MIB, .layout = AUTO };
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	char name[16];
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		const struct xmemd_pool_facts facts = { .name = name, OK, SIZE(4) };

		snprintf(name, sizeof(name), "m%02u", i);
		assert_int_equal(xmemd_pools_put(pools, &facts), 0);
	}
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_int_equal(p.legs, XMEM_LEGS_MAX);
	assert_string_equal(p.leg[63].appliance, "m63");
	demand.size++;
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), -1);
	assert_string_equal(why.text, "no room for 258M in at most 64 pieces");
	xmemd_refusal_clear(&why);
	xmemd_pools_free(pools);
}

static void test_bad_demands(void **state)
{
	static const struct {
		struct xmemd_demand demand; /* size in bytes */
		const char *field, *text;
	} bad[] = {
		{ { 0, AUTO }, "size", "size is out of bounds; possible are 1 to 1P" },
		{ { XMEMD_SIZE_MAX + 1, AUTO },
		  "size",
		  "size is out of bounds; possible are 1 to 1P" },
		{ { 1, 2 }, "layout", "layout is unknown; possible are auto, single, concat" },
		{ { 1, 3 }, "layout", "layout is unknown; possible are auto, single, concat" },
		{ { 1, AUTO, .need_class = true },
		  "class",
		  "a hardware class is required, but none is named" },
		{ { MIB, AUTO, .max_regions = 65 },
		  "max_regions",
		  "more than 64 regions; possible are 1 to 64" },
		{ { MIB, AUTO, .min_regions = 65 },
		  "max_regions",
		  "more than 64 regions; possible are 1 to 64" },
		{ { MIB, SINGLE, .min_regions = 2 },
		  "min_regions",
		  "at least 2 regions do not go with at most 1" },
		{ { MIB, AUTO, .min_regions = 3, .max_regions = 2 },
		  "min_regions",
		  "at least 3 regions do not go with at most 2" },
		{ { 4 * MIB, AUTO, .min_regions = 3 },
		  "min_regions",
		  "3 regions need at least 6M, not 4M" },
		{ { MIB, AUTO, .strategies = XMEMD_STRATEGIES + 1 },
		  "strategies",
		  "more than 11 strategies; possible are " XMEMD_STRATEGY_WORDS },
		{ { MIB, AUTO, .strategy = { XMEMD_STRATEGIES }, .strategies = 1 },
		  "strategies",
		  "strategy is unknown; possible are " XMEMD_STRATEGY_WORDS },
		{ { MIB, AUTO, .strategy = { XMEMD_NEAR, XMEMD_NEAR }, .strategies = 2 },
		  "strategies",
		  "strategy near is named twice" },
	};
	struct xmemd_pools *pools = make(cluster, 2);
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(xmemd_place(pools, &bad[i].demand, &p, &why), -1);
		assert_string_equal(why.text, bad[i].text);
		assert_int_equal(why.status, 400);
		assert_string_equal(why.field, bad[i].field);
		assert_null(why.details);
	}
	xmemd_pools_free(pools);
}

/* Words that people write, there and back. */
static void test_words(void **state)
{
	static const char *const strategies = XMEMD_STRATEGY_WORDS;
	enum xmemd_strategy s, parsed;
	enum xmemd_distance distance;
	enum xmemd_domain domain;
	char all[256] = "";

	(void)state;
	for (s = 0; s < XMEMD_STRATEGIES; s++) {
		assert_true(xmemd_strategy_parse(xmemd_strategy_name(s), &parsed));
		assert_int_equal(parsed, s);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", s ? ", " : "",
			 xmemd_strategy_name(s));
	}
	assert_string_equal(all, strategies);
	assert_false(xmemd_strategy_parse("worst-fit", &parsed));
	assert_true(xmemd_domain_parse("switch", &domain));
	assert_int_equal(domain, XMEMD_DOMAIN_SWITCH);
	assert_false(xmemd_domain_parse("row", &domain));
	assert_true(xmemd_distance_parse("numa", &distance));
	assert_int_equal(distance, XMEMD_SAME_NUMA);
	assert_false(xmemd_distance_parse("elsewhere", &distance));
}

/* Reserved room comes first, and is said. */
static void test_reserved_first(void **state)
{
	struct xmemd_pools *pools = make(cluster, sizeof(cluster) / sizeof(*cluster));
	struct xmemd_demand demand = {
		.size = 40 * MIB, .layout = AUTO, .draw = drawn_f, .draws = 1
	};
	struct xmemd_refusal why = {};
	struct xmemd_placement p;

	(void)state;
	assert_true(xmemd_pools_reserve(pools, "f", 50 * MIB));
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_string_equal(p.leg[0].appliance, "f");
	assert_int_equal(p.leg[0].drawn, 40 * MIB);
	assert_string_equal(p.leg[0].why, "40M of it are reserved for it here; most free of all: "
					  "100M");
	/* it does not hold all of it, but a part */
	demand.size = 60 * MIB;
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_string_equal(p.leg[0].appliance, "f");
	assert_int_equal(p.leg[0].drawn, 50 * MIB);
	/* too large for that appliance: as if nothing were reserved */
	demand.size = 150 * MIB;
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_string_equal(p.leg[0].appliance, "a");
	assert_int_equal(p.leg[0].drawn, 0);
	xmemd_pools_free(pools);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_number_in_words),
		cmocka_unit_test(test_crowded_in_words),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_apart_refused),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_many_refused),
		cmocka_unit_test(test_bad_demands),
		cmocka_unit_test(test_most_regions),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_reserved_first),
	};

	return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
