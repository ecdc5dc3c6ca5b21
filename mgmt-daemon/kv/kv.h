/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manager's memory: a key-value store with atomic transactions on one of two
 * engines, an SQLite database (one manager) or etcd (several, one of which leads).
 * Whatever the engine, one commit is all or nothing and survives a power cut.
 *
 * Keys are 1 to 255 printable ASCII characters without blank, values are UTF-8 text. A
 * commit has at most 48 operations and 1 MiB, and each key once. Each commit has a
 * revision, which never falls; a record carries that of the commit that wrote it last.
 *
 * Commits take effect in the order in which they were submitted. So a caller may
 * decide and xmemd_kv_submit() under its own lock and xmemd_kv_wait() without it:
 * what waits together shares one flush of the disk (one round of etcd). A commit that
 * builds on one that has not returned yet says so by XMEMD_KV_EXISTS, because the
 * earlier one may be refused.
 *
 * The caller that keeps everything in memory is fed by one path, at the start and
 * later alike (struct xmemd_kv_watcher): begin, each record, synced, then changes as
 * others make them. While this manager leads, nobody else can write (each commit
 * names the leadership that it was made under, and etcd refuses that of one deposed),
 * so its own commits are not told back to it. When it no longer leads it is told so,
 * and then everything anew: whatever its last commits came to, memory equals the store.
 */
#ifndef XMEMD_KV_H
#define XMEMD_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "refusal.h"

#define XMEMD_KV_ANY UINT64_MAX		 /* whether the key exists or not */
#define XMEMD_KV_EXISTS (UINT64_MAX - 1) /* the key must exist, at any revision */
#define XMEMD_KV_ABSENT 0		 /* the key must not exist */

#define XMEMD_KV_KEY 256 /* with the zero at its end */
#define XMEMD_KV_OPS 48
#define XMEMD_KV_BYTES (1024 * 1024) /* keys and values of one commit */

/*
 * What a commit gives beside 0 and -1 (refused, nothing has changed): it may have
 * happened or not. With etcd this manager does not lead any more and will be told
 * everything anew; an SQLite database whose flush failed takes no commit until the
 * daemon is started anew, which reads what is really there.
 */
#define XMEMD_KV_UNSURE (-2)

struct xmemd_kv;
struct xmemd_kv_ticket;

/**
 * struct xmemd_kv_options - which engine, and how to reach it; NULL or 0 where not said
 * @database: path of the SQLite database; not with @etcd
 * @etcd: URLs of etcd's members, with commas between them
 * @prefix: what our keys in etcd begin with
 * @name: name of this manager among its peers (etcd)
 * @url: where peers and clients reach this manager (etcd)
 * @ca: file with the certificate authority (etcd by https)
 * @cert: file with our certificate
 * @key: file with our key
 * @lease: seconds after which a silent leader is deposed, 2 to 300
 * @timeout: seconds that one request to etcd may take
 */
struct xmemd_kv_options {
	const char *database;
	const char *etcd, *prefix, *name, *url;
	const char *ca, *cert, *key;
	unsigned int lease, timeout;
};

/**
 * struct xmemd_kv_op - one part of a commit
 * @key: key
 * @value: new value; NULL deletes the record (which may not exist, see @expect)
 * @expect: revision that the record must have, or XMEMD_KV_ANY, _EXISTS, _ABSENT
 * @check: only compare, leave the record as it is; @value is ignored
 */
struct xmemd_kv_op {
	const char *key, *value;
	uint64_t expect;
	bool check;
};

/*
 * A record, or (value NULL, told to watchers only) that it is gone. Other than 0 ends
 * a list; a watcher's is ignored. Texts are good until it returns. It must not call the store.
 */
typedef int (*xmemd_kv_fn)(const char *key, const char *value, uint64_t revision, void *arg);

/**
 * struct xmemd_kv_watcher - who is told; all from one thread, one call at a time
 * @begin: all records follow by @changed; what is not among them until @synced is gone
 * @changed: a record is new, changed or (value NULL) gone
 * @synced: memory equals the store at @revision
 * @leads: @term: this manager leads from now on (always after @synced), by this number of its
 *         leadership; 0: it does not any more, or (told again) who leads has changed; @name,
 *         @url: who does, "" if nobody
 * @arg: given to each
 *
 * They may take the caller's locks, unless these are held while it waits for a commit.
 * SQLite tells everything inside xmemd_kv_follow(), and nothing afterwards; etcd tells
 * from a thread of its own, as soon as it answers.
 */
struct xmemd_kv_watcher {
	void (*begin)(void *arg);
	xmemd_kv_fn changed;
	void (*synced)(uint64_t revision, void *arg);
	void (*leads)(uint64_t term, const char *name, const char *url, void *arg);
	void *arg;
};

/**
 * struct xmemd_kv_status - how the store is
 * @engine: "sqlite" or "etcd"
 * @leads: this manager leads, and its lease has not run out by its own clock
 * @term: number of this leadership, greater than those of all before; 0: not leading
 * @leader: name of the leader, "" if unknown
 * @leader_url: its URL
 * @revision: newest revision seen
 * @commits: commits done since the start
 * @groups: flushes (rounds of etcd) that they took
 * @trouble: what is wrong with the engine, "" if nothing
 */
struct xmemd_kv_status {
	const char *engine;
	bool leads;
	uint64_t term;
	char leader[64], leader_url[256];
	uint64_t revision, commits, groups;
	char trouble[512];
};

int xmemd_kv_open(const struct xmemd_kv_options *options, struct xmemd_kv **kvp,
		  struct xmemd_refusal *why);
void xmemd_kv_close(struct xmemd_kv *kv);

int xmemd_kv_commit(struct xmemd_kv *kv, const struct xmemd_kv_op *ops, size_t count,
		    uint64_t *revision, struct xmemd_refusal *why);
int xmemd_kv_submit(struct xmemd_kv *kv, const struct xmemd_kv_op *ops, size_t count,
		    struct xmemd_kv_ticket **ticketp, struct xmemd_refusal *why);
int xmemd_kv_wait(struct xmemd_kv_ticket *ticket, uint64_t *revision, struct xmemd_refusal *why);

int xmemd_kv_list(struct xmemd_kv *kv, const char *prefix, xmemd_kv_fn fn, void *arg,
		  uint64_t *revision, struct xmemd_refusal *why);
int xmemd_kv_follow(struct xmemd_kv *kv, const struct xmemd_kv_watcher *watcher,
		    struct xmemd_refusal *why);

void xmemd_kv_status(struct xmemd_kv *kv, struct xmemd_kv_status *status);
/* Managers that are there: name, url in turn. SQLite: this one. */
typedef void (*xmemd_kv_member_fn)(const char *name, const char *url, bool leader, void *arg);
int xmemd_kv_members(struct xmemd_kv *kv, xmemd_kv_member_fn fn, void *arg,
		     struct xmemd_refusal *why);

#endif /* XMEMD_KV_H */
