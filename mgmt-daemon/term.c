// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A term begins here with the first request that names it, and not before what older
 * ones began is over: otherwise a region could be made after who decides now found
 * that there is none. It is on disk before that request is answered.
 *
 * Looking at an appliance (GET) names no term and begins none. Nothing that comes late can
 * contradict what was only looked at: every change was in the managers' store before it was
 * sent (tokens of recovered allocations are not, and are made anew by who does not know them),
 * so who decides now has read of it, and what it does about it is a change again, at that
 * appliance and in its own term. And an appliance whose disk is full can still be looked at.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "file.h"
#include "hex.h"
#include "http/guard.h"
#include "owner.h"
#include "replace.h"
#include "term.h"

#define STORES_MAX 64
#define FILE_MAX (16 << 10)

/**
 * struct store - a store of managers
 * @newest: its newest term
 * @used: when it was used last, counted; 0: the place is free
 * @busy: requests of that term that are under way
 * @late: requests of older ones that are
 */
struct store {
	struct xmemd_term newest;
	uint64_t used;
	unsigned int busy, late;
};

/**
 * struct xmemd_fence - the newest terms
 * @path: file that has them
 * @lock: of what follows
 * @over: what was late is over
 * @patience_ms: longest wait for that
 * @clock: counts uses
 * @store: all that are known
 */
struct xmemd_fence {
	char path[XMEM_CONFIG_VALUE];
	pthread_mutex_t lock;
	pthread_cond_t over;
	unsigned int patience_ms;
	uint64_t clock;
	struct store store[STORES_MAX];
};

/**
 * xmemd_term_header() - write a line of a request's header
 * @owner: mark of the store
 * @number: of the term
 * @out: the line
 */
void xmemd_term_header(uint64_t owner, uint64_t number, char out[XMEMD_TERM_TEXT])
{
	char mark[XMEM_ID_TEXT];

	snprintf(out, XMEMD_TERM_TEXT, XMEMD_TERM_HEADER ": %s;%" PRIu64,
		 xmem_id_format(owner, mark), number);
}

/**
 * xmemd_term_read() - read the value of that line
 * @value: the value, 0xMARK;NUMBER
 * @term: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (400).
 */
int xmemd_term_read(const char *value, struct xmemd_term *term, struct xmemd_refusal *why)
{
	const char *digits = strchr(value, ';');
	char mark[XMEM_ID_TEXT] = "";

	if (digits && digits - value < (ptrdiff_t)sizeof(mark))
		memcpy(mark, value, (size_t)(digits - value));
	errno = 0;
	if (!digits || xmem_id_parse("owner", mark, &term->owner, NULL) < 0 || !digits[1] ||
	    digits[1 + strspn(digits + 1, "0123456789")])
		term->number = 0;
	else
		term->number = strtoull(digits + 1, NULL, 10);
	if (term->number && term->number <= INT64_MAX && !errno)
		return 0;
	*term = (struct xmemd_term){};
	return xmemd_refuse_field(why, XMEMD_TERM_HEADER,
				  XMEMD_TERM_HEADER " must be MARK;NUMBER, the owner mark and the "
						    "number of the term, which is not 0");
}

static int read_store(struct xmemd_fence *fence, size_t i, const char *mark, const json_t *number)
{
	struct xmemd_term *term = &fence->store[i].newest;

	if (i == STORES_MAX || xmem_id_parse("owner", mark, &term->owner, NULL) < 0 ||
	    json_integer_value(number) <= 0)
		return -1;
	term->number = (uint64_t)json_integer_value(number);
	fence->store[i].used = ++fence->clock;
	return 0;
}

