// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes records and appliances agree again: at the start, when told to, and every few
 * seconds; and asks appliances how they are that do not say so themselves.
 *
 * Order matters. Ready regions are read from the model before the appliance is
 * asked: one of them that it does not list is lost. Whether the model knows a listed
 * region is asked after: its record is older than itself, so none means leaked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <systemd/sd-daemon.h>

#include "change.h"
#include "crash.h"
#include "events.h"
#include "legs.h"
#include "remote.h"

#define PERIOD_SECONDS 5
/* an appliance that pushed so lately is not asked */
#define PUSHED_MS 30000
/* regions are compared at least so often, however right their number is */
#define COMPARE_MS 60000

/* Names of what a pass works on, taken together so that the model is not locked meanwhile. */
struct names {
	struct xmemd_manager *manager;
	char (*name)[XMEMD_NAME_TEXT];
	size_t count;
};

static void add_name(struct names *names, const char *name)
{
	void *grown = reallocarray(names->name, names->count + 1, sizeof(*names->name));

	if (!grown)
		return;
	names->name = grown;
	snprintf(names->name[names->count++], XMEMD_NAME_TEXT, "%s", name);
}

static bool is_unfinished(const struct xmemd_alloc *alloc)
{
	return alloc->state == XMEMD_CREATING || alloc->state == XMEMD_DESTROYING ||
	       (alloc->legs && alloc->leg[alloc->legs - 1].state != XMEMD_LEG_THERE);
}

static int settle_claimed(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			  const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	int ret;

	if (alloc->state == XMEMD_CREATING) {
		ret = xmemd_create_roll_back(manager, claim, alloc, why);
		fprintf(stderr, SD_NOTICE "allocation %s was never completed: %s\n", alloc->name,
			ret < 0 ? why->text : "rolled back");
	} else if (alloc->state == XMEMD_DESTROYING) {
		ret = xmemd_destroy_finish(manager, claim, alloc, why);
		if (ret)
			fprintf(stderr, SD_NOTICE "allocation %s was half destroyed: %s\n",
				alloc->name, ret < 0 ? why->text : "done");
	} else {
		ret = xmemd_resize_settle(manager, claim, alloc, why);
		if (ret)
			fprintf(stderr, SD_NOTICE "allocation %s was half resized: %s\n",
				alloc->name, ret < 0 ? why->text : "settled");
	}
	return ret;
}

/* Claimed names are somebody's work in progress, not left-overs. */
static void settle(size_t index, void *arg)
{
	struct names *names = arg;
	struct xmemd_refusal why = {};
	struct xmemd_alloc *alloc;
	struct xmemd_claim claim;

	if (xmemd_manager_claim(names->manager, &claim, "alloc/", names->name[index], &why) < 0)
		return;
	/* what was noted may be done, gone, or something new by now */
	alloc = xmemd_model_alloc(&names->manager->model, names->name[index]);
	if (alloc && is_unfinished(alloc))
		settle_claimed(names->manager, &claim, alloc, &why);
	xmemd_alloc_put(alloc);
	xmemd_refusal_clear(&why);
	xmemd_manager_unclaim(names->manager, &claim);
}

static void settle_all(struct xmemd_manager *manager)
{
	struct xmemd_model *model = &manager->model;
	struct names names = { .manager = manager };
	const struct xmemd_alloc_entry *entry;
	struct xmemd_node *node;

	xmemd_model_lock(model);
	for (node = xmemd_index_from(&model->allocs, ""); node;
	     node = xmemd_index_after(&model->allocs, node->key)) {
		entry = node->of;
		if (is_unfinished(entry->alloc))
			add_name(&names, entry->alloc->name);
	}
	xmemd_model_unlock(model);
	xmemd_remote_each(names.count, settle, &names);
	free(names.name);
}

/*
 * The region was listed before. So if this manager leads now, by the word of the store and
 * not by what it last heard, no other one has made it, and whatever is decided elsewhere from
 * here on is about other numbers: the request may come as late as it likes.
 */
