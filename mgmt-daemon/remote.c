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
#include "meta.h"
#include "remote.h"
#include "status.h"
#include "term.h"

#define CONNECT_MS 3000
/* to look something up */
#define ASK_MS 5000
/* to change something: memory is zeroed meanwhile */
#define CHANGE_MS 60000
#define THREADS_MAX 16

static int request(const struct xmemd_remote_as *as, const char *url, const char *method,
		   const char *path, json_t *in, json_t **out, struct xmem_err *err)
{
	const struct xmem_config *config = as->config;
	char term[XMEMD_TERM_TEXT];
	const char *headers[] = { as->term ? term : NULL, NULL };
	const struct xmem_http http = {
		.url = url,
		.ca = config->tls.ca,
		.cert = config->tls.cert,
		.key = config->tls.key,
		.crl = config->tls.crl,
		.role = "appliance",
		.headers = headers,
		.connect_ms = CONNECT_MS,
		.timeout_ms = strcmp(method, "GET") ? CHANGE_MS : ASK_MS,
	};

	*err = (struct xmem_err){};
	xmemd_term_header(as->owner, as->term, term);
	return xmem_http_request(&http, method, path, in, out, err);
}

static int bad_answer(const char *url, const char *what, struct xmem_err *err)
{
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EPROTO, "%s: its answer makes no sense: %s",
			    url, what);
}

/**
 * xmemd_remote_ask() - ask an appliance how it is
 * @config: our certificate
 * @url: the appliance's daemon
 * @status: result
 * @body: what it said, for json_decref(); @status borrows from it
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_ask(const struct xmem_config *config, const char *url,
		     struct xmemd_appliance_status *status, json_t **body, struct xmem_err *err)
{
	struct xmemd_refusal why = {};
	const struct xmemd_remote_as as = { .config = config };
	int ret = request(&as, url, "GET", "/v1/pool", NULL, body, err);

	if (!ret && xmemd_status_read(*body, status, &why) < 0)
		ret = bad_answer(url, why.text, err);
	return ret;
}

static uint64_t id_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	uint64_t id;

	/* 0, the mark of nobody, is no identity */
	return text && xmem_id_parse(name, text, &id, NULL) == 0 ? id : 0;
}

static uint64_t number_of(const json_t *object, const char *name)
{
	json_int_t number = json_integer_value(json_object_get(object, name));

	return number > 0 ? (uint64_t)number : 0;
}

static int read_region(const json_t *value, const char *url, struct xmemd_remote_region *region,
		       struct xmem_err *err)
{
	const char *meta = json_string_value(json_object_get(value, "meta"));

	region->id = id_of(value, "id");
	if (!region->id)
		return bad_answer(url, "a region has no number", err);
	region->owner = id_of(value, "owner");
	region->alloc = id_of(value, "alloc");
	region->size = number_of(value, "size");
	region->sessions = number_of(value, "sessions");
	region->grants = number_of(value, "grants");
	region->epoch = number_of(value, "epoch");
	if (meta && *meta)
		region->meta = json_loads(meta, JSON_REJECT_DUPLICATES, NULL);
	return 0;
}

static int read_regions(const json_t *array, const char *url, struct xmemd_remote_region *list,
			struct xmem_err *err)
{
	json_t *value;
	size_t i;
	int ret = 0;

	json_array_foreach ((json_t *)array, i, value) {
		ret = read_region(value, url, &list[i], err);
		if (ret)
			break;
	}
	return ret;
}

/**
 * xmemd_remote_sessions() - ask an appliance how many clients are connected to a region
 * @config: our certificate
 * @url: the appliance's daemon
 * @region: the region; to one that is not there nobody is connected
 * @sessions: result
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_sessions(const struct xmem_config *config, const char *url, uint64_t region,
			  uint64_t *sessions, struct xmem_err *err)
{
	const struct xmemd_remote_as as = { .config = config };
	struct xmemd_remote_region is = {};
	char path[64];
	json_t *body;
	int ret;

	*sessions = 0;
	snprintf(path, sizeof(path), "/v1/regions/0x%" PRIx64, region);
	ret = request(&as, url, "GET", path, NULL, &body, err);
	if (ret < 0 && err->status == 404)
		ret = 0;
	else if (!ret)
		ret = read_region(body, url, &is, err);
	*sessions = is.sessions;
	json_decref(is.meta);
	json_decref(body);
	return ret;
}

/**
 * xmemd_remote_regions() - ask an appliance for its regions
 * @config: our certificate
 * @url: the appliance's daemon
 * @list: result, for xmemd_remote_regions_free()
 * @count: how many
 * @err: why not
 *
 * Return: 0 with the whole list, or a negative errno.
 */
