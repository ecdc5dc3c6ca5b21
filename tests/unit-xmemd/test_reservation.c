// SPDX-License-Identifier: GPL-2.0-or-later
/* Reservations: who draws what, and what others are left with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "logic/reservation.h"

#define MIB (1ULL << 20)

static struct xmemd_reservation sample(void)
{
	return (struct xmemd_reservation){
		.name = "r",
		.owner = "alice",
		.kind = XMEMD_OWNER_CLIENT,
		.pieces = 3,
		.piece = { { "a", 100 * MIB, 0 },
			   { "b", 60 * MIB, 10 * MIB },
			   { "c", 80 * MIB, 0 } },
	};
}

static void test_who(void **state)
{
	struct xmemd_reservation r = sample();

	(void)state;
	assert_true(xmemd_reservation_serves(&r, "alice", "lab"));
	assert_false(xmemd_reservation_serves(&r, "bob", "alice"));
	assert_false(xmemd_reservation_serves(&r, NULL, NULL));
	r.kind = XMEMD_OWNER_ACCOUNT;
	assert_true(xmemd_reservation_serves(&r, "bob", "alice"));
	assert_false(xmemd_reservation_serves(&r, "alice", "lab"));
	assert_false(xmemd_reservation_serves(&r, "alice", NULL));
}

static void test_offer(void **state)
{
	struct xmemd_reservation mine = sample(), ours = sample(), others = sample();
	const struct xmemd_reservation *all[] = { &others, &mine, &ours };
	struct xmemd_draw draws[8];

	(void)state;
	strcpy(others.owner, "bob");
	strcpy(ours.owner, "lab");
	ours.kind = XMEMD_OWNER_ACCOUNT;
	ours.pieces = 1;
	mine.piece[2].drawn = mine.piece[2].size;
	assert_int_equal(xmemd_reservation_offer(all, 3, "alice", "lab", draws, 8), 3);
	assert_string_equal(draws[0].appliance, "a");
	assert_int_equal(draws[0].bytes, 100 * MIB);
	assert_string_equal(draws[1].appliance, "b");
	assert_int_equal(draws[1].bytes, 50 * MIB);
	assert_string_equal(draws[2].appliance, "a");
	assert_int_equal(draws[2].bytes, 100 * MIB);
	/* no room for all of them, but it says how many there are */
	draws[1].appliance = NULL;
	assert_int_equal(xmemd_reservation_offer(all, 3, "alice", "lab", draws, 1), 3);
	assert_null(draws[1].appliance);
	assert_int_equal(xmemd_reservation_offer(all, 3, "carol", NULL, draws, 8), 0);
}

static void test_take_and_give(void **state)
{
	struct xmemd_reservation r = sample();

	(void)state;
	assert_int_equal(xmemd_reservation_size(&r), 240 * MIB);
	assert_int_equal(xmemd_reservation_take(&r, "a", 70 * MIB), 70 * MIB);
	assert_int_equal(xmemd_reservation_take(&r, "a", 70 * MIB), 30 * MIB);
	assert_int_equal(xmemd_reservation_take(&r, "a", 70 * MIB), 0);
	assert_int_equal(xmemd_reservation_take(&r, "z", 70 * MIB), 0);
	assert_int_equal(xmemd_reservation_drawn(&r), 110 * MIB);
	assert_int_equal(xmemd_reservation_give(&r, "a", 40 * MIB), 40 * MIB);
	assert_int_equal(xmemd_reservation_give(&r, "a", 400 * MIB), 60 * MIB);
	assert_int_equal(xmemd_reservation_give(&r, "z", 1), 0);
	assert_int_equal(xmemd_reservation_drawn(&r), 10 * MIB);
	assert_int_equal(xmemd_reservation_size(&r), 240 * MIB);
}

static char told[256];

static void tell(const char *appliance, int64_t left, void *arg)
{
	(void)arg;
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s:%lld ", appliance,
		 (long long)(left / (int64_t)MIB));
}

static void test_shrink(void **state)
{
	struct xmemd_reservation r = sample(), before;
	struct xmemd_refusal why = {};

	(void)state;
	*told = 0;
	assert_int_equal(xmemd_reservation_shrink(&r, 120 * MIB, tell, NULL, &why), 0);
	/* the smallest first: b has 50 left, c 80, a 100 */
	assert_string_equal(told, "b:-50 c:-70 ");
	assert_int_equal(xmemd_reservation_size(&r), 120 * MIB);
	assert_int_equal(xmemd_reservation_drawn(&r), 10 * MIB);

	before = r;
	*told = 0;
	assert_int_equal(xmemd_reservation_shrink(&r, 120 * MIB, tell, NULL, &why), -1);
	assert_int_equal(why.status, 409);
	assert_string_equal(why.reason, XMEMD_WHY_IN_USE);
	assert_string_equal(why.text,
			    "reservation r cannot give up 120M: 110M is left, 10M is drawn "
			    "by allocations");
	assert_memory_equal(&r, &before, sizeof(r));
	assert_string_equal(told, "");

	assert_int_equal(xmemd_reservation_shrink(&r, XMEMD_RESERVATION_ALL, tell, NULL, &why), 0);
	assert_string_equal(told, "c:-10 a:-100 ");
	assert_int_equal(r.pieces, 1);
	assert_string_equal(r.piece[0].appliance, "b");
	assert_int_equal(r.piece[0].size, 10 * MIB);
	/* what has shrunk takes nothing back that it does not have */
	assert_int_equal(xmemd_reservation_give(&r, "b", 10 * MIB), 10 * MIB);
	assert_int_equal(xmemd_reservation_shrink(&r, XMEMD_RESERVATION_ALL, tell, NULL, &why), 0);
	assert_int_equal(r.pieces, 0);
}

