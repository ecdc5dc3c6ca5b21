// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kv/engine.h"

/* Tickets of one call of xmemd_kv_engine.commit are finished together. */
static void finish(struct xmemd_kv *kv, struct xmemd_kv_ticket *first, struct xmemd_kv_ticket *rest)
{
	struct xmemd_kv_ticket *next;

	pthread_mutex_lock(&kv->lock);
	kv->groups++;
	for (; first != rest; first = next) {
		next = first->next;
		kv->commits += !first->result;
		first->finished = true;
		pthread_cond_signal(&first->done);
	}
	pthread_mutex_unlock(&kv->lock);
}

static void *commit_thread(void *arg)
{
	struct xmemd_kv_ticket *first, *rest;
	struct xmemd_kv *kv = arg;

	pthread_mutex_lock(&kv->lock);
	while (kv->first || !kv->closing) {
		first = kv->first;
		if (!first) {
			pthread_cond_wait(&kv->work, &kv->lock);
			continue;
		}
		kv->first = NULL;
		kv->last = &kv->first;
		pthread_mutex_unlock(&kv->lock);
		for (; first; first = rest) {
			rest = kv->engine->commit(kv, first);
			finish(kv, first, rest);
		}
		pthread_mutex_lock(&kv->lock);
	}
	pthread_mutex_unlock(&kv->lock);
	return NULL;
}

/**
 * xmemd_kv_open() - open the store
 * @options: an SQLite database or etcd, one of them
 * @kvp: result
 * @why: refusal
 *
 * With etcd it returns before etcd was asked: a manager starts without it as well.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_kv_open(const struct xmemd_kv_options *options, struct xmemd_kv **kvp,
		  struct xmemd_refusal *why)
{
	bool sqlite = options->database && *options->database;
	bool etcd = options->etcd && *options->etcd;
	struct xmemd_kv *kv = NULL;
	int ret;

	*kvp = NULL;
	if (sqlite == etcd)
		return xmemd_refuse(why, 400,
				    "a manager needs either database= or etcd= in [manager]%s",
				    etcd ? ", not both" : "");
	ret = etcd ? xmemd_kv_open_etcd(options, &kv, why)
		   : xmemd_kv_open_sqlite(options, &kv, why);
	if (ret < 0)
		return -1;
	pthread_mutex_init(&kv->lock, NULL);
	pthread_cond_init(&kv->work, NULL);
	kv->last = &kv->first;
	if (pthread_create(&kv->thread, NULL, commit_thread, kv)) {
		xmemd_kv_close(kv);
		return xmemd_refuse(why, 500, "no thread for commits can be started");
	}
	kv->running = true;
	*kvp = kv;
	return 0;
}

/**
 * xmemd_kv_close() - close the store; a leader resigns
 * @kv: the store; nobody calls it any more, but commits may still be waited for. NULL is nothing
 */
void xmemd_kv_close(struct xmemd_kv *kv)
{
	if (!kv)
		return;
	pthread_mutex_lock(&kv->lock);
	kv->closing = true;
	pthread_cond_signal(&kv->work);
	pthread_mutex_unlock(&kv->lock);
	kv->engine->stop(kv);
	if (kv->running)
		pthread_join(kv->thread, NULL);
	pthread_cond_destroy(&kv->work);
	pthread_mutex_destroy(&kv->lock);
	kv->engine->close(kv);
}

static int check_key(const char *key, struct xmemd_refusal *why)
{
	size_t i;

	for (i = 0; key[i]; i++)
		if (key[i] <= ' ' || key[i] > '~' || i + 1 >= XMEMD_KV_KEY)
			break;
	if (key[i] || !i)
		return xmemd_refuse(
			why, 400,
			"the key \"%.300s\" is not 1 to %d printable characters without "
			"blank",
			key, XMEMD_KV_KEY - 1);
	return 0;
}

