// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "work.h"

#define BUCKETS 1024
#define STACK_SIZE (512 << 10)
#define IDLE_SECONDS 10 /* then a thread that has nothing to do ends */
#define PER_CALLER (XMEMD_WORK_THREADS / 2)

TAILQ_HEAD(job_list, xmemd_job);

/**
 * struct xmemd_caller - a certificate's name and what it does now
 * @next: in its bucket
 * @ready: among those whose next job may be taken
 * @is_ready: it is there
 * @cn: the name
 * @refs: connections of it
 * @jobs: its requests that wait, oldest first
 * @running: its requests that are being answered
 * @streams: its open event streams
 * @credit: thousandths of requests that it may make now
 * @counted: when that was counted, ms
 */
struct xmemd_caller {
	struct xmemd_caller *next;
	TAILQ_ENTRY(xmemd_caller) ready;
	bool is_ready;
	char cn[XMEMD_CN_TEXT];
	unsigned int refs;
	struct job_list jobs;
	unsigned int running, streams;
	uint64_t credit, counted;
};

TAILQ_HEAD(caller_list, xmemd_caller);

/**
 * struct xmemd_work - threads and callers
 * @lock: of all, callers included
 * @more: there is a job, or it is over
 * @less: a thread ended, or a job
 * @rate: requests per second and caller; as many at once after a pause
 * @stopping: no job is taken any more
 * @idle: threads that wait
 * @load: counts
 * @ready: callers with a job that may be taken, whose turn is next first
 * @callers: buckets by name
 */
struct xmemd_work {
	pthread_mutex_t lock;
	pthread_cond_t more, less;
	unsigned int rate;
	bool stopping;
	unsigned int idle;
	struct xmemd_work_load load;
	struct caller_list ready;
	struct xmemd_caller *callers[BUCKETS];
};

/**
 * xmemd_work_new() - no threads yet
 * @rate: requests per second and caller
 *
 * Return: the work, NULL without memory.
 */
struct xmemd_work *xmemd_work_new(unsigned int rate)
{
	struct xmemd_work *work = calloc(1, sizeof(*work));
	pthread_condattr_t attr;

	if (!work)
		return NULL;
	work->rate = rate;
	TAILQ_INIT(&work->ready);
	pthread_mutex_init(&work->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&work->more, &attr);
	pthread_cond_init(&work->less, &attr);
	pthread_condattr_destroy(&attr);
	return work;
}

static struct xmemd_caller **find_bucket(struct xmemd_work *work, const char *cn)
{
	unsigned int hash = 0;

	for (; *cn; cn++)
		hash = hash * 31 + (unsigned char)*cn;
	return &work->callers[hash % BUCKETS];
}

static struct xmemd_caller **find_caller(struct xmemd_work *work, const char *cn)
{
	struct xmemd_caller **slot = find_bucket(work, cn);

	while (*slot && strcmp((*slot)->cn, cn))
		slot = &(*slot)->next;
	return slot;
}

static void count_credit(const struct xmemd_work *work, struct xmemd_caller *caller)
{
	uint64_t now = xmemd_now_ms(), most = work->rate * 1000ULL;
	uint64_t ms = now - caller->counted;

	/* after a second it is full anyway */
	caller->credit += (ms < 1000 ? ms : 1000) * work->rate;
	if (caller->credit > most)
		caller->credit = most;
	caller->counted = now;
}

/*
 * One without connections is remembered until its credit is full: whoever connects
 * anew for each request gains nothing. Looked at when somebody else comes by, in the
 * same bucket, so that no more than the living ones stay.
 */
static void forget_callers(struct xmemd_work *work, struct xmemd_caller **slot)
{
	struct xmemd_caller *caller;

	while ((caller = *slot)) {
		count_credit(work, caller);
		if (caller->refs || caller->credit < work->rate * 1000ULL) {
			slot = &caller->next;
			continue;
		}
		*slot = caller->next;
		work->load.callers--;
		free(caller);
	}
}