/* Without a file nobody decided about this appliance yet; one that makes no sense is no excuse. */
static int load(struct xmemd_fence *fence, struct xmemd_refusal *why)
{
	const char *mark;
	json_t *object, *number;
	char *text;
	size_t size, i = 0;
	int ret = 0;

	if (access(fence->path, F_OK) && errno == ENOENT)
		return 0;
	if (xmemd_file_read(fence->path, FILE_MAX, &text, &size, why) < 0)
		return -1;
	object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	json_object_foreach (object, mark, number)
		if (!ret)
			ret = read_store(fence, i++, mark, number);
	if (!json_is_object(object) || ret < 0)
		ret = xmemd_refuse(why, 500,
				   "%s makes no sense; without it requests of managers that were "
				   "deposed are not told from others",
				   fence->path);
	json_decref(object);
	return ret;
}

static json_t *stores_json(const struct xmemd_fence *fence)
{
	json_t *object = json_object();
	char mark[XMEM_ID_TEXT];
	size_t i;

	for (i = 0; object && i < STORES_MAX; i++)
		if (fence->store[i].used)
			json_object_set_new(
				object, xmem_id_format(fence->store[i].newest.owner, mark),
				json_integer((json_int_t)fence->store[i].newest.number));
	return object;
}

static int save(const struct xmemd_fence *fence, struct xmemd_refusal *why)
{
	json_t *object = stores_json(fence);
	char *text = object ? json_dumps(object, JSON_INDENT(0)) : NULL;
	int ret = -ENOMEM;

	if (text)
		ret = xmem_file_replace(fence->path, 0600, text, strlen(text));
	free(text);
	json_decref(object);
	return ret ? xmemd_refuse(why, 500, "cannot remember which manager decides: %s: %s",
				  fence->path, strerror(-ret))
		   : 0;
}

/**
 * xmemd_fence_new() - remember the newest terms
 * @path: file for them; there need not be one
 * @patience_ms: how long a new term waits at most for requests of older ones
 * @fencep: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_fence_new(const char *path, unsigned int patience_ms, struct xmemd_fence **fencep,
		    struct xmemd_refusal *why)
{
	struct xmemd_fence *fence = calloc(1, sizeof(*fence));
	pthread_condattr_t attr;

	if (!fence)
		return xmemd_refuse(why, 500, "out of memory");
	snprintf(fence->path, sizeof(fence->path), "%s", path);
	pthread_mutex_init(&fence->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&fence->over, &attr);
	pthread_condattr_destroy(&attr);
	fence->patience_ms = patience_ms;
	if (load(fence, why) < 0) {
		xmemd_fence_free(fence);
		return -1;
	}
	*fencep = fence;
	return 0;
}

/**
 * xmemd_fence_free() - end, with no request under way
 * @fence: that; NULL is nothing
 */
void xmemd_fence_free(struct xmemd_fence *fence)
{
	if (!fence)
		return;
	pthread_cond_destroy(&fence->over);
	pthread_mutex_destroy(&fence->lock);
	free(fence);
}

static struct store *find(struct xmemd_fence *fence, uint64_t owner)
{
	struct store *store;

	for (store = fence->store; store < fence->store + STORES_MAX; store++)
		if (store->used && store->newest.owner == owner)
			return store;
	return NULL;
}

/*
 * A place for a store that is not known: a free one, or that which was used longest ago.
 * A store that is forgotten so is one that was replaced long since.
 */
static struct store *find_place(struct xmemd_fence *fence)
{
	struct store *oldest = NULL, *store;

	for (store = fence->store; store < fence->store + STORES_MAX; store++)
		if (!store->busy && !store->late && (!oldest || store->used < oldest->used))
			oldest = store;
	return oldest;
}

/* If it cannot be remembered nothing is changed, and nobody is forgotten for it. */
static int raise_term(struct xmemd_fence *fence, struct store *store, const struct xmemd_term *term,
		      struct xmemd_refusal *why)
{
	const struct store before = *store;

	store->newest = *term;
	store->late += store->busy;
	store->busy = 0;
	store->used = ++fence->clock;
	if (save(fence, why) < 0) {
		*store = before;
		return -1;
	}
	pthread_cond_broadcast(&fence->over);
	return 0;
}

