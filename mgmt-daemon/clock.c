// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches the ends of leases. The model keeps them in the order of time, so waiting
 * costs nothing and each look costs what it changes. Before an allocation is said to
 * be out of use its appliances are asked: one with a client connected is in use,
 * whatever that client forgot to say; one that cannot be asked is not judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <systemd/sd-daemon.h>

#include "change.h"
#include "legs.h"

/* How soon to look again at what could not be looked at now. */
#define RETRY_MS 2000
#define LONGEST_MS 60000

/**
 * xmemd_clock_ring() - the next end may be earlier than the clock believes
 * @manager: the manager
 */
void xmemd_clock_ring(struct xmemd_manager *manager)
{
	pthread_mutex_lock(&manager->lock);
	manager->rang = true;
	pthread_cond_broadcast(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
}

/* A name whose lease must be looked at now. Returns how long to wait if there is none. */
static uint64_t next_due(struct xmemd_manager *manager, char name[XMEMD_NAME_TEXT])
{
	struct xmemd_model *model = &manager->model;
	uint64_t now = xmemd_model_now(), when, wait = LONGEST_MS;
	struct xmemd_node *node;

	name[0] = 0;
	xmemd_model_lock(model);
	node = manager->leads ? xmemd_index_from(&model->timers, "") : NULL;
	if (node) {
		struct xmemd_alloc_entry *entry = node->of;

		when = strtoull(node->key, NULL, 10);
		if (when <= now)
			snprintf(name, XMEMD_NAME_TEXT, "%s", entry->alloc->name);
		else if (when - now < wait)
			wait = when - now;
	}
	xmemd_model_unlock(model);
	return wait;
}

static void look_later(struct xmemd_manager *manager, const char *name)
{
	struct xmemd_alloc_entry *entry;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_find_locked(&manager->model, name);
	if (entry)
		xmemd_model_timer_locked(&manager->model, entry, xmemd_model_now() + RETRY_MS);
	xmemd_model_unlock(&manager->model);
}

/*
 * Does the threshold for not being in use say something at this look? Only then the
 * appliances have to be asked. Works on a copy.
 */
static bool idle_matters(struct xmemd_manager *manager, const char *name)
{
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_rules rules;
	struct xmemd_lease_step step;
	struct xmemd_lease lease;
	bool matters = false;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_find_locked(&manager->model, name);
	if (entry && entry->lease.idle != XMEMD_NEVER) {
		lease = entry->lease;
		lease.ends = XMEMD_NEVER;
		xmemd_model_rules_locked(&manager->model, entry->alloc, &rules);
		xmemd_lease_look(&lease, &rules, xmemd_model_now(), &step);
		matters = step.what != XMEMD_LEASE_NOTHING;
	}
	xmemd_model_unlock(&manager->model);
	return matters;
}

/* Return: whether its lease may be judged now. */
static bool ask_users(struct xmemd_manager *manager, const struct xmemd_alloc *alloc)
{
	struct xmemd_refusal ignored = {};
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_rules rules;
	struct xmemd_legs_use use;

	if (alloc->state != XMEMD_READY || !idle_matters(manager, alloc->name))
		return true;
	xmemd_legs_ask(manager, alloc, &use);
	if (!use.used)
		return !use.unknown;
	xmemd_model_lock(&manager->model);
	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	if (entry) {
		xmemd_model_rules_locked(&manager->model, entry->alloc, &rules);
		xmemd_lease_renew(&entry->lease, &rules, xmemd_model_now(), &ignored);
	}
	xmemd_model_unlock(&manager->model);
	return true;
}

/* @before and @after: the lease before this look and as it is by it. */
static int look(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		const struct xmemd_alloc *alloc, struct xmemd_lease_step *step,
		struct xmemd_lease *before, struct xmemd_lease *after)
{
	struct xmemd_refusal why = {};
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_rules rules;

	if (xmemd_manager_lock_claimed(manager, claim, &why) < 0)
		return -1;
	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	if (entry && alloc->state == XMEMD_READY) {
		xmemd_model_rules_locked(&manager->model, entry->alloc, &rules);
		*before = entry->lease;
		xmemd_lease_look(&entry->lease, &rules, xmemd_model_now(), step);
		*after = entry->lease;
		xmemd_model_timer_locked(&manager->model, entry, step->next);
	} else if (entry) {
		xmemd_model_timer_locked(&manager->model, entry, XMEMD_NEVER);
	}
	xmemd_model_unlock(&manager->model);
	return entry ? 0 : -1;
}

static int write_step(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		      const struct xmemd_alloc *alloc, const char *cause, struct xmemd_refusal *why)
{
	struct xmemd_alloc *copy = xmemd_alloc_copy(alloc, alloc->legs);

	if (!copy)
		return xmemd_refuse(why, 500, "out of memory");
	snprintf(copy->reason, sizeof(copy->reason), "%s", cause);
	return xmemd_manager_write(manager, claim, copy, NULL, why);
}

/*
 * What could not be written down was not told either: it is taken back, unless somebody
 * renewed the lease meanwhile, so that a later look says it again.
 */
static void take_back(struct xmemd_manager *manager, const char *name,
		      const struct xmemd_lease *before, const struct xmemd_lease *after)
{
	struct xmemd_alloc_entry *entry;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_find_locked(&manager->model, name);
	if (entry && entry->lease.state == after->state && entry->lease.ends == after->ends &&
	    entry->lease.idle == after->idle && entry->lease.over == after->over)
		entry->lease = *before;
	xmemd_model_unlock(&manager->model);
}

/* Return: whether it was stuck before. */
static bool set_stuck(struct xmemd_manager *manager, const char *name, bool stuck)
{
	struct xmemd_alloc_entry *entry;
	bool was = false;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_find_locked(&manager->model, name);
	if (entry) {
		was = entry->stuck;
		entry->stuck = stuck;
	}
	xmemd_model_unlock(&manager->model);
	return was;
}

/* Return: 0, or -1 when the step has to be taken back. */
static int take_step(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		     const struct xmemd_alloc *alloc, const struct xmemd_lease_step *step)
{
	static const char *const told[] = {
		[XMEMD_LEASE_WARN] = "alloc.warned",
		[XMEMD_LEASE_END] = "alloc.warned",
		[XMEMD_LEASE_KEEP] = "alloc.expired",
		[XMEMD_LEASE_DESTROY] = "alloc.expired",
	};
	struct xmemd_refusal why = {};
	int written, ret;
	bool said;

	if (step->what == XMEMD_LEASE_NOTHING)
		return 0;
	ret = written = write_step(manager, claim, alloc, step->cause, &why);
	if (!ret)
		xmemd_manager_tell(manager, told[step->what], alloc, step->cause);
	if (!ret && step->what == XMEMD_LEASE_DESTROY)
		ret = xmemd_destroy_claimed(manager, claim, alloc, &why);
	/* once, however often it is tried: a full disk may hold up thousands */
	said = set_stuck(manager, alloc->name, ret < 0) && ret < 0;
	if (!said)
		fprintf(stderr, SD_NOTICE "allocation %s: %s\n", alloc->name, step->cause);
	if (ret < 0 && !said)
		fprintf(stderr, SD_ERR "allocation %s: %s\n", alloc->name, why.text);
	if (ret < 0)
		look_later(manager, alloc->name);
	xmemd_refusal_clear(&why);
	return written;
}

static void look_at(struct xmemd_manager *manager, const char *name)
{
	struct xmemd_refusal why = {};
	struct xmemd_lease_step step = {};
	struct xmemd_lease before = {}, after = {};
	struct xmemd_claim claim;
	struct xmemd_alloc *alloc;

	if (xmemd_manager_claim(manager, &claim, "alloc/", name, &why) < 0) {
		look_later(manager, name);
		return;
	}
	alloc = xmemd_model_alloc(&manager->model, name);
	if (alloc && !ask_users(manager, alloc))
		look_later(manager, name);
	else if (alloc && look(manager, &claim, alloc, &step, &before, &after) == 0 &&
		 take_step(manager, &claim, alloc, &step) < 0)
		take_back(manager, name, &before, &after);
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
}

/* Return: false to stop. */
static bool wait_until(struct xmemd_manager *manager, uint64_t ms)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&manager->lock);
	while (ms && !manager->rang && !manager->stopping)
		if (pthread_cond_clockwait(&manager->wake, &manager->lock, CLOCK_MONOTONIC, &until))
			break;
	manager->rang = false;
	go_on = !manager->stopping;
	pthread_mutex_unlock(&manager->lock);
	return go_on;
}

