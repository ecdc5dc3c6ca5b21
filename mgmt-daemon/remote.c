// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "http.h"
#include "plan.h"
#include "remote.h"
#include "word.h"

#define CONNECT_MS 3000
/* to look something up */
#define ASK_MS 5000
/* to change something: memory is zeroed meanwhile */
#define CHANGE_MS 60000
#define THREADS_MAX 16

static int request(const struct xmem_config *config, const char *url, const char *method,
		   const char *path, json_t *in, json_t **out, struct xmem_err *err)
{
	const struct xmem_http http = {
		.url = url,
		.ca = config->tls.ca,
		.cert = config->tls.cert,
		.key = config->tls.key,
		.connect_ms = CONNECT_MS,
		.timeout_ms = strcmp(method, "GET") ? CHANGE_MS : ASK_MS,
	};

	*err = (struct xmem_err){};
	return xmem_http_request(&http, method, path, in, out, err);
}

static int bad_answer(const char *url, const char *what, struct xmem_err *err)
{
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EPROTO, "%s: its answer makes no sense: %s",
			    url, what);
}

static bool read_bytes(const json_t *object, const char *name, uint64_t *value)
{
	const json_t *field = json_object_get(object, name);
	json_int_t number = json_integer_value(field);

	if (!json_is_integer(field) || number < 0 || (uint64_t)number > XMEMD_SIZE_MAX)
		return false;
	*value = (uint64_t)number;
	return true;
}

static bool read_pool(const json_t *pool, struct xmemd_remote *remote)
{
	const char *address = json_string_value(json_object_get(pool, "address"));
	uint64_t port;

	if (!read_bytes(pool, "memory", &remote->memory) ||
	    !read_bytes(pool, "free", &remote->free) ||
	    !read_bytes(pool, "largest", &remote->largest) ||
	    !read_bytes(pool, "regions", &remote->regions) || !read_bytes(pool, "port", &port) ||
	    !port || port > UINT16_MAX || !address || !xmem_word_is_address(address))
		return false;
	remote->known.port = (uint16_t)port;
	snprintf(remote->known.address, sizeof(remote->known.address), "%s", address);
	return true;
}

/**
 * xmemd_remote_ask() - ask an appliance for its pool
 * @config: our certificate
 * @remote: the appliance, takes what it says, or that it is down
 */
void xmemd_remote_ask(const struct xmem_config *config, struct xmemd_remote *remote)
{
	struct xmem_err err;
	json_t *pool;

	if (request(config, remote->known.url, "GET", "/v1/pool", NULL, &pool, &err) == 0) {
		remote->up = read_pool(pool, remote);
		if (!remote->up)
			bad_answer(remote->known.url, "fields of its pool are missing or wrong",
				   &err);
	}
	if (!remote->up)
		snprintf(remote->error, sizeof(remote->error), "%s", err.text);
	json_decref(pool);
}

static int read_regions(const json_t *array, const char *url, struct xmemd_remote_region *list,
			struct xmem_err *err)
{
	static const struct xmemd_field fields[] = {
		{ "id", XMEMD_FIELD_ID, true, offsetof(struct xmemd_remote_region, id), 0, NULL },
	};
	const char *owner;
	json_t *value;
	size_t i;

	json_array_foreach ((json_t *)array, i, value) {
		struct xmemd_refusal why = {};
		json_t *id = json_pack("{s:O?}", "id", json_object_get(value, "id"));
		int ret = xmemd_fields_read(fields, 1, id, &list[i], &why);

		json_decref(id);
		if (ret < 0)
			return bad_answer(url, why.text, err);
		/* 0, the mark of nobody, is not ours and not looked at */
		owner = json_string_value(json_object_get(value, "owner"));
		if (!owner || xmem_id_parse("owner", owner, &list[i].owner, NULL) < 0)
			list[i].owner = 0;
		if (!read_bytes(value, "sessions", &list[i].sessions))
			list[i].sessions = 0;
	}
	return 0;
}

/**
 * xmemd_remote_regions() - ask an appliance for its regions
 * @config: our certificate
 * @url: the appliance's daemon
 * @list: result, to be freed
 * @count: how many
 * @err: why not
 *
 * Return: 0 with the whole list, or a negative errno.
 */
int xmemd_remote_regions(const struct xmem_config *config, const char *url,
			 struct xmemd_remote_region **list, size_t *count, struct xmem_err *err)
{
	json_t *body, *array;
	int ret;

