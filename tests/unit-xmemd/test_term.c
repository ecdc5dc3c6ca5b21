// SPDX-License-Identifier: GPL-2.0-or-later
/* Terms of managers at an appliance: what is newer, what waits, what is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "term.h"

static char dir[] = "/tmp/xmem-term-XXXXXX", path[sizeof(dir) + 16];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/terms", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static struct xmemd_fence *open_for(unsigned int patience_ms)
{
	struct xmemd_fence *fence = NULL;
	struct xmemd_refusal why = {};

	if (xmemd_fence_new(path, patience_ms, &fence, &why) < 0)
		fail_msg("%s", why.text);
	return fence;
}

static struct xmemd_fence *open_fence(void)
{
	return open_for(60000);
}

/* Return: HTTP status of the refusal, 0 if it was done. */
static int pass(struct xmemd_fence *fence, uint64_t owner, uint64_t number)
{
	const struct xmemd_term term = { owner, number };
	struct xmemd_refusal why = {};

	if (xmemd_fence_enter(fence, &term, &why) < 0)
		return why.status;
	xmemd_fence_leave(fence, &term);
	return 0;
}

static void test_words(void **state)
{
	static const char *const wrong[] = { "",
					     ";",
					     "0x1",
					     "0x1;",
					     "0x1;0",
					     "0x1;x",
					     ";1",
					     "0x1;1;1",
					     "0x1;+1",
					     "0;1",
					     "0xg;1",
					     "0x1;9223372036854775808",
					     "0x11111111111111111;1" };
	struct xmemd_refusal why = {};
	char line[XMEMD_TERM_TEXT];
	struct xmemd_term term;
	size_t i;

	(void)state;
	xmemd_term_header(UINT64_MAX, INT64_MAX, line);
	assert_string_equal(line, "Xmem-Term: 0xffffffffffffffff;9223372036854775807");
	assert_int_equal(xmemd_term_read(strchr(line, ':') + 2, &term, &why), 0);
	assert_true(term.owner == UINT64_MAX && term.number == INT64_MAX);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		why = (struct xmemd_refusal){};
		if (xmemd_term_read(wrong[i], &term, &why) == 0)
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_int_equal(why.status, 400);
		assert_int_equal(term.number, 0);
	}
}

static void test_newer(void **state)
{
	struct xmemd_fence *fence = open_fence();
	unsigned int i;

	(void)state;
	assert_int_equal(pass(fence, 1, 5), 0);
	assert_int_equal(pass(fence, 1, 5), 0);
	assert_int_equal(pass(fence, 1, 4), 409);
	assert_int_equal(pass(fence, 2, 1), 0);
	assert_int_equal(pass(fence, 1, 9), 0);
	assert_int_equal(pass(fence, 1, 8), 409);
	xmemd_fence_free(fence);
	fence = open_fence();
	assert_int_equal(pass(fence, 1, 8), 409);
	/* of many stores those are forgotten that were used longest ago */
	for (i = 3; i < 100; i++) {
		assert_int_equal(pass(fence, i, 2), 0);
		assert_int_equal(pass(fence, 1, 8), 409);
		assert_int_equal(pass(fence, 1, 9), 0);
	}
	assert_int_equal(pass(fence, 99, 1), 409);
	xmemd_fence_free(fence);
	fence = open_fence();
	assert_int_equal(pass(fence, 1, 8), 409);
	assert_int_equal(pass(fence, 99, 1), 409);
	xmemd_fence_free(fence);
	unlink(path);
}

/* A term that cannot be written down does not begin, and costs no other one its place. */
static void test_unsaved(void **state)
{
	struct xmemd_fence *fence = open_fence();
	char fresh[sizeof(path) + 8];
	unsigned int i;

	(void)state;
	for (i = 1; i <= 64; i++)
		assert_int_equal(pass(fence, i, 5), 0);
	/* the name that the file has on its way */
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	assert_int_equal(mkdir(fresh, 0700), 0);
	assert_int_equal(pass(fence, 65, 1), 500);
	assert_int_equal(pass(fence, 1, 6), 500);
	for (i = 1; i <= 64; i++) {
		assert_int_equal(pass(fence, i, 4), 409);
		assert_int_equal(pass(fence, i, 5), 0);
	}
	assert_int_equal(rmdir(fresh), 0);
	assert_int_equal(pass(fence, 65, 1), 0);
	xmemd_fence_free(fence);
	fence = open_fence();
	for (i = 2; i <= 64; i++)
		assert_int_equal(pass(fence, i, 4), 409);
	xmemd_fence_free(fence);
	unlink(path);
}

struct newcomer {
	pthread_t thread;
	struct xmemd_fence *fence;
	uint64_t number;
	atomic_int status; /* -1 while it waits */
};

static void *come(void *arg)
{
	struct newcomer *newcomer = arg;

	atomic_store(&newcomer->status, pass(newcomer->fence, 1, newcomer->number));
	return NULL;
}

static void start(struct newcomer *newcomer, struct xmemd_fence *fence, uint64_t number)
{
	newcomer->fence = fence;
	newcomer->number = number;
	atomic_store(&newcomer->status, -1);
	assert_int_equal(pthread_create(&newcomer->thread, NULL, come, newcomer), 0);
}

/* Until the newcomer is there, an older term passes. */
static void wait_refused(struct xmemd_fence *fence, uint64_t number)
{
	while (pass(fence, 1, number) != 409)
		usleep(1000);
}

/* A term begins when what older ones began is over; meanwhile a still newer one may come. */
static void test_wait(void **state)
{
	struct xmemd_fence *fence = open_fence();
	const struct xmemd_term old = { 1, 1 };
	struct newcomer second, third;
	struct xmemd_refusal why = {};

	(void)state;
	assert_int_equal(xmemd_fence_enter(fence, &old, &why), 0);
	assert_int_equal(xmemd_fence_enter(fence, &old, &why), 0);
	start(&second, fence, 2);
	wait_refused(fence, 1);
	assert_int_equal(atomic_load(&second.status), -1);
	assert_int_equal(pass(fence, 7, 1), 0);
	start(&third, fence, 3);
	/* the one that waited hears that it is too late */
	pthread_join(second.thread, NULL);
	assert_int_equal(atomic_load(&second.status), 409);
	assert_int_equal(atomic_load(&third.status), -1);
	xmemd_fence_leave(fence, &old);
	assert_int_equal(atomic_load(&third.status), -1);
	xmemd_fence_leave(fence, &old);
	pthread_join(third.thread, NULL);
	assert_int_equal(atomic_load(&third.status), 0);
	assert_int_equal(pass(fence, 1, 2), 409);
	xmemd_fence_free(fence);
	unlink(path);
}

/* Who is not done for long is told, not waited for, and the term begins later. */
static void test_patience(void **state)
{
	struct xmemd_fence *fence = open_for(20);
	const struct xmemd_term old = { 1, 1 };
	struct xmemd_refusal why = {};

	(void)state;
	assert_int_equal(xmemd_fence_enter(fence, &old, &why), 0);
	assert_int_equal(pass(fence, 1, 2), 503);
	assert_int_equal(pass(fence, 1, 1), 409);
	assert_int_equal(pass(fence, 1, 2), 503);
	xmemd_fence_leave(fence, &old);
	assert_int_equal(pass(fence, 1, 2), 0);
	assert_int_equal(pass(fence, 1, 3), 0);
	xmemd_fence_free(fence);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	 cmocka_unit_test(test_newer),
		cmocka_unit_test(test_unsaved),	 cmocka_unit_test(test_wait),
		cmocka_unit_test(test_patience),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
