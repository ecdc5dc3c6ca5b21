// SPDX-License-Identifier: GPL-2.0-or-later
/* The role manager: allocations. */
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_manager.h"
#include "api_want.h"
#include "change.h"
#include "labels.h"
#include "paging.h"
#include "record.h"
#include "regrant.h"

static struct xmemd_asker asker_of(const struct xmemd_call *call)
{
	return (struct xmemd_asker){ .owner = xmemd_call_scope(call), .force = call->query.force };
}

static int reply_alloc(struct xmemd_call *call, struct xmemd_alloc *alloc)
{
	int ret = xmemd_reply(call, xmemd_json_alloc(call->daemon->manager, alloc, true));

	xmemd_alloc_put(alloc);
	return ret;
}

/* Return: whether to go on with the next ones. */
static bool add_page(struct xmemd_paging *paging, struct xmemd_alloc **list, size_t count)
{
	const struct xmemd_call *call = paging->call;
	size_t i;

	for (i = 0; i < count; i++)
		if (xmemd_labels_match(list[i]->labels, call->query.label, call->query.labels) &&
		    !xmemd_paging_add(paging, list[i]->name,
				      xmemd_json_alloc(call->daemon->manager, list[i], false)))
			return false;
	return true;
}

/**
 * xmemd_api_allocs_get() - GET /v1/allocations
 * @call: the request
 *
 * With labels, all allocations are looked at until the page is full; in pieces, because
 * nobody decides anything while the model is locked.
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_allocs_get(struct xmemd_call *call)
{
	size_t piece = call->query.labels ? XMEMD_PAGE_DEFAULT : (size_t)call->query.limit + 1;
	struct xmemd_model *model = &call->daemon->manager->model;
	char after[XMEMD_NAME_TEXT];
	struct xmemd_paging paging;
	struct xmemd_alloc **list;
	size_t count;
	bool more;

	if (xmemd_paging_begin(&paging, call, "allocations") < 0)
		return -1;
	memcpy(after, call->query.after, sizeof(after));
	do {
		if (xmemd_model_allocs(model, xmemd_call_scope(call), after, piece, &list, &count) <
		    0)
			return -1;
		more = add_page(&paging, list, count) && count == piece;
		if (count)
			memcpy(after, list[count - 1]->name, sizeof(after));
		xmemd_model_allocs_free(list, count);
	} while (more);
	return 0;
}

/* Sent again with the same key: what it made, or what became of that. */
static int answer_again(struct xmemd_call *call, const char *name)
{
	struct xmemd_alloc *alloc = xmemd_model_alloc(&call->daemon->manager->model, name);

	if (!alloc)
		return xmemd_refuse(&call->why, 409,
				    "allocation \"%s\" was made by this Idempotency-Key and is "
				    "destroyed since",
				    name);
	call->status = 201;
	return reply_alloc(call, alloc);
}

static int dry_run(struct xmemd_call *call, const struct xmemd_order *order)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_decision *decision = malloc(sizeof(*decision));
	int ret;

	if (!decision)
		return -1;
	xmemd_janitor_wait(manager);
	xmemd_model_lock(&manager->model);
	if (order->name[0] && xmemd_model_find_locked(&manager->model, order->name))
		ret = xmemd_refuse_as(&call->why, 409, XMEMD_WHY_EXISTS,
				      "there is an allocation \"%s\" already", order->name);
	else
		ret = xmemd_decide_locked(manager, order, decision, &call->why);
	xmemd_model_unlock(&manager->model);
	if (!ret)
		ret = xmemd_reply(call, xmemd_json_decision(decision));
	free(decision);
	return ret;
}

static int create(struct xmemd_call *call, struct xmemd_order *order)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_idem_request request;
	char name[XMEMD_NAME_TEXT];
	struct xmemd_alloc *alloc;
	int again;

	if (call->query.dry_run)
		return dry_run(call, order);
	if (call->query.key[0]) {
		if (xmemd_idem_request(&request, call->peer.cn, call->query.key, call->body,
				       &call->why) < 0)
			return -1;
		again = xmemd_idem_find(&manager->idem, &request, name, &call->why);
		if (again)
			return again < 0 ? -1 : answer_again(call, name);
		order->key = &request;
	}
	if (xmemd_create(manager, order, &alloc, &call->why) < 0)
		return -1;
	call->status = 201;
	return reply_alloc(call, alloc);
}