	*list = NULL;
	*count = 0;
	ret = request(config, url, "GET", "/v1/regions", NULL, &body, err);
	array = json_object_get(body, "regions");
	if (!ret && !json_is_array(array))
		ret = bad_answer(url, "the list of regions is missing", err);
	if (!ret) {
		*count = json_array_size(array);
		*list = calloc(*count + 1, sizeof(**list));
		ret = *list ? read_regions(array, url, *list, err)
			    : xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "out of memory");
	}
	if (ret < 0) {
		free(*list);
		*list = NULL;
	}
	json_decref(body);
	return ret;
}

/**
 * xmemd_remote_region_put() - have a region of an allocation made
 * @config: our certificate
 * @url: the appliance's daemon
 * @owner: our mark
 * @alloc: the allocation
 * @index: which of its legs
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_region_put(const struct xmem_config *config, const char *url, uint64_t owner,
			    const struct xmemd_alloc *alloc, unsigned int index,
			    struct xmem_err *err)
{
	const struct xmemd_leg *leg = &alloc->leg[index];
	char path[64], mark[XMEM_ID_TEXT], id[XMEM_ID_TEXT];
	json_t *in;
	int ret;

	snprintf(path, sizeof(path), "/v1/regions/0x%" PRIx64, leg->region);
	in = json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:s}", "size", (json_int_t)leg->size,
		       "label", alloc->name, "owner", xmem_id_format(owner, mark), "alloc",
		       xmem_id_format(alloc->id, id), "leg_index", (json_int_t)index, "leg_count",
		       (json_int_t)alloc->legs, "layout",
		       xmemd_choice_word(xmemd_layouts, alloc->layout));
	if (!in)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "out of memory");
	ret = request(config, url, "PUT", path, in, NULL, err);
	json_decref(in);
	return ret;
}

/**
 * xmemd_remote_grant_put() - have a region granted
 * @config: our certificate
 * @url: the appliance's daemon
 * @client: to whom
 * @leg: the region and token; takes the epoch
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_grant_put(const struct xmem_config *config, const char *url, uint64_t client,
			   struct xmemd_leg *leg, struct xmem_err *err)
{
	char path[96], token[XMEM_TOKEN_TEXT];
	json_t *in, *out, *epoch;
	int ret;

	snprintf(path, sizeof(path), "/v1/regions/0x%" PRIx64 "/grants/0x%" PRIx64, leg->region,
		 client);
	in = json_pack("{s:s, s:s}", "token", xmem_token_format(leg->token, token), "rights",
		       "read-write");
	if (!in)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "out of memory");
	ret = request(config, url, "PUT", path, in, &out, err);
	json_decref(in);
	epoch = json_object_get(out, "epoch");
	if (!ret && (!json_is_integer(epoch) || json_integer_value(epoch) < 0 ||
		     json_integer_value(epoch) > UINT32_MAX))
		ret = bad_answer(url, "the epoch is missing", err);
	if (!ret)
		leg->epoch = (uint32_t)json_integer_value(epoch);
	json_decref(out);
	return ret;
}

/**
 * xmemd_remote_region_del() - have a region destroyed
 * @config: our certificate
 * @url: the appliance's daemon
 * @region: the region; that there is none is as good
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_region_del(const struct xmem_config *config, const char *url, uint64_t region,
			    struct xmem_err *err)
{
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/v1/regions/0x%" PRIx64, region);
	ret = request(config, url, "DELETE", path, NULL, NULL, err);
	return ret < 0 && err->status == 404 ? 0 : ret;
}

struct each {
	atomic_size_t next;
	size_t count;
	void (*fn)(size_t index, void *arg);
	void *arg;
};

static void *each_thread(void *data)
{
	struct each *each = data;
	size_t i;

	while ((i = atomic_fetch_add(&each->next, 1)) < each->count)
		each->fn(i, each->arg);
	return NULL;
}

/**
 * xmemd_remote_each() - do something for many appliances at once
 * @count: how many
 * @fn: called for each index, by several threads
 * @arg: for @fn
 *
 * One that does not answer then delays the whole by its own time only. Returns
 * when all is done; without threads it takes longer, nothing else.
 */
void xmemd_remote_each(size_t count, void (*fn)(size_t index, void *arg), void *arg)
{
	struct each each = { .count = count, .fn = fn, .arg = arg };
	pthread_t thread[THREADS_MAX];
	size_t n, i;

	for (n = 0; n < THREADS_MAX && n + 1 < count; n++)
		if (pthread_create(&thread[n], NULL, each_thread, &each))
			break;
	each_thread(&each);
	for (i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}
