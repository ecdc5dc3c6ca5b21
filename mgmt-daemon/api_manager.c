// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fields.h"
#include "manager.h"
#include "word.h"

/* Whose allocations the caller may see and change: its own, or (NULL) all. */
static const char *scope(const struct xmemd_call *call)
{
	return call->peer.roles & XMEMD_ROLE_ADMIN ? NULL : call->peer.cn;
}

static struct xmemd_store *store_of(const struct xmemd_call *call)
{
	return call->daemon->manager->store;
}

/* The name in the path; what is no name is refused as such and not looked for. */
static const char *path_name(struct xmemd_call *call)
{
	if (xmem_word_is_name(call->arg[0]))
		return call->arg[0];
	xmemd_refuse(&call->why, 400,
		     "\"%.64s\" is no name; possible are 1 to 63 characters of "
		     "A-Z a-z 0-9 . _ -, the first a letter or digit",
		     call->arg[0]);
	return NULL;
}

static const char *state_word(enum xmemd_state state)
{
	switch (state) {
	case XMEMD_CREATING:
		return "creating";
	case XMEMD_READY:
		return "ready";
	case XMEMD_DESTROYING:
		return "destroying";
	case XMEMD_FAILED:
		return "failed";
	}
	return "unknown";
}

static json_t *alloc_json(const struct xmemd_alloc *alloc)
{
	char id[XMEM_ID_TEXT], client[XMEM_ID_TEXT], region[XMEM_ID_TEXT];
	json_t *legs = json_array(), *object;
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		json_array_append_new(legs,
				      json_pack("{s:I, s:s, s:s, s:I}", "index", (json_int_t)i,
						"appliance", alloc->leg[i].appliance, "region",
						xmem_id_format(alloc->leg[i].region, region),
						"size", (json_int_t)alloc->leg[i].size));
	object =
		json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:o}", "name", alloc->name, "id",
			  xmem_id_format(alloc->id, id), "size", (json_int_t)alloc->size, "layout",
			  xmemd_choice_word(xmemd_layouts, alloc->layout), "state",
			  state_word(alloc->state), "client", xmem_id_format(alloc->client, client),
			  "owner", alloc->owner, "legs", legs);
	if (object && alloc->reason[0])
		json_object_set_new(object, "error", json_string(alloc->reason));
	return object;
}

static json_t *remote_json(const struct xmemd_remote *remote)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "name", remote->known.name, "url",
				   remote->known.url, "state", remote->up ? "up" : "down");
	json_t *rest = NULL;

	if (!object)
		return NULL;
	if (remote->up)
		rest = json_pack("{s:s, s:i, s:I, s:I, s:I, s:I}", "address", remote->known.address,
				 "port", remote->known.port, "memory", (json_int_t)remote->memory,
				 "free", (json_int_t)remote->free, "largest",
				 (json_int_t)remote->largest, "regions",
				 (json_int_t)remote->regions);
	else
		rest = json_pack("{s:s}", "error", remote->error);
	json_object_update(object, rest);
	json_decref(rest);
	return object;
}