/* ---- with the pools: what is reserved is nobody else's, and serves its owner in full ---- */

static void change(const char *appliance, int64_t left, void *arg)
{
	assert_true(xmemd_pools_reserve(arg, appliance, left));
}

static struct xmemd_pools *make_pools(void)
{
	static const char *const names[] = { "a", "b", "c" };
	struct xmemd_pools *pools = xmemd_pools_new();
	unsigned int i;

	for (i = 0; i < 3; i++)
		assert_int_equal(
			xmemd_pools_put(
				pools, &(struct xmemd_pool_facts){ .name = names[i],
								   .admission = XMEMD_POOL_ADMITTED,
								   .up = true,
								   .healthy = true,
								   .free = 100 * MIB,
								   .largest = 100 * MIB }),
			0);
	return pools;
}

static void reserve(struct xmemd_pools *pools, struct xmemd_reservation *r, uint64_t size)
{
	const struct xmemd_demand demand = { .size = size, .layout = XMEMD_LAYOUT_AUTO };
	struct xmemd_placement p;
	struct xmemd_refusal why = {};
	unsigned int i;

	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	xmemd_reservation_fill(r, &p);
	for (i = 0; i < r->pieces; i++)
		change(r->piece[i].appliance, (int64_t)r->piece[i].size, pools);
}

static void test_others_are_refused(void **state)
{
	struct xmemd_pools *pools = make_pools();
	struct xmemd_reservation r = { .name = "r", .owner = "alice" };
	struct xmemd_demand demand = { .size = 120 * MIB, .layout = XMEMD_LAYOUT_AUTO };
	const struct xmemd_reservation *all[] = { &r };
	struct xmemd_refusal why = {};
	struct xmemd_placement p;
	struct xmemd_draw draws[8];

	(void)state;
	reserve(pools, &r, 200 * MIB);
	assert_int_equal(xmemd_reservation_size(&r), 200 * MIB);
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), -1);
	assert_int_equal(why.status, 507);
	assert_string_equal(json_string_value(json_array_get(why.details, 0)),
			    "a: free 0, largest piece 0, wanted 120M; 100M more is reserved for "
			    "others");
	xmemd_refusal_clear(&why);
	/* its owner gets it, out of the reservation alone */
	demand.draw = draws;
	demand.draws = xmemd_reservation_offer(all, 1, "alice", NULL, draws, 8);
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_int_equal(p.legs, 2);
	assert_int_equal(p.leg[0].drawn + p.leg[1].drawn, 120 * MIB);
	assert_string_equal(p.leg[0].why, "60M of it are reserved for it here; most free of all: "
					  "100M");
	/* more than is reserved: the rest comes from what is open */
	demand.size = 250 * MIB;
	assert_int_equal(xmemd_place(pools, &demand, &p, &why), 0);
	assert_int_equal(p.legs, 3);
	assert_int_equal(p.leg[0].drawn + p.leg[1].drawn + p.leg[2].drawn, 84 * MIB + 84 * MIB);
	xmemd_pools_free(pools);
}

/* Random comings and goings: all sums agree at every step, and at the end all is open again. */
static void test_books(void **state)
{
	struct xmemd_pools *pools = make_pools();
	struct xmemd_reservation r = { .name = "r", .owner = "alice" };
	unsigned int seed = (unsigned int)time(NULL), i, k;
	struct xmemd_pool_view view;
	struct xmemd_refusal why = {};
	uint64_t taken[3] = {}, got, reserved;

	(void)state;
	print_message("# seed %u\n", seed);
	reserve(pools, &r, 240 * MIB);
	for (i = 0; i < 1000; i++) {
		k = (unsigned int)rand_r(&seed) % 3;
		if (rand_r(&seed) % 2) {
			got = xmemd_reservation_take(&r, r.piece[k].appliance,
						     (uint64_t)(rand_r(&seed) % 20) * 2 * MIB);
			change(r.piece[k].appliance, -(int64_t)got, pools);
			taken[k] += got;
		} else {
			got = xmemd_reservation_give(&r, r.piece[k].appliance, taken[k] / 2);
			assert_int_equal(got, taken[k] / 2);
			change(r.piece[k].appliance, (int64_t)got, pools);
			taken[k] -= got;
		}
		assert_int_equal(xmemd_reservation_drawn(&r), taken[0] + taken[1] + taken[2]);
		assert_true(xmemd_pools_get(pools, r.piece[k].appliance, &view));
		assert_int_equal(view.reserved, r.piece[k].size - r.piece[k].drawn);
	}
	reserved = xmemd_reservation_size(&r) - xmemd_reservation_drawn(&r);
	assert_int_equal(xmemd_reservation_shrink(&r, reserved, change, pools, &why), 0);
	for (k = 0; k < r.pieces; k++) {
		assert_true(xmemd_pools_get(pools, r.piece[k].appliance, &view));
		assert_int_equal(view.reserved, 0);
		assert_int_equal(view.open, 100 * MIB);
	}
	xmemd_pools_free(pools);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who),
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_take_and_give),
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_others_are_refused),
		cmocka_unit_test(test_books),
	};

	return cmocka_run_group_tests_name("reservation", tests, NULL, NULL);
}
