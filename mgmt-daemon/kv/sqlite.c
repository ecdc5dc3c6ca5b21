// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv/engine.h"
#include "kv/sqlite.h"

/* Tickets in one transaction: the first of them waits for the last. */
#define GROUP_MAX 256

static const char *const statements[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_GET] = "SELECT revision FROM records WHERE key = ?1",
	[SQL_PUT] = "INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3)",
	[SQL_DELETE] = "DELETE FROM records WHERE key = ?1",
	[SQL_LIST] = "SELECT key, value, revision FROM records WHERE key > '' AND key >= ?1 "
		     "AND key < ?2 ORDER BY key",
};

static struct sqlite *sqlite_of(struct xmemd_kv *kv)
{
	return (struct sqlite *)kv;
}

/**
 * xmemd_sqlite_fail() - refuse because the database did
 * @s: the database
 * @why: refusal
 *
 * Return: -1.
 */
int xmemd_sqlite_fail(struct sqlite *s, struct xmemd_refusal *why)
{
	switch (sqlite3_errcode(s->db)) {
	case SQLITE_FULL:
		return xmemd_refuse(why, 507,
				    "no room left for the manager's database \"%s\": nothing was "
				    "changed",
				    s->path);
	case SQLITE_BUSY:
		return xmemd_refuse(
			why, 409, "the database \"%s\" is locked: another xmemd uses it", s->path);
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return xmemd_refuse(why, 500, "\"%s\" is damaged or no database: %s", s->path,
				    sqlite3_errmsg(s->db));
	default:
		return xmemd_refuse(why, 500, "the manager's database \"%s\" failed: %s", s->path,
				    sqlite3_errmsg(s->db));
	}
}

/* SQLITE_DONE, SQLITE_ROW, or an error; what was bound stays good until here. */
static int step(struct sqlite *s, enum sqlite_statement which)
{
	return sqlite3_step(s->statement[which]);
}

static int run(struct sqlite *s, enum sqlite_statement which, struct xmemd_refusal *why)
{
	int ret = step(s, which) == SQLITE_DONE ? 0 : xmemd_sqlite_fail(s, why);

	sqlite3_reset(s->statement[which]);
	return ret;
}

static void bind_text(struct sqlite *s, enum sqlite_statement which, int at, const char *text)
{
	sqlite3_bind_text(s->statement[which], at, text, -1, SQLITE_STATIC);
}

static void bind_number(struct sqlite *s, enum sqlite_statement which, int at, uint64_t number)
{
	sqlite3_bind_int64(s->statement[which], at, (int64_t)number);
}

static int get(struct sqlite *s, const char *key, uint64_t *revision, struct xmemd_refusal *why)
{
	int rc;

	bind_text(s, SQL_GET, 1, key);
	rc = step(s, SQL_GET);
	*revision = rc == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s->statement[SQL_GET], 0) : 0;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		xmemd_sqlite_fail(s, why);
	sqlite3_reset(s->statement[SQL_GET]);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static int put(struct sqlite *s, const char *key, const char *value, uint64_t revision,
	       struct xmemd_refusal *why)
{
	bind_text(s, SQL_PUT, 1, key);
	bind_text(s, SQL_PUT, 2, value);
	bind_number(s, SQL_PUT, 3, revision);
	return run(s, SQL_PUT, why);
}

static int apply(struct sqlite *s, const struct xmemd_kv_op *op, uint64_t revision,
		 struct xmemd_refusal *why)
{
	if (op->value)
		return put(s, op->key, op->value, revision, why);
	bind_text(s, SQL_DELETE, 1, op->key);
	return run(s, SQL_DELETE, why);
}

/* -1: the database failed. An expectation that is not met is told to the ticket only. */
static int take_ticket(struct sqlite *s, struct xmemd_kv_ticket *ticket, uint64_t *revision,
		       struct xmemd_refusal *why)
{
	bool writes = false;
	uint64_t found;
	size_t i;

	ticket->result = 0;
	for (i = 0; i < ticket->count && !ticket->result; i++) {
		if (get(s, ticket->ops[i].key, &found, why) < 0)
			return -1;
		ticket->result = xmemd_kv_expect(&ticket->ops[i], found, &ticket->why);
		writes |= !ticket->ops[i].check;
	}
	if (ticket->result)
		return 0;
	*revision += writes;
	ticket->revision = *revision;
	for (i = 0; i < ticket->count; i++)
		if (!ticket->ops[i].check && apply(s, &ticket->ops[i], *revision, why) < 0)
			return -1;
	return 0;
}

/* The newest revision is a record that no key can name. */
static int end_group(struct sqlite *s, uint64_t revision, struct xmemd_refusal *why)
{
	if (revision == s->revision)
		return run(s, SQL_ROLLBACK, why);
	if (put(s, "", "", revision, why) < 0)
		return -1;
	if (run(s, SQL_COMMIT, why) == 0) {
		s->revision = revision;
		return 0;
	}
	if (sqlite3_extended_errcode(s->db) != SQLITE_IOERR_FSYNC)
		return -1;
	/*
	 * It is written, but whether it survives nobody knows; and a later flush may
	 * succeed without what this one lost. Only a new start tells.
	 */
	snprintf(s->trouble, sizeof(s->trouble),
		 "a flush of the disk failed; start xmemd anew when the disk is well");
	return XMEMD_KV_UNSURE;
}

static int begin_group(struct sqlite *s, struct xmemd_refusal *why)
{
	if (*s->trouble)
		return xmemd_refuse(why, 503, "the manager's database takes no more changes: %s",
				    s->trouble);
	return run(s, SQL_BEGIN, why);
}

