// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocation logic by table: pools and a request on one side, the plan on the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "plan.h"

#define MIB (1ULL << 20)
#define SINGLE XMEM_LAYOUT_SINGLE
#define CONCAT XMEM_LAYOUT_CONCAT
#define AUTO XMEMD_LAYOUT_AUTO

/* Pools end with one without a name; sizes in MiB. A plan is written "LAYOUT NAME:MIB …". */
struct row {
	const char *about;
	struct xmemd_pool pools[5];
	struct xmemd_want want;
	const char *plan;
	int status;
	const char *text, *details;
};

static const struct row rows[] = {
	{ "most free",
	  { { "a", true, NULL, 100, 100 }, { "b", true, NULL, 200, 200 } },
	  { 50, AUTO },
	  "single b:50" },
	{ "equal: by name",
	  { { "b", true, NULL, 100, 100 }, { "a", true, NULL, 100, 100 } },
	  { 50, AUTO },
	  "single a:50" },
	{ "most free is in pieces",
	  { { "a", true, NULL, 300, 40 }, { "b", true, NULL, 200, 200 } },
	  { 50, AUTO },
	  "single b:50" },
	{ "exact fit", { { "a", true, NULL, 64, 64 } }, { 64, AUTO }, "single a:64" },
	{ "one holds it: no concat",
	  { { "a", true, NULL, 60, 60 }, { "b", true, NULL, 100, 100 } },
	  { 100, CONCAT },
	  "single b:100" },
	{ "largest first",
	  { { "a", true, NULL, 60, 60 },
	    { "b", true, NULL, 100, 100 },
	    { "c", true, NULL, 80, 80 } },
	  { 200, AUTO },
	  "concat b:100 c:80 a:20" },
	{ "largest piece, not most free, first",
	  { { "a", true, NULL, 300, 40 }, { "b", true, NULL, 60, 60 } },
	  { 90, AUTO },
	  "concat b:60 a:30" },
	{ "concat fits exactly",
	  { { "a", true, NULL, 40, 40 }, { "b", true, NULL, 60, 60 } },
	  { 100, CONCAT },
	  "concat b:60 a:40" },
	{ "odd pieces are cut to chunks",
	  { { "a", true, NULL, 41, 41 }, { "b", true, NULL, 61, 61 } },
	  { 100, AUTO },
	  "concat b:60 a:40" },
	{ "down is not used",
	  { { "a", false, "connection refused", 900, 900 }, { "b", true, NULL, 60, 60 } },
	  { 50, AUTO },
	  "single b:50" },
	{ "single is refused",
	  { { "a", true, NULL, 60, 60 }, { "b", true, NULL, 60, 60 } },
	  { 100, SINGLE },
	  NULL,
	  507,
	  "no room for 100M in one piece; layout concat would do",
	  "a: free 60M, largest piece 60M, wanted 100M|b: free 60M, largest piece 60M, wanted "
	  "100M" },
	{ "all together too small",
	  { { "a", true, NULL, 100, 64 }, { "b", false, "connection refused", 0, 0 } },
	  { 256, AUTO },
	  NULL,
	  507,
	  "no room for 256M",
	  "a: free 100M, largest piece 64M, wanted 256M|b: down: connection refused" },
	{ "chunks lost at the edges count",
	  { { "a", true, NULL, 41, 41 }, { "b", true, NULL, 59, 59 } },
	  { 100, AUTO },
	  NULL,
	  507,
	  "no room for 100M in at most 64 pieces",
	  "a: free 41M, largest piece 41M, wanted 100M|b: free 59M, largest piece 59M, wanted "
	  "100M" },
	{ "empty pools",
	  { { "a", true, NULL, 0, 0 } },
	  { 2, AUTO },
	  NULL,
	  507,
	  "no room for 2M",
	  "a: free 0, largest piece 0, wanted 2M" },
	{ "nobody is up",
	  { { "a", false, "timeout", 0, 0 } },
	  { 2, AUTO },
	  NULL,
	  503,
	  "no room for 2M: no appliance is up",
	  "a: down: timeout" },
	{ "no appliance",
	  { { 0 } },
	  { 2, AUTO },
	  NULL,
	  507,
	  "no room for 2M: the manager knows no appliance",
	  "" },
	{ "no size",
	  { { "a", true, NULL, 60, 60 } },
	  { 0, AUTO },
	  NULL,
	  400,
	  "size is out of bounds; possible are 1 to 1P",
	  "" },
	{ "largest size",
	  { { "a", true, NULL, 60, 60 } },
	  { XMEMD_SIZE_MAX / MIB, AUTO },
	  NULL,
	  507,
	  "no room for 1P",
	  "a: free 60M, largest piece 60M, wanted 1P" },
	{ "too large a size",
	  { { "a", true, NULL, 60, 60 } },
	  { XMEMD_SIZE_MAX / MIB + 1, AUTO },
	  NULL,
	  400,
	  "size is out of bounds; possible are 1 to 1P",
	  "" },
	{ "unknown layout",
	  { { "a", true, NULL, 60, 60 } },
	  { 2, 7 },
	  NULL,
	  400,
	  "layout is unknown; possible are auto, single, concat",
	  "" },
};

