// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kv/etcd.h"

#define LEASE_S 10
#define LEASE_MIN 2
#define LEASE_MAX 300
#define PREFIX "/xmem/"

static struct etcd *etcd_of(struct xmemd_kv *kv)
{
	return (struct etcd *)kv;
}

/**
 * xmemd_etcd_pause() - wait
 * @e: etcd
 * @ms: how long
 * @hurry: the session may be called before
 *
 * Return: whether the store is being closed.
 */
bool xmemd_etcd_pause(struct etcd *e, uint64_t ms, bool hurry)
{
	struct timespec until;
	bool closing;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&e->lock);
	while (!e->closing && !(hurry && e->hurry))
		if (pthread_cond_timedwait(&e->wake, &e->lock, &until))
			break;
	if (hurry)
		e->hurry = false;
	closing = e->closing;
	pthread_mutex_unlock(&e->lock);
	return closing;
}

static int fail(const struct etcd_client *client, struct xmemd_refusal *why)
{
	return xmemd_refuse(why, 503, "etcd does not answer: %s", client->text);
}

struct list {
	xmemd_kv_fn fn;
	void *arg;
	bool stop;
};

static void list_record(const struct etcd_record *record, void *arg)
{
	struct list *list = arg;

	if (!list->stop)
		list->stop = list->fn(record->key + 2, record->value, record->revision, list->arg);
}

static int list(struct xmemd_kv *kv, const char *prefix, xmemd_kv_fn fn, void *arg,
		uint64_t *revision, struct xmemd_refusal *why)
{
	struct list list = { .fn = fn, .arg = arg };
	struct etcd_client client;
	uint64_t at;
	int ret;

	if (xmemd_etcd_client_open(&client, etcd_of(kv)) < 0)
		return xmemd_refuse(why, 500, "out of memory");
	ret = xmemd_etcd_list(&client, "r/", prefix, NULL, list_record, &list, &at)
		      ? fail(&client, why)
		      : 0;
	if (revision)
		*revision = at;
	xmemd_etcd_client_close(&client);
	return ret;
}

struct members {
	xmemd_kv_member_fn fn;
	void *arg;
	char leader[64];
};

static void list_member(const struct etcd_record *record, void *arg)
{
	const struct members *members = arg;
	json_t *who = json_loads(record->value, 0, NULL);
	const char *url = json_string_value(json_object_get(who, "url"));
	const char *name = record->key + strlen("member/");

	members->fn(name, url ? url : "", !strcmp(name, members->leader), members->arg);
	json_decref(who);
}

static int members(struct xmemd_kv *kv, xmemd_kv_member_fn fn, void *arg, struct xmemd_refusal *why)
{
	struct members members = { .fn = fn, .arg = arg };
	struct etcd *e = etcd_of(kv);
	struct etcd_client client;
	uint64_t at;
	int ret;

	if (xmemd_etcd_client_open(&client, e) < 0)
		return xmemd_refuse(why, 500, "out of memory");
	pthread_mutex_lock(&e->lock);
	snprintf(members.leader, sizeof(members.leader), "%s", e->leader);
	pthread_mutex_unlock(&e->lock);
	ret = xmemd_etcd_list(&client, "member/", "", NULL, list_member, &members, &at)
		      ? fail(&client, why)
		      : 0;
	xmemd_etcd_client_close(&client);
	return ret;
}

static void end_threads(struct etcd *e)
{
	pthread_mutex_lock(&e->lock);
	e->closing = true;
	pthread_cond_broadcast(&e->wake);
	curl_multi_wakeup(e->multi);
	pthread_mutex_unlock(&e->lock);
}

static int follow(struct xmemd_kv *kv, const struct xmemd_kv_watcher *watcher,
		  struct xmemd_refusal *why)
{
	struct etcd *e = etcd_of(kv);

	e->watcher = *watcher;
	if (pthread_create(&e->session, NULL, xmemd_etcd_session_thread, e))
		return xmemd_refuse(why, 500, "no thread for etcd can be started");
	if (pthread_create(&e->watch, NULL, xmemd_etcd_watch_thread, e)) {
		end_threads(e);
		pthread_join(e->session, NULL);
		return xmemd_refuse(why, 500, "no thread for etcd can be started");
	}
	e->following = true;
	return 0;
}