static int refuse_older(const struct xmemd_term *term, const struct store *store,
			struct xmemd_refusal *why)
{
	return xmemd_refuse(why, 409,
			    "the manager that asks was deposed: this was decided in term %" PRIu64
			    ", and in term %" PRIu64 " another one decides",
			    term->number, store->newest.number);
}

/* Waits without the lock. Return: 0, or ETIMEDOUT when requests of older terms go on. */
static int await_older(struct xmemd_fence *fence, const struct store *store,
		       const struct xmemd_term *term)
{
	uint64_t end = xmemd_now_ms() + fence->patience_ms;
	const struct timespec until = { .tv_sec = (time_t)(end / 1000),
					.tv_nsec = (long)(end % 1000) * 1000000 };
	int ret = 0;

	while (!ret && store->late && store->newest.number == term->number)
		ret = pthread_cond_timedwait(&fence->over, &fence->lock, &until);
	return store->late ? ret : 0;
}

/* Under the lock; waits without it. */
static int enter(struct xmemd_fence *fence, const struct xmemd_term *term,
		 struct xmemd_refusal *why)
{
	struct store *known = find(fence, term->owner), *store = known ?: find_place(fence);
	int ret;

	if (!store)
		return xmemd_refuse(why, 503, "managers of %d stores are being answered",
				    STORES_MAX);
	if (known && term->number < known->newest.number)
		return refuse_older(term, known, why);
	if ((!known || term->number > known->newest.number) &&
	    raise_term(fence, store, term, why) < 0)
		return -1;
	/* it is counted before the wait, so that the place stays that of this store */
	store->used = ++fence->clock;
	store->busy++;
	ret = await_older(fence, store, term);
	if (store->newest.number == term->number) {
		if (!ret)
			return 0;
		store->busy--;
		return xmemd_refuse(why, 503,
				    "%u requests of managers that were deposed are still being "
				    "answered; try again",
				    store->late);
	}
	store->late--;
	pthread_cond_broadcast(&fence->over);
	return refuse_older(term, store, why);
}

/**
 * xmemd_fence_enter() - begin with what was decided in a term
 * @fence: the newest terms
 * @term: the term
 * @why: refusal
 *
 * Return: 0, xmemd_fence_leave() must follow; or -1 with @why set (409: the term is over).
 */
int xmemd_fence_enter(struct xmemd_fence *fence, const struct xmemd_term *term,
		      struct xmemd_refusal *why)
{
	int ret;

	pthread_mutex_lock(&fence->lock);
	ret = enter(fence, term, why);
	pthread_mutex_unlock(&fence->lock);
	return ret;
}

/**
 * xmemd_fence_leave() - it is done
 * @fence: the newest terms
 * @term: the term
 */
void xmemd_fence_leave(struct xmemd_fence *fence, const struct xmemd_term *term)
{
	struct store *store;

	pthread_mutex_lock(&fence->lock);
	store = find(fence, term->owner);
	if (store->newest.number == term->number)
		store->busy--;
	else if (!--store->late)
		pthread_cond_broadcast(&fence->over);
	pthread_mutex_unlock(&fence->lock);
}

/**
 * xmemd_fence_run() - handle a request unless it was decided in a term that is over
 * @call: the request
 * @handle: its handler
 *
 * A request that names no term is handled: whoever sends it is the only manager, or a person.
 *
 * Return: as @handle, or -1 with the refusal set.
 */
int xmemd_fence_run(struct xmemd_call *call, int (*handle)(struct xmemd_call *call))
{
	int ret;

	if (!call->term.number || !call->daemon->fence)
		return handle(call);
	if (!xmemd_owner_is(call->term.owner, call->peer.cn))
		return xmemd_refuse(&call->why, 403,
				    "the term is of another manager's store than \"%s\"'s",
				    call->peer.cn);
	if (xmemd_fence_enter(call->daemon->fence, &call->term, &call->why) < 0)
		return -1;
	ret = handle(call);
	xmemd_fence_leave(call->daemon->fence, &call->term);
	return ret;
}
