// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One thread for each role that announces itself, because each waits for its
 * managers, and the renewal of leases must not wait for either. Clock: see nap.h.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>

#include "announce.h"
#include "cluster.h"
#include "health/watch.h"
#include "modules.h"
#include "nap.h"
#include "renew.h"
#include "self.h"

#define LOOK_MS XMEMD_WATCH_FRESH_MS
/* until the burst of events is over that one change makes */
#define SETTLE_MS 50

/**
 * struct announcer - a role that announces itself
 * @daemon: the daemon
 * @role: the role
 * @cluster: its managers
 * @nap: where it waits
 * @schedule: when it announces
 * @feed: tells that regions changed; NULL without the module
 * @look_at: when to look for changes, milliseconds
 * @object: what it would announce
 * @said: words that were logged last, so that they are not said again
 * @thread: the thread
 * @runs: it was started
 */
struct announcer {
	struct xmemd *daemon;
	enum xmemd_role role;
	struct xmemd_cluster cluster;
	struct xmemd_nap nap;
	struct xmemd_schedule schedule;
	struct xmemd_feed *feed;
	uint64_t look_at;
	json_t *object;
	char said[512];
	pthread_t thread;
	bool runs;
};

/**
 * struct xmemd_announcers - all that talks to managers by itself
 * @stopping: the daemon ends
 * @stop: descriptor that says the same
 * @list: roles
 * @count: how many
 * @renewer: renews leases, in the role client
 */
struct xmemd_announcers {
	atomic_bool stopping;
	int stop;
	struct announcer list[2];
	size_t count;
	struct xmemd_renewer *renewer;
};

static void say(struct announcer *a, const char *level, const char *words)
{
	if (!strcmp(a->said, words))
		return;
	snprintf(a->said, sizeof(a->said), "%s", words);
	fprintf(stderr, "%s%s: %s\n", level, xmemd_self_role_word(a->role), words);
}

/* The module may be loaded after the daemon was started, and again. */
static void open_feed(struct announcer *a)
{
	struct xmem_err err;

	if (a->role == XMEMD_ROLE_APPLIANCE && !a->feed &&
	    xmemd_modules.feed_open(&a->feed, &err) < 0)
		a->feed = NULL;
}

static void look(struct announcer *a, uint64_t now)
{
	json_t *object = xmemd_self_json(a->daemon->self, a->role);

	open_feed(a);
	a->look_at = now + LOOK_MS;
	if (!object)
		return;
	json_decref(a->object);
	a->object = object;
	xmemd_schedule_look(&a->schedule, object);
}

static void announce(struct announcer *a)
{
	char words[512];
	struct xmem_err err;
	json_t *out = NULL;
	const char *state;
	int ret;

	ret = xmemd_cluster_ask(&a->cluster, "POST", "/v1/announcements", a->object, &out, &err);
	xmemd_schedule_done(&a->schedule, a->object, ret == 0, xmemd_watch_now());
	if (ret == 0) {
		state = json_string_value(json_object_get(out, "state"));
		snprintf(words, sizeof(words), "announced to %s: %s", a->cluster.good,
			 state ? state : "known");
		say(a, SD_INFO, words);
	} else {
		snprintf(words, sizeof(words), "not announced: %.480s", err.text);
		say(a, SD_WARNING, words);
	}
	json_decref(out);
}

/* Return: false to end. */
static bool wait_for_work(struct announcer *a)
{
	uint64_t until = xmemd_schedule_next(&a->schedule), now;
	bool readable = false;
	struct xmem_err err;

	if (!a->object || a->look_at < until)
		until = a->look_at;
	if (!xmemd_nap(&a->nap, until, a->feed ? xmemd_modules.feed_fd(a->feed) : -1, &readable))
		return false;
	if (!readable)
		return true;
	if (xmemd_modules.feed_drain(a->feed, &err) < 0) {
		xmemd_modules.feed_close(a->feed);
		a->feed = NULL;
	}
	now = xmemd_watch_now();
	if (a->look_at > now + SETTLE_MS)
		a->look_at = now + SETTLE_MS;
	return true;
}

static void *announcer(void *arg)
{
	struct announcer *a = arg;
	uint64_t now;

	do {
		now = xmemd_watch_now();
		if (now >= a->look_at)
			look(a, now);
		if (a->object && xmemd_schedule_is_due(&a->schedule, now))
			announce(a);
	} while (wait_for_work(a));
	return NULL;
}

static int start_role(struct xmemd *daemon, enum xmemd_role role, const char *managers,
		      struct xmemd_refusal *why)
{
	struct xmemd_announcers *all = daemon->announcers;
	struct announcer *a = &all->list[all->count];
	struct xmem_err err;
	int ret;

	if (!(daemon->roles & role) || !*managers)
		return 0;
	*a = (struct announcer){
		.daemon = daemon,
		.role = role,
		.schedule = { .interval = daemon->config.appliance.announce_ms },
	};
	if (xmemd_cluster_init(&a->cluster, &daemon->config, managers, &all->stopping, &err) < 0)
		return xmemd_refuse_err(why, 400, &err);
	ret = xmemd_nap_init(&a->nap, all->stop);
	if (!ret) {
		all->count++;
		ret = -pthread_create(&a->thread, NULL, announcer, a);
		a->runs = !ret;
	}
	return ret ? xmemd_refuse(why, 500, "cannot start a thread: %s", strerror(-ret)) : 0;
}

static void stop_role(struct announcer *a)
{
	if (a->runs)
		pthread_join(a->thread, NULL);
	xmemd_modules.feed_close(a->feed);
	xmemd_nap_done(&a->nap);
	json_decref(a->object);
	json_decref(a->schedule.face);
}

/**
 * xmemd_announce_start() - begin to announce, and to renew leases
 * @daemon: the daemon, which serves already: managers may ask back at once
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_announce_start(struct xmemd *daemon, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &daemon->config;
	struct xmemd_announcers *all = calloc(1, sizeof(*all));

	if (!all)
		return xmemd_refuse(why, 500, "out of memory");
	daemon->announcers = all;
	all->stop = eventfd(0, EFD_CLOEXEC);
	if (all->stop < 0)
		return xmemd_refuse(why, 500, "no descriptor: %s", strerror(errno));
	if (start_role(daemon, XMEMD_ROLE_APPLIANCE, config->appliance.managers, why) < 0 ||
	    start_role(daemon, XMEMD_ROLE_CLIENT, config->client.managers, why) < 0)
		return -1;
	if (!(daemon->roles & XMEMD_ROLE_CLIENT))
		return 0;
	return xmemd_renew_start(config, all->stop, &all->stopping, &all->renewer, why);
}

/**
 * xmemd_announce_stop() - end what xmemd_announce_start() began
 * @daemon: the daemon
 *
 * Waits for requests that are under way, some seconds at most.
 */
void xmemd_announce_stop(struct xmemd *daemon)
{
	struct xmemd_announcers *all = daemon->announcers;

	if (!all)
		return;
	atomic_store(&all->stopping, true);
	if (all->stop >= 0)
		eventfd_write(all->stop, 1);
	while (all->count)
		stop_role(&all->list[--all->count]);
	xmemd_renew_stop(all->renewer);
	if (all->stop >= 0)
		close(all->stop);
	free(all);
	daemon->announcers = NULL;
}