static void write_plan(const struct xmemd_plan *plan, const struct xmemd_pool *pools, char *out,
		       size_t size)
{
	size_t len;
	unsigned int i;

	len = (size_t)snprintf(out, size, "%s", plan->layout == SINGLE ? "single" : "concat");
	for (i = 0; i < plan->legs; i++)
		len += (size_t)snprintf(out + len, size - len, " %s:%llu",
					pools[plan->leg[i].pool].name,
					(unsigned long long)(plan->leg[i].size / MIB));
}

static void write_details(const struct xmemd_refusal *why, char *out, size_t size)
{
	size_t i, len = 0;

	out[0] = 0;
	for (i = 0; i < json_array_size(why->details); i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "|" : "",
					json_string_value(json_array_get(why->details, i)));
}

static void test_rows(void **state)
{
	struct xmemd_pool pools[5];
	struct xmemd_refusal why = {};
	struct xmemd_plan plan;
	char text[512];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_want want = { rows[i].want.size * MIB, rows[i].want.layout };

		print_message("# %s\n", rows[i].about);
		for (n = 0; n < 5 && rows[i].pools[n].name; n++) {
			pools[n] = rows[i].pools[n];
			pools[n].free *= MIB;
			pools[n].largest *= MIB;
		}
		if (xmemd_plan_make(pools, n, &want, &plan, &why) == 0) {
			write_plan(&plan, pools, text, sizeof(text));
			assert_non_null(rows[i].plan);
			assert_string_equal(text, rows[i].plan);
			assert_int_equal(why.status, 0);
		} else {
			assert_null(rows[i].plan);
			assert_int_equal(why.status, rows[i].status);
			assert_string_equal(why.text, rows[i].text);
			write_details(&why, text, sizeof(text));
			assert_string_equal(text, rows[i].details);
		}
		xmemd_refusal_clear(&why);
	}
}

static void test_rounding(void **state)
{
	static const uint64_t sizes[][2] = {
		{ 1, 2 * MIB },		  { 4096, 2 * MIB },	   { 2 * MIB, 2 * MIB },
		{ 2 * MIB + 1, 4 * MIB }, { 99 * MIB, 100 * MIB },
	};
	const struct xmemd_pool pool = { "a", true, NULL, 100 * MIB, 100 * MIB };
	struct xmemd_refusal why = {};
	struct xmemd_plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const struct xmemd_want want = { sizes[i][0], AUTO };

		assert_int_equal(xmemd_plan_make(&pool, 1, &want, &plan, &why), 0);
		assert_int_equal(plan.size, sizes[i][1]);
		assert_int_equal(plan.leg[0].size, sizes[i][1]);
	}
}

/* 64 pieces are possible, 65 are not, however much room there is. */
static void test_most_legs(void **state)
{
	struct xmemd_pool pools[100];
	struct xmemd_want want = { 64 * 4 * MIB, AUTO };
	struct xmemd_refusal why = {};
	struct xmemd_plan plan;
	char names[100][8];
	uint64_t sum = 0;
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "a%zu", i);
		pools[i] = (struct xmemd_pool){ names[i], true, NULL, 4 * MIB, 4 * MIB };
	}
	assert_int_equal(xmemd_plan_make(pools, 100, &want, &plan, &why), 0);
	assert_int_equal(plan.legs, XMEM_LEGS_MAX);
	for (i = 0; i < plan.legs; i++)
		sum += plan.leg[i].size;
	assert_int_equal(sum, want.size);
	want.size++;
	assert_int_equal(xmemd_plan_make(pools, 100, &want, &plan, &why), -1);
	assert_string_equal(why.text, "no room for 258M in at most 64 pieces");
	xmemd_refusal_clear(&why);
}

/* The same question has the same answer, whatever order the pools come in. */
static void test_order(void **state)
{
	static const struct xmemd_pool pools[] = {
		{ "a", true, NULL, 40 * MIB, 40 * MIB },
		{ "b", true, NULL, 60 * MIB, 60 * MIB },
		{ "c", true, NULL, 60 * MIB, 60 * MIB },
	};
	static const size_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const struct xmemd_want want = { 130 * MIB, AUTO };
	struct xmemd_pool shuffled[3];
	struct xmemd_refusal why = {};
	struct xmemd_plan plan;
	char text[256];
	size_t i, k;

	(void)state;
	for (i = 0; i < 6; i++) {
		for (k = 0; k < 3; k++)
			shuffled[k] = pools[orders[i][k]];
		assert_int_equal(xmemd_plan_make(shuffled, 3, &want, &plan, &why), 0);
		write_plan(&plan, shuffled, text, sizeof(text));
		assert_string_equal(text, "concat b:60 c:60 a:10");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_most_legs),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
