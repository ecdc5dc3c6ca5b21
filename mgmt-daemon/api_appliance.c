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
#include "plan.h"

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

	return json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:s, s:I}", "id",
			 xmem_id_format(region->id, id), "size", (json_int_t)region->size, "label",
			 region->label, "instance", xmem_id_format(region->instance, instance),
			 "epoch", (json_int_t)region->epoch, "grants", (json_int_t)region->grants,
			 "sessions", (json_int_t)region->sessions, "owner",
			 xmem_id_format(region->owner, owner), "alloc",
			 xmem_id_format(region->alloc, alloc), "leg_index",
			 (json_int_t)region->leg_index, "leg_count", (json_int_t)region->leg_count,
			 "layout", xmemd_choice_word(xmemd_layouts, region->layout), "created",
			 (json_int_t)region->created);
}

static int reply_done(struct xmemd_call *call, int index, const char *state)
{
	call->reply = json_pack("{s:s, s:s}", "name", call->arg[index], "state", state);
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
	const struct xmem_config *config = &call->daemon->config;
	struct xmem_pool pool = {};
	struct xmem_err err;

	if (xmemd_backend.pool(&pool, &err) < 0)
		return refuse_backend(call, &err);
	call->reply =
		json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:i}", "name",
			  config->appliance.name, "memory", (json_int_t)pool.memory, "free",
			  (json_int_t)pool.free, "largest", (json_int_t)pool.largest, "regions",
			  (json_int_t)pool.regions, "grants", (json_int_t)pool.grants, "sessions",
			  (json_int_t)pool.sessions, "address", config->appliance.rdma_address,
			  "port", config->appliance.port ? config->appliance.port : pool.port);
	return call->reply ? 0 : -1;
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

static const struct xmemd_field region_fields[] = {
	{ "size", XMEMD_FIELD_SIZE, true, offsetof(struct xmem_region, size), 0, NULL },
	{ "owner", XMEMD_FIELD_ID, true, offsetof(struct xmem_region, owner), 0, NULL },
	{ "label", XMEMD_FIELD_LABEL, false, offsetof(struct xmem_region, label), 0, NULL },
	{ "alloc", XMEMD_FIELD_ID, false, offsetof(struct xmem_region, alloc), 0, NULL },
	{ "leg_index", XMEMD_FIELD_NUMBER, false, offsetof(struct xmem_region, leg_index),
	  XMEM_LEGS_MAX - 1, NULL },
	{ "leg_count", XMEMD_FIELD_NUMBER, false, offsetof(struct xmem_region, leg_count),
	  XMEM_LEGS_MAX, NULL },
	{ "layout", XMEMD_FIELD_CHOICE, false, offsetof(struct xmem_region, layout), 0,
	  xmemd_layouts },
};

/* Sent again, or a number that is taken? */
static int reply_existing(struct xmemd_call *call, const struct xmem_region *want,
			  const struct xmem_region *is)
{
	if (is->size != want->size || is->owner != want->owner)
		return xmemd_refuse(&call->why, 409, "region %s exists with another size or owner",
				    call->arg[0]);
	call->reply = region_json(is);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_region_put() - PUT /v1/regions/{region}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_region_put(struct xmemd_call *call)
{
	struct xmem_region want = {}, made = {};
	struct xmem_err err;
	int ret;

	if (read_path_id(call, 0, "region", &want.id) < 0 ||
	    xmemd_fields_read(region_fields, sizeof(region_fields) / sizeof(*region_fields),
			      call->body, &want, &call->why) < 0 ||
	    check_owner(call, want.owner) < 0)
		return -1;
	want.size = (want.size + XMEMD_CHUNK - 1) / XMEMD_CHUNK * XMEMD_CHUNK;
	ret = xmemd_backend.region_get(want.id, &made, &err);
	if (!ret)
		return reply_existing(call, &want, &made);
	if (ret != -ENOENT || err.kind != XMEM_ERR_REFUSED)
		return refuse_backend(call, &err);
	if (xmemd_backend.region_new(&want, &made, &err) < 0)
		return refuse_backend(call, &err);
	call->status = 201;
	call->reply = region_json(&made);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_region_delete() - DELETE /v1/regions/{region}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_region_delete(struct xmemd_call *call)
{
	struct xmem_region region = {};
	struct xmem_err err;

	if (find_own_region(call, &region) < 0)
		return -1;
	if (xmemd_backend.region_del(region.id, &err) < 0)
		return refuse_backend(call, &err);
	return reply_done(call, 0, "destroyed");
}

static const struct xmemd_field grant_fields[] = {
	{ "token", XMEMD_FIELD_TOKEN, true, offsetof(struct xmem_grant, token), 0, NULL },
	{ "rights", XMEMD_FIELD_CHOICE, false, offsetof(struct xmem_grant, rights), 0,
	  xmemd_rights },
};

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

/**
 * xmemd_api_grant_put() - PUT /v1/regions/{region}/grants/{client}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_grant_put(struct xmemd_call *call)
{
	struct xmem_grant want = {
		.rights = XMEM_APPLIANCE_RIGHT_READ | XMEM_APPLIANCE_RIGHT_WRITE,
		.has_token = true,
	};
	char region_id[XMEM_ID_TEXT], client[XMEM_ID_TEXT];
	struct xmem_region region = {};
	struct xmem_grant made = {};
	struct xmem_err err;

	if (read_path_id(call, 1, "client", &want.client) < 0 ||
	    xmemd_fields_read(grant_fields, sizeof(grant_fields) / sizeof(*grant_fields),
			      call->body, &want, &call->why) < 0 ||
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
 * xmemd_api_grant_delete() - DELETE /v1/regions/{region}/grants/{client}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_grant_delete(struct xmemd_call *call)
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
