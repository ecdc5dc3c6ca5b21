// SPDX-License-Identifier: GPL-2.0-or-later
/* The role manager: accounts, clients, the policy, reservations. */
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_manager.h"
#include "api_want.h"
#include "events.h"
#include "paging.h"
#include "profile.h"
#include "record.h"

static struct xmemd_index *tree_of(struct xmemd_manager *manager, bool client)
{
	return client ? &manager->model.clients : &manager->model.accounts;
}

static int list(struct xmemd_call *call, bool client)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const struct xmemd_index *tree = tree_of(manager, client);
	struct xmemd_paging paging;
	struct xmemd_node *node;

	if (xmemd_paging_begin(&paging, call, client ? "clients" : "accounts") < 0)
		return -1;
	xmemd_model_lock(&manager->model);
	for (node = xmemd_index_after(tree, call->query.after); node;
	     node = xmemd_index_after(tree, node->key))
		if (!xmemd_paging_add(&paging, node->key, xmemd_json_person_locked(node->of)))
			break;
	xmemd_model_unlock(&manager->model);
	return 0;
}

static int get(struct xmemd_call *call, bool client)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *name = xmemd_path_name(call);
	const struct xmemd_person *person;
	json_t *object = NULL;

	if (!name)
		return -1;
	xmemd_model_lock(&manager->model);
	person = xmemd_index_get(tree_of(manager, client), name);
	if (person)
		object = xmemd_json_person_locked(person);
	xmemd_model_unlock(&manager->model);
	if (!person)
		return xmemd_refuse(&call->why, 404, "there is no %s \"%s\"",
				    client ? "client" : "account", name);
	return xmemd_reply(call, object);
}

/* The record is the body with its name; whatever is wrong with it is found before it is written. */
static json_t *read_record(struct xmemd_call *call, bool client, const char *name)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_profile_record read;
	const struct xmemd_person *same;
	const char *said = json_string_value(json_object_get(call->body, "name"));
	json_t *record = json_deep_copy(call->body);
	int ret = 0;

	if (json_object_get(record, "name") && (!said || strcmp(said, name)))
		ret = xmemd_refuse_field(&call->why, "name",
					 "\"name\" must be \"%s\" as in the path, or left out",
					 name);
	json_object_set_new(record, "name", json_string(name));
	if (!ret)
		ret = xmemd_profile_read(client ? XMEMD_OF_CLIENT : XMEMD_OF_ACCOUNT, record, &read,
					 &call->why);
	if (!ret) {
		free(read.globs);
		xmemd_model_lock(&manager->model);
		same = client ? xmemd_model_client_locked(&manager->model, read.id) : NULL;
		if (same && strcmp(same->name, name))
			ret = xmemd_refuse_as(&call->why, 409, XMEMD_WHY_EXISTS,
					      "the identity is of client \"%s\"", same->name);
		else if (read.account[0] &&
			 !xmemd_model_account_locked(&manager->model, read.account))
			ret = xmemd_refuse_field(&call->why, "account",
						 "there is no account \"%s\"", read.account);
		xmemd_model_unlock(&manager->model);
	}
	if (ret < 0) {
		json_decref(record);
		return NULL;
	}
	return record;
}

static int put(struct xmemd_call *call, bool client)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *name = xmemd_path_name(call);
	json_t *record = name ? read_record(call, client, name) : NULL;
	bool is_new;
	char *text;

	if (!record)
		return -1;
	text = xmemd_record_text(record);
	xmemd_model_lock(&manager->model);
	is_new = !xmemd_index_get(tree_of(manager, client), name);
	xmemd_model_unlock(&manager->model);
	if (!text || xmemd_manager_put(manager, client ? "client/" : "account/", name, text,
				       is_new ? XMEMD_KV_ABSENT : XMEMD_KV_EXISTS, &call->why) < 0)
		return -1;
	xmemd_event(call->daemon,
		    client   ? is_new ? "client.created" : "client.changed"
		    : is_new ? "account.created"
			     : "account.changed",
		    name, NULL);
	call->status = is_new ? 201 : 200;
	return get(call, client);
}

/* Who has something is not forgotten: its limits would end with it. */
static int check_unused(struct xmemd_manager *manager, bool client, const char *name,
			struct xmemd_refusal *why)
{
	const struct xmemd_person *person = xmemd_index_get(tree_of(manager, client), name), *other;
	const struct xmemd_node *node;

	if (!person)
		return xmemd_refuse(why, 404, "there is no %s \"%s\"",
				    client ? "client" : "account", name);
	if (person->usage.total)
		return xmemd_refuse_as(
			why, 409, XMEMD_WHY_IN_USE,
			"%s \"%s\" has allocations or reservations; destroy them first",
			client ? "client" : "account", name);
	for (node = client ? NULL : xmemd_index_from(&manager->model.clients, ""); node;
	     node = xmemd_index_after(&manager->model.clients, node->key)) {
		other = node->of;
		if (!strcmp(other->account, name))
			return xmemd_refuse_as(why, 409, XMEMD_WHY_IN_USE,
					       "account \"%s\" has the client \"%s\"", name,
					       other->name);
	}
	return 0;
}

