// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "idem.h"

struct entry {
	struct xmemd_node by_key, by_age;
	char key[XMEMD_HASH_TEXT + 8], age[24 + XMEMD_HASH_TEXT + 8];
	char body[XMEMD_HASH_TEXT], name[XMEMD_NAME_TEXT];
	uint64_t at;
};

static int hash(const char *a, const char *b, char out[XMEMD_HASH_TEXT])
{
	uint8_t bytes[32];
	gnutls_hash_hd_t handle;
	size_t i;

	if (gnutls_hash_init(&handle, GNUTLS_DIG_SHA256) < 0)
		return -1;
	/* with the zero between them, so that no two pairs are one text */
	gnutls_hash(handle, a, strlen(a) + 1);
	gnutls_hash(handle, b, strlen(b));
	gnutls_hash_deinit(handle, bytes);
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/**
 * xmemd_idem_init() - make an empty set of keys
 * @idem: the set
 */
void xmemd_idem_init(struct xmemd_idem *idem)
{
	*idem = (struct xmemd_idem){};
	pthread_mutex_init(&idem->lock, NULL);
}

static void drop(struct xmemd_idem *idem, struct entry *entry)
{
	xmemd_index_del(&idem->by_key, &entry->by_key);
	xmemd_index_del(&idem->by_age, &entry->by_age);
	free(entry);
}

/**
 * xmemd_idem_clear() - forget all keys
 * @idem: the set
 */
void xmemd_idem_clear(struct xmemd_idem *idem)
{
	struct xmemd_node *node;

	pthread_mutex_lock(&idem->lock);
	while ((node = xmemd_index_from(&idem->by_key, "")))
		drop(idem, node->of);
	pthread_mutex_unlock(&idem->lock);
}

/**
 * xmemd_idem_done() - free a set of keys
 * @idem: the set
 */
void xmemd_idem_done(struct xmemd_idem *idem)
{
	xmemd_idem_clear(idem);
	pthread_mutex_destroy(&idem->lock);
}

/**
 * xmemd_idem_request() - what tells requests from each other
 * @request: result
 * @cn: who asks; keys of others are other keys
 * @key: its Idempotency-Key
 * @body: what it asks for
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_idem_request(struct xmemd_idem_request *request, const char *cn, const char *key,
		       const json_t *body, struct xmemd_refusal *why)
{
	char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS), name[XMEMD_HASH_TEXT];
	int ret = text ? hash(cn, key, name) : -1;

	if (!ret)
		ret = hash("", text, request->body);
	free(text);
	if (ret < 0)
		return xmemd_refuse(why, 500, "out of memory");
	snprintf(request->key, sizeof(request->key), "idem/%s", name);
	return 0;
}

/**
 * xmemd_idem_find() - was a request answered already?
 * @idem: the set
 * @request: the request
 * @name: the allocation that it made
 * @why: refusal
 *
 * Return: 1 with @name set, 0 if it is new, or -1 with @why set (422: the key is of another).
 */
int xmemd_idem_find(struct xmemd_idem *idem, const struct xmemd_idem_request *request,
		    char name[XMEMD_NAME_TEXT], struct xmemd_refusal *why)
{
	const struct entry *entry;
	int ret = 0;

	pthread_mutex_lock(&idem->lock);
	entry = xmemd_index_get(&idem->by_key, request->key);
	if (entry && entry->at + XMEMD_IDEM_SECONDS >= (uint64_t)time(NULL)) {
		memcpy(name, entry->name, sizeof(entry->name));
		ret = strcmp(entry->body, request->body) ? -1 : 1;
	}
	pthread_mutex_unlock(&idem->lock);
	if (ret < 0)
		return xmemd_refuse(why, 422,
				    "the Idempotency-Key was used for another request, which made "
				    "allocation \"%s\"",
				    name);
	return ret;
}

/**
 * xmemd_idem_record() - what is written down of a request that was answered
 * @request: the request
 * @name: the allocation that it made
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_idem_record(const struct xmemd_idem_request *request, const char *name)
{
	json_t *object = json_pack("{s:s, s:s, s:I}", "body", request->body, "name", name, "at",
				   (json_int_t)time(NULL));
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	return text;
}

/**
 * xmemd_idem_feed() - a key was used, or is forgotten
 * @idem: the set
 * @key: of its record
 * @value: the record; NULL: forgotten
 */
void xmemd_idem_feed(struct xmemd_idem *idem, const char *key, const char *value)
{
	json_t *object = value ? json_loads(value, 0, NULL) : NULL;
	const char *body = json_string_value(json_object_get(object, "body"));
	const char *name = json_string_value(json_object_get(object, "name"));
	struct entry *entry;

	pthread_mutex_lock(&idem->lock);
	entry = xmemd_index_get(&idem->by_key, key);
	if (entry)
		drop(idem, entry);
	entry = body && name ? calloc(1, sizeof(*entry)) : NULL;
	if (entry) {
		entry->at = (uint64_t)json_integer_value(json_object_get(object, "at"));
		snprintf(entry->key, sizeof(entry->key), "%s", key);
		snprintf(entry->age, sizeof(entry->age), "%020" PRIu64 "%s", entry->at, key);
		snprintf(entry->body, sizeof(entry->body), "%s", body);
		snprintf(entry->name, sizeof(entry->name), "%s", name);
		xmemd_index_add(&idem->by_key, &entry->by_key, entry->key, entry);
		xmemd_index_add(&idem->by_age, &entry->by_age, entry->age, entry);
	}
	pthread_mutex_unlock(&idem->lock);
	json_decref(object);
}

/**
 * xmemd_idem_oldest() - a key that should be forgotten
 * @idem: the set
 * @key: result: of its record
 *
 * Return: whether there is one: older than a day, or there are too many.
 */
bool xmemd_idem_oldest(struct xmemd_idem *idem, char key[XMEMD_HASH_TEXT + 8])
{
	const struct xmemd_node *node;
	const struct entry *entry;
	bool old = false;

	pthread_mutex_lock(&idem->lock);
	node = xmemd_index_from(&idem->by_age, "");
	if (node) {
		entry = node->of;
		old = entry->at + XMEMD_IDEM_SECONDS < (uint64_t)time(NULL) ||
		      idem->by_age.count > XMEMD_IDEM_MAX;
		memcpy(key, entry->key, sizeof(entry->key));
	}
	pthread_mutex_unlock(&idem->lock);
	return old;
}
