// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths, queries and headers. Input: a byte of what the route takes, then lines:
 * METHOD, path, key, on behalf of whom, and NAME=VALUE for the rest.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every refusal has words, a status and a form that is JSON. */
static void check_refusal(struct xmemd_refusal *why)
{
	json_t *object = xmemd_refusal_json(why);
	char *text = json_dumps(object, JSON_COMPACT);

	if (!text || why->status < 400 || why->status > 499 || !why->text[0] || !why->reason)
		abort();
	free(text);
	json_decref(object);
	xmemd_refusal_clear(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xmemd daemon = { .roles = XMEMD_ROLE_MANAGER | XMEMD_ROLE_APPLIANCE };
	struct xmemd_call call = { .daemon = &daemon, .peer.roles = XMEMD_ROLE_MANAGER };
	char *text, *rest, *line[4] = {}, *value;
	unsigned int takes, i;

	if (!size)
		return 0;
	takes = data[0];
	text = strndup((const char *)data + 1, size - 1);
	rest = text;
	for (i = 0; i < 4; i++)
		line[i] = strsep(&rest, "\n");
	if (line[1] && !xmemd_route_find(&call, line[0], line[1]))
		check_refusal(&call.why);
	xmemd_query_defaults(&call.query);
	if (xmemd_query_key(&call.query, takes, line[2], &call.why) < 0)
		check_refusal(&call.why);
	if (xmemd_query_behalf(&call, line[3]) < 0)
		check_refusal(&call.why);
	else if (!call.peer.roles)
		abort();
	while ((value = strsep(&rest, "\n"))) {
		char *name = strsep(&value, "=");

		if (xmemd_query_read(&call.query, takes, name, value, &call.why) < 0)
			check_refusal(&call.why);
	}
	if (!call.query.limit || call.query.limit > XMEMD_PAGE_MAX)
		abort();
	free(text);
	return 0;
}
