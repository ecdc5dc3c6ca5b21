// SPDX-License-Identifier: GPL-2.0-or-later
/* The role manager: appliances. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_manager.h"
#include "change.h"
#include "crash.h"
#include "events.h"
#include "labels.h"
#include "legs.h"
#include "paging.h"
#include "record.h"

static int reply_appliance(struct xmemd_call *call, const char *name)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_appliance_entry *entry;
	json_t *object = NULL;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_appliance_locked(&manager->model, name);
	if (entry)
		object = xmemd_json_appliance_locked(manager, entry);
	xmemd_model_unlock(&manager->model);
	if (!entry)
		return xmemd_refuse(&call->why, 404, "there is no appliance \"%s\"", name);
	return xmemd_reply(call, object);
}

/**
 * xmemd_api_appliances_get() - GET /v1/appliances
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliances_get(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const struct xmemd_index *tree = &manager->model.appliances;
	const struct xmemd_appliance_entry *entry;
	struct xmemd_paging paging;
	struct xmemd_node *node;

	if (xmemd_paging_begin(&paging, call, "appliances") < 0)
		return -1;
	xmemd_model_lock(&manager->model);
	for (node = xmemd_index_after(tree, call->query.after); node;
	     node = xmemd_index_after(tree, node->key)) {
		entry = node->of;
		if (call->query.state[0] &&
		    strcmp(call->query.state,
			   xmemd_choice_word(xmemd_appliance_states, entry->record.state)))
			continue;
		if (!xmemd_paging_add(&paging, node->key,
				      xmemd_json_appliance_locked(manager, entry)))
			break;
	}
	xmemd_model_unlock(&manager->model);
	return 0;
}

/**
 * xmemd_api_appliance_get() - GET /v1/appliances/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliance_get(struct xmemd_call *call)
{
	const char *name = xmemd_path_name(call);

	return name ? reply_appliance(call, name) : -1;
}

static const struct xmemd_field appliance_fields[] = {
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct xmemd_appliance, name), 0, NULL },
	{ "url", XMEMD_FIELD_URL, true, offsetof(struct xmemd_appliance, url), 0, NULL },
	{ "labels", XMEMD_FIELD_OBJECT, false, offsetof(struct xmemd_appliance, labels), 0, NULL },
};

/* Name and URL are each of one appliance only. */
static int check_taken(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
		       struct xmemd_refusal *why)
{
	const struct xmemd_appliance_entry *entry;
	int ret = 0;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_appliance_locked(&manager->model, appliance->name);
	if (!entry)
		entry = xmemd_index_get(&manager->model.urls, appliance->url);
	if (entry)
		ret = xmemd_refuse_as(why, 409, XMEMD_WHY_EXISTS,
				      "there is an appliance \"%s\" at %s already",
				      entry->record.name, entry->record.url);
	xmemd_model_unlock(&manager->model);
	return ret;
}

static int put_appliance(struct xmemd_manager *manager, const struct xmemd_appliance *appliance,
			 uint64_t expect, struct xmemd_refusal *why)
{
	char *text = xmemd_record_appliance(appliance);

	if (!text)
		return xmemd_refuse(why, 500, "out of memory");
	return xmemd_manager_put(manager, "appliance/", appliance->name, text, expect, why);
}

/**
 * xmemd_appliance_moved() - remember where clients reach an appliance, if that is new
 * @manager: the manager
 * @name: the appliance
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_appliance_moved(struct xmemd_manager *manager, const char *name,
			  struct xmemd_refusal *why)
{
	struct xmemd_appliance appliance = {};
	struct xmemd_appliance_entry *entry;
	bool moved = false;
	int ret = 0;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_appliance_locked(&manager->model, name);
	if (entry && entry->status.address[0] && manager->leads) {
		moved = strcmp(entry->record.address, entry->status.address) ||
			entry->record.port != entry->status.port;
		appliance = entry->record;
		memcpy(appliance.address, entry->status.address, sizeof(appliance.address));
		appliance.port = entry->status.port;
		json_incref(appliance.labels);
	}
	xmemd_model_unlock(&manager->model);
	if (moved)
		ret = put_appliance(manager, &appliance, XMEMD_KV_EXISTS, why);
	json_decref(appliance.labels);
	return ret;
}

/**
 * xmemd_api_appliances_post() - POST /v1/appliances
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliances_post(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_appliance appliance = { .state = XMEMD_ADMITTED };

	if (xmemd_fields_read(XMEMD_FIELDS(appliance_fields), call->body, &appliance, &call->why) <
		    0 ||
	    xmemd_labels_check(appliance.labels, &call->why) < 0 ||
	    check_taken(manager, &appliance, &call->why) < 0 ||
	    put_appliance(manager, &appliance, XMEMD_KV_ABSENT, &call->why) < 0)
		return -1;
	xmemd_event(call->daemon, "appliance.admitted", appliance.name, NULL);
	xmemd_manager_ask(manager, appliance.name);
	/* it may have been an appliance of this manager before, and hold leaked regions */
	xmemd_janitor_kick(manager);
	call->status = 201;
	return reply_appliance(call, appliance.name);
}

struct appliance_change {
	uint32_t state;
	json_t *labels;
};

