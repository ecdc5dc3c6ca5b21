// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kv/etcd.h"

#define CONNECT_MS 2000
#define ANSWER_MAX (64 << 20)

/**
 * xmemd_etcd_clock() - the clock of leases, which goes on while the machine sleeps, as etcd does
 *
 * Return: milliseconds.
 */
uint64_t xmemd_etcd_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static size_t take_data(char *data, size_t size, size_t count, void *arg)
{
	struct etcd_client *client = arg;
	size_t len = size * count;
	char *grown;

	if (len > ANSWER_MAX - client->len)
		return 0;
	grown = realloc(client->data, client->len + len + 1);
	if (!grown)
		return 0;
	client->data = grown;
	memcpy(client->data + client->len, data, len);
	client->len += len;
	return len;
}

/**
 * xmemd_etcd_client_open() - get ready to ask
 * @client: filled
 * @e: etcd
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_etcd_client_open(struct etcd_client *client, struct etcd *e)
{
	*client = (struct etcd_client){ .e = e, .curl = curl_easy_init() };
	client->headers = curl_slist_append(NULL, "Content-Type: application/json");
	/* a long body goes at once: nobody is asked first whether it may */
	if (client->curl && client->headers && curl_slist_append(client->headers, "Expect:"))
		return 0;
	xmemd_etcd_client_close(client);
	return -1;
}

/**
 * xmemd_etcd_client_close() - hang up
 * @client: gone afterwards
 */
void xmemd_etcd_client_close(struct etcd_client *client)
{
	curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->headers);
	free(client->data);
	*client = (struct etcd_client){};
}

/**
 * xmemd_etcd_request() - set up a request, with no limit to its time
 * @client: the connection
 * @url: member to ask
 * @path: what
 * @body: JSON, must stay
 * @words: takes libcurl's words, CURL_ERROR_SIZE of them
 */
void xmemd_etcd_request(struct etcd_client *client, const char *url, const char *path,
			const char *body, char *words)
{
	const struct etcd *e = client->e;
	CURL *curl = client->curl;
	char full[ETCD_TEXT + 64];

	snprintf(full, sizeof(full), "%s%s", url, path);
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, full);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, strncmp(url, "https:", 6) ? "http" : "https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
	/* a machine of ours: a proxy of the environment is never the way */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, 5L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, 2L);
	curl_easy_setopt(curl, CURLOPT_CAINFO, e->ca);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSLCERT, e->cert);
	curl_easy_setopt(curl, CURLOPT_SSLKEY, e->key);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
	*words = '\0';
	client->len = 0;
	client->status = 0;
}

/* What etcd says of a failure: {"error": …, "message": …}. */
static void read_words(struct etcd_client *client, const char *url)
{
	json_t *body = json_loadb(client->data ? client->data : "", client->len, 0, NULL);
	const char *words = json_string_value(json_object_get(body, "message"));

	if (!words)
		words = json_string_value(json_object_get(body, "error"));
	snprintf(client->text, sizeof(client->text), "%s: %s (HTTP status %ld)", url,
		 words ? words : "no words", client->status);
	json_decref(body);
}

static enum etcd_result ask(struct etcd_client *client, const char *url, const char *path,
			    const char *body, uint64_t until, json_t **answer)
{
	char words[CURL_ERROR_SIZE];
	uint64_t now = xmemd_etcd_clock();
	long sent = 0, timeout = client->e->timeout_ms;
	CURLcode code;

	if (until && until < now + (uint64_t)timeout)
		timeout = until > now ? (long)(until - now) : 1;
	xmemd_etcd_request(client, url, path, body, words);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, timeout);
	code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_REQUEST_SIZE, &sent);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &client->status);
	/* the buffer for words is gone when this returns */
	curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code != CURLE_OK) {
		snprintf(client->text, sizeof(client->text), "%s: %s", url,
			 *words ? words : curl_easy_strerror(code));
		return sent ? ETCD_NO_ANSWER : ETCD_NOT_SENT;
	}
	if (client->status != 200) {
		read_words(client, url);
		/* from 500 on etcd may have begun */
		return client->status < 500 ? ETCD_REFUSED : ETCD_NO_ANSWER;
	}
	*answer = json_loadb(client->data ? client->data : "", client->len, 0, NULL);
	if (json_is_object(*answer))
		return ETCD_OK;
	json_decref(*answer);
	*answer = NULL;
	snprintf(client->text, sizeof(client->text), "%s: its answer makes no sense", url);
	return ETCD_NO_ANSWER;
}

static void note(struct etcd *e, const char *trouble)
{
	pthread_mutex_lock(&e->lock);
	snprintf(e->trouble, sizeof(e->trouble), "%s", trouble);
	pthread_mutex_unlock(&e->lock);
}

/**
 * xmemd_etcd_post() - ask etcd, one member after the other until one answers
 * @client: the connection
 * @path: what
 * @body: JSON, stolen
 * @until: clock (ms) at which to give up; 0: each member gets the configured time
 * @answer: result, only with ETCD_OK; json_decref() it
 *
 * Return: how it ended; client->text says so in words, "" with ETCD_OK.
 */
enum etcd_result xmemd_etcd_post(struct etcd_client *client, const char *path, json_t *body,
				 uint64_t until, json_t **answer)
{
	enum etcd_result result = ETCD_NOT_SENT;
	struct etcd *e = client->e;
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	unsigned int first = atomic_load(&e->preferred), i;
	bool sent = false;

	json_decref(body);
	*answer = NULL;
	snprintf(client->text, sizeof(client->text), "out of memory");
	for (i = 0; text && i < e->endpoints; i++) {
		unsigned int at = (first + i) % e->endpoints;

		if (i && until && xmemd_etcd_clock() >= until)
			break;
		result = ask(client, e->endpoint[at], path, text, until, answer);
		if (result == ETCD_OK || result == ETCD_REFUSED) {
			atomic_store(&e->preferred, at);
			break;
		}
		sent |= result == ETCD_NO_ANSWER;
	}
	free(text);
	/* refused now, but what an earlier member was told may happen yet */
	if (result != ETCD_OK && sent)
		result = ETCD_NO_ANSWER;
	if (result == ETCD_OK)
		*client->text = '\0';
	note(e, client->text);
	return result;
}
