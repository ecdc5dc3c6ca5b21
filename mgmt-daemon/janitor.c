// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes rows and appliances agree again: at the start, when told to, and every few
 * seconds, because an appliance does not tell when it comes up.
 *
 * Order matters. Ready regions are read from the store before the appliance is
 * asked: one of them that it does not list is lost. Whether a row knows a listed
 * region is asked after: its row is older than itself, so none means leaked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <systemd/sd-daemon.h>

#include "crash.h"
#include "manager.h"

#define PERIOD_SECONDS 5

struct unfinished {
	char (*names)[XMEMD_NAME_TEXT];
	size_t count;
};

static void note_unfinished(const struct xmemd_alloc *alloc, void *arg)
{
	struct unfinished *list = arg;
	void *grown;

	if (alloc->state != XMEMD_CREATING && alloc->state != XMEMD_DESTROYING)
		return;
	grown = reallocarray(list->names, list->count + 1, sizeof(*list->names));
	if (!grown)
		return;
	list->names = grown;
	memcpy(list->names[list->count++], alloc->name, XMEMD_NAME_TEXT);
}

static void settle_claimed(struct xmemd_manager *manager, const char *name)
{
	struct xmemd_refusal why = {};
	struct xmemd_alloc alloc;
	int ret;

	/* what was noted may be done, gone, or something new by now */
	if (xmemd_store_alloc_get(manager->store, name, &alloc, &why) < 0)
		return;
	if (alloc.state == XMEMD_CREATING) {
		ret = xmemd_manager_roll_back(manager, &alloc, &why);
		fprintf(stderr, SD_NOTICE "allocation %s was never completed: %s\n", name,
			ret < 0 ? why.text : "rolled back");
	} else if (alloc.state == XMEMD_DESTROYING) {
		ret = xmemd_manager_finish(manager, &alloc, &why);
		if (ret)
			fprintf(stderr, SD_NOTICE "allocation %s was half destroyed: %s\n", name,
				ret < 0 ? why.text : "done");
	}
	xmemd_refusal_clear(&why);
}

/* Claimed names are somebody's work in progress, not left-overs. */
static void settle(size_t index, void *arg)
{
	void **args = arg;
	struct xmemd_manager *manager = args[0];
	const struct unfinished *list = args[1];
	struct xmemd_claim claim;

	if (!xmemd_manager_claim(manager, &claim, list->names[index]))
		return;
	settle_claimed(manager, list->names[index]);
	xmemd_manager_unclaim(manager, &claim);
}

static void settle_all(struct xmemd_manager *manager)
{
	struct unfinished list = {};
	struct xmemd_refusal why = {};
	void *args[] = { manager, &list };

	if (xmemd_store_allocs(manager->store, NULL, note_unfinished, &list, &why) < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	xmemd_remote_each(list.count, settle, args);
	free(list.names);
}

static void destroy_leaked(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
			   uint64_t region)
{
	struct xmemd_refusal why = {};
	char id[XMEM_ID_TEXT];
	struct xmem_err err;
	int known;

	known = xmemd_store_region_known(manager->store, region, &why);
	if (known > 0)
		return;
	xmem_id_format(region, id);
	if (known < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	else if (xmemd_remote_region_del(manager->config, appliance->url, region, &err) < 0)
		fprintf(stderr, SD_WARNING "region %s on %s is of no allocation and stays: %s\n",
			id, appliance->name, err.text);
	else
		fprintf(stderr, SD_NOTICE "region %s on %s was of no allocation: destroyed\n", id,
			appliance->name);
	xmemd_crash_point();
}

static void fail_lost(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
		      uint64_t region)
{
	struct xmemd_refusal why = {};
	char id[XMEM_ID_TEXT];
	int ret;

	ret = xmemd_store_region_lost(manager->store, appliance->name, region, &why);
	if (ret < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	else if (ret)
		fprintf(stderr, SD_WARNING "region %s on %s is lost: its allocation failed\n",
			xmem_id_format(region, id), appliance->name);
}

static bool is_listed(const struct xmemd_remote_region *list, size_t count, uint64_t region)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].id == region)
			return true;
	return false;
}

static void compare(struct xmemd_manager *manager, const struct xmemd_appliance *appliance)
{
	uint64_t owner = xmemd_store_owner(manager->store), *ready;
	struct xmemd_remote_region *listed;
	struct xmemd_refusal why = {};
	size_t i, ready_count, count;
	struct xmem_err err;

	if (xmemd_store_ready_regions(manager->store, appliance->name, &ready, &ready_count, &why) <
	    0) {
		fprintf(stderr, SD_ERR "%s\n", why.text);
		return;
	}
	if (xmemd_remote_regions(manager->config, appliance->url, &listed, &count, &err) == 0) {
		for (i = 0; i < count; i++)
			if (listed[i].owner == owner)
				destroy_leaked(manager, appliance, listed[i].id);
		for (i = 0; i < ready_count; i++)
			if (!is_listed(listed, count, ready[i]))
				fail_lost(manager, appliance, ready[i]);
		free(listed);
	}
	free(ready);
}

static void compare_one(size_t index, void *arg)
{
	void **args = arg;
	const struct xmemd_appliance *list = args[1];

	compare(args[0], &list[index]);
}

static void compare_all(struct xmemd_manager *manager)
{
	struct xmemd_refusal why = {};
	struct xmemd_appliance *list;
	void *args[] = { manager, NULL };
	size_t count;

	if (xmemd_store_appliances(manager->store, &list, &count, &why) < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	args[1] = list;
	xmemd_remote_each(count, compare_one, args);
	free(list);
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

static void *janitor(void *arg)
{
	struct xmemd_manager *manager = arg;

	do {
		settle_all(manager);
		compare_all(manager);
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
	pthread_cond_signal(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
}

/**
 * xmemd_janitor_start() - start the thread
 * @manager: the manager
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_janitor_start(struct xmemd_manager *manager, struct xmemd_refusal *why)
{
	int ret = pthread_create(&manager->janitor, NULL, janitor, manager);

	if (ret)
		return xmemd_refuse(why, 500, "cannot start a thread: %s", strerror(ret));
	manager->janitor_runs = true;
	return 0;
}

/**
 * xmemd_janitor_stop() - end the thread, after what it does now
 * @manager: the manager
 */
void xmemd_janitor_stop(struct xmemd_manager *manager)
{
	if (!manager->janitor_runs)
		return;
	pthread_mutex_lock(&manager->lock);
	manager->stopping = true;
	pthread_cond_signal(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
	pthread_join(manager->janitor, NULL);
	manager->janitor_runs = false;
}
