/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between kv.c and the engines: commits wait in a queue, and one thread hands them to
 * the engine in their order, as many at once as the engine can take.
 */
#ifndef XMEMD_KV_ENGINE_H
#define XMEMD_KV_ENGINE_H

#include <pthread.h>

#include "kv/kv.h"

/**
 * struct xmemd_kv_ticket - a commit on its way
 * @kv: the store
 * @next: the one behind it
 * @done: told when @finished
 * @finished: @result is there; under the lock of @kv
 * @result: 0, -1 or XMEMD_KV_UNSURE
 * @revision: of the commit
 * @why: why not
 * @bytes: length of its keys and values
 * @count: how many of @ops
 * @ops: the operations, with texts of their own
 */
struct xmemd_kv_ticket {
	struct xmemd_kv *kv;
	struct xmemd_kv_ticket *next;
	pthread_cond_t done;
	bool finished;
	int result;
	uint64_t revision;
	struct xmemd_refusal why;
	size_t bytes, count;
	struct xmemd_kv_op ops[];
};

/**
 * struct xmemd_kv_engine - what an engine can do; see kv.h
 * @name: "sqlite" or "etcd"
 * @commit: settle the first of these tickets, and as many behind it as can share a
 *          flush; gives the first that was left alone. Called by one thread
 * @list: see xmemd_kv_list()
 * @follow: see xmemd_kv_follow()
 * @status: fill in all but engine, commits and groups
 * @members: see xmemd_kv_members()
 * @stop: @commit shall give up soon, because the store is being closed
 * @close: end all threads, free everything of its own, and the store
 */
struct xmemd_kv_engine {
	const char *name;
	struct xmemd_kv_ticket *(*commit)(struct xmemd_kv *kv, struct xmemd_kv_ticket *first);
	int (*list)(struct xmemd_kv *kv, const char *prefix, xmemd_kv_fn fn, void *arg,
		    uint64_t *revision, struct xmemd_refusal *why);
	int (*follow)(struct xmemd_kv *kv, const struct xmemd_kv_watcher *watcher,
		      struct xmemd_refusal *why);
	void (*status)(struct xmemd_kv *kv, struct xmemd_kv_status *status);
	int (*members)(struct xmemd_kv *kv, xmemd_kv_member_fn fn, void *arg,
		       struct xmemd_refusal *why);
	void (*stop)(struct xmemd_kv *kv);
	void (*close)(struct xmemd_kv *kv);
};

/**
 * struct xmemd_kv - an open store; the first member of each engine's own
 * @engine: the engine
 * @lock: for all below
 * @work: told when there is a ticket, or @closing
 * @first: tickets that nobody works on
 * @last: where the next one goes
 * @closing: no more tickets
 * @running: @thread was started
 * @thread: hands tickets to the engine
 * @commits: how many were done
 * @groups: in how many calls of the engine
 */
struct xmemd_kv {
	const struct xmemd_kv_engine *engine;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct xmemd_kv_ticket *first, **last;
	bool closing, running;
	pthread_t thread;
	uint64_t commits, groups;
};

int xmemd_kv_expect(const struct xmemd_kv_op *op, uint64_t found, struct xmemd_refusal *why);

int xmemd_kv_open_sqlite(const struct xmemd_kv_options *options, struct xmemd_kv **kvp,
			 struct xmemd_refusal *why);
int xmemd_kv_open_etcd(const struct xmemd_kv_options *options, struct xmemd_kv **kvp,
		       struct xmemd_refusal *why);

#endif /* XMEMD_KV_ENGINE_H */