static struct xmemd_kv_ticket *commit(struct xmemd_kv *kv, struct xmemd_kv_ticket *first)
{
	struct sqlite *s = sqlite_of(kv);
	struct xmemd_kv_ticket *ticket = first, *each;
	struct xmemd_refusal why = {};
	uint64_t revision;
	int ret, n;

	pthread_mutex_lock(&s->lock);
	revision = s->revision;
	ret = begin_group(s, &why);
	for (n = 0; ticket && n < GROUP_MAX; n++, ticket = ticket->next)
		if (!ret)
			ret = take_ticket(s, ticket, &revision, &why);
	if (!ret)
		ret = end_group(s, revision, &why);
	if (ret && !sqlite3_get_autocommit(s->db))
		run(s, SQL_ROLLBACK, &(struct xmemd_refusal){});
	pthread_mutex_unlock(&s->lock);
	for (each = first; ret && each != ticket; each = each->next) {
		each->result = ret;
		xmemd_refuse_as(&each->why, why.status, why.reason, "%s", why.text);
	}
	return ticket;
}

static int list(struct xmemd_kv *kv, const char *prefix, xmemd_kv_fn fn, void *arg,
		uint64_t *revision, struct xmemd_refusal *why)
{
	struct sqlite *s = sqlite_of(kv);
	sqlite3_stmt *stmt = s->statement[SQL_LIST];
	char end[XMEMD_KV_KEY + 1];
	int rc, stop = 0;

	snprintf(end, sizeof(end), "%s\x7f", prefix);
	pthread_mutex_lock(&s->lock);
	bind_text(s, SQL_LIST, 1, prefix);
	bind_text(s, SQL_LIST, 2, end);
	while ((rc = step(s, SQL_LIST)) == SQLITE_ROW && !stop)
		stop = fn((const char *)sqlite3_column_text(stmt, 0),
			  (const char *)sqlite3_column_text(stmt, 1),
			  (uint64_t)sqlite3_column_int64(stmt, 2), arg);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		xmemd_sqlite_fail(s, why);
	sqlite3_reset(stmt);
	if (revision)
		*revision = s->revision;
	pthread_mutex_unlock(&s->lock);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : -1;
}

/* A watcher cannot end the list. */
static int tell(const char *key, const char *value, uint64_t revision, void *arg)
{
	const struct xmemd_kv_watcher *watcher = arg;

	watcher->changed(key, value, revision, watcher->arg);
	return 0;
}

static int follow(struct xmemd_kv *kv, const struct xmemd_kv_watcher *watcher,
		  struct xmemd_refusal *why)
{
	struct sqlite *s = sqlite_of(kv);
	uint64_t revision;

	watcher->begin(watcher->arg);
	if (list(kv, "", tell, (void *)watcher, &revision, why) < 0)
		return -1;
	watcher->synced(revision, watcher->arg);
	watcher->leads(s->term, s->name, s->url, watcher->arg);
	return 0;
}

static void status(struct xmemd_kv *kv, struct xmemd_kv_status *status)
{
	struct sqlite *s = sqlite_of(kv);

	pthread_mutex_lock(&s->lock);
	status->leads = !*s->trouble;
	status->term = status->leads ? s->term : 0;
	status->revision = s->revision;
	snprintf(status->leader, sizeof(status->leader), "%s", s->name);
	snprintf(status->leader_url, sizeof(status->leader_url), "%s", s->url);
	snprintf(status->trouble, sizeof(status->trouble), "%s", s->trouble);
	pthread_mutex_unlock(&s->lock);
}

static int members(struct xmemd_kv *kv, xmemd_kv_member_fn fn, void *arg, struct xmemd_refusal *why)
{
	struct sqlite *s = sqlite_of(kv);

	(void)why;
	fn(s->name, s->url, true, arg);
	return 0;
}

static void stop(struct xmemd_kv *kv)
{
	(void)kv;
}

static void close_sqlite(struct xmemd_kv *kv)
{
	struct sqlite *s = sqlite_of(kv);
	int i;

	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(s->statement[i]);
	sqlite3_close(s->db);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static const struct xmemd_kv_engine engine = {
	.name = "sqlite",
	.commit = commit,
	.list = list,
	.follow = follow,
	.status = status,
	.members = members,
	.stop = stop,
	.close = close_sqlite,
};

static int prepare(struct sqlite *s, struct xmemd_refusal *why)
{
	int i;

	for (i = 0; i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(s->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &s->statement[i], NULL) != SQLITE_OK)
			return xmemd_sqlite_fail(s, why);
	return get(s, "", &s->revision, why);
}

/**
 * xmemd_kv_open_sqlite() - open the database, make it if there is none
 * @options: database, name and url are looked at
 * @kvp: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_kv_open_sqlite(const struct xmemd_kv_options *options, struct xmemd_kv **kvp,
			 struct xmemd_refusal *why)
{
	struct sqlite *s = calloc(1, sizeof(*s));

	if (!s)
		return xmemd_refuse(why, 500, "out of memory");
	s->kv.engine = &engine;
	pthread_mutex_init(&s->lock, NULL);
	snprintf(s->path, sizeof(s->path), "%s", options->database);
	snprintf(s->name, sizeof(s->name), "%s", options->name ? options->name : "");
	snprintf(s->url, sizeof(s->url), "%s", options->url ? options->url : "");
	if (xmemd_sqlite_open(s, why) < 0 || prepare(s, why) < 0) {
		close_sqlite(&s->kv);
		return -1;
	}
	/* no two starts share a revision at which something was written, so it counts terms */
	s->term = s->revision + 1;
	*kvp = &s->kv;
	return 0;
}
