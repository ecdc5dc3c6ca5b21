// SPDX-License-Identifier: GPL-2.0-or-later
/* What every role says of itself, and the role manager of managers. */
#include <string.h>

#include "api_json.h"
#include "api_manager.h"
#include "fields.h"
#include "hex.h"
#include "recover.h"

/**
 * xmemd_api_status() - GET /v1/status
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_status(struct xmemd_call *call)
{
	const struct xmemd *daemon = call->daemon;
	struct xmemd_manager *manager = daemon->manager;
	json_t *roles = json_array(), *object;
	char owner[XMEM_ID_TEXT];

	if (daemon->roles & XMEMD_ROLE_MANAGER)
		json_array_append_new(roles, json_string("manager"));
	if (daemon->roles & XMEMD_ROLE_APPLIANCE)
		json_array_append_new(roles, json_string("appliance"));
	if (daemon->roles & XMEMD_ROLE_CLIENT)
		json_array_append_new(roles, json_string("client"));
	if (xmemd_reply(call, json_pack("{s:s, s:o}", "version", XMEM_VERSION, "roles", roles)) < 0)
		return -1;
	if (!manager)
		return 0;
	xmemd_model_lock(&manager->model);
	object = json_pack("{s:I, s:I, s:s, s:b, s:s}", "appliances",
			   (json_int_t)manager->model.appliances.count, "allocations",
			   (json_int_t)manager->model.allocs.count, "owner",
			   xmem_id_format(manager->model.owner, owner), "leads", manager->leads,
			   "leader", manager->leader);
	xmemd_model_unlock(&manager->model);
	json_object_set_new(call->reply, "manager", object);
	return 0;
}

static void add_member(const char *name, const char *url, bool leader, void *arg)
{
	json_array_append_new(
		arg, json_pack("{s:s, s:s, s:b}", "name", name, "url", url, "leader", leader));
}

/**
 * xmemd_api_managers_get() - GET /v1/managers
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_managers_get(struct xmemd_call *call)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_kv_status status;
	json_t *list = json_array();

	xmemd_kv_status(manager->kv, &status);
	if (xmemd_kv_members(manager->kv, add_member, list, &call->why) < 0) {
		json_decref(list);
		return -1;
	}
	if (xmemd_reply(call, json_pack("{s:o, s:s, s:I, s:s, s:s}", "managers", list, "engine",
					status.engine, "revision", (json_int_t)status.revision,
					"leader", status.leader, "leader_url", status.leader_url)) <
	    0)
		return -1;
	if (status.trouble[0])
		json_object_set_new(call->reply, "error", json_string(status.trouble));
	return 0;
}

/**
 * xmemd_api_recovery_post() - POST /v1/recovery
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_recovery_post(struct xmemd_call *call)
{
	static const struct xmemd_field fields[] = {
		{ "dry_run", XMEMD_FIELD_BOOL, false, 0, 0, NULL },
	};
	bool dry_run = false;
	json_t *report = NULL;

	if (xmemd_fields_read(fields, 1, call->body, &dry_run, &call->why) < 0 ||
	    xmemd_recover(call->daemon->manager, dry_run, &report, &call->why) < 0)
		return -1;
	return xmemd_reply(call, report);
}