/**
 * xmemd_caller_get() - a caller has one more connection
 * @work: the work
 * @cn: its name
 *
 * Return: the caller, NULL without memory.
 */
struct xmemd_caller *xmemd_caller_get(struct xmemd_work *work, const char *cn)
{
	struct xmemd_caller **slot, *caller;

	pthread_mutex_lock(&work->lock);
	slot = find_caller(work, cn);
	caller = *slot;
	if (!caller)
		caller = calloc(1, sizeof(*caller));
	if (caller && !*slot) {
		memcpy(caller->cn, cn, strnlen(cn, sizeof(caller->cn) - 1));
		TAILQ_INIT(&caller->jobs);
		caller->credit = work->rate * 1000ULL;
		caller->counted = xmemd_now_ms();
		*slot = caller;
		work->load.callers++;
	}
	if (caller) {
		caller->refs++;
		forget_callers(work, find_bucket(work, cn));
	}
	pthread_mutex_unlock(&work->lock);
	return caller;
}

/**
 * xmemd_caller_put() - a connection of a caller is gone
 * @work: the work
 * @caller: the caller; NULL is nothing
 */
void xmemd_caller_put(struct xmemd_work *work, struct xmemd_caller *caller)
{
	if (!caller)
		return;
	pthread_mutex_lock(&work->lock);
	caller->refs--;
	forget_callers(work, find_bucket(work, caller->cn));
	pthread_mutex_unlock(&work->lock);
}

/**
 * xmemd_caller_may() - may a caller make one more request now?
 * @work: the work
 * @caller: the caller
 * @retry_after: if not, how many seconds from now it may
 *
 * Return: whether it may; then it is counted.
 */
bool xmemd_caller_may(struct xmemd_work *work, struct xmemd_caller *caller,
		      unsigned int *retry_after)
{
	bool may;

	pthread_mutex_lock(&work->lock);
	count_credit(work, caller);
	may = caller->credit >= 1000;
	if (may)
		caller->credit -= 1000;
	else
		work->load.refused++;
	pthread_mutex_unlock(&work->lock);
	/* the header knows whole seconds, and a rate is at least 1 */
	*retry_after = 1;
	return may;
}

/**
 * xmemd_caller_stream() - a caller opens an event stream
 * @work: the work
 * @caller: the caller
 * @max: how many it may have
 *
 * Return: whether it may.
 */
bool xmemd_caller_stream(struct xmemd_work *work, struct xmemd_caller *caller, unsigned int max)
{
	bool may;

	pthread_mutex_lock(&work->lock);
	may = caller->streams < max;
	caller->streams += may;
	pthread_mutex_unlock(&work->lock);
	return may;
}

/**
 * xmemd_caller_unstream() - an event stream is closed
 * @work: the work
 * @caller: whose it was
 */
void xmemd_caller_unstream(struct xmemd_work *work, struct xmemd_caller *caller)
{
	pthread_mutex_lock(&work->lock);
	caller->streams--;
	pthread_mutex_unlock(&work->lock);
}

/* Puts a caller behind the others whose turn it is, if it has a job that may be taken. */
static void make_ready(struct xmemd_work *work, struct xmemd_caller *caller)
{
	if (caller->is_ready || TAILQ_EMPTY(&caller->jobs) || caller->running >= PER_CALLER)
		return;
	caller->is_ready = true;
	TAILQ_INSERT_TAIL(&work->ready, caller, ready);
}

static struct xmemd_job *take_job(struct xmemd_work *work)
{
	struct xmemd_caller *caller = TAILQ_FIRST(&work->ready);
	struct xmemd_job *job;

	if (!caller)
		return NULL;
	TAILQ_REMOVE(&work->ready, caller, ready);
	caller->is_ready = false;
	job = TAILQ_FIRST(&caller->jobs);
	TAILQ_REMOVE(&caller->jobs, job, entry);
	caller->running++;
	work->load.waiting--;
	work->load.running++;
	make_ready(work, caller);
	return job;
}