static int del(struct xmemd_call *call, bool client)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *name = xmemd_path_name(call);
	int ret;

	if (!name)
		return -1;
	xmemd_model_lock(&manager->model);
	ret = check_unused(manager, client, name, &call->why);
	xmemd_model_unlock(&manager->model);
	if (ret < 0 || xmemd_manager_put(manager, client ? "client/" : "account/", name, NULL,
					 XMEMD_KV_EXISTS, &call->why) < 0)
		return -1;
	xmemd_event(call->daemon, client ? "client.removed" : "account.removed", name, NULL);
	return xmemd_reply_state(call, name, "forgotten");
}

/**
 * xmemd_api_accounts_get() - GET /v1/accounts
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_accounts_get(struct xmemd_call *call)
{
	return list(call, false);
}

/**
 * xmemd_api_account_get() - GET /v1/accounts/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_account_get(struct xmemd_call *call)
{
	return get(call, false);
}

/**
 * xmemd_api_account_put() - PUT /v1/accounts/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_account_put(struct xmemd_call *call)
{
	return put(call, false);
}

/**
 * xmemd_api_account_delete() - DELETE /v1/accounts/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_account_delete(struct xmemd_call *call)
{
	return del(call, false);
}

/**
 * xmemd_api_clients_get() - GET /v1/clients
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_clients_get(struct xmemd_call *call)
{
	return list(call, true);
}

/**
 * xmemd_api_client_get() - GET /v1/clients/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_client_get(struct xmemd_call *call)
{
	return get(call, true);
}

/**
 * xmemd_api_client_put() - PUT /v1/clients/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_client_put(struct xmemd_call *call)
{
	return put(call, true);
}

/**
 * xmemd_api_client_delete() - DELETE /v1/clients/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_client_delete(struct xmemd_call *call)
{
	return del(call, true);
}

/**
 * xmemd_api_policy_get() - GET /v1/policy
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_policy_get(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const struct xmemd_policy *policy = &manager->model.policy;
	json_t *object;

	xmemd_model_lock(&manager->model);
	object = json_pack(
		"{s:s, s:b, s:I, s:I, s:o}", "admit", policy->admit ? "automatic" : "manual",
		"known_only", policy->known_only, "warn", (json_int_t)(policy->warn / 1000),
		"grace", (json_int_t)(policy->grace / 1000), "used",
		json_pack("{s:I, s:I, s:I}", "total", (json_int_t)policy->usage.total, "volatile",
			  (json_int_t)policy->usage.of_type[XMEMD_VOLATILE], "persistent",
			  (json_int_t)policy->usage.of_type[XMEMD_PERSISTENT]));
	json_object_update_missing(object, policy->record);
	xmemd_model_unlock(&manager->model);
	return xmemd_reply(call, object);
}

/**
 * xmemd_api_policy_put() - PUT /v1/policy
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_policy_put(struct xmemd_call *call)
{
	struct xmemd_profile_record read;
	char *text;

	if (xmemd_profile_read(XMEMD_OF_POLICY, call->body, &read, &call->why) < 0)
		return -1;
	free(read.globs);
	text = xmemd_record_text(json_deep_copy(call->body));
	if (!text || xmemd_manager_put(call->daemon->manager, "policy", "", text, XMEMD_KV_ANY,
				       &call->why) < 0)
		return -1;
	/* leases are judged by what holds now */
	xmemd_clock_ring(call->daemon->manager);
	return xmemd_api_policy_get(call);
}

/**
 * xmemd_api_reservations_get() - GET /v1/reservations
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_reservations_get(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const struct xmemd_index *tree = &manager->model.reservations;
	struct xmemd_paging paging;
	struct xmemd_node *node;

	if (xmemd_paging_begin(&paging, call, "reservations") < 0)
		return -1;
	xmemd_model_lock(&manager->model);
	for (node = xmemd_index_after(tree, call->query.after); node;
	     node = xmemd_index_after(tree, node->key))
		if (!xmemd_paging_add(&paging, node->key, xmemd_json_reservation_locked(node->of)))
			break;
	xmemd_model_unlock(&manager->model);
	return 0;
}

static int reply_reservation(struct xmemd_call *call, const char *name)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const struct xmemd_reserved *reserved;
	json_t *object = NULL;

	xmemd_model_lock(&manager->model);
	reserved = xmemd_index_get(&manager->model.reservations, name);
	if (reserved)
		object = xmemd_json_reservation_locked(reserved);
	xmemd_model_unlock(&manager->model);
	if (!reserved)
		return xmemd_refuse(&call->why, 404, "there is no reservation \"%s\"", name);
	return xmemd_reply(call, object);
}

/**
 * xmemd_api_reservation_get() - GET /v1/reservations/{name}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_reservation_get(struct xmemd_call *call)
{
	const char *name = xmemd_path_name(call);

	return name ? reply_reservation(call, name) : -1;
}

/* Of the body what says for whom; the rest is as with any other request for memory. */
static int read_holder(struct xmemd_call *call, struct xmemd_reservation *reservation,
		       struct xmemd_order *order)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *client = json_string_value(json_object_get(call->body, "client"));
	const char *account = json_string_value(json_object_get(call->body, "account"));
	const char *name = client ? client : account;
	const struct xmemd_person *person = NULL;
	int ret = 0;

	if (!client == !account)
		return xmemd_refuse_field(&call->why, "client",
					  "a reservation is for one \"client\" or one \"account\", "
					  "by name");
	xmemd_model_lock(&manager->model);
	person = xmemd_index_get(tree_of(manager, client), name);
	if (person) {
		reservation->kind = client ? XMEMD_OWNER_CLIENT : XMEMD_OWNER_ACCOUNT;
		memcpy(reservation->owner, person->name, sizeof(reservation->owner));
		order->client = person->id;
		if (!client)
			memcpy(order->account, person->name, sizeof(order->account));
	} else {
		ret = xmemd_refuse(&call->why, 404, "there is no %s \"%.64s\"",
				   client ? "client" : "account", name);
	}
	xmemd_model_unlock(&manager->model);
	return ret;
}

