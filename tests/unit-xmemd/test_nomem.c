// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that runs out at each allocation in turn, of the daemon's own and of JSON: a request
 * is refused, and nothing is changed, or it is done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "api_manager.h"
#include "call.h"
#include "manager.h"
#include "place.h"

static struct xmemd_manager manager;
static struct xmemd xd = { .manager = &manager };

/* the next allocations that succeed; -1: all do */
static long left = -1;

static bool runs_out(void)
{
	if (left < 0)
		return false;
	if (!left)
		return true;
	left--;
	return false;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* of the linker, in place of those that the daemon's files call */
void *__wrap_malloc(size_t size)
{
	return runs_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return runs_out() ? NULL : __real_calloc(count, size);
}

static int set_up(void **state)
{
	(void)state;
	json_set_alloc_funcs(__wrap_malloc, free);
	return xmemd_model_init(&manager.model);
}

static int tear_down(void **state)
{
	(void)state;
	xmemd_model_done(&manager.model);
	return 0;
}

/* Where alice's requests come from, as it is known. */
static const char *rack_of_alice(void)
{
	struct xmemd_where where = {};

	xmemd_model_lock(&manager.model);
	xmemd_place_apply_locked(&manager.model, "alice", 0xc1, &where);
	xmemd_model_unlock(&manager.model);
	return where.label[XMEMD_LABEL_RACK];
}

/* Alice says in which rack she stands, and memory runs out after so many allocations. */
static int announce(const char *rack, long allocations, struct xmemd_refusal *why)
{
	struct xmemd_call call = {
		.daemon = &xd,
		.peer = { .cn = "alice", .roles = XMEMD_ROLE_CLIENT },
		.body = json_pack("{s:s, s:s, s:s, s:{s:s}}", "role", "client", "name", "alice",
				  "client", "0xc1", "labels", "rack", rack),
	};
	int ret;

	assert_non_null(call.body);
	left = allocations;
	ret = xmemd_api_announcements_post(&call);
	left = -1;
	*why = call.why;
	json_decref(call.reply);
	json_decref(call.body);
	return ret;
}

static void test_announce_client(void **state)
{
	struct xmemd_refusal why;
	unsigned int refused = 0;
	long n = 0;

	(void)state;
	assert_int_equal(announce("r1", -1, &why), 0);
	assert_string_equal(rack_of_alice(), "r1");
	while (announce("r2", n++, &why) < 0) {
		assert_true(n < 100);
		/* without memory for the answer it is done all the same */
		if (!why.status)
			continue;
		refused++;
		assert_int_equal(why.status, 500);
		assert_string_equal(why.text, "out of memory");
		assert_non_null(rack_of_alice());
		assert_string_equal(rack_of_alice(), "r1");
	}
	assert_string_equal(rack_of_alice(), "r2");
	/* who says it, a place, its labels */
	assert_true(refused >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_announce_client, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
