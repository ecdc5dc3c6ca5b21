/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that answer requests, and whose requests they take. A handler may wait for
 * an appliance; the threads are therefore made when they are needed, up to a limit,
 * and no caller gets more than half of them, nor a second turn before others had
 * their first. How many requests per second a caller may make is decided here too.
 */
#ifndef XMEMD_WORK_H
#define XMEMD_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#define XMEMD_WORK_THREADS 64

struct xmemd_caller;
struct xmemd_work;

/**
 * struct xmemd_job - a request to answer; part of a larger structure
 * @entry: among the jobs of its caller
 * @caller: whose it is
 * @run: answers it, in a thread of its own
 */
struct xmemd_job {
	TAILQ_ENTRY(xmemd_job) entry;
	struct xmemd_caller *caller;
	void (*run)(struct xmemd_job *job);
};

struct xmemd_work *xmemd_work_new(unsigned int rate);
void xmemd_work_free(struct xmemd_work *work);
bool xmemd_work_submit(struct xmemd_work *work, struct xmemd_job *job);
void xmemd_work_stop(struct xmemd_work *work);

struct xmemd_caller *xmemd_caller_get(struct xmemd_work *work, const char *cn);
void xmemd_caller_put(struct xmemd_work *work, struct xmemd_caller *caller);
bool xmemd_caller_may(struct xmemd_work *work, struct xmemd_caller *caller,
		      unsigned int *retry_after);
bool xmemd_caller_stream(struct xmemd_work *work, struct xmemd_caller *caller, unsigned int max);
void xmemd_caller_unstream(struct xmemd_work *work, struct xmemd_caller *caller);

/**
 * struct xmemd_work_load - how much there is to do
 * @threads: how many there are
 * @running: of them with a request
 * @waiting: requests that wait for one
 * @callers: names that are remembered
 * @refused: requests that came too fast, since the start
 */
struct xmemd_work_load {
	unsigned int threads, running, waiting, callers;
	uint64_t refused;
};

void xmemd_work_load(struct xmemd_work *work, struct xmemd_work_load *load);

#endif /* XMEMD_WORK_H */
