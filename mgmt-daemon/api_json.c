// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "api_json.h"
#include "record.h"
#include "word.h"

/**
 * xmemd_path_name() - the name in the path
 * @call: the request
 *
 * Return: the name; NULL with the refusal set for what is no name: it is not looked for.
 */
const char *xmemd_path_name(struct xmemd_call *call)
{
	if (xmem_word_is_name(call->arg[0]))
		return call->arg[0];
	xmemd_refuse(&call->why, 400,
		     "\"%.64s\" is no name; possible are 1 to 63 characters of "
		     "A-Z a-z 0-9 . _ -, the first a letter or digit",
		     call->arg[0]);
	return NULL;
}

/**
 * xmemd_call_scope() - whose allocations the caller may see and change
 * @call: the request
 *
 * Return: the name of the owner, or NULL for all.
 */
const char *xmemd_call_scope(const struct xmemd_call *call)
{
	return call->peer.roles & (XMEMD_ROLE_ADMIN | XMEMD_ROLE_VIEWER) ? NULL : call->peer.cn;
}

/**
 * xmemd_reply() - answer with an object
 * @call: the request
 * @object: the object; stolen. NULL: there was no memory for it
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_reply(struct xmemd_call *call, json_t *object)
{
	json_decref(call->reply);
	call->reply = object;
	return object ? 0 : -1;
}

/**
 * xmemd_reply_state() - answer that an object is in a state now
 * @call: the request
 * @name: the object
 * @state: the state
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_reply_state(struct xmemd_call *call, const char *name, const char *state)
{
	return xmemd_reply(call, json_pack("{s:s, s:s}", "name", name, "state", state));
}

/* No limit is said by not being there. */
static void set_seconds(json_t *object, const char *name, uint64_t ms)
{
	if (ms != UINT64_MAX)
		json_object_set_new(object, name, json_integer((json_int_t)(ms / 1000)));
}

static json_t *lease_json(struct xmemd_manager *manager, const struct xmemd_alloc *alloc)
{
	struct xmemd_lease_left left = { .state = alloc->lease,
					 .ends = alloc->left.ends,
					 .idle = alloc->left.idle };
	struct xmemd_alloc_entry *entry;
	json_t *object;

	xmemd_model_lock(&manager->model);
	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	if (entry && entry->alloc->id == alloc->id)
		xmemd_lease_left(&entry->lease, xmemd_model_now(), &left);
	xmemd_model_unlock(&manager->model);
	object = json_pack("{s:s}", "state", xmemd_lease_state_name(left.state));
	set_seconds(object, "left", left.ends < left.idle ? left.ends : left.idle);
	set_seconds(object, "duration", alloc->duration);
	set_seconds(object, "not_in_use", alloc->not_in_use);
	return object;
}

static json_t *legs_json(const struct xmemd_alloc *alloc)
{
	char region[XMEM_ID_TEXT];
	json_t *legs = json_array(), *leg;
	unsigned int i;

	for (i = 0; i < alloc->legs; i++) {
		leg = json_pack("{s:I, s:s, s:s, s:I}", "index", (json_int_t)i, "appliance",
				alloc->leg[i].appliance, "region",
				xmem_id_format(alloc->leg[i].region, region), "size",
				(json_int_t)alloc->leg[i].size);
		if (alloc->leg[i].state == XMEMD_LEG_GOING)
			json_object_set_new(leg, "state", json_string("going"));
		else if (alloc->leg[i].state == XMEMD_LEG_COMING)
			json_object_set_new(leg, "state", json_string("coming"));
		json_array_append_new(legs, leg);
	}
	return legs;
}

static json_t *reasons_json(const struct xmemd_alloc *alloc)
{
	json_t *list = json_array();
	unsigned int i;

	if (alloc->why[0])
		json_array_append_new(list, json_string(alloc->why));
	for (i = 0; i < alloc->legs; i++)
		json_array_append_new(list,
				      json_sprintf("region %u on %s: %s", i,
						   alloc->leg[i].appliance, alloc->leg[i].why));
	return list;
}