static void forget_keys(struct xmemd_manager *manager)
{
	char key[XMEMD_HASH_TEXT + 8];
	struct xmemd_refusal why = {};
	struct xmemd_claim claim;
	int ret;

	while (xmemd_idem_oldest(&manager->idem, key)) {
		const struct xmemd_kv_op op = { .key = key, .expect = XMEMD_KV_ANY };

		if (xmemd_manager_claim(manager, &claim, "", key, &why) < 0)
			return;
		ret = xmemd_manager_commit(manager, &claim, &op, 1, NULL, &why);
		xmemd_manager_unclaim(manager, &claim);
		if (ret < 0)
			return;
		xmemd_idem_feed(&manager->idem, key, NULL);
	}
}

/* Renewals are not written down: who begins to lead starts with what records say was left. */
static void wind_up(struct xmemd_manager *manager, uint64_t *term)
{
	struct xmemd_model *model = &manager->model;
	struct xmemd_node *node;

	xmemd_model_lock(model);
	if (manager->leads && manager->term != *term) {
		*term = manager->term;
		for (node = xmemd_index_from(&model->allocs, ""); node;
		     node = xmemd_index_after(&model->allocs, node->key)) {
			xmemd_model_resume_locked(model, node->of);
			xmemd_model_timer_locked(model, node->of, xmemd_model_now());
		}
	}
	xmemd_model_unlock(model);
}

/**
 * xmemd_clock_run() - the thread
 * @arg: the manager
 *
 * Return: NULL.
 */
void *xmemd_clock_run(void *arg)
{
	struct xmemd_manager *manager = arg;
	char name[XMEMD_NAME_TEXT];
	uint64_t wait, term = 0;

	do {
		wind_up(manager, &term);
		wait = next_due(manager, name);
		if (name[0]) {
			look_at(manager, name);
			wait = 0;
		} else {
			forget_keys(manager);
		}
	} while (wait_until(manager, wait));
	return NULL;
}