/**
 * xmemd_api_allocs_post() - POST /v1/allocations
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_allocs_post(struct xmemd_call *call)
{
	struct xmemd_order order;
	int ret = xmemd_want_read(call, XMEMD_WANT_ALLOC, &order);

	if (!ret)
		ret = create(call, &order);
	xmemd_order_free(&order);
	return ret;
}

/**
 * xmemd_api_plans_post() - POST /v1/plans
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_plans_post(struct xmemd_call *call)
{
	struct xmemd_order order;
	int ret = xmemd_want_read(call, XMEMD_WANT_PLAN, &order);

	if (!ret)
		ret = dry_run(call, &order);
	xmemd_order_free(&order);
	return ret;
}

static int add_space(const char *appliance, uint64_t bytes, uint64_t largest, void *arg)
{
	return json_array_append_new(arg,
				     json_pack("{s:s, s:I, s:I}", "appliance", appliance, "space",
					       (json_int_t)bytes, "largest", (json_int_t)largest));
}

/**
 * xmemd_api_space_post() - POST /v1/space
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_space_post(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	json_t *each = json_array();
	struct xmemd_space space;
	struct xmemd_order order;
	int ret = xmemd_want_read(call, XMEMD_WANT_SPACE, &order);

	if (!ret) {
		xmemd_janitor_wait(manager);
		xmemd_model_lock(&manager->model);
		ret = xmemd_decide_space_locked(manager, &order, &space, add_space, each,
						&call->why);
		xmemd_model_unlock(&manager->model);
	}
	if (!ret)
		ret = xmemd_reply(call, json_pack("{s:I, s:I, s:I, s:I, s:O}", "sum",
						  (json_int_t)space.sum, "largest",
						  (json_int_t)space.largest, "in_regions",
						  (json_int_t)space.in_regions, "appliances",
						  (json_int_t)space.appliances, "each", each));
	json_decref(each);
	xmemd_order_free(&order);
	return ret;
}

static int find(struct xmemd_call *call, struct xmemd_alloc **alloc)
{
	const struct xmemd_asker asker = asker_of(call);
	const char *name = xmemd_path_name(call);

	if (!name)
		return -1;
	return xmemd_find_own(call->daemon->manager, name, &asker, alloc, &call->why);
}

/**
 * xmemd_api_alloc_get() - GET /v1/allocations/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_alloc_get(struct xmemd_call *call)
{
	struct xmemd_alloc *alloc;

	return find(call, &alloc) < 0 ? -1 : reply_alloc(call, alloc);
}

/**
 * xmemd_api_alloc_delete() - DELETE /v1/allocations/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_alloc_delete(struct xmemd_call *call)
{
	const struct xmemd_asker asker = asker_of(call);
	const char *name = xmemd_path_name(call);
	struct xmemd_refusal why = {};
	int ret;

	if (!name)
		return -1;
	ret = xmemd_destroy(call->daemon->manager, name, &asker, &why);
	if (ret < 0) {
		call->why = why;
		return -1;
	}
	call->status = ret ? 200 : 202;
	if (xmemd_reply_state(call, name, ret ? "destroyed" : "destroying") == 0 && !ret)
		json_object_set(call->reply, "details", why.details);
	xmemd_refusal_clear(&why);
	return call->reply ? 0 : -1;
}

struct change {
	uint64_t size, duration, not_in_use;
	uint32_t type;
	json_t *labels;
};

static const struct xmemd_field change_fields[] = {
	{ "size", XMEMD_FIELD_SIZE, false, offsetof(struct change, size), 0, NULL },
	{ "type", XMEMD_FIELD_CHOICE, false, offsetof(struct change, type), 0, xmemd_types },
	{ "duration", XMEMD_FIELD_TIME, false, offsetof(struct change, duration), 0, NULL },
	{ "not_in_use", XMEMD_FIELD_TIME, false, offsetof(struct change, not_in_use), 0, NULL },
	{ "labels", XMEMD_FIELD_OBJECT, false, offsetof(struct change, labels), 0, NULL },
};

static int change_size(struct xmemd_call *call, const char *name, uint64_t size)
{
	const struct xmemd_asker asker = asker_of(call);
	struct xmemd_refusal why = {};
	struct xmemd_alloc *alloc;
	int ret;

	ret = xmemd_resize(call->daemon->manager, name, &asker, size, &alloc, &why);
	if (ret < 0) {
		call->why = why;
		return -1;
	}
	call->status = ret ? 200 : 202;
	if (reply_alloc(call, alloc) == 0) {
		if (!ret)
			json_object_set(call->reply, "details", why.details);
		json_object_set_new(call->reply, "note",
				    json_string("a client that is attached keeps the size it has "
						"until it attaches anew"));
	}
	xmemd_refusal_clear(&why);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_alloc_patch() - PATCH /v1/allocations/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_alloc_patch(struct xmemd_call *call)
{
	const struct xmemd_asker asker = asker_of(call);
	const char *name = xmemd_path_name(call);
	struct xmemd_settings settings = {};
	struct xmemd_alloc *alloc = NULL;
	struct change change = {};

	if (!name ||
	    xmemd_fields_read(XMEMD_FIELDS(change_fields), call->body, &change, &call->why) < 0 ||
	    xmemd_labels_check(change.labels, &call->why) < 0)
		return -1;
	settings.has_type = json_object_get(call->body, "type");
	settings.has_duration = json_object_get(call->body, "duration");
	settings.has_not_in_use = json_object_get(call->body, "not_in_use");
	settings.has_labels = change.labels;
	settings.labels = change.labels;
	settings.type = change.type;
	settings.duration = change.duration ? change.duration * 1000 : XMEMD_UNLIMITED;
	settings.not_in_use = change.not_in_use ? change.not_in_use * 1000 : XMEMD_UNLIMITED;
	if (change.size && json_object_size(call->body) > 1)
		return xmemd_refuse_field(&call->why, "size",
					  "\"size\" cannot be changed together with anything else");
	if (change.size)
		return change_size(call, name, change.size);
	if (!json_object_size(call->body))
		return xmemd_refuse(&call->why, 400,
				    "nothing to change; possible are size, type, duration, "
				    "not_in_use, labels");
	if (xmemd_lease_set(call->daemon->manager, name, &asker, &settings, &alloc, &call->why) < 0)
		return -1;
	return reply_alloc(call, alloc);
}

/**
 * xmemd_api_lease_put() - PUT /v1/allocations/{name}/lease
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_lease_put(struct xmemd_call *call)
{
	const struct xmemd_asker asker = asker_of(call);
	const char *name = xmemd_path_name(call);
	struct xmemd_alloc *alloc = NULL;

	if (!name || xmemd_fields_read(NULL, 0, call->body, NULL, &call->why) < 0 ||
	    xmemd_lease_use(call->daemon->manager, name, &asker, &alloc, &call->why) < 0)
		return -1;
	return reply_alloc(call, alloc);
}

/**
 * xmemd_api_explanation_get() - GET /v1/allocations/{name}/explanation
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_explanation_get(struct xmemd_call *call)
{
	json_t *legs = json_array(), *object;
	struct xmemd_alloc *alloc;
	unsigned int i;

	if (find(call, &alloc) < 0) {
		json_decref(legs);
		return -1;
	}
	for (i = 0; i < alloc->legs; i++)
		json_array_append_new(legs,
				      json_pack("{s:I, s:s, s:I, s:I, s:s}", "index", (json_int_t)i,
						"appliance", alloc->leg[i].appliance, "size",
						(json_int_t)alloc->leg[i].size, "drawn",
						(json_int_t)alloc->leg[i].drawn, "reason",
						alloc->leg[i].why));
	object = json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", alloc->name, "strategy",
			   alloc->strategies, "layout",
			   xmemd_choice_word(xmemd_layouts, alloc->layout), "reason", alloc->why,
			   "legs", legs);
	xmemd_alloc_put(alloc);
	return xmemd_reply(call, object);
}

/* As it is, for the logic: what it has may stay or go. */
static int plan_move(struct xmemd_call *call, const struct xmemd_alloc *alloc,
		     struct xmemd_order *order)
{
	struct xmemd_held held[XMEM_LEGS_MAX];
	unsigned int i, helds = 0;

