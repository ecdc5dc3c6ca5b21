// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clock: CLOCK_BOOTTIME. It never goes back and does not know the time of day, so
 * nobody who sets the date can make health stale or hold it for ever; and it counts
 * the time of a suspend, after which everything must be read anew at once.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "health/watch.h"

/**
 * struct xmemd_watch - the health of this machine
 * @root: directory that has sys and proc
 * @thresholds: from where on it is not healthy
 * @lock: of what follows; held while files are read
 * @read_at: when that was, 0: never
 * @health: what was read
 * @judge: the verdict
 */
struct xmemd_watch {
	const char *root;
	struct xmemd_thresholds thresholds;
	pthread_mutex_t lock;
	uint64_t read_at;
	struct xmemd_health health;
	struct xmemd_judge judge;
};

/**
 * xmemd_watch_now() - the time by which health is judged
 *
 * Return: milliseconds of CLOCK_BOOTTIME.
 */
uint64_t xmemd_watch_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/**
 * xmemd_watch_new() - begin to watch
 * @root: directory that has sys and proc, "" for this machine's own; must stay
 * @thresholds: from where on it is not healthy
 *
 * Return: the watch, NULL without memory.
 */
struct xmemd_watch *xmemd_watch_new(const char *root, const struct xmemd_thresholds *thresholds)
{
	struct xmemd_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->root = root;
	watch->thresholds = *thresholds;
	pthread_mutex_init(&watch->lock, NULL);
	return watch;
}

/**
 * xmemd_watch_free() - watch no longer
 * @watch: the watch; NULL is nothing
 */
void xmemd_watch_free(struct xmemd_watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

static void refresh_locked(struct xmemd_watch *watch)
{
	uint64_t now = xmemd_watch_now();

	if (watch->read_at && now - watch->read_at < XMEMD_WATCH_FRESH_MS)
		return;
	xmemd_health_read(watch->root, &watch->health);
	xmemd_judge_look(&watch->judge, &watch->health, &watch->thresholds, now);
	watch->read_at = now;
}

/**
 * xmemd_watch_json() - the health of this machine, of now or a moment ago
 * @watch: the watch
 *
 * Return: all of it and the verdict, or NULL without memory.
 */
json_t *xmemd_watch_json(struct xmemd_watch *watch)
{
	json_t *object;

	pthread_mutex_lock(&watch->lock);
	refresh_locked(watch);
	object = xmemd_health_json(&watch->health);
	if (object && xmemd_judge_json(&watch->judge, object) < 0) {
		json_decref(object);
		object = NULL;
	}
	pthread_mutex_unlock(&watch->lock);
	return object;
}

/**
 * xmemd_watch_brief() - what of it is worth an announcement
 * @watch: the watch
 * @object: takes "health" with the verdict, and what xmemd_health_brief() gives
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_watch_brief(struct xmemd_watch *watch, json_t *object)
{
	json_t *verdict = json_object();
	int ret;

	if (json_object_set_new(object, "health", verdict) < 0)
		return -1;
	pthread_mutex_lock(&watch->lock);
	refresh_locked(watch);
	ret = xmemd_judge_json(&watch->judge, verdict);
	if (!ret)
		ret = xmemd_health_brief(&watch->health, object);
	pthread_mutex_unlock(&watch->lock);
	return ret;
}