static int check_ops(const struct xmemd_kv_op *ops, size_t count, size_t *bytes,
		     struct xmemd_refusal *why)
{
	size_t i, j;

	if (count > XMEMD_KV_OPS)
		return xmemd_refuse(why, 413, "%zu operations in one commit: at most %d", count,
				    XMEMD_KV_OPS);
	for (i = 0; i < count; i++) {
		if (check_key(ops[i].key, why) < 0)
			return -1;
		for (j = 0; j < i; j++)
			if (!strcmp(ops[i].key, ops[j].key))
				return xmemd_refuse(why, 400, "the key \"%s\" twice in one commit",
						    ops[i].key);
		*bytes += strlen(ops[i].key) + 1;
		if (ops[i].value)
			*bytes += strlen(ops[i].value) + 1;
	}
	if (*bytes > XMEMD_KV_BYTES)
		return xmemd_refuse(why, 413, "%zu bytes in one commit: at most %d", *bytes,
				    XMEMD_KV_BYTES);
	return 0;
}

static struct xmemd_kv_ticket *make_ticket(struct xmemd_kv *kv, const struct xmemd_kv_op *ops,
					   size_t count, size_t bytes)
{
	struct xmemd_kv_ticket *ticket;
	char *text;
	size_t i;

	ticket = calloc(1, sizeof(*ticket) + count * sizeof(*ops) + bytes);
	if (!ticket)
		return NULL;
	ticket->kv = kv;
	ticket->count = count;
	ticket->bytes = bytes;
	pthread_cond_init(&ticket->done, NULL);
	text = (char *)&ticket->ops[count];
	for (i = 0; i < count; i++) {
		ticket->ops[i] = ops[i];
		ticket->ops[i].key = text;
		text = stpcpy(text, ops[i].key) + 1;
		if (!ops[i].value)
			continue;
		ticket->ops[i].value = text;
		text = stpcpy(text, ops[i].value) + 1;
	}
	return ticket;
}

/**
 * xmemd_kv_submit() - hand in a commit without waiting for it
 * @kv: the store
 * @ops: what to compare and to change, copied; without any, the commit asks whether
 *       this manager leads
 * @count: how many
 * @ticketp: for xmemd_kv_wait(), which must follow
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and nothing handed in.
 */
int xmemd_kv_submit(struct xmemd_kv *kv, const struct xmemd_kv_op *ops, size_t count,
		    struct xmemd_kv_ticket **ticketp, struct xmemd_refusal *why)
{
	struct xmemd_kv_ticket *ticket;
	size_t bytes = 0;

	*ticketp = NULL;
	if (check_ops(ops, count, &bytes, why) < 0)
		return -1;
	ticket = make_ticket(kv, ops, count, bytes);
	if (!ticket)
		return xmemd_refuse(why, 500, "out of memory");
	pthread_mutex_lock(&kv->lock);
	*kv->last = ticket;
	kv->last = &ticket->next;
	pthread_cond_signal(&kv->work);
	pthread_mutex_unlock(&kv->lock);
	*ticketp = ticket;
	return 0;
}

/**
 * xmemd_kv_wait() - wait until a commit is settled
 * @ticket: of xmemd_kv_submit(), gone afterwards
 * @revision: result, may be NULL
 * @why: refusal: 409 when an expectation was not met, 503 when this manager does not
 *       lead or the engine is out of reach, 507 when there is no room
 *
 * Return: 0 when it is done and durable; -1 when it was refused and nothing has
 * changed; XMEMD_KV_UNSURE.
 */
int xmemd_kv_wait(struct xmemd_kv_ticket *ticket, uint64_t *revision, struct xmemd_refusal *why)
{
	struct xmemd_kv *kv = ticket->kv;
	int result;

	pthread_mutex_lock(&kv->lock);
	while (!ticket->finished)
		pthread_cond_wait(&ticket->done, &kv->lock);
	pthread_mutex_unlock(&kv->lock);
	result = ticket->result;
	if (revision)
		*revision = ticket->revision;
	if (result < 0) {
		xmemd_refusal_clear(why);
		*why = ticket->why;
	}
	pthread_cond_destroy(&ticket->done);
	free(ticket);
	return result;
}