	if (alloc->state != XMEMD_READY)
		return xmemd_refuse(&call->why, 409, "allocation \"%s\" is %s", alloc->name,
				    xmemd_choice_word(xmemd_states, alloc->state));
	for (i = 0; i < alloc->legs; i++)
		if (alloc->leg[i].state == XMEMD_LEG_THERE)
			held[helds++] =
				(struct xmemd_held){ alloc->leg[i].appliance, alloc->leg[i].size };
	order->name[0] = 0;
	memcpy(order->owner, alloc->owner, sizeof(order->owner));
	order->any = true;
	order->client = alloc->client;
	order->type = alloc->type;
	order->act = XMEMD_ACT_PROLONG;
	order->duration = alloc->duration;
	order->not_in_use = alloc->not_in_use;
	order->demand.size = alloc->size;
	order->demand.held = held;
	order->demand.helds = helds;
	order->demand.restructure = true;
	return dry_run(call, order);
}

/**
 * xmemd_api_restructure_post() - POST /v1/allocations/{name}/restructure
 * @call: the request
 *
 * Says what would become of the allocation, and does nothing.
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_restructure_post(struct xmemd_call *call)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_order order;
	int ret = xmemd_want_read(call, XMEMD_WANT_MOVE, &order);

	if (!ret)
		ret = find(call, &alloc);
	if (!ret)
		ret = plan_move(call, alloc, &order);
	xmemd_alloc_put(alloc);
	xmemd_order_free(&order);
	return ret;
}

static json_t *leg_json(struct xmemd_call *call, const struct xmemd_leg *leg)
{
	char region[XMEM_ID_TEXT], token[XMEM_TOKEN_TEXT];
	struct xmemd_appliance appliance;

	if (xmemd_model_appliance(&call->daemon->manager->model, leg->appliance, &appliance,
				  &call->why) < 0)
		return NULL;
	return json_pack("{s:s, s:i, s:s, s:s, s:I}", "address", appliance.address, "port",
			 (int)appliance.port, "region", xmem_id_format(leg->region, region),
			 "token", xmem_token_format(leg->token, token), "epoch",
			 (json_int_t)leg->epoch);
}

static int attachment(struct xmemd_call *call, const struct xmemd_alloc *alloc)
{
	json_t *legs = json_array(), *leg;
	char client[XMEM_ID_TEXT];
	unsigned int i;

	if (xmemd_reply(call, json_pack("{s:o}", "legs", legs)) < 0)
		return -1;
	if (alloc->state != XMEMD_READY)
		return xmemd_refuse(&call->why, 409, "allocation \"%s\" is %s%s%s", alloc->name,
				    xmemd_choice_word(xmemd_states, alloc->state),
				    alloc->reason[0] ? ": " : "", alloc->reason);
	for (i = 0; i < alloc->legs; i++) {
		if (alloc->leg[i].state != XMEMD_LEG_THERE)
			continue;
		leg = leg_json(call, &alloc->leg[i]);
		if (!leg)
			return -1;
		json_array_append_new(legs, leg);
	}
	json_object_set_new(call->reply, "name", json_string(alloc->name));
	json_object_set_new(call->reply, "size", json_integer((json_int_t)alloc->size));
	json_object_set_new(call->reply, "layout",
			    json_string(xmemd_choice_word(xmemd_layouts, alloc->layout)));
	json_object_set_new(call->reply, "client",
			    json_string(xmem_id_format(alloc->client, client)));
	return 0;
}

/**
 * xmemd_api_attachment_get() - GET /v1/allocations/{name}/attachment
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_attachment_get(struct xmemd_call *call)
{
	const struct xmemd_asker asker = asker_of(call);
	struct xmemd_alloc *alloc;
	int ret = 0;

	if (find(call, &alloc) < 0)
		return -1;
	if (alloc->state == XMEMD_READY && xmemd_regrant_needed(alloc)) {
		xmemd_alloc_put(alloc);
		if (xmemd_regrant(call->daemon->manager, call->arg[0], &asker, &alloc, &call->why) <
		    0)
			return -1;
	}
	ret = attachment(call, alloc);
	xmemd_alloc_put(alloc);
	return ret;
}