static void destroy_leaked(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
			   uint64_t region)
{
	struct xmemd_remote_answer answer;
	struct xmemd_refusal why = {};
	struct xmemd_remote_as as;
	char id[XMEM_ID_TEXT];
	struct xmem_err err;
	bool known;

	xmemd_model_lock(&manager->model);
	known = !manager->leads ||
		xmemd_model_region_locked(&manager->model, appliance->name, region);
	as = xmemd_manager_as(manager, manager->term);
	xmemd_model_unlock(&manager->model);
	if (known)
		return;
	xmem_id_format(region, id);
	if (xmemd_kv_commit(manager->kv, NULL, 0, NULL, &why) < 0)
		fprintf(stderr, SD_WARNING "region %s on %s is of no allocation and stays: %s\n",
			id, appliance->name, why.text);
	else if (xmemd_remote_region_del(&as, appliance->url, region, &answer, &err) < 0)
		fprintf(stderr, SD_WARNING "region %s on %s is of no allocation and stays: %s\n",
			id, appliance->name, err.text);
	else
		fprintf(stderr, SD_NOTICE "region %s on %s was of no allocation: destroyed\n", id,
			appliance->name);
	xmemd_refusal_clear(&why);
	xmemd_crash_point();
}

/* An allocation of which a region is lost fails, whole: half of it is of no use. */
static void fail_lost(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
		      uint64_t region)
{
	struct xmemd_alloc_entry *entry;
	struct xmemd_refusal why = {};
	char name[XMEMD_NAME_TEXT] = "", reason[XMEMD_REASON_TEXT], id[XMEM_ID_TEXT];

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_region_locked(&manager->model, appliance->name, region);
	if (entry)
		snprintf(name, sizeof(name), "%s", entry->alloc->name);
	xmemd_model_unlock(&manager->model);
	if (!name[0])
		return;
	snprintf(reason, sizeof(reason),
		 "appliance %s does not have region %s any more; was it restarted?",
		 appliance->name, xmem_id_format(region, id));
	if (xmemd_fail(manager, name, appliance->name, region, reason, &why) < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
}

struct ready {
	uint64_t *list;
	size_t count;
};

static bool is_ready_leg(const struct xmemd_alloc *alloc, const char *appliance, uint64_t region)
{
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		if (alloc->leg[i].region == region && !strcmp(alloc->leg[i].appliance, appliance))
			return alloc->state == XMEMD_READY &&
			       alloc->leg[i].state == XMEMD_LEG_THERE;
	return false;
}

/* The regions that must be on an appliance. */
static int note_ready(struct xmemd_manager *manager, const char *appliance, struct ready *ready)
{
	struct xmemd_model *model = &manager->model;
	const struct xmemd_appliance_entry *known;
	const struct xmemd_alloc_entry *entry;
	uint64_t region = 0;

	*ready = (struct ready){};
	xmemd_model_lock(model);
	known = xmemd_model_appliance_locked(model, appliance);
	ready->list = known ? calloc(known->held + 1, sizeof(*ready->list)) : NULL;
	while (ready->list && (entry = xmemd_model_next_on_locked(model, appliance, &region)))
		if (ready->count < known->held && is_ready_leg(entry->alloc, appliance, region))
			ready->list[ready->count++] = region;
	xmemd_model_unlock(model);
	return ready->list ? 0 : -1;
}

static int by_number(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;

	return a < b ? -1 : a > b;
}

/* Both lists are sorted: with thousands of regions each is looked at once. */
static void compare_lists(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
			  const struct ready *ready, const struct xmemd_remote_region *listed,
			  size_t count)
{
	uint64_t *there = calloc(count + 1, sizeof(*there));
	size_t i;

	if (!there)
		return;
	for (i = 0; i < count; i++) {
		there[i] = listed[i].id;
		if (listed[i].owner == manager->model.owner)
			destroy_leaked(manager, appliance, listed[i].id);
	}
	qsort(there, count, sizeof(*there), by_number);
	for (i = 0; i < ready->count; i++)
		if (!bsearch(&ready->list[i], there, count, sizeof(*there), by_number))
			fail_lost(manager, appliance, ready->list[i]);
	free(there);
}

static void compare(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
		    uint64_t boot)
{
	struct xmemd_appliance_entry *entry;
	struct xmemd_remote_region *listed;
	struct ready ready;
	struct xmem_err err;
	size_t count;

	if (note_ready(manager, appliance->name, &ready) < 0)
		return;
	if (xmemd_remote_regions(manager->config, appliance->url, &listed, &count, &err) == 0) {
		compare_lists(manager, appliance, &ready, listed, count);
		xmemd_remote_regions_free(listed, count);
		xmemd_model_lock(&manager->model);
		entry = xmemd_model_appliance_locked(&manager->model, appliance->name);
		if (entry) {
			entry->compared = xmemd_model_now();
			entry->compared_boot = boot;
		}
		xmemd_model_unlock(&manager->model);
	}
	free(ready.list);
}

/*
 * What an appliance says of its pool tells whether a closer look at its regions is
 * worth while: another run of its daemon, or another number of regions than ours.
 */
static bool must_compare(const struct xmemd_appliance_entry *entry, uint64_t now)
{
	const struct xmemd_pool_status *pool = &entry->status.pool;

	return entry->up && (!entry->compared || entry->compared_boot != pool->boot ||
			     entry->held != pool->regions || now - entry->compared > COMPARE_MS);
}

static void look_after(size_t index, void *arg)
{
	struct names *names = arg;
	struct xmemd_model *model = &names->manager->model;
	struct xmemd_appliance_entry *entry;
	struct xmemd_appliance appliance;
	bool ask = false, closer = false;
	uint64_t boot = 0;

	xmemd_model_lock(model);
	entry = xmemd_model_appliance_locked(model, names->name[index]);
	if (entry)
		ask = !entry->pushed || xmemd_model_now() - entry->pushed > PUSHED_MS;
	xmemd_model_unlock(model);
	if (ask)
		xmemd_manager_ask(names->manager, names->name[index]);
	xmemd_model_lock(model);
	entry = xmemd_model_appliance_locked(model, names->name[index]);
	if (entry && names->manager->leads && entry->record.state != XMEMD_PENDING) {
		closer = must_compare(entry, xmemd_model_now());
		appliance = entry->record;
		boot = entry->status.pool.boot;
	}
	xmemd_model_unlock(model);
	if (closer)
		compare(names->manager, &appliance, boot);
}

static void look_after_all(struct xmemd_manager *manager)
{
	struct names names = { .manager = manager };
	struct xmemd_node *node;

	xmemd_model_lock(&manager->model);
	for (node = xmemd_index_from(&manager->model.appliances, ""); node;
	     node = xmemd_index_after(&manager->model.appliances, node->key))
		add_name(&names, node->key);
	xmemd_model_unlock(&manager->model);
	xmemd_remote_each(names.count, look_after, &names);
	free(names.name);
}

/* Return: false to stop. */
static bool wait_for_work(struct xmemd_manager *manager)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PERIOD_SECONDS;
	pthread_mutex_lock(&manager->lock);
	while (!manager->kicked && !manager->stopping)
		if (pthread_cond_clockwait(&manager->wake, &manager->lock, CLOCK_MONOTONIC, &until))
			break;
	manager->kicked = false;
	go_on = !manager->stopping;
	pthread_mutex_unlock(&manager->lock);
	return go_on;
}