int xmemd_remote_regions(const struct xmem_config *config, const char *url,
			 struct xmemd_remote_region **list, size_t *count, struct xmem_err *err)
{
	const struct xmemd_remote_as as = { .config = config };
	json_t *body, *array;
	int ret;

	*list = NULL;
	*count = 0;
	ret = request(&as, url, "GET", "/v1/regions", NULL, &body, err);
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
		xmemd_remote_regions_free(*list, *count);
		*list = NULL;
		*count = 0;
	}
	json_decref(body);
	return ret;
}

/**
 * xmemd_remote_regions_free() - free a list of regions
 * @list: the list; NULL is nothing
 * @count: how many
 */
void xmemd_remote_regions_free(struct xmemd_remote_region *list, size_t count)
{
	while (list && count)
		json_decref(list[--count].meta);
	free(list);
}

static void read_answer(const json_t *body, struct xmemd_remote_answer *answer)
{
	struct xmemd_refusal why = {};

	*answer = (struct xmemd_remote_answer){
		.epoch = (uint32_t)number_of(json_object_get(body, "grant"), "epoch"),
	};
	answer->has_pool =
		xmemd_status_read_pool(json_object_get(body, "pool"), &answer->pool, &why) == 0;
}

static json_t *region_body(const struct xmemd_remote_as *as, const struct xmemd_remote_want *want)
{
	const struct xmemd_alloc *alloc = want->alloc;
	const struct xmemd_leg *leg = &alloc->leg[want->index];
	char mark[XMEM_ID_TEXT], id[XMEM_ID_TEXT], client[XMEM_ID_TEXT], token[XMEM_TOKEN_TEXT];
	char *meta = xmemd_meta_write(alloc, want->index);
	json_t *in;

	if (!meta)
		return NULL;
	in = json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:s, s:s}", "size", (json_int_t)leg->size,
		       "label", alloc->name, "owner", xmem_id_format(as->owner, mark), "alloc",
		       xmem_id_format(alloc->id, id), "leg_index", (json_int_t)want->index,
		       "leg_count", (json_int_t)alloc->legs, "layout",
		       xmemd_choice_word(xmemd_layouts, alloc->layout), "meta", meta);
	free(meta);
	if (in && want->grant)
		json_object_set_new(in, "grant",
				    json_pack("{s:s, s:s, s:s}", "client",
					      xmem_id_format(alloc->client, client), "token",
					      xmem_token_format(leg->token, token), "rights",
					      "read-write"));
	return in;
}

/**
 * xmemd_remote_region_put() - have a region of an allocation made, or its meta changed
 * @as: who we are
 * @url: the appliance's daemon
 * @want: the region
 * @answer: result
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_region_put(const struct xmemd_remote_as *as, const char *url,
			    const struct xmemd_remote_want *want,
			    struct xmemd_remote_answer *answer, struct xmem_err *err)
{
	json_t *in = region_body(as, want), *out = NULL;
	char path[64];
	int ret;

	if (!in)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "out of memory");
	snprintf(path, sizeof(path), "/v1/regions/0x%" PRIx64,
		 want->alloc->leg[want->index].region);
	ret = request(as, url, "PUT", path, in, &out, err);
	json_decref(in);
	read_answer(out, answer);
	if (!ret && want->grant && !answer->epoch)
		ret = bad_answer(url, "the epoch of the grant is missing", err);
	json_decref(out);
	return ret;
}

/**
 * xmemd_remote_region_del() - have a region destroyed
 * @as: who we are
 * @url: the appliance's daemon
 * @region: the region; that there is none is as good
 * @answer: result
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_remote_region_del(const struct xmemd_remote_as *as, const char *url, uint64_t region,
			    struct xmemd_remote_answer *answer, struct xmem_err *err)
{
	json_t *out = NULL;
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/v1/regions/0x%" PRIx64, region);
	ret = request(as, url, "DELETE", path, NULL, &out, err);
	read_answer(out, answer);
	json_decref(out);
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