static const struct xmemd_choice states_wanted[] = {
	{ "admitted", XMEMD_ADMITTED },
	{ "drained", XMEMD_DRAINED },
	{},
};

static const struct xmemd_field change_fields[] = {
	{ "state", XMEMD_FIELD_CHOICE, false, offsetof(struct appliance_change, state), 0,
	  states_wanted },
	{ "labels", XMEMD_FIELD_OBJECT, false, offsetof(struct appliance_change, labels), 0, NULL },
};

/**
 * xmemd_api_appliance_patch() - PATCH /v1/appliances/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliance_patch(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *name = xmemd_path_name(call);
	struct appliance_change change = {};
	struct xmemd_appliance appliance;
	struct xmemd_appliance_entry *entry;
	uint64_t revision = 0;
	bool admitted = false;
	int ret;

	if (!name ||
	    xmemd_fields_read(XMEMD_FIELDS(change_fields), call->body, &change, &call->why) < 0 ||
	    xmemd_labels_check(change.labels, &call->why) < 0)
		return -1;
	if (!json_object_size(call->body))
		return xmemd_refuse(&call->why, 400,
				    "nothing to change; possible are state, labels");
	xmemd_model_lock(&manager->model);
	entry = xmemd_model_appliance_locked(&manager->model, name);
	if (entry) {
		appliance = entry->record;
		json_incref(appliance.labels);
		revision = entry->revision;
	}
	xmemd_model_unlock(&manager->model);
	if (!entry)
		return xmemd_refuse(&call->why, 404, "there is no appliance \"%s\"", name);
	if (change.labels) {
		json_decref(appliance.labels);
		appliance.labels = json_incref(change.labels);
	}
	if (change.state) {
		admitted = appliance.state == XMEMD_PENDING;
		appliance.state = change.state;
	}
	ret = put_appliance(manager, &appliance, revision, &call->why);
	json_decref(appliance.labels);
	if (ret < 0)
		return -1;
	if (admitted)
		xmemd_event(call->daemon, "appliance.admitted", name, NULL);
	xmemd_janitor_kick(manager);
	return reply_appliance(call, name);
}

/* Allocations with a region there, each once; a page of them is enough to go on with. */
static size_t list_holders(struct xmemd_manager *manager, const char *name,
			   char (**holders)[XMEMD_NAME_TEXT])
{
	struct xmemd_index seen = {};
	struct xmemd_node *nodes;
	struct xmemd_alloc_entry *entry;
	struct xmemd_appliance_entry *appliance;
	uint64_t region = 0;
	size_t n = 0;

	*holders = NULL;
	xmemd_model_lock(&manager->model);
	appliance = xmemd_model_appliance_locked(&manager->model, name);
	nodes = appliance ? calloc(appliance->held + 1, sizeof(*nodes)) : NULL;
	*holders = appliance ? calloc(appliance->held + 1, sizeof(**holders)) : NULL;
	while (nodes && *holders && n < appliance->held &&
	       (entry = xmemd_model_next_on_locked(&manager->model, name, &region))) {
		memcpy((*holders)[n], entry->alloc->name, XMEMD_NAME_TEXT);
		if (xmemd_index_add(&seen, &nodes[n], (*holders)[n], NULL))
			n++;
	}
	xmemd_model_unlock(&manager->model);
	free(nodes);
	return n;
}

static int refuse_held(const char *name, char (*holders)[XMEMD_NAME_TEXT], size_t n,
		       struct xmemd_refusal *why)
{
	size_t i;

	for (i = 0; i < n && i < 16; i++)
		xmemd_refusal_detail(why, "allocation %s", holders[i]);
	return xmemd_refuse_as(
		why, 409, XMEMD_WHY_IN_USE,
		"appliance \"%s\" holds regions of %zu allocation%s; destroy %s first", name, n,
		n > 1 ? "s" : "", n > 1 ? "them" : "it");
}

static int break_allocations(struct xmemd_manager *manager, const char *name,
			     char (*holders)[XMEMD_NAME_TEXT], size_t n, struct xmemd_refusal *why)
{
	char reason[XMEMD_REASON_TEXT];
	size_t i;

	snprintf(reason, sizeof(reason), "appliance %s was forgotten by force", name);
	for (i = 0; i < n; i++)
		if (xmemd_fail(manager, holders[i], name, 0, reason, why) < 0)
			return -1;
	return 0;
}

/**
 * xmemd_api_appliance_delete() - DELETE /v1/appliances/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_appliance_delete(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *name = xmemd_path_name(call);
	char(*holders)[XMEMD_NAME_TEXT];
	struct xmemd_appliance known;
	size_t n;
	int ret;

	if (!name || xmemd_model_appliance(&manager->model, name, &known, &call->why) < 0)
		return -1;
	n = list_holders(manager, name, &holders);
	if (n && !call->query.force)
		ret = refuse_held(name, holders, n, &call->why);
	else
		ret = break_allocations(manager, name, holders, n, &call->why);
	free(holders);
	xmemd_crash_point();
	if (ret < 0 ||
	    xmemd_manager_put(manager, "appliance/", name, NULL, XMEMD_KV_EXISTS, &call->why) < 0)
		return -1;
	xmemd_event(call->daemon, "appliance.removed", name, NULL);
	xmemd_janitor_kick(manager);
	return xmemd_reply_state(call, name, "forgotten");
}