/**
 * xmemd_kv_commit() - commit and wait for it
 * @kv: the store
 * @ops: what to compare and to change
 * @count: how many
 * @revision: result, may be NULL
 * @why: refusal
 *
 * Return: as xmemd_kv_wait().
 */
int xmemd_kv_commit(struct xmemd_kv *kv, const struct xmemd_kv_op *ops, size_t count,
		    uint64_t *revision, struct xmemd_refusal *why)
{
	struct xmemd_kv_ticket *ticket;

	if (xmemd_kv_submit(kv, ops, count, &ticket, why) < 0)
		return -1;
	return xmemd_kv_wait(ticket, revision, why);
}

/**
 * xmemd_kv_expect() - compare an expectation with what is there
 * @op: the operation
 * @found: revision of the record, 0 if there is none
 * @why: refusal
 *
 * Return: 0 when it is met, or -1 with @why set.
 */
int xmemd_kv_expect(const struct xmemd_kv_op *op, uint64_t found, struct xmemd_refusal *why)
{
	if (op->expect == XMEMD_KV_ANY || op->expect == found ||
	    (op->expect == XMEMD_KV_EXISTS && found))
		return 0;
	if (op->expect == XMEMD_KV_ABSENT)
		return xmemd_refuse_as(why, 409, XMEMD_WHY_EXISTS, "\"%s\" exists already",
				       op->key);
	if (!found)
		return xmemd_refuse(why, 409, "\"%s\" does not exist", op->key);
	return xmemd_refuse(why, 409,
			    "\"%s\" was changed meanwhile: it has revision %" PRIu64
			    ", expected was %" PRIu64,
			    op->key, found, op->expect);
}

/**
 * xmemd_kv_list() - read all records whose keys begin alike, as of one moment
 * @kv: the store
 * @prefix: beginning of the keys, "" for all
 * @fn: called for each, in the order of the keys
 * @arg: for @fn
 * @revision: newest revision at that moment, may be NULL
 * @why: refusal
 *
 * Return: 0 when all were told or @fn ended it, or -1 with @why set; some may have been told.
 */
int xmemd_kv_list(struct xmemd_kv *kv, const char *prefix, xmemd_kv_fn fn, void *arg,
		  uint64_t *revision, struct xmemd_refusal *why)
{
	if (*prefix && check_key(prefix, why) < 0)
		return -1;
	return kv->engine->list(kv, prefix, fn, arg, revision, why);
}

/**
 * xmemd_kv_follow() - be told all records, all changes and who leads; once for a store
 * @kv: the store
 * @watcher: who is told, copied
 * @why: refusal
 *
 * A manager on etcd takes part in the election from here on, not before.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_kv_follow(struct xmemd_kv *kv, const struct xmemd_kv_watcher *watcher,
		    struct xmemd_refusal *why)
{
	return kv->engine->follow(kv, watcher, why);
}

/**
 * xmemd_kv_status() - say how the store is
 * @kv: the store
 * @status: result
 */
void xmemd_kv_status(struct xmemd_kv *kv, struct xmemd_kv_status *status)
{
	*status = (struct xmemd_kv_status){ .engine = kv->engine->name };
	kv->engine->status(kv, status);
	pthread_mutex_lock(&kv->lock);
	status->commits = kv->commits;
	status->groups = kv->groups;
	pthread_mutex_unlock(&kv->lock);
}

/**
 * xmemd_kv_members() - say which managers are there
 * @kv: the store
 * @fn: called for each, in the order of their names
 * @arg: for @fn
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_kv_members(struct xmemd_kv *kv, xmemd_kv_member_fn fn, void *arg,
		     struct xmemd_refusal *why)
{
	return kv->engine->members(kv, fn, arg, why);
}
