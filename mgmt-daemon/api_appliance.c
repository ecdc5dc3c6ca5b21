// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The role appliance: carries requests to the memory of this machine. It remembers
 * nothing itself; requests can be sent again.
 */
#include <errno.h>
#include <string.h>

#include "backend.h"
#include "call.h"
#include "fields.h"
#include "hex.h"
#include "http.h"
#include "owner.h"
#include "logic/plan.h"
#include "pool_status.h"
#include "self.h"

/* A refusal of the module as one of the API. */
static int refuse_backend(struct xmemd_call *call, const struct xmem_err *err)
{
	int status;

	switch (err->code) {
	case EPERM:
	case EACCES:
		/* it is this daemon that may not, not its caller */
		status = 500;
		break;
	default:
		status = err->kind == XMEM_ERR_REFUSED ? xmem_http_status(err->code) : 503;
	}
	return xmemd_refuse_err(&call->why, status, err);
}

static int read_path_id(struct xmemd_call *call, int index, const char *what, uint64_t *id)
{
	struct xmem_err err;

	if (xmem_id_parse(what, call->arg[index], id, &err) < 0)
		return xmemd_refuse_err(&call->why, 400, &err);
	return 0;
}

/*
 * May the caller change this owner's regions? The role admin may change all, a
 * manager those with a mark made of its certificate's name.
 */
static int check_owner(struct xmemd_call *call, uint64_t owner)
{
	if ((call->peer.roles & XMEMD_ROLE_ADMIN) || xmemd_owner_is(owner, call->peer.cn))
		return 0;
	return xmemd_refuse(&call->why, 403, "the region belongs to another manager than \"%s\"",
			    call->peer.cn);
}

/* The region of the path, if the caller may change it. */
static int find_own_region(struct xmemd_call *call, struct xmem_region *region)
{
	struct xmem_err err;
	uint64_t id;

	if (read_path_id(call, 0, "region", &id) < 0)
		return -1;
	if (xmemd_backend.region_get(id, region, &err) < 0)
		return refuse_backend(call, &err);
	return check_owner(call, region->owner);
}

static json_t *region_json(const struct xmem_region *region)
{
	char id[XMEM_ID_TEXT], instance[XMEM_ID_TEXT], owner[XMEM_ID_TEXT], alloc[XMEM_ID_TEXT];

	return json_pack(
		"{s:s, s:I, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:s, s:I, s:s}", "id",
		xmem_id_format(region->id, id), "size", (json_int_t)region->size, "label",
		region->label, "instance", xmem_id_format(region->instance, instance), "epoch",
		(json_int_t)region->epoch, "grants", (json_int_t)region->grants, "sessions",
		(json_int_t)region->sessions, "owner", xmem_id_format(region->owner, owner),
		"alloc", xmem_id_format(region->alloc, alloc), "leg_index",
		(json_int_t)region->leg_index, "leg_count", (json_int_t)region->leg_count, "layout",
		xmemd_choice_word(xmemd_layouts, region->layout), "created",
		(json_int_t)region->created, "meta", region->meta);
}

static int reply_done(struct xmemd_call *call, int index, const char *state)
{
	call->reply = json_pack("{s:s, s:s}", "name", call->arg[index], "state", state);
	return call->reply ? 0 : -1;
}

/* With each change: what room there is now, so that the manager need not ask. */
static int add_pool(struct xmemd_call *call)
{
	struct xmem_err err;
	json_t *pool = xmemd_pool_status(&call->daemon->config, &err);

	if (pool)
		json_object_set_new(call->reply, "pool", pool);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_pool_get() - GET /v1/pool
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_pool_get(struct xmemd_call *call)
{
	struct xmem_err err = {};

	call->reply = xmemd_pool_status(&call->daemon->config, &err);
	if (!call->reply)
		return err.code ? refuse_backend(call, &err) : -1;
	return xmemd_self_describe(call->daemon->self, call->reply);
}

static int add_region(const struct xmem_region *region, void *arg)
{
	return json_array_append_new(arg, region_json(region)) ? -ENOMEM : 0;
}

/**
 * xmemd_api_regions_get() - GET /v1/regions
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_regions_get(struct xmemd_call *call)
{
	struct xmem_err err = {};
	json_t *list = json_array();

	if (!list)
		return -1;
	call->reply = json_pack("{s:o}", "regions", list);
	if (!call->reply)
		return -1;
	if (xmemd_backend.region_list(add_region, list, &err) < 0)
		return err.code ? refuse_backend(call, &err) : -1;
	return 0;
}

/**
 * xmemd_api_region_get() - GET /v1/regions/{region}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_region_get(struct xmemd_call *call)
{
	struct xmem_region region = {};
	struct xmem_err err;
	uint64_t id;

	if (read_path_id(call, 0, "region", &id) < 0)
		return -1;
	if (xmemd_backend.region_get(id, &region, &err) < 0)
		return refuse_backend(call, &err);
	call->reply = region_json(&region);
	return call->reply ? 0 : -1;
}

/* A region and, in the same request, its grant. */
struct region_words {
	struct xmem_region region;
	json_t *grant;
};

#define REGION(NAME, TYPE, REQUIRED, FIELD, MAX, CHOICES)                                        \
	{                                                                                        \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct region_words, region.FIELD), \
			MAX, CHOICES                                                             \
	}

