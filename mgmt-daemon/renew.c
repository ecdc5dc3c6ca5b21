// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device has the name of its allocation. One that was attached by hand may have
 * the name of somebody's allocation by chance, so the regions are compared once.
 *
 * What a manager does not know now it may know soon (it recovers, it follows), so
 * nothing is given up for good while the device is there. Clock: see nap.h.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "cluster.h"
#include "health/watch.h"
#include "hex.h"
#include "modules.h"
#include "nap.h"
#include "renew.h"

#define LOOK_MS 2000
#define RETRY_MS 1000
#define RETRY_MAX_MS 10000
#define PERIOD_MIN_MS 500

/**
 * struct lease - a device and the lease of its allocation
 * @next: in the list
 * @name: of both
 * @region: of its first leg; another one means another device of that name
 * @is_ours: the allocation is made of the device's regions
 * @seen: it is still attached
 * @at: when to renew, milliseconds
 * @failures: how often in a row nobody answered
 * @said: words that were logged last
 */
struct lease {
	struct lease *next;
	char name[XMEM_NAME_MAX + 1];
	uint64_t region;
	bool is_ours, seen;
	uint64_t at;
	unsigned int failures;
	char said[512];
};

/**
 * struct xmemd_renewer - the leases
 * @cluster: the managers
 * @nap: where it waits
 * @longest: longest time between two renewals, milliseconds
 * @leases: of devices that are attached
 * @said: words about the module that were logged last
 * @thread: the thread
 */
struct xmemd_renewer {
	struct xmemd_cluster cluster;
	struct xmemd_nap nap;
	uint64_t longest;
	struct lease *leases;
	char said[512];
	pthread_t thread;
};

static void say(char said[512], const char *level, const char *words)
{
	if (!strcmp(said, words))
		return;
	snprintf(said, 512, "%s", words);
	fprintf(stderr, "%sclient: %s\n", level, words);
}

/* The allocation may have more: it grew since the device was attached. */
static bool has_region(const json_t *allocation, uint64_t region)
{
	const json_t *legs = json_object_get(allocation, "legs");
	const char *text;
	uint64_t id;
	size_t i;

	for (i = 0; i < json_array_size(legs); i++) {
		text = json_string_value(json_object_get(json_array_get(legs, i), "region"));
		if (text && xmem_id_parse("region", text, &id, NULL) == 0 && id == region)
			return true;
	}
	return false;
}

/**
 * xmemd_renew_is_made_of() - is a device one of an allocation?
 * @dev: the device
 * @allocation: as a manager tells it
 *
 * Return: whether all regions of the device are regions of the allocation.
 */
bool xmemd_renew_is_made_of(const struct xmem_dev *dev, const json_t *allocation)
{
	unsigned int i;

	for (i = 0; i < dev->legs; i++)
		if (!has_region(allocation, dev->leg[i].region))
			return false;
	return dev->legs;
}

static uint64_t shorter(uint64_t ms, const json_t *lease, const char *name)
{
	json_int_t seconds = json_integer_value(json_object_get(lease, name));

	/* a third, so that two renewals may be lost */
	if (seconds > 0 && (uint64_t)seconds < ms * 3 / 1000)
		return (uint64_t)seconds * 1000 / 3;
	return ms;
}

/**
 * xmemd_renew_period() - how often to renew
 * @answer: of a manager to a renewal: an allocation or its lease
 * @longest: as the configuration wants it, milliseconds
 *
 * Return: milliseconds: a third of what the lease allows, if that is shorter.
 */
uint64_t xmemd_renew_period(const json_t *answer, uint64_t longest)
{
	const json_t *lease = json_object_get(answer, "lease");
	uint64_t ms = longest;

	if (!lease)
		lease = answer;
	ms = shorter(ms, lease, "duration");
	ms = shorter(ms, lease, "not_in_use");
	return ms < PERIOD_MIN_MS ? PERIOD_MIN_MS : ms;
}

static struct lease *find(struct xmemd_renewer *renewer, const char *name)
{
	struct lease *lease;

	for (lease = renewer->leases; lease; lease = lease->next)
		if (!strcmp(lease->name, name))
			return lease;
	lease = calloc(1, sizeof(*lease));
	if (!lease)
		return NULL;
	snprintf(lease->name, sizeof(lease->name), "%s", name);
	lease->next = renewer->leases;
	renewer->leases = lease;
	return lease;
}

static void forget(struct xmemd_renewer *renewer)
{
	struct lease **link = &renewer->leases, *lease;

	while ((lease = *link)) {
		if (lease->seen) {
			link = &lease->next;
			continue;
		}
		*link = lease->next;
		free(lease);
	}
}

/* Not to be asked again before a while, which grows when nobody answers. */
static void put_off(const struct xmemd_renewer *renewer, struct lease *lease,
		    const struct xmem_err *err)
{
	uint64_t wait = RETRY_MS;
	unsigned int i;
	char words[512];

	for (i = 0; i < lease->failures && wait < RETRY_MAX_MS; i++)
		wait *= 2;
	if (err->kind == XMEM_ERR_REFUSED && err->status < 500 && err->status != 429)
		wait = renewer->longest;
	else
		lease->failures++;
	lease->at = xmemd_watch_now() + xmemd_nap_jitter(wait);
	snprintf(words, sizeof(words), "lease of %s not renewed: %.400s", lease->name, err->text);
	say(lease->said, SD_WARNING, words);
}

