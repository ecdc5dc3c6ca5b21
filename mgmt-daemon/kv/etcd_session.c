// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps the lease and campaigns. */
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "kv/etcd.h"

#define AGAIN_MS 300

/**
 * struct session - what only this thread knows
 * @e: etcd
 * @client: the connection
 * @self: {name, url} of this manager
 * @member: our key "member/NAME" has this lease
 * @commit: revision of the last commit, as it was at the last look
 */
struct session {
	struct etcd *e;
	struct etcd_client client;
	char *self;
	uint64_t member, commit;
};

/**
 * xmemd_etcd_lost() - end a leadership and the lease
 * @e: etcd
 * @term: the leadership; not this one any more: nothing is done. 0: only the lease
 */
void xmemd_etcd_lost(struct etcd *e, uint64_t term)
{
	pthread_mutex_lock(&e->lock);
	if (e->term == term) {
		e->lost |= term != 0;
		if (term)
			*e->leader = '\0';
		e->term = 0;
		e->stale = e->lease;
		e->lease = 0;
		e->hurry = true;
		pthread_cond_broadcast(&e->wake);
		curl_multi_wakeup(e->multi);
	}
	pthread_mutex_unlock(&e->lock);
}

/**
 * xmemd_etcd_revoke() - end a lease
 * @client: the connection
 * @lease: the lease
 *
 * Return: ETCD_REFUSED when there is no such lease any more.
 */
enum etcd_result xmemd_etcd_revoke(struct etcd_client *client, uint64_t lease)
{
	enum etcd_result result;
	json_t *answer;

	result = xmemd_etcd_post(client, "/v3/lease/revoke",
				 json_pack("{s:o}", "ID", xmemd_etcd_number(lease)), 0, &answer);
	json_decref(answer);
	return result;
}

/* With a lease that still holds the key "leader" nobody could be elected. */
static bool give_back(struct session *s, uint64_t lease)
{
	enum etcd_result result = xmemd_etcd_revoke(&s->client, lease);

	if (result != ETCD_OK && result != ETCD_REFUSED)
		return false;
	pthread_mutex_lock(&s->e->lock);
	s->e->stale = 0;
	pthread_mutex_unlock(&s->e->lock);
	return true;
}

static bool grant(struct session *s, uint64_t *lease)
{
	struct etcd *e = s->e;
	uint64_t sent = xmemd_etcd_clock();
	json_t *answer;

	if (xmemd_etcd_post(&s->client, "/v3/lease/grant",
			    json_pack("{s:i}", "TTL", (int)e->lease_s), 0, &answer) == ETCD_OK)
		*lease = xmemd_etcd_read_number(answer, "ID");
	json_decref(answer);
	if (!*lease)
		return false;
	pthread_mutex_lock(&e->lock);
	e->lease = *lease;
	e->deadline = sent + e->lease_s * 1000ULL;
	pthread_mutex_unlock(&e->lock);
	return true;
}

/* The lease lasts from when we asked, not from when etcd answered. */
static bool renew(struct session *s, uint64_t lease, uint64_t deadline, uint64_t term)
{
	struct etcd *e = s->e;
	uint64_t sent = xmemd_etcd_clock(), left;
	enum etcd_result result;
	json_t *answer;

	if (sent >= deadline) {
		xmemd_etcd_lost(e, term);
		return false;
	}
	result = xmemd_etcd_post(&s->client, "/v3/lease/keepalive",
				 json_pack("{s:o}", "ID", xmemd_etcd_number(lease)), deadline,
				 &answer);
	left = xmemd_etcd_read_number(json_object_get(answer, "result"), "TTL");
	json_decref(answer);
	if (result == ETCD_OK && left) {
		pthread_mutex_lock(&e->lock);
		if (e->lease == lease)
			e->deadline = sent + left * 1000;
		pthread_mutex_unlock(&e->lock);
		return true;
	}
	/* etcd knows no such lease, or has not answered until it was too late */
	if (result == ETCD_OK || result == ETCD_REFUSED || xmemd_etcd_clock() >= deadline)
		xmemd_etcd_lost(e, term);
	return false;
}

static void note_clash(struct etcd *e, bool clash)
{
	pthread_mutex_lock(&e->lock);
	e->clash = clash;
	pthread_mutex_unlock(&e->lock);
}

/*
 * Two managers of one name could not be told apart. The key may also be our own of before
 * a crash: then it goes with its lease, like "leader", if that was ours.
 */
