// SPDX-License-Identifier: GPL-2.0-or-later
/* Commits: several in one transaction of etcd, each a transaction of its own inside. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv/etcd.h"

/* etcd's default limit is 128 for a transaction and those inside together */
#define GROUP_MAX 60
/* and 1.5 MiB; the first is taken whatever it has */
#define BYTES_MAX XMEMD_KV_BYTES
#define AGAIN_MS 50

/**
 * struct group - commits that go together
 * @e: etcd
 * @first: the first
 * @rest: the first that does not belong to it
 * @term: the leadership that it is made under
 * @chain: revision of the commit before
 * @deadline: clock (ms) at which to give up
 * @mark: what it writes to "commit": no other does
 */
struct group {
	struct etcd *e;
	struct xmemd_kv_ticket *first, *rest;
	uint64_t term, chain, deadline;
	char mark[48];
};

static void set_all(struct group *group, int result, int status, const char *reason,
		    const char *text)
{
	struct xmemd_kv_ticket *ticket;

	for (ticket = group->first; ticket != group->rest; ticket = ticket->next) {
		ticket->result = result;
		xmemd_refuse_as(&ticket->why, status, reason, "%s", text);
	}
}

/* No key twice: etcd refuses that, and a commit must see the one before it. */
static bool add_keys(json_t *keys, const struct xmemd_kv_ticket *ticket)
{
	size_t i;

	for (i = 0; i < ticket->count; i++)
		if (json_object_get(keys, ticket->ops[i].key))
			return false;
	for (i = 0; i < ticket->count; i++)
		json_object_set_new(keys, ticket->ops[i].key, json_true());
	return true;
}

/* Bytes on their way to etcd: a key is compared, written and read in case of a refusal. */
static size_t weight(const struct etcd *e, const struct xmemd_kv_ticket *ticket)
{
	return ticket->bytes + 3 * ticket->count * (strlen(e->prefix) + XMEMD_KV_KEY);
}

static void choose(struct group *group)
{
	struct xmemd_kv_ticket *ticket = group->first;
	json_t *keys = json_object();
	size_t bytes = 0;
	int n;

	for (n = 0; ticket && n < GROUP_MAX; n++, ticket = ticket->next) {
		bytes += weight(group->e, ticket);
		if (n && (bytes > BYTES_MAX || !add_keys(keys, ticket)))
			break;
		if (!n)
			add_keys(keys, ticket);
	}
	group->rest = ticket;
	json_decref(keys);
}

static json_t *compare_op(const struct etcd *e, const struct xmemd_kv_op *op)
{
	bool exists = op->expect == XMEMD_KV_EXISTS;

	return xmemd_etcd_compare(e, "r/", op->key, "MOD", "mod_revision",
				  exists ? "GREATER" : "EQUAL", exists ? 0 : op->expect);
}

/* When an expectation is not met, the answer says what is there instead. */
static json_t *ticket_txn(const struct etcd *e, const struct xmemd_kv_ticket *ticket)
{
	json_t *compare = json_array(), *success = json_array(), *failure = json_array();
	size_t i;

	for (i = 0; i < ticket->count; i++) {
		const struct xmemd_kv_op *op = &ticket->ops[i];

		if (op->expect != XMEMD_KV_ANY) {
			json_array_append_new(compare, compare_op(e, op));
			json_array_append_new(failure,
					      json_pack("{s:o}", "request_range",
							xmemd_etcd_get(e, "r/", op->key, 0)));
		}
		if (!op->check)
			json_array_append_new(success,
					      xmemd_etcd_put(e, "r/", op->key, op->value, 0));
	}
	return json_pack("{s:{s:o, s:o, s:o}}", "request_txn", "compare", compare, "success",
			 success, "failure", failure);
}