/**
 * xmemd_etcd_trouble() - what is wrong with etcd
 * @e: etcd; its lock is held
 *
 * What the session meets stays until it does better; others succeed meanwhile, such as who
 * reads from an etcd that is full.
 *
 * Return: that, in words, or "".
 */
const char *xmemd_etcd_trouble(const struct etcd *e)
{
	return *e->outside ? e->outside : e->trouble;
}

static void status(struct xmemd_kv *kv, struct xmemd_kv_status *status)
{
	struct etcd *e = etcd_of(kv);

	pthread_mutex_lock(&e->lock);
	status->leads = e->term && xmemd_etcd_clock() < e->deadline;
	status->term = status->leads ? e->term : 0;
	status->revision = e->term && e->chain > e->seen ? e->chain : e->seen;
	snprintf(status->leader, sizeof(status->leader), "%s", e->leader);
	snprintf(status->leader_url, sizeof(status->leader_url), "%s", e->leader_url);
	if (e->clash && !*xmemd_etcd_trouble(e))
		snprintf(status->trouble, sizeof(status->trouble),
			 "another manager is named \"%s\" (name= in [manager])", e->name);
	else
		snprintf(status->trouble, sizeof(status->trouble), "%s", xmemd_etcd_trouble(e));
	pthread_mutex_unlock(&e->lock);
}

static void stop(struct xmemd_kv *kv)
{
	end_threads(etcd_of(kv));
}