static int reply_done(struct xmemd_call *call, const char *name, const char *state)
{
	call->reply = json_pack("{s:s, s:s}", "name", name, "state", state);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_status() - GET /v1/status
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_status(struct xmemd_call *call)
{
	const struct xmemd *daemon = call->daemon;
	uint64_t appliances, allocations;
	json_t *roles = json_array();
	char owner[XMEM_ID_TEXT];

	if (daemon->roles & XMEMD_ROLE_MANAGER)
		json_array_append_new(roles, json_string("manager"));
	if (daemon->roles & XMEMD_ROLE_APPLIANCE)
		json_array_append_new(roles, json_string("appliance"));
	call->reply = json_pack("{s:s, s:o}", "version", XMEM_VERSION, "roles", roles);
	if (!call->reply || !daemon->manager)
		return call->reply ? 0 : -1;
	if (xmemd_store_counts(store_of(call), &appliances, &allocations, &call->why) < 0)
		return -1;
	json_object_set_new(call->reply, "manager",
			    json_pack("{s:I, s:I, s:s}", "appliances", (json_int_t)appliances,
				      "allocations", (json_int_t)allocations, "owner",
				      xmem_id_format(xmemd_store_owner(store_of(call)), owner)));
	return 0;
}

/**
 * xmemd_api_appliances_get() - GET /v1/appliances
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliances_get(struct xmemd_call *call)
{
	struct xmemd_remote *remotes;
	json_t *list = json_array();
	size_t i, count;

	call->reply = json_pack("{s:o}", "appliances", list);
	if (!call->reply ||
	    xmemd_manager_ask(call->daemon->manager, &remotes, &count, &call->why) < 0)
		return -1;
	for (i = 0; i < count; i++)
		json_array_append_new(list, remote_json(&remotes[i]));
	free(remotes);
	return 0;
}

static const struct xmemd_field appliance_fields[] = {
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct xmemd_appliance, name), 0, NULL },
	{ "url", XMEMD_FIELD_URL, true, offsetof(struct xmemd_appliance, url), 0, NULL },
};

/**
 * xmemd_api_appliances_post() - POST /v1/appliances
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliances_post(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_remote remote = {};

	if (xmemd_fields_read(appliance_fields,
			      sizeof(appliance_fields) / sizeof(*appliance_fields), call->body,
			      &remote.known, &call->why) < 0 ||
	    xmemd_store_appliance_add(manager->store, &remote.known, &call->why) < 0)
		return -1;
	xmemd_remote_ask(manager->config, &remote);
	if (remote.up &&
	    xmemd_store_appliance_seen(manager->store, remote.known.name, remote.known.address,
				       remote.known.port, &call->why) < 0)
		return -1;
	/* it may have been an appliance of this manager before, and hold leaked regions */
	xmemd_janitor_kick(manager);
	call->status = 201;
	call->reply = remote_json(&remote);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_appliance_delete() - DELETE /v1/appliances/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliance_delete(struct xmemd_call *call)
{
	const char *name = path_name(call);

	if (!name ||
	    xmemd_store_appliance_del(store_of(call), name, call->query.force, &call->why) < 0)
		return -1;
	xmemd_janitor_kick(call->daemon->manager);
	return reply_done(call, name, "forgotten");
}

static void add_alloc(const struct xmemd_alloc *alloc, void *arg)
{
	json_array_append_new(arg, alloc_json(alloc));
}

/**
 * xmemd_api_allocs_get() - GET /v1/allocations
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_allocs_get(struct xmemd_call *call)
{
	json_t *list = json_array();

	call->reply = json_pack("{s:o}", "allocations", list);
	if (!call->reply)
		return -1;
	return xmemd_store_allocs(store_of(call), scope(call), add_alloc, list, &call->why);
}

static const struct xmemd_field order_fields[] = {
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct xmemd_order, name), 0, NULL },
	{ "size", XMEMD_FIELD_SIZE, true, offsetof(struct xmemd_order, want.size), 0, NULL },
	{ "client", XMEMD_FIELD_ID, true, offsetof(struct xmemd_order, client), 0, NULL },
	{ "layout", XMEMD_FIELD_CHOICE, false, offsetof(struct xmemd_order, want.layout), 0,
	  xmemd_layouts_wanted },
};

/**
 * xmemd_api_allocs_post() - POST /v1/allocations
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_allocs_post(struct xmemd_call *call)
{
	struct xmemd_order order = { .want.layout = XMEMD_LAYOUT_AUTO };
	struct xmemd_alloc alloc;

	if (xmemd_fields_read(order_fields, sizeof(order_fields) / sizeof(*order_fields),
			      call->body, &order, &call->why) < 0)
		return -1;
	memcpy(order.owner, call->peer.cn, sizeof(order.owner));
	if (xmemd_manager_create(call->daemon->manager, &order, &alloc, &call->why) < 0)
		return -1;
	call->status = 201;
	call->reply = alloc_json(&alloc);
	return call->reply ? 0 : -1;
}

/* The allocation of the path, if it is the caller's. */
static int find_own_alloc(struct xmemd_call *call, struct xmemd_alloc *alloc)
{
	const char *name = path_name(call);

	if (!name || xmemd_store_alloc_get(store_of(call), name, alloc, &call->why) < 0)
		return -1;
	if (scope(call) && strcmp(scope(call), alloc->owner))
		return xmemd_refuse(&call->why, 403, "allocation \"%s\" belongs to \"%s\"", name,
				    alloc->owner);
	return 0;
}

/**
 * xmemd_api_alloc_get() - GET /v1/allocations/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_alloc_get(struct xmemd_call *call)
{
	struct xmemd_alloc alloc;

	if (find_own_alloc(call, &alloc) < 0)
		return -1;
	call->reply = alloc_json(&alloc);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_alloc_delete() - DELETE /v1/allocations/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_alloc_delete(struct xmemd_call *call)
{
	const char *name = path_name(call);
	struct xmemd_refusal why = {};
	int ret;

	if (!name)
		return -1;
	ret = xmemd_manager_destroy(call->daemon->manager, name, scope(call), call->query.force,
				    &why);
	if (ret < 0) {
		call->why = why;
		return -1;
	}
	call->status = ret ? 200 : 202;
	if (reply_done(call, name, ret ? "destroyed" : "destroying") == 0 && !ret)
		json_object_set(call->reply, "details", why.details);
	xmemd_refusal_clear(&why);
	return call->reply ? 0 : -1;
}

static json_t *leg_json(struct xmemd_call *call, const struct xmemd_leg *leg)
{
	char region[XMEM_ID_TEXT], token[XMEM_TOKEN_TEXT];
	struct xmemd_appliance appliance;

	if (xmemd_store_appliance_get(store_of(call), leg->appliance, &appliance, &call->why) < 0)
		return NULL;
	return json_pack("{s:s, s:i, s:s, s:s, s:I}", "address", appliance.address, "port",
			 appliance.port, "region", xmem_id_format(leg->region, region), "token",
			 xmem_token_format(leg->token, token), "epoch", (json_int_t)leg->epoch);
}

/**
 * xmemd_api_attachment_get() - GET /v1/allocations/{name}/attachment
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_attachment_get(struct xmemd_call *call)
{
	json_t *legs = json_array(), *leg;
	struct xmemd_alloc alloc;
	char client[XMEM_ID_TEXT];
	unsigned int i;

	call->reply = json_pack("{s:o}", "legs", legs);
	if (!call->reply || find_own_alloc(call, &alloc) < 0)
		return -1;
	if (alloc.state != XMEMD_READY)
		return xmemd_refuse(&call->why, 409, "allocation \"%s\" is %s%s%s", alloc.name,
				    state_word(alloc.state), alloc.reason[0] ? ": " : "",
				    alloc.reason);
	for (i = 0; i < alloc.legs; i++) {
		leg = leg_json(call, &alloc.leg[i]);
		if (!leg)
			return -1;
		json_array_append_new(legs, leg);
	}
	json_object_set_new(call->reply, "name", json_string(alloc.name));
	json_object_set_new(call->reply, "size", json_integer((json_int_t)alloc.size));
	json_object_set_new(call->reply, "layout",
			    json_string(xmemd_choice_word(xmemd_layouts, alloc.layout)));
	json_object_set_new(call->reply, "client",
			    json_string(xmem_id_format(alloc.client, client)));
	return 0;
}