static json_t *group_txn(const struct group *group)
{
	const struct etcd *e = group->e;
	const struct xmemd_kv_ticket *ticket;
	json_t *success = json_array();

	for (ticket = group->first; ticket != group->rest; ticket = ticket->next)
		json_array_append_new(success, ticket_txn(e, ticket));
	json_array_append_new(success, xmemd_etcd_put(e, "commit", "", group->mark, 0));
	return json_pack(
		"{s:[o, o], s:o, s:[{s:o}, {s:o}]}", "compare",
		xmemd_etcd_compare(e, "leader", "", "CREATE", "create_revision", "EQUAL",
				   group->term),
		xmemd_etcd_compare(e, "commit", "", "MOD", "mod_revision", "EQUAL", group->chain),
		"success", success, "failure", "request_range", xmemd_etcd_get(e, "leader", "", 0),
		"request_range", xmemd_etcd_get(e, "commit", "", 0));
}

/* The ranges are those of the operations that expect something, in their order. */
static void read_failure(const struct etcd *e, const json_t *answer, struct xmemd_kv_ticket *ticket)
{
	struct etcd_record record;
	size_t i, at = 0;

	for (i = 0; i < ticket->count && !ticket->result; i++) {
		if (ticket->ops[i].expect == XMEMD_KV_ANY)
			continue;
		if (xmemd_etcd_found(e, answer, at++, &record) < 0)
			break;
		ticket->result = xmemd_kv_expect(&ticket->ops[i], record.revision, &ticket->why);
		xmemd_etcd_record_clear(&record);
	}
	if (!ticket->result)
		ticket->result = xmemd_refuse(&ticket->why, 409, "a record was changed meanwhile");
}

static void read_success(struct group *group, const json_t *answer)
{
	const json_t *responses = json_object_get(answer, "responses"), *txn;
	struct xmemd_kv_ticket *ticket;
	size_t at = 0;

	for (ticket = group->first; ticket != group->rest; ticket = ticket->next) {
		txn = json_object_get(json_array_get(responses, at++), "response_txn");
		ticket->result = 0;
		ticket->revision = group->chain;
		if (!json_is_true(json_object_get(txn, "succeeded")))
			read_failure(group->e, txn, ticket);
	}
}

/* Compare again what etcd compared, as it was before @revision: -1 etcd cannot say. */
static int judge(struct etcd_client *client, struct group *group, struct xmemd_kv_ticket *ticket,
		 uint64_t revision)
{
	struct etcd_record record;
	enum etcd_result result;
	json_t *answer;
	size_t i;
	int ret;

	ticket->result = 0;
	ticket->revision = revision;
	for (i = 0; i < ticket->count && !ticket->result; i++) {
		if (ticket->ops[i].expect == XMEMD_KV_ANY)
			continue;
		result = xmemd_etcd_post(
			client, "/v3/kv/range",
			xmemd_etcd_get(group->e, "r/", ticket->ops[i].key, revision - 1),
			group->deadline, &answer);
		if (result != ETCD_OK)
			return -1;
		ret = xmemd_etcd_first_record(group->e, answer, &record);
		json_decref(answer);
		if (ret < 0)
			return -1;
		ticket->result = xmemd_kv_expect(&ticket->ops[i], record.revision, &ticket->why);
		xmemd_etcd_record_clear(&record);
	}
	return 0;
}

static void unsure(struct group *group, const char *text)
{
	set_all(group, XMEMD_KV_UNSURE, 503, XMEMD_WHY_UNAVAILABLE, text);
	xmemd_etcd_lost(group->e, group->term);
}

/* It happened when we got no answer, at @revision: work out what became of each. */
static void read_history(struct etcd_client *client, struct group *group, uint64_t revision)
{
	struct xmemd_kv_ticket *ticket;

	group->chain = revision;
	for (ticket = group->first; ticket != group->rest; ticket = ticket->next)
		if (judge(client, group, ticket, revision) < 0) {
			unsure(group, "etcd's answer was lost and it cannot say what happened");
			return;
		}
}

/*
 * Not the leader any more, or it was done before and this is the second time that etcd
 * heard of it: libcurl, too, sends again what was lost with an old connection.
 */