static void close_etcd(struct xmemd_kv *kv)
{
	struct etcd *e = etcd_of(kv);
	unsigned int i;

	if (e->following) {
		pthread_join(e->session, NULL);
		pthread_join(e->watch, NULL);
	}
	/* so that another manager is elected at once */
	if (e->lease)
		xmemd_etcd_revoke(&e->committer, e->lease);
	xmemd_etcd_client_close(&e->committer);
	curl_multi_cleanup(e->multi);
	for (i = 0; i < e->endpoints; i++)
		free(e->endpoint[i]);
	pthread_cond_destroy(&e->wake);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static const struct xmemd_kv_engine engine = {
	.name = "etcd",
	.commit = xmemd_etcd_commit,
	.list = list,
	.follow = follow,
	.status = status,
	.members = members,
	.stop = stop,
	.close = close_etcd,
};

static bool is_loopback(const char *url)
{
	struct in_addr address;
	char *host = NULL;
	CURLU *parsed = curl_url();
	bool yes = false;

	if (parsed && !curl_url_set(parsed, CURLUPART_URL, url, 0) &&
	    !curl_url_get(parsed, CURLUPART_HOST, &host, 0))
		yes = !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
		      (inet_pton(AF_INET, host, &address) == 1 &&
		       ntohl(address.s_addr) >> 24 == 127);
	curl_free(host);
	curl_url_cleanup(parsed);
	return yes;
}

static int check_file(const char *what, const char *path, struct xmemd_refusal *why)
{
	if (!*path)
		return xmemd_refuse(why, 400, "etcd by https needs %s= in [tls]", what);
	if (access(path, R_OK))
		return xmemd_refuse(why, 400, "cannot read %s (%s= in [tls]): %s", path, what,
				    strerror(errno));
	return 0;
}

static int add_endpoint(struct etcd *e, char *url, struct xmemd_refusal *why)
{
	size_t len = strlen(url);

	if (len && url[len - 1] == '/')
		url[--len] = '\0';
	if (e->endpoints == ETCD_ENDPOINTS)
		return xmemd_refuse(why, 400, "etcd= in [manager] names more than %d members",
				    ETCD_ENDPOINTS);
	if (len >= ETCD_TEXT || (strncmp(url, "https://", 8) && strncmp(url, "http://", 7)))
		return xmemd_refuse(
			why, 400, "\"%.256s\" (etcd= in [manager]) is not https://HOST:PORT", url);
	if (!strncmp(url, "https://", 8)) {
		if (check_file("ca", e->ca, why) < 0 || check_file("cert", e->cert, why) < 0 ||
		    check_file("key", e->key, why) < 0)
			return -1;
	} else if (!is_loopback(url)) {
		return xmemd_refuse(why, 400,
				    "%s (etcd= in [manager]) is not encrypted: http:// is for the "
				    "loopback interface only",
				    url);
	}
	e->endpoint[e->endpoints] = strdup(url);
	if (!e->endpoint[e->endpoints])
		return xmemd_refuse(why, 500, "out of memory");
	e->endpoints++;
	return 0;
}

static int add_endpoints(struct etcd *e, const char *list, struct xmemd_refusal *why)
{
	char *copy = strdup(list), *rest = copy, *url;
	int ret = copy ? 0 : xmemd_refuse(why, 500, "out of memory");

	while (!ret && (url = strsep(&rest, ", \t")))
		if (*url)
			ret = add_endpoint(e, url, why);
	free(copy);
	if (!ret && !e->endpoints)
		return xmemd_refuse(why, 400, "etcd= in [manager] names no member");
	return ret;
}

static int take_text(char *out, size_t size, const char *what, const char *text, bool needed,
		     struct xmemd_refusal *why)
{
	size_t i;

	text = text ? text : "";
	for (i = 0; text[i] > ' ' && text[i] <= '~'; i++)
		;
	if (text[i] || i >= size || (needed && !i))
		return xmemd_refuse(why, 400,
				    "managers on etcd need %s= in [manager]: 1 to %zu printable "
				    "characters without blank, not \"%.256s\"",
				    what, size - 1, text);
	snprintf(out, size, "%s", text);
	return 0;
}

static int take_options(struct etcd *e, const struct xmemd_kv_options *options,
			struct xmemd_refusal *why)
{
	const char *prefix = options->prefix && *options->prefix ? options->prefix : PREFIX;
	size_t len;

	snprintf(e->ca, sizeof(e->ca), "%s", options->ca ? options->ca : "");
	snprintf(e->cert, sizeof(e->cert), "%s", options->cert ? options->cert : "");
	snprintf(e->key, sizeof(e->key), "%s", options->key ? options->key : "");
	if (take_text(e->name, sizeof(e->name), "name", options->name, true, why) < 0 ||
	    take_text(e->url, sizeof(e->url), "url", options->url, true, why) < 0 ||
	    /* room for a slash behind it */
	    take_text(e->prefix, sizeof(e->prefix) - 1, "etcd-prefix", prefix, true, why) < 0)
		return -1;
	len = strlen(e->prefix);
	if (e->prefix[len - 1] != '/')
		e->prefix[len] = '/';
	e->lease_s = options->lease ? options->lease : LEASE_S;
	if (e->lease_s < LEASE_MIN || e->lease_s > LEASE_MAX)
		return xmemd_refuse(why, 400, "a lease of %u seconds: %d to %d", e->lease_s,
				    LEASE_MIN, LEASE_MAX);
	/* a third: one member may be silent, and the next one is asked in time */
	e->timeout_ms = (long)(options->timeout ? options->timeout * 1000 : e->lease_s * 1000 / 3);
	return add_endpoints(e, options->etcd, why);
}

/**
 * xmemd_kv_open_etcd() - get ready to use etcd, which need not be there yet
 * @options: all but database is looked at
 * @kvp: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_kv_open_etcd(const struct xmemd_kv_options *options, struct xmemd_kv **kvp,
		       struct xmemd_refusal *why)
{
	struct etcd *e = calloc(1, sizeof(*e));
	pthread_condattr_t monotonic;

	if (!e)
		return xmemd_refuse(why, 500, "out of memory");
	e->kv.engine = &engine;
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&e->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	e->multi = curl_multi_init();
	if (take_options(e, options, why) < 0) {
		close_etcd(&e->kv);
		return -1;
	}
	if (!e->multi || xmemd_etcd_client_open(&e->committer, e) < 0) {
		close_etcd(&e->kv);
		return xmemd_refuse(why, 500, "out of memory");
	}
	*kvp = &e->kv;
	return 0;
}