static void say_looked(struct xmemd_manager *manager)
{
	pthread_mutex_lock(&manager->lock);
	manager->looked = true;
	pthread_cond_broadcast(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
}

/**
 * xmemd_janitor_wait() - wait until all appliances have been asked once
 * @manager: the manager
 *
 * A manager that has just been started knows none of them to be up, so whoever decides
 * about room calls this first, without a lock or a claim. It waits for those that are slow
 * to say no, but not longer than for one of them.
 */
void xmemd_janitor_wait(struct xmemd_manager *manager)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PERIOD_SECONDS;
	pthread_mutex_lock(&manager->lock);
	while (!manager->looked && !manager->stopping)
		if (pthread_cond_clockwait(&manager->wake, &manager->lock, CLOCK_MONOTONIC, &until))
			break;
	pthread_mutex_unlock(&manager->lock);
}

/**
 * xmemd_janitor_run() - the thread
 * @arg: the manager
 *
 * Return: NULL.
 */
void *xmemd_janitor_run(void *arg)
{
	struct xmemd_manager *manager = arg;

	do {
		look_after_all(manager);
		say_looked(manager);
		if (xmemd_manager_own(manager) && xmemd_manager_leads(manager))
			settle_all(manager);
	} while (wait_for_work(manager));
	return NULL;
}

/**
 * xmemd_janitor_kick() - have things looked at now
 * @manager: the manager
 */
void xmemd_janitor_kick(struct xmemd_manager *manager)
{
	pthread_mutex_lock(&manager->lock);
	manager->kicked = true;
	pthread_cond_broadcast(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
}
