// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells the watcher: all records once, then what changes, and who leads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv/etcd.h"

#define AGAIN_MS 300

/**
 * struct watch - what only this thread knows
 * @e: etcd
 * @client: connection for lists
 * @stream: connection for changes
 * @at: member to watch
 * @created: it said that it watches
 * @broken: the stream makes no sense or was ended
 * @again: all has to be told anew
 * @leads: what the watcher believes
 * @leader: the record, while a list goes on
 */
struct watch {
	struct etcd *e;
	struct etcd_client client, stream;
	unsigned int at;
	bool created, broken, again, leads;
	struct etcd_record leader;
};

static void saw(struct etcd *e, uint64_t revision)
{
	pthread_mutex_lock(&e->lock);
	e->seen = revision;
	pthread_mutex_unlock(&e->lock);
}

static void tell_leader(struct watch *w, uint64_t term, const char *name, const char *url)
{
	w->leads = term;
	w->e->watcher.leads(term, name, url, w->e->watcher.arg);
}

/* All that others wrote before was told by now, so this is when leading may begin. */
static void elected(struct watch *w, const struct etcd_record *record)
{
	json_t *who = json_loads(record->value, 0, NULL);
	const char *name = json_string_value(json_object_get(who, "name"));
	const char *url = json_string_value(json_object_get(who, "url"));
	struct etcd *e = w->e;
	bool ours;

	pthread_mutex_lock(&e->lock);
	snprintf(e->leader, sizeof(e->leader), "%s", name ? name : "?");
	snprintf(e->leader_url, sizeof(e->leader_url), "%s", url ? url : "");
	ours = e->lease && record->lease == e->lease && xmemd_etcd_clock() < e->deadline;
	if (ours) {
		e->term = record->created;
		e->chain = record->created;
	}
	pthread_mutex_unlock(&e->lock);
	tell_leader(w, ours ? record->created : 0, name ? name : "?", url ? url : "");
	json_decref(who);
}

static void vacant(struct watch *w)
{
	struct etcd *e = w->e;

	pthread_mutex_lock(&e->lock);
	*e->leader = '\0';
	*e->leader_url = '\0';
	e->hurry = true;
	pthread_cond_broadcast(&e->wake);
	pthread_mutex_unlock(&e->lock);
	tell_leader(w, 0, "", "");
}

static void leader_event(struct watch *w, const struct etcd_record *record, bool gone)
{
	struct etcd *e = w->e;
	uint64_t term;

	pthread_mutex_lock(&e->lock);
	term = e->term;
	pthread_mutex_unlock(&e->lock);
	/* ours has gone: all is told anew before anything else */
	if (w->leads && term)
		xmemd_etcd_lost(e, term);
	if (gone)
		vacant(w);
	else
		elected(w, record);
}

static void event(struct watch *w, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	bool gone = type && !strcmp(type, "DELETE");
	const struct xmemd_kv_watcher *watcher = &w->e->watcher;
	struct etcd_record record;

	if (xmemd_etcd_record_read(w->e, json_object_get(event, "kv"), &record) < 0) {
		w->broken = true;
		return;
	}
	/* while this manager leads, records change by its own hand */
	if (!strncmp(record.key, "r/", 2) && !w->leads)
		watcher->changed(record.key + 2, gone ? NULL : record.value, record.revision,
				 watcher->arg);
	else if (!strcmp(record.key, "leader"))
		leader_event(w, &record, gone);
	saw(w->e, record.revision);
	xmemd_etcd_record_clear(&record);
}

static void message(struct watch *w, const char *line, size_t len)
{
	json_t *json = json_loadb(line, len, 0, NULL);
	const json_t *result = json_object_get(json, "result"), *each;
	size_t i;

	if (!json_is_object(result) || json_is_true(json_object_get(result, "canceled")))
		w->broken = true;
	if (xmemd_etcd_read_number(result, "compact_revision"))
		w->again = true;
	if (json_is_true(json_object_get(result, "created")))
		w->created = true;
	json_array_foreach (json_object_get(result, "events"), i, each)
		if (!w->broken)
			event(w, each);
	json_decref(json);
}

/* One message is one line. */
static void take_messages(struct watch *w)
{
	struct etcd_client *stream = &w->stream;
	size_t done = 0;
	char *end;

	while (!w->broken && stream->len > done &&
	       (end = memchr(stream->data + done, '\n', stream->len - done))) {
		message(w, stream->data + done, (size_t)(end - stream->data) - done);
		done = (size_t)(end - stream->data) + 1;
	}
	if (done)
		memmove(stream->data, stream->data + done, stream->len - done);
	stream->len -= done;
}

static bool interrupted(struct watch *w)
{
	struct etcd *e = w->e;
	bool yes;

	pthread_mutex_lock(&e->lock);
	yes = e->closing || e->lost || e->reconnect;
	pthread_mutex_unlock(&e->lock);
	return yes;
}

