/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files of the etcd engine, which speaks etcd's v3 API in JSON.
 *
 * Below the prefix there are
 *
 *	r/KEY		records
 *	leader		{name, url} of the leader; with its lease, so gone when that ends
 *	member/NAME	{name, url} of a manager; with its lease
 *	commit		written by each commit and by each election
 *
 * A leadership is one life of the key "leader"; its number (term) is the revision that
 * made the key. A lease serves for one leadership at most: who is deposed, or could not
 * renew in time by its own clock, gives its lease back and campaigns with another one.
 *
 * Each commit compares "leader" with its term, so a deposed leader changes nothing; and
 * "commit" with the revision at which that key was written before. So a commit that got
 * no answer can be sent again: it happens once, and if it had happened the comparison
 * fails and what "commit" holds shows so.
 *
 * Three threads: that of kv.c commits, the session keeps the lease and campaigns, the
 * watch tells the caller. Only the watch decides when leading begins, namely when it
 * comes to the key "leader" with our lease: all that was written before was told by then.
 */
#ifndef XMEMD_KV_ETCD_H
#define XMEMD_KV_ETCD_H

#include <curl/curl.h>
#include <jansson.h>
#include <stdatomic.h>

#include "kv/engine.h"

#define ETCD_ENDPOINTS 16
#define ETCD_TEXT 256

/**
 * struct etcd_client - a connection, for one thread
 * @e: etcd
 * @curl: the connection
 * @headers: of each request
 * @data: answer
 * @len: its length
 * @status: HTTP status of the last answer
 * @text: what went wrong
 */
struct etcd_client {
	struct etcd *e;
	CURL *curl;
	struct curl_slist *headers;
	char *data;
	size_t len;
	long status;
	char text[2 * ETCD_TEXT];
};

/**
 * struct etcd - etcd as a store
 * @kv: the store
 * @name: of this manager
 * @url: of this manager
 * @prefix: of all keys, with a slash at its end
 * @ca: file
 * @cert: file
 * @key: file
 * @endpoint: URLs of etcd's members
 * @endpoints: how many
 * @preferred: the one that answered last
 * @lease_s: seconds of a lease
 * @timeout_ms: for one request to one member
 * @watcher: who is told
 * @following: threads are running
 * @session: keeps the lease and campaigns
 * @watch: tells the watcher
 * @multi: what @watch waits for
 * @committer: connection of the thread that commits
 * @groups: number of the last transaction of that thread
 * @lock: for all below
 * @wake: told to all who pause
 * @closing: end
 * @hurry: @session shall look now
 * @lost: @watch shall tell that this manager does not lead any more
 * @reconnect: @watch shall use another member
 * @clash: another manager has our name
 * @lease: the lease, 0: none
 * @stale: one to be given back before another is used
 * @deadline: clock (ms) at which @lease ends if it is not renewed
 * @term: number of this leadership, 0: not leading
 * @chain: revision of the last commit
 * @leader: name of who leads
 * @leader_url: its URL
 * @seen: newest revision that @watch has told
 * @trouble: why the last request of anybody failed, "" if it did not
 * @outside: why @session can neither stay leader nor be elected, "" if it can
 */
struct etcd {
	struct xmemd_kv kv;
	char name[64], url[ETCD_TEXT], prefix[128];
	char ca[ETCD_TEXT], cert[ETCD_TEXT], key[ETCD_TEXT];
	char *endpoint[ETCD_ENDPOINTS];
	unsigned int endpoints;
	atomic_uint preferred;
	unsigned int lease_s;
	long timeout_ms;
	struct xmemd_kv_watcher watcher;
	bool following;
	pthread_t session, watch;
	CURLM *multi;
	struct etcd_client committer;
	uint64_t groups;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool closing, hurry, lost, reconnect, clash;
	uint64_t lease, stale, deadline;
	uint64_t term, chain;
	char leader[64], leader_url[ETCD_TEXT];
	uint64_t seen;
	char trouble[2 * ETCD_TEXT], outside[2 * ETCD_TEXT];
};

/* etcd.c */
bool xmemd_etcd_pause(struct etcd *e, uint64_t ms, bool hurry);
const char *xmemd_etcd_trouble(const struct etcd *e);

/* etcd_http.c */
enum etcd_result {
	ETCD_OK = 0,
	ETCD_REFUSED = -1,   /* nothing has happened */
	ETCD_NO_ANSWER = -2, /* it may have happened, or happen yet */
	ETCD_NOT_SENT = -3,  /* nothing has happened */
};

uint64_t xmemd_etcd_clock(void);
int xmemd_etcd_client_open(struct etcd_client *client, struct etcd *e);
void xmemd_etcd_client_close(struct etcd_client *client);
void xmemd_etcd_request(struct etcd_client *client, const char *url, const char *path,
			const char *body, char *words);
enum etcd_result xmemd_etcd_post(struct etcd_client *client, const char *path, json_t *body,
				 uint64_t until, json_t **answer);

/* etcd_json.c */

/**
 * struct etcd_record - a key and its value, to be freed by xmemd_etcd_record_clear()
 * @key: the key
 * @value: its value, or NULL
 * @created: revision at which it came to be
 * @revision: revision at which it was written last
 * @lease: that it ends with
 */
struct etcd_record {
	char *key, *value;
	uint64_t created, revision, lease;
};

json_t *xmemd_etcd_bytes(const char *text);
json_t *xmemd_etcd_key(const struct etcd *e, const char *kind, const char *name);
json_t *xmemd_etcd_key_end(const struct etcd *e, const char *kind, const char *prefix);
json_t *xmemd_etcd_number(uint64_t number);
uint64_t xmemd_etcd_read_number(const json_t *object, const char *name);
uint64_t xmemd_etcd_revision(const json_t *answer);
json_t *xmemd_etcd_compare(const struct etcd *e, const char *kind, const char *name,
			   const char *target, const char *member, const char *result,
			   uint64_t number);
json_t *xmemd_etcd_put(const struct etcd *e, const char *kind, const char *name, const char *value,
		       uint64_t lease);
json_t *xmemd_etcd_get(const struct etcd *e, const char *kind, const char *name, uint64_t revision);
int xmemd_etcd_record_read(const struct etcd *e, const json_t *kv, struct etcd_record *record);
void xmemd_etcd_record_clear(struct etcd_record *record);
int xmemd_etcd_first_record(const struct etcd *e, const json_t *range, struct etcd_record *record);
int xmemd_etcd_found(const struct etcd *e, const json_t *answer, size_t at,
		     struct etcd_record *record);

/* etcd_list.c */
typedef void (*etcd_page_fn)(const struct etcd_record *record, void *arg);
enum etcd_result xmemd_etcd_list(struct etcd_client *client, const char *kind, const char *prefix,
				 void (*begin)(void *arg), etcd_page_fn fn, void *arg,
				 uint64_t *revision);

/* etcd_txn.c */
struct xmemd_kv_ticket *xmemd_etcd_commit(struct xmemd_kv *kv, struct xmemd_kv_ticket *first);

/* etcd_session.c */
void xmemd_etcd_lost(struct etcd *e, uint64_t term);
enum etcd_result xmemd_etcd_revoke(struct etcd_client *client, uint64_t lease);
void *xmemd_etcd_session_thread(void *arg);

/* etcd_watch.c */
void *xmemd_etcd_watch_thread(void *arg);

#endif /* XMEMD_KV_ETCD_H */