static const struct xmemd_field region_fields[] = {
	REGION("size", SIZE, true, size, 0, NULL),
	REGION("owner", ID, true, owner, 0, NULL),
	REGION("label", LABEL, false, label, 0, NULL),
	REGION("alloc", ID, false, alloc, 0, NULL),
	REGION("leg_index", NUMBER, false, leg_index, XMEM_LEGS_MAX - 1, NULL),
	REGION("leg_count", NUMBER, false, leg_count, XMEM_LEGS_MAX, NULL),
	REGION("layout", CHOICE, false, layout, 0, xmemd_layouts),
	REGION("meta", WORDS, false, meta, XMEM_APPLIANCE_META_MAX, NULL),
	{ "grant", XMEMD_FIELD_OBJECT, false, offsetof(struct region_words, grant), 0, NULL },
};

#define GRANT(NAME, TYPE, REQUIRED, FIELD, CHOICES)                                                \
	{                                                                                          \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct xmem_grant, FIELD), 0, CHOICES \
	}

static const struct xmemd_field grant_fields[] = {
	GRANT("token", TOKEN, true, token, NULL),
	GRANT("rights", CHOICE, false, rights, xmemd_rights),
};

/* Within a region's request: the path does not say for whom. */
static const struct xmemd_field region_grant_fields[] = {
	GRANT("client", ID, true, client, NULL),
	GRANT("token", TOKEN, true, token, NULL),
	GRANT("rights", CHOICE, false, rights, xmemd_rights),
};

static void start_grant(struct xmem_grant *grant)
{
	*grant = (struct xmem_grant){
		.rights = XMEM_APPLIANCE_RIGHT_READ | XMEM_APPLIANCE_RIGHT_WRITE,
		.has_token = true,
	};
}

/*
 * A grant that is there may have another token, which nobody can read: only a new
 * one is sure to be what was asked for.
 */
static int make_grant(const struct xmem_grant *want, struct xmem_grant *made, struct xmem_err *err)
{
	int ret = xmemd_backend.grant_new(want, made, err);

	if (ret != -EEXIST)
		return ret;
	ret = xmemd_backend.grant_del(want->region, want->client, err);
	if (ret < 0 && ret != -ENOENT)
		return ret;
	return xmemd_backend.grant_new(want, made, err);
}

/* Sent again, changed in what it says, or a number that is taken? */
static int take_existing(struct xmemd_call *call, const struct xmem_region *want,
			 struct xmem_region *is)
{
	struct xmem_err err;

	if (is->size != want->size || check_owner(call, is->owner) < 0)
		return xmemd_refuse(&call->why, 409, "region %s exists with another size or owner",
				    call->arg[0]);
	if (!want->meta[0] || !strcmp(want->meta, is->meta))
		return 0;
	if (xmemd_backend.region_meta(is->id, want->meta, &err) < 0)
		return refuse_backend(call, &err);
	memcpy(is->meta, want->meta, sizeof(is->meta));
	return 0;
}

/* What is granted is a region of the caller's in any case: it made it, or owned it before. */
static int reply_region(struct xmemd_call *call, const struct xmem_region *region,
			struct xmem_grant *grant)
{
	struct xmem_grant made = {};
	char client[XMEM_ID_TEXT];
	struct xmem_err err;