static void run_stream(struct watch *w)
{
	uint64_t until = xmemd_etcd_clock() + (uint64_t)w->e->timeout_ms;
	int running = 1;

	while (running && !w->broken && !interrupted(w)) {
		if (!w->created && xmemd_etcd_clock() >= until)
			break;
		if (curl_multi_perform(w->e->multi, &running))
			break;
		take_messages(w);
		if (running && !w->broken)
			curl_multi_poll(w->e->multi, NULL, 0, 1000, NULL);
	}
}

static json_t *watch_request(struct etcd *e)
{
	uint64_t next;

	pthread_mutex_lock(&e->lock);
	e->reconnect = false;
	next = e->seen + 1;
	pthread_mutex_unlock(&e->lock);
	return json_pack("{s:{s:o, s:o, s:o}}", "create_request", "key", xmemd_etcd_key(e, "", ""),
			 "range_end", xmemd_etcd_key_end(e, "", ""), "start_revision",
			 xmemd_etcd_number(next));
}

static void stream(struct watch *w)
{
	json_t *request = watch_request(w->e);
	char *body = json_dumps(request, JSON_COMPACT), words[CURL_ERROR_SIZE];

	json_decref(request);
	w->created = false;
	w->broken = !body;
	if (body) {
		xmemd_etcd_request(&w->stream, w->e->endpoint[w->at], "/v3/watch", body, words);
		curl_multi_add_handle(w->e->multi, w->stream.curl);
		run_stream(w);
		curl_multi_remove_handle(w->e->multi, w->stream.curl);
		curl_easy_setopt(w->stream.curl, CURLOPT_ERRORBUFFER, NULL);
	}
	free(body);
	w->at = (w->at + 1) % w->e->endpoints;
	if (!w->created)
		xmemd_etcd_pause(w->e, AGAIN_MS, false);
}

static void listed(const struct etcd_record *record, void *arg)
{
	struct watch *w = arg;
	const struct xmemd_kv_watcher *watcher = &w->e->watcher;

	if (!strncmp(record->key, "r/", 2)) {
		watcher->changed(record->key + 2, record->value, record->revision, watcher->arg);
	} else if (!strcmp(record->key, "leader")) {
		w->leader = *record;
		w->leader.key = NULL;
		w->leader.value = strdup(record->value);
	}
}

static void begin(void *arg)
{
	struct watch *w = arg;

	w->e->watcher.begin(w->e->watcher.arg);
}

static void tell_all(struct watch *w)
{
	struct etcd *e = w->e;
	uint64_t revision;
	enum etcd_result result;

	xmemd_etcd_record_clear(&w->leader);
	result = xmemd_etcd_list(&w->client, "", "", begin, listed, w, &revision);
	if (result != ETCD_OK) {
		xmemd_etcd_pause(e, AGAIN_MS, false);
		return;
	}
	saw(e, revision);
	e->watcher.synced(revision, e->watcher.arg);
	w->again = false;
	if (w->leader.value)
		elected(w, &w->leader);
	else
		vacant(w);
}

/* Whether it may go on; who was deposed is told so, then everything anew. */
static bool look(struct watch *w)
{
	struct etcd *e = w->e;
	uint64_t term;
	bool lost, closing;

	pthread_mutex_lock(&e->lock);
	term = e->term;
	pthread_mutex_unlock(&e->lock);
	/* it cannot be known what was missed, so it is as if deposed */
	if (w->again && w->leads && term)
		xmemd_etcd_lost(e, term);
	pthread_mutex_lock(&e->lock);
	lost = e->lost;
	e->lost = false;
	closing = e->closing;
	pthread_mutex_unlock(&e->lock);
	if (lost) {
		w->again = true;
		if (w->leads)
			tell_leader(w, 0, "", "");
	}
	return !closing;
}

/**
 * xmemd_etcd_watch_thread() - tell the watcher until the store is closed
 * @arg: struct etcd
 *
 * Return: NULL.
 */
void *xmemd_etcd_watch_thread(void *arg)
{
	struct watch w = { .e = arg, .again = true };

	if (xmemd_etcd_client_open(&w.client, arg) < 0 ||
	    xmemd_etcd_client_open(&w.stream, arg) < 0)
		fprintf(stderr, "<3>no memory to follow etcd\n");
	else
		w.stream.headers = curl_slist_append(w.stream.headers,
						     /* a member that is cut off ends it */
						     "Grpc-Metadata-hasleader: true");
	while (w.stream.headers && look(&w)) {
		if (w.again)
			tell_all(&w);
		else
			stream(&w);
	}
	xmemd_etcd_record_clear(&w.leader);
	xmemd_etcd_client_close(&w.client);
	xmemd_etcd_client_close(&w.stream);
	return NULL;
}
