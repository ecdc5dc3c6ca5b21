// SPDX-License-Identifier: GPL-2.0-or-later
/* What a daemon answers about itself. */
#include "call.h"
#include "self.h"

/**
 * xmemd_api_health_get() - GET /v1/health
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_health_get(struct xmemd_call *call)
{
	call->reply = xmemd_self_health(call->daemon->self);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_api_presence_get() - GET /v1/presence
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_presence_get(struct xmemd_call *call)
{
	json_t *roles = json_array(), *list = json_array();
	size_t i;

	call->reply = json_pack("{s:o, s:o}", "roles", roles, "announcements", list);
	if (!call->reply)
		return -1;
	for (i = 0; i < XMEMD_SELF_ROLES; i++) {
		enum xmemd_role role = xmemd_self_roles[i];

		if (!(call->daemon->roles & role))
			continue;
		json_array_append_new(roles, json_string(xmemd_self_role_word(role)));
		if (json_array_append_new(list, xmemd_self_json(call->daemon->self, role)) < 0)
			return -1;
	}
	return 0;
}