/**
 * xmemd_json_alloc() - an allocation
 * @manager: the manager
 * @alloc: the allocation
 * @reasons: say why its regions are where they are
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_json_alloc(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			 bool reasons)
{
	char id[XMEM_ID_TEXT], client[XMEM_ID_TEXT];
	json_t *object;

	object = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:s, s:o}", "name",
			   alloc->name, "id", xmem_id_format(alloc->id, id), "size",
			   (json_int_t)alloc->size, "layout",
			   xmemd_choice_word(xmemd_layouts, alloc->layout), "state",
			   xmemd_choice_word(xmemd_states, alloc->state), "client",
			   xmem_id_format(alloc->client, client), "owner", alloc->owner, "type",
			   xmemd_type_name(alloc->type), "lease", lease_json(manager, alloc),
			   "created", (json_int_t)alloc->created, "strategy", alloc->strategies,
			   "legs", legs_json(alloc));
	if (!object)
		return NULL;
	if (alloc->account[0])
		json_object_set_new(object, "account", json_string(alloc->account));
	if (alloc->reservation[0])
		json_object_set_new(object, "reservation", json_string(alloc->reservation));
	if (alloc->labels)
		json_object_set(object, "labels", alloc->labels);
	if (alloc->reason[0])
		json_object_set_new(object, "error", json_string(alloc->reason));
	if (reasons)
		json_object_set_new(object, "reasons", reasons_json(alloc));
	return object;
}

static void add_status(json_t *object, const struct xmemd_appliance_entry *entry)
{
	const struct xmemd_appliance_status *status = &entry->status;
	json_t *rest;

	rest = json_pack("{s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "address",
			 entry->record.address, "port", (int)entry->record.port, "memory",
			 (json_int_t)status->pool.memory, "free", (json_int_t)status->pool.free,
			 "largest", (json_int_t)status->pool.largest, "regions",
			 (json_int_t)status->pool.regions, "load", (json_int_t)status->load,
			 "latency_ns", (json_int_t)status->latency_ns, "bandwidth_mbps",
			 (json_int_t)status->bandwidth_mbps);
	json_object_update(object, rest);
	json_decref(rest);
	if (status->version[0])
		json_object_set_new(object, "version", json_string(status->version));
	if (status->health)
		json_object_set(object, "health", status->health);
	else
		json_object_set_new(object, "health",
				    json_pack("{s:b, s:[]}", "ok", status->healthy, "reasons"));
}

/**
 * xmemd_json_appliance_locked() - an appliance
 * @manager: the manager, its model locked
 * @entry: the appliance
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_json_appliance_locked(struct xmemd_manager *manager,
				    const struct xmemd_appliance_entry *entry)
{
	struct xmemd_pool_view view;
	json_t *object, *labels = json_object();

	json_object_update(labels, entry->status.labels);
	json_object_update(labels, entry->record.labels);
	object = json_pack("{s:s, s:s, s:s, s:b, s:I, s:o}", "name", entry->record.name, "url",
			   entry->record.url, "state",
			   xmemd_choice_word(xmemd_appliance_states, entry->record.state), "up",
			   entry->up, "held", (json_int_t)entry->held, "labels", labels);
	if (!object)
		return NULL;
	if (entry->record.address[0])
		add_status(object, entry);
	if (entry->error[0])
		json_object_set_new(object, "error", json_string(entry->error));
	if (entry->seen)
		json_object_set_new(
			object, "seen",
			json_integer((json_int_t)(xmemd_model_now() - entry->seen) / 1000));
	if (xmemd_pools_get(manager->model.pools, entry->record.name, &view)) {
		json_object_set_new(object, "reserved", json_integer((json_int_t)view.reserved));
		json_object_set_new(object, "open", json_integer((json_int_t)view.open));
	}
	return object;
}

/**
 * xmemd_json_person_locked() - a client or an account, with what it has
 * @person: the client or account
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_json_person_locked(const struct xmemd_person *person)
{
	json_t *object = json_deep_copy(person->record);

	if (object)
		json_object_set_new(object, "used",
				    json_pack("{s:I, s:I, s:I}", "total",
					      (json_int_t)person->usage.total, "volatile",
					      (json_int_t)person->usage.of_type[XMEMD_VOLATILE],
					      "persistent",
					      (json_int_t)person->usage.of_type[XMEMD_PERSISTENT]));
	return object;
}

/**
 * xmemd_json_reservation_locked() - a reservation, with what was drawn
 * @reserved: the reservation
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_json_reservation_locked(const struct xmemd_reserved *reserved)
{
	const struct xmemd_reservation *is = &reserved->is;
	json_t *placement = json_object();
	unsigned int i;

	for (i = 0; i < is->pieces; i++)
		json_object_set_new(placement, is->piece[i].appliance,
				    json_integer((json_int_t)is->piece[i].size));
	return json_pack("{s:s, s:s, s:I, s:I, s:o}", "name", is->name,
			 is->kind == XMEMD_OWNER_CLIENT ? "client" : "account", is->owner, "size",
			 (json_int_t)xmemd_reservation_size(is), "used",
			 (json_int_t)xmemd_reservation_drawn(is), "placement", placement);
}

/**
 * xmemd_json_decision() - where something would go
 * @decision: the decision
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_json_decision(const struct xmemd_decision *decision)
{
	const struct xmemd_placement *placement = &decision->placement;
	json_t *legs = json_array(), *object, *leg;
	unsigned int i;

	for (i = 0; i < placement->legs; i++) {
		leg = json_pack("{s:I, s:s, s:I, s:I, s:s}", "index", (json_int_t)i, "appliance",
				placement->leg[i].appliance, "size",
				(json_int_t)placement->leg[i].size, "drawn",
				(json_int_t)placement->leg[i].drawn, "reason",
				placement->leg[i].why);
		if (placement->leg[i].stays)
			json_object_set_new(leg, "stays", json_true());
		json_array_append_new(legs, leg);
	}
	object =
		json_pack("{s:I, s:s, s:s, s:s, s:o}", "size", (json_int_t)placement->size,
			  "layout", xmemd_choice_word(xmemd_layouts, placement->layout), "strategy",
			  decision->strategies, "reason", placement->why, "legs", legs);
	if (!object)
		return NULL;
	if (decision->account[0])
		json_object_set_new(object, "account", json_string(decision->account));
	if (decision->reservation[0])
		json_object_set_new(object, "reservation", json_string(decision->reservation));
	set_seconds(object, "duration", decision->terms.duration);
	set_seconds(object, "not_in_use", decision->terms.not_in_use);
	json_object_set_new(object, "priority", json_integer(decision->terms.priority));
	return object;
}