static bool enter(struct session *s, uint64_t lease)
{
	const struct etcd *e = s->e;
	struct etcd_record there = {};
	json_t *txn, *answer;
	enum etcd_result result;
	bool entered;

	if (s->member == lease)
		return true;
	txn = json_pack(
		"{s:[o], s:[o], s:[{s:o}]}", "compare",
		xmemd_etcd_compare(e, "member/", e->name, "CREATE", "create_revision", "EQUAL", 0),
		"success", xmemd_etcd_put(e, "member/", e->name, s->self, lease), "failure",
		"request_range", xmemd_etcd_get(e, "member/", e->name, 0));
	result = xmemd_etcd_post(&s->client, "/v3/kv/txn", txn, 0, &answer);
	entered = json_is_true(json_object_get(answer, "succeeded"));
	/* it may have been done before, and its answer lost */
	if (!entered && xmemd_etcd_found(e, answer, 0, &there) > 0)
		entered = there.lease == lease;
	xmemd_etcd_record_clear(&there);
	json_decref(answer);
	if (result != ETCD_OK)
		return false;
	note_clash(s->e, !entered);
	if (entered)
		s->member = lease;
	return entered;
}

/* Who was elected is seen by the watch. */
static bool campaign(struct session *s, uint64_t lease)
{
	const struct etcd *e = s->e;
	enum etcd_result result;
	json_t *answer, *txn;

	txn = json_pack(
		"{s:[o], s:[o, o]}", "compare",
		xmemd_etcd_compare(e, "leader", "", "CREATE", "create_revision", "EQUAL", 0),
		"success", xmemd_etcd_put(e, "leader", "", s->self, lease),
		xmemd_etcd_put(e, "commit", "", "", 0));
	result = xmemd_etcd_post(&s->client, "/v3/kv/txn", txn, 0, &answer);
	json_decref(answer);
	return result == ETCD_OK;
}

/*
 * A member of etcd that is cut off from the others is alive for those who watch it,
 * and silent. So ask for the last commit: the watch must have come to it by the next look.
 */
static void look_behind(struct session *s)
{
	struct etcd *e = s->e;
	struct etcd_record commit = {};
	json_t *answer;

	if (xmemd_etcd_post(&s->client, "/v3/kv/range", xmemd_etcd_get(e, "commit", "", 0), 0,
			    &answer) == ETCD_OK)
		xmemd_etcd_first_record(e, answer, &commit);
	json_decref(answer);
	pthread_mutex_lock(&e->lock);
	if (s->commit > e->seen) {
		e->reconnect = true;
		curl_multi_wakeup(e->multi);
	}
	pthread_mutex_unlock(&e->lock);
	s->commit = commit.revision;
	xmemd_etcd_record_clear(&commit);
}

/* One round: true when all is as it should be. */
static bool look(struct session *s)
{
	struct etcd *e = s->e;
	uint64_t lease, stale, deadline, term;
	bool vacant;

	pthread_mutex_lock(&e->lock);
	lease = e->lease;
	stale = e->stale;
	deadline = e->deadline;
	term = e->term;
	vacant = !*e->leader;
	pthread_mutex_unlock(&e->lock);
	if (stale && !give_back(s, stale))
		return false;
	if (lease ? !renew(s, lease, deadline, term) : !grant(s, &lease))
		return false;
	if (!enter(s, lease))
		return false;
	if (vacant && !campaign(s, lease))
		return false;
	look_behind(s);
	return true;
}

/* Said once, when it begins and when it is over: rounds that fail are short. */
static void say(struct session *s, bool well)
{
	const char *words = s->client.text;
	struct etcd *e = s->e;
	bool was;

	pthread_mutex_lock(&e->lock);
	was = *e->outside;
	/* without words nothing failed: somebody has our name, or the lease is over */
	snprintf(e->outside, sizeof(e->outside), "%s", well ? "" : words);
	pthread_mutex_unlock(&e->lock);
	if (!was && !well && *words)
		fprintf(stderr,
			SD_WARNING "this manager can neither stay leader nor be elected: %s\n",
			words);
	if (was && well)
		fprintf(stderr, SD_NOTICE "this manager takes part in elections again\n");
}

/**
 * xmemd_etcd_session_thread() - keep the lease and campaign
 * @arg: struct etcd
 *
 * Return: NULL.
 */
void *xmemd_etcd_session_thread(void *arg)
{
	struct session s = { .e = arg };
	struct etcd *e = arg;
	bool well;
	json_t *self = json_pack("{s:s, s:s}", "name", e->name, "url", e->url);

	s.self = self ? json_dumps(self, JSON_COMPACT) : NULL;
	json_decref(self);
	if (!s.self || xmemd_etcd_client_open(&s.client, e) < 0) {
		free(s.self);
		return NULL;
	}
	do {
		*s.client.text = '\0';
		well = look(&s);
		say(&s, well);
	} while (!xmemd_etcd_pause(e, well ? e->lease_s * 1000ULL / 3 : AGAIN_MS, true));
	xmemd_etcd_client_close(&s.client);
	free(s.self);
	return NULL;
}