	if (grant) {
		grant->region = region->id;
		if (make_grant(grant, &made, &err) < 0)
			return refuse_backend(call, &err);
	}
	call->reply = region_json(region);
	if (call->reply && grant)
		json_object_set_new(call->reply, "grant",
				    json_pack("{s:s, s:I}", "client",
					      xmem_id_format(grant->client, client), "epoch",
					      (json_int_t)made.epoch));
	return add_pool(call);
}

static int put_region(struct xmemd_call *call, struct xmem_region *want, struct xmem_grant *grant)
{
	struct xmem_region made = {};
	struct xmem_err err;
	int ret;

	want->size = (want->size + XMEMD_CHUNK - 1) / XMEMD_CHUNK * XMEMD_CHUNK;
	want->has_meta = want->meta[0];
	ret = xmemd_backend.region_get(want->id, &made, &err);
	if (!ret)
		return take_existing(call, want, &made) < 0 ? -1 : reply_region(call, &made, grant);
	if (ret != -ENOENT || err.kind != XMEM_ERR_REFUSED)
		return refuse_backend(call, &err);
	if (xmemd_backend.region_new(want, &made, &err) < 0)
		return refuse_backend(call, &err);
	call->status = 201;
	return reply_region(call, &made, grant);
}

static int handle_region_put(struct xmemd_call *call)
{
	struct region_words words = {};
	struct xmem_grant grant;

	start_grant(&grant);
	if (read_path_id(call, 0, "region", &words.region.id) < 0 ||
	    xmemd_fields_read(XMEMD_FIELDS(region_fields), call->body, &words, &call->why) < 0 ||
	    (words.grant && xmemd_fields_read(XMEMD_FIELDS(region_grant_fields), words.grant,
					      &grant, &call->why) < 0) ||
	    check_owner(call, words.region.owner) < 0)
		return -1;
	return put_region(call, &words.region, words.grant ? &grant : NULL);
}

/**
 * xmemd_api_region_put() - PUT /v1/regions/{region}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_region_put(struct xmemd_call *call)
{
	return xmemd_fence_run(call, handle_region_put);
}

static int handle_region_delete(struct xmemd_call *call)
{
	struct xmem_region region = {};
	struct xmem_err err;

	if (find_own_region(call, &region) < 0)
		return -1;
	if (xmemd_backend.region_del(region.id, &err) < 0)
		return refuse_backend(call, &err);
	return reply_done(call, 0, "destroyed") < 0 ? -1 : add_pool(call);
}

/**
 * xmemd_api_region_delete() - DELETE /v1/regions/{region}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_region_delete(struct xmemd_call *call)
{
	return xmemd_fence_run(call, handle_region_delete);
}

static int handle_grant_put(struct xmemd_call *call)
{
	struct xmem_grant want;
	char region_id[XMEM_ID_TEXT], client[XMEM_ID_TEXT];
	struct xmem_region region = {};
	struct xmem_grant made = {};
	struct xmem_err err;

	start_grant(&want);
	if (read_path_id(call, 1, "client", &want.client) < 0 ||
	    xmemd_fields_read(XMEMD_FIELDS(grant_fields), call->body, &want, &call->why) < 0 ||
	    find_own_region(call, &region) < 0)
		return -1;
	want.region = region.id;
	if (make_grant(&want, &made, &err) < 0)
		return refuse_backend(call, &err);
	call->reply = json_pack("{s:s, s:s, s:I}", "region", xmem_id_format(region.id, region_id),
				"client", xmem_id_format(want.client, client), "epoch",
				(json_int_t)made.epoch);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_grant_put() - PUT /v1/regions/{region}/grants/{client}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_grant_put(struct xmemd_call *call)
{
	return xmemd_fence_run(call, handle_grant_put);
}

static int handle_grant_delete(struct xmemd_call *call)
{
	struct xmem_region region = {};
	struct xmem_err err;
	uint64_t client;

	if (read_path_id(call, 1, "client", &client) < 0 || find_own_region(call, &region) < 0)
		return -1;
	if (xmemd_backend.grant_del(region.id, client, &err) < 0)
		return refuse_backend(call, &err);
	return reply_done(call, 1, "revoked");
}

/**
 * xmemd_api_grant_delete() - DELETE /v1/regions/{region}/grants/{client}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_grant_delete(struct xmemd_call *call)
{
	return xmemd_fence_run(call, handle_grant_delete);
}
