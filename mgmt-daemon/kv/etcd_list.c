// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv/etcd.h"

#define PAGE 1000

static int tell_page(struct etcd_client *client, const json_t *page, char **last, etcd_page_fn fn,
		     void *arg)
{
	struct etcd_record record;
	const json_t *kv;
	size_t i;

	json_array_foreach (json_object_get(page, "kvs"), i, kv) {
		if (xmemd_etcd_record_read(client->e, kv, &record) < 0) {
			snprintf(client->text, sizeof(client->text),
				 "a record that etcd sent makes no sense");
			return -1;
		}
		fn(&record, arg);
		free(*last);
		*last = strdup(record.key);
		xmemd_etcd_record_clear(&record);
		if (!*last)
			return -1;
	}
	return 0;
}

static json_t *page_request(const struct etcd *e, const char *from, json_t *end, uint64_t revision)
{
	return json_pack("{s:o, s:O, s:i, s:o}", "key", xmemd_etcd_key(e, from, ""), "range_end",
			 end, "limit", PAGE, "revision", xmemd_etcd_number(revision));
}

/**
 * xmemd_etcd_list() - read all keys that begin alike, page by page, as of one revision
 * @client: the connection
 * @kind: as xmemd_etcd_key()
 * @prefix: beginning of the name
 * @begin: called before the first, once etcd has answered; may be NULL
 * @fn: called for each
 * @arg: for both
 * @revision: result
 *
 * Return: ETCD_OK, or what went wrong, maybe with some told.
 */
enum etcd_result xmemd_etcd_list(struct etcd_client *client, const char *kind, const char *prefix,
				 void (*begin)(void *arg), etcd_page_fn fn, void *arg,
				 uint64_t *revision)
{
	json_t *end = xmemd_etcd_key_end(client->e, kind, prefix), *page = NULL;
	enum etcd_result result;
	char *last = NULL, *from;
	bool more;

	*revision = 0;
	if (asprintf(&from, "%s%s", kind, prefix) < 0)
		from = NULL;
	do {
		if (!end || !from) {
			result = ETCD_NOT_SENT;
			break;
		}
		result = xmemd_etcd_post(client, "/v3/kv/range",
					 page_request(client->e, from, end, *revision), 0, &page);
		if (result != ETCD_OK)
			break;
		if (!*revision && begin)
			begin(arg);
		if (!*revision)
			*revision = xmemd_etcd_revision(page);
		more = json_is_true(json_object_get(page, "more"));
		if (tell_page(client, page, &last, fn, arg) < 0)
			result = ETCD_REFUSED;
		json_decref(page);
		/* the next page begins behind the last key: at that key and a blank */
		free(from);
		if (!more || asprintf(&from, "%s ", last ? last : "") < 0)
			from = NULL;
	} while (result == ETCD_OK && more);
	free(from);
	free(last);
	json_decref(end);
	return result;
}