static void read_refusal(struct etcd_client *client, struct group *group, const json_t *answer)
{
	struct etcd_record leader = {}, commit = {};
	bool done;

	xmemd_etcd_found(group->e, answer, 0, &leader);
	xmemd_etcd_found(group->e, answer, 1, &commit);
	done = commit.value && !strcmp(commit.value, group->mark);
	if (done)
		read_history(client, group, commit.revision);
	else if (commit.revision == group->chain)
		set_all(group, -1, 503, XMEMD_WHY_NOT_LEADER,
			"this manager does not lead any more; nothing was changed");
	else
		unsure(group, "this manager was deposed while it changed something");
	if (!done || leader.created != group->term)
		xmemd_etcd_lost(group->e, group->term);
	xmemd_etcd_record_clear(&leader);
	xmemd_etcd_record_clear(&commit);
}

/* etcd said no, for a reason of its own. */
static void refused(struct etcd_client *client, struct group *group)
{
	bool full = strstr(client->text, "database space exceeded");
	char text[2 * ETCD_TEXT + 64];

	snprintf(text, sizeof(text), "etcd %s; nothing was changed: %s",
		 full ? "is full" : "takes no change", client->text);
	set_all(group, -1, full ? 507 : 503, full ? XMEMD_WHY_NO_ROOM : XMEMD_WHY_UNAVAILABLE,
		text);
}

static void send_group(struct etcd_client *client, struct group *group)
{
	json_t *txn = group_txn(group), *answer;
	enum etcd_result result;
	bool sent = false;

	for (;;) {
		result = xmemd_etcd_post(client, "/v3/kv/txn", json_incref(txn), group->deadline,
					 &answer);
		if (result == ETCD_OK || (result == ETCD_REFUSED && !sent))
			break;
		sent |= result == ETCD_NO_ANSWER;
		if (xmemd_etcd_clock() >= group->deadline ||
		    xmemd_etcd_pause(group->e, AGAIN_MS, false))
			break;
	}
	json_decref(txn);
	if (result == ETCD_OK && json_is_true(json_object_get(answer, "succeeded"))) {
		group->chain = xmemd_etcd_revision(answer);
		read_success(group, answer);
	} else if (result == ETCD_OK) {
		read_refusal(client, group, answer);
	} else if (sent) {
		unsure(group, client->text);
	} else {
		refused(client, group);
	}
	json_decref(answer);
}

static bool leads(struct group *group)
{
	struct etcd *e = group->e;
	char text[2 * ETCD_TEXT + 128];
	bool yes;

	pthread_mutex_lock(&e->lock);
	yes = e->term && xmemd_etcd_clock() < e->deadline;
	group->term = e->term;
	group->chain = e->chain;
	group->deadline = e->deadline;
	if (*e->leader && !e->term)
		snprintf(text, sizeof(text), "this manager does not lead; \"%s\" at %s does",
			 e->leader, e->leader_url);
	else
		snprintf(text, sizeof(text), "no manager leads at the moment%s%s",
			 *xmemd_etcd_trouble(e) ? ": " : "", xmemd_etcd_trouble(e));
	pthread_mutex_unlock(&e->lock);
	if (!yes)
		set_all(group, -1, 503, XMEMD_WHY_NOT_LEADER, text);
	return yes;
}

/**
 * xmemd_etcd_commit() - see struct xmemd_kv_engine
 * @kv: the store
 * @first: tickets
 *
 * Return: the tickets that were left alone.
 */
struct xmemd_kv_ticket *xmemd_etcd_commit(struct xmemd_kv *kv, struct xmemd_kv_ticket *first)
{
	struct etcd *e = (struct etcd *)kv;
	struct group group = { .e = e, .first = first };

	if (!leads(&group))
		return NULL;
	choose(&group);
	snprintf(group.mark, sizeof(group.mark), "%" PRIu64 ".%" PRIu64, group.term, ++e->groups);
	send_group(&e->committer, &group);
	pthread_mutex_lock(&e->lock);
	if (e->term == group.term)
		e->chain = group.chain;
	pthread_mutex_unlock(&e->lock);
	return group.rest;
}