static int read_reservation(struct xmemd_call *call, struct xmemd_reservation *reservation,
			    struct xmemd_order *order)
{
	json_t *body = call->body, *rest = json_copy(call->body);
	int ret;

	json_object_del(rest, "client");
	json_object_del(rest, "account");
	call->body = rest;
	ret = xmemd_want_read(call, XMEMD_WANT_PLAN, order);
	call->body = body;
	json_decref(rest);
	if (ret < 0)
		return -1;
	if (!order->name[0])
		return xmemd_refuse_field(&call->why, "name", "field \"name\" is missing");
	order->act = XMEMD_ACT_RESERVE;
	order->any = true;
	order->reservation[0] = 0;
	return read_holder(call, reservation, order);
}

static int decide(struct xmemd_call *call, const struct xmemd_order *order,
		  struct xmemd_reservation *reservation)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_decision *decision = malloc(sizeof(*decision));
	int ret;

	if (!decision)
		return -1;
	xmemd_janitor_wait(manager);
	xmemd_model_lock(&manager->model);
	if (xmemd_index_get(&manager->model.reservations, order->name))
		ret = xmemd_refuse_as(&call->why, 409, XMEMD_WHY_EXISTS,
				      "there is a reservation \"%s\" already", order->name);
	else
		ret = xmemd_decide_locked(manager, order, decision, &call->why);
	if (!ret)
		xmemd_reservation_fill(reservation, &decision->placement);
	memcpy(reservation->name, order->name, sizeof(reservation->name));
	/* its room is taken from now on; should the store refuse it, it is given back */
	if (!ret && !call->query.dry_run)
		xmemd_model_reservation_set_locked(&manager->model, reservation, 0);
	xmemd_model_unlock(&manager->model);
	if (!ret && call->query.dry_run)
		ret = xmemd_reply(call, xmemd_json_decision(decision));
	free(decision);
	return ret;
}

static int provision(struct xmemd_call *call, const struct xmemd_order *order,
		     struct xmemd_reservation *reservation)
{
	struct xmemd_manager *manager = call->daemon->manager;
	char *text;

	if (decide(call, order, reservation) < 0)
		return -1;
	if (call->query.dry_run)
		return 0;
	text = xmemd_record_reservation(reservation);
	if (!text || xmemd_manager_put(manager, "reservation/", order->name, text, XMEMD_KV_ABSENT,
				       &call->why) < 0) {
		xmemd_model_lock(&manager->model);
		xmemd_model_reservation_drop_locked(&manager->model, order->name);
		xmemd_model_unlock(&manager->model);
		return -1;
	}
	xmemd_event(call->daemon, "reservation.created", order->name, NULL);
	call->status = 201;
	return reply_reservation(call, order->name);
}

/**
 * xmemd_api_reservations_post() - POST /v1/reservations
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_reservations_post(struct xmemd_call *call)
{
	struct xmemd_reservation reservation = {};
	struct xmemd_order order;
	int ret = read_reservation(call, &reservation, &order);

	if (!ret)
		ret = provision(call, &order, &reservation);
	xmemd_order_free(&order);
	return ret;
}

/**
 * xmemd_api_reservation_delete() - DELETE /v1/reservations/{name}
 * @call: the request
 *
 * What allocations drew stays theirs; what is left is everybody's again.
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_reservation_delete(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	const char *name = xmemd_path_name(call);
	bool known;

	if (!name)
		return -1;
	xmemd_model_lock(&manager->model);
	known = xmemd_index_get(&manager->model.reservations, name);
	xmemd_model_unlock(&manager->model);
	if (!known)
		return xmemd_refuse(&call->why, 404, "there is no reservation \"%s\"", name);
	if (xmemd_manager_put(manager, "reservation/", name, NULL, XMEMD_KV_EXISTS, &call->why) < 0)
		return -1;
	xmemd_event(call->daemon, "reservation.removed", name, NULL);
	return xmemd_reply_state(call, name, "released");
}