/* Return: 0 if the allocation of that name is the device's, or a negative errno. */
static int check(struct xmemd_renewer *renewer, const struct xmem_dev *dev, struct xmem_err *err)
{
	json_t *allocation = NULL;
	char path[128];
	int ret;

	snprintf(path, sizeof(path), "/v1/allocations/%s", dev->name);
	ret = xmemd_cluster_ask(&renewer->cluster, "GET", path, NULL, &allocation, err);
	if (!ret && !xmemd_renew_is_made_of(dev, allocation)) {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, ENOENT,
				   "the allocation of that name has other regions");
		err->status = 404;
	}
	json_decref(allocation);
	return ret;
}

static int renew(struct xmemd_renewer *renewer, struct lease *lease, struct xmem_err *err)
{
	json_t *in = json_object(), *answer = NULL;
	char path[128], words[512];
	uint64_t period;
	int ret;

	snprintf(path, sizeof(path), "/v1/allocations/%s/lease", lease->name);
	ret = xmemd_cluster_ask(&renewer->cluster, "PUT", path, in, &answer, err);
	if (!ret) {
		period = xmemd_renew_period(answer, renewer->longest);
		lease->failures = 0;
		lease->at = xmemd_watch_now() + xmemd_nap_jitter(period);
		snprintf(words, sizeof(words), "renewing the lease of %s by %s", lease->name,
			 renewer->cluster.good);
		say(lease->said, SD_INFO, words);
	}
	json_decref(answer);
	json_decref(in);
	return ret;
}

static int look_at(const struct xmem_dev *dev, void *arg)
{
	struct xmemd_renewer *renewer = arg;
	struct lease *lease = find(renewer, dev->name);
	struct xmem_err err;
	int ret = 0;

	if (!lease)
		return 0;
	lease->seen = true;
	if (lease->region != dev->leg[0].region) {
		lease->region = dev->leg[0].region;
		lease->is_ours = false;
		lease->at = 0;
	}
	if (xmemd_watch_now() < lease->at || atomic_load(renewer->cluster.stopping))
		return 0;
	if (!lease->is_ours) {
		ret = check(renewer, dev, &err);
		lease->is_ours = !ret;
	}
	if (!ret)
		ret = renew(renewer, lease, &err);
	if (ret < 0) {
		/* somebody may have destroyed it and made another of that name */
		lease->is_ours = lease->is_ours && err.status != 404;
		put_off(renewer, lease, &err);
	}
	return 0;
}

/* Copies of devices: the module must not wait for managers in the middle of its list. */
struct copies {
	struct xmem_dev *dev;
	size_t count;
};

static int copy(const struct xmem_dev *dev, void *arg)
{
	struct copies *copies = arg;
	struct xmem_dev *grown = reallocarray(copies->dev, copies->count + 1, sizeof(*copies->dev));

	if (!grown)
		return -ENOMEM;
	copies->dev = grown;
	copies->dev[copies->count++] = *dev;
	return 0;
}

static void look(struct xmemd_renewer *renewer)
{
	struct copies copies = {};
	struct xmem_err err = {};
	struct lease *lease;
	size_t i;
	int ret = xmemd_modules.devices(copy, &copies, &err);

	for (lease = renewer->leases; lease; lease = lease->next)
		/* a list that could not be read says nothing about who is gone */
		lease->seen = ret < 0 && ret != -ENOENT;
	if (ret < 0)
		say(renewer->said, SD_NOTICE, err.text[0] ? err.text : "out of memory");
	else
		renewer->said[0] = 0;
	for (i = 0; i < copies.count; i++)
		look_at(&copies.dev[i], renewer);
	free(copies.dev);
	forget(renewer);
}

static uint64_t next_look(const struct xmemd_renewer *renewer)
{
	uint64_t at = xmemd_watch_now() + LOOK_MS;
	const struct lease *lease;

	for (lease = renewer->leases; lease; lease = lease->next)
		if (lease->at < at)
			at = lease->at;
	return at;
}

static void *renewer_thread(void *arg)
{
	struct xmemd_renewer *renewer = arg;

	do {
		look(renewer);
	} while (xmemd_nap(&renewer->nap, next_look(renewer), -1, NULL));
	return NULL;
}

/**
 * xmemd_renew_start() - begin to renew leases
 * @config: configuration
 * @stop: descriptor that can be read when the daemon ends
 * @stopping: becomes true then
 * @renewerp: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_renew_start(const struct xmem_config *config, int stop, const atomic_bool *stopping,
		      struct xmemd_renewer **renewerp, struct xmemd_refusal *why)
{
	struct xmemd_renewer *renewer = calloc(1, sizeof(*renewer));
	struct xmem_err err;
	int ret;

	if (!renewer)
		return xmemd_refuse(why, 500, "out of memory");
	renewer->longest = config->client.renew_ms;
	ret = xmemd_nap_init(&renewer->nap, stop);
	if (ret < 0)
		xmemd_refuse(why, 500, "no timer: %s", strerror(-ret));
	else if (xmemd_cluster_init(&renewer->cluster, config, config->client.managers, stopping,
				    &err) < 0)
		ret = xmemd_refuse_err(why, 400, &err);
	else if ((ret = pthread_create(&renewer->thread, NULL, renewer_thread, renewer)))
		xmemd_refuse(why, 500, "cannot start a thread: %s", strerror(ret));
	if (!ret) {
		*renewerp = renewer;
		return 0;
	}
	xmemd_nap_done(&renewer->nap);
	free(renewer);
	return -1;
}

/**
 * xmemd_renew_stop() - renew no more
 * @renewer: that; NULL is nothing
 */
void xmemd_renew_stop(struct xmemd_renewer *renewer)
{
	struct lease *lease;

	if (!renewer)
		return;
	pthread_join(renewer->thread, NULL);
	xmemd_nap_done(&renewer->nap);
	while ((lease = renewer->leases)) {
		renewer->leases = lease->next;
		free(lease);
	}
	free(renewer);
}
