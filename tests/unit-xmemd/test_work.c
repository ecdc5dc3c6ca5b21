// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that answer requests: whose turn it is, how many a caller gets, how fast it may ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "http/guard.h"
#include "http/work.h"

#define JOBS 100
#define HALF (XMEMD_WORK_THREADS / 2)

/* A request that waits until it is let go. */
struct job {
	struct xmemd_job job;
	bool done;
};

static struct xmemd_work *work;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned int begun, ended;
static bool held;

static int setup(void **state)
{
	(void)state;
	begun = 0;
	ended = 0;
	held = true;
	work = xmemd_work_new(1000);
	return work ? 0 : -1;
}

static void let_go(void)
{
	pthread_mutex_lock(&lock);
	held = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static int teardown(void **state)
{
	(void)state;
	let_go();
	xmemd_work_stop(work);
	xmemd_work_free(work);
	return 0;
}

static void run_held(struct xmemd_job *job)
{
	struct job *own = (struct job *)job;

	pthread_mutex_lock(&lock);
	begun++;
	pthread_cond_broadcast(&changed);
	while (held)
		pthread_cond_wait(&changed, &lock);
	own->done = true;
	ended++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void run_free(struct xmemd_job *job)
{
	struct job *own = (struct job *)job;

	pthread_mutex_lock(&lock);
	own->done = true;
	ended++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void submit(struct job *job, struct xmemd_caller *caller, void (*run)(struct xmemd_job *job))
{
	*job = (struct job){ .job = { .caller = caller, .run = run } };
	assert_true(xmemd_work_submit(work, &job->job));
}

/* Waits until a count is reached; the test hangs if it never is, and is ended from outside. */
static void wait_for(const unsigned int *count, unsigned int wanted)
{
	pthread_mutex_lock(&lock);
	while (*count < wanted)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

/* A caller whose requests hang has half of the threads at most; others are answered. */
static void test_share(void **state)
{
	struct xmemd_caller *a = xmemd_caller_get(work, "a"), *b = xmemd_caller_get(work, "b");
	struct job slow[JOBS], quick;
	struct xmemd_work_load load;
	unsigned int i;

	(void)state;
	for (i = 0; i < JOBS; i++)
		submit(&slow[i], a, run_held);
	wait_for(&begun, HALF);
	submit(&quick, b, run_free);
	wait_for(&ended, 1);
	assert_true(quick.done);
	xmemd_work_load(work, &load);
	assert_int_equal(begun, HALF);
	assert_int_equal(load.waiting, JOBS - HALF);
	assert_true(load.threads <= XMEMD_WORK_THREADS);
	assert_int_equal(load.callers, 2);
	let_go();
	wait_for(&ended, JOBS + 1);
	for (i = 0; i < JOBS; i++)
		assert_true(slow[i].done);
	xmemd_caller_put(work, a);
	xmemd_caller_put(work, b);
}

/* Callers without number together have no more than all threads. */
static void test_all(void **state)
{
	struct xmemd_caller *caller[4];
	struct job slow[4][JOBS];
	struct xmemd_work_load load;
	unsigned int i, k;
	char name[8];

	(void)state;
	for (k = 0; k < 4; k++) {
		snprintf(name, sizeof(name), "c%u", k);
		caller[k] = xmemd_caller_get(work, name);
		for (i = 0; i < JOBS; i++)
			submit(&slow[k][i], caller[k], run_held);
	}
	wait_for(&begun, XMEMD_WORK_THREADS);
	xmemd_work_load(work, &load);
	assert_int_equal(load.threads, XMEMD_WORK_THREADS);
	assert_int_equal(load.running, XMEMD_WORK_THREADS);
	assert_int_equal(begun, XMEMD_WORK_THREADS);
	let_go();
	wait_for(&ended, 4 * JOBS);
	for (k = 0; k < 4; k++)
		xmemd_caller_put(work, caller[k]);
}

/* What was taken is answered, what comes after the end is not taken. */
static void test_stop(void **state)
{
	struct xmemd_caller *a = xmemd_caller_get(work, "a");
	struct job jobs[JOBS], late = { .job = { .caller = a, .run = run_free } };
	unsigned int i;

	(void)state;
	for (i = 0; i < JOBS; i++)
		submit(&jobs[i], a, run_held);
	let_go();
	xmemd_work_stop(work);
	assert_int_equal(ended, JOBS);
	assert_false(xmemd_work_submit(work, &late.job));
	assert_false(late.done);
	xmemd_caller_put(work, a);
}

/* As many at once as in a second, and not more; another connection gives no more. */
static void test_rate(void **state)
{
	struct xmemd_caller *a = xmemd_caller_get(work, "a"), *again;
	uint64_t begin = xmemd_now_ms(), took;
	unsigned int retry_after = 0, taken = 0;
	struct xmemd_work_load load;

	(void)state;
	while (xmemd_caller_may(work, a, &retry_after))
		taken++;
	took = xmemd_now_ms() - begin;
	assert_true(taken >= 1000);
	/* each millisecond that this took gave one more */
	assert_true(taken <= 1000 + took + 1);
	assert_int_equal(retry_after, 1);
	xmemd_work_load(work, &load);
	assert_int_equal(load.refused, 1);
	xmemd_caller_put(work, a);
	again = xmemd_caller_get(work, "a");
	assert_ptr_equal(again, a);
	xmemd_work_load(work, &load);
	assert_int_equal(load.callers, 1);
	xmemd_caller_put(work, again);
}

/* One that has gone and could do all again is not remembered. */
static void test_forget(void **state)
{
	struct xmemd_work_load load;
	unsigned int i;
	char name[16];

	(void)state;
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		xmemd_caller_put(work, xmemd_caller_get(work, name));
	}
	xmemd_work_load(work, &load);
	assert_int_equal(load.callers, 0);
}

static void test_streams(void **state)
{
	struct xmemd_caller *a = xmemd_caller_get(work, "a"), *b = xmemd_caller_get(work, "b");

	(void)state;
	assert_true(xmemd_caller_stream(work, a, 2));
	assert_true(xmemd_caller_stream(work, a, 2));
	assert_false(xmemd_caller_stream(work, a, 2));
	assert_true(xmemd_caller_stream(work, b, 2));
	xmemd_caller_unstream(work, a);
	assert_true(xmemd_caller_stream(work, a, 2));
	xmemd_caller_put(work, a);
	xmemd_caller_put(work, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_share, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forget, setup, teardown),
		cmocka_unit_test_setup_teardown(test_streams, setup, teardown),
	};

	return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