static void run_job(struct xmemd_work *work, struct xmemd_job *job)
{
	struct xmemd_caller *caller = job->caller;

	pthread_mutex_unlock(&work->lock);
	/* after this the job may be gone; its caller has a connection more for us */
	job->run(job);
	pthread_mutex_lock(&work->lock);
	caller->running--;
	caller->refs--;
	work->load.running--;
	make_ready(work, caller);
	pthread_cond_signal(&work->more);
	pthread_cond_broadcast(&work->less);
}

/* Return: false when there was nothing to do for long enough. */
static bool wait_for_job(struct xmemd_work *work)
{
	uint64_t end = xmemd_now_ms() + IDLE_SECONDS * 1000;
	struct timespec until = {
		.tv_sec = (time_t)(end / 1000),
		.tv_nsec = (long)(end % 1000) * 1000000,
	};
	int ret;

	work->idle++;
	ret = pthread_cond_timedwait(&work->more, &work->lock, &until);
	work->idle--;
	return !ret || !TAILQ_EMPTY(&work->ready);
}

static void *work_thread(void *arg)
{
	struct xmemd_work *work = arg;
	struct xmemd_job *job;

	pthread_mutex_lock(&work->lock);
	for (;;) {
		job = take_job(work);
		if (job)
			run_job(work, job);
		else if (work->stopping || !wait_for_job(work))
			break;
	}
	work->load.threads--;
	pthread_cond_broadcast(&work->less);
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

/* One more thread, if there are more jobs than threads that wait. Without it the job waits for one of those. */
static void need_thread(struct xmemd_work *work)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (work->load.waiting < work->idle || work->load.threads == XMEMD_WORK_THREADS)
		return;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (!pthread_create(&thread, &attr, work_thread, work))
		work->load.threads++;
	pthread_attr_destroy(&attr);
}

/**
 * xmemd_work_submit() - have a request answered
 * @work: the work
 * @job: the request; its run() is called unless this returns false
 *
 * Return: whether it will be answered; not when it is over or there are no threads.
 */
bool xmemd_work_submit(struct xmemd_work *work, struct xmemd_job *job)
{
	bool taken = false;

	pthread_mutex_lock(&work->lock);
	if (!work->stopping)
		need_thread(work);
	if (!work->stopping && work->load.threads) {
		job->caller->refs++;
		TAILQ_INSERT_TAIL(&job->caller->jobs, job, entry);
		work->load.waiting++;
		make_ready(work, job->caller);
		pthread_cond_signal(&work->more);
		taken = true;
	}
	pthread_mutex_unlock(&work->lock);
	return taken;
}

/**
 * xmemd_work_stop() - take no further request, and wait until those taken are answered
 * @work: the work
 */
void xmemd_work_stop(struct xmemd_work *work)
{
	pthread_mutex_lock(&work->lock);
	work->stopping = true;
	pthread_cond_broadcast(&work->more);
	while (work->load.threads)
		pthread_cond_wait(&work->less, &work->lock);
	pthread_mutex_unlock(&work->lock);
}

/**
 * xmemd_work_free() - forget all callers
 * @work: stopped, and without connections; NULL is nothing
 */
void xmemd_work_free(struct xmemd_work *work)
{
	struct xmemd_caller *caller;
	size_t i;

	if (!work)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while ((caller = work->callers[i])) {
			work->callers[i] = caller->next;
			free(caller);
		}
	}
	pthread_cond_destroy(&work->more);
	pthread_cond_destroy(&work->less);
	pthread_mutex_destroy(&work->lock);
	free(work);
}

/**
 * xmemd_work_load() - how much there is to do
 * @work: the work
 * @load: result
 */
void xmemd_work_load(struct xmemd_work *work, struct xmemd_work_load *load)
{
	pthread_mutex_lock(&work->lock);
	*load = work->load;
	pthread_mutex_unlock(&work->lock);
}
