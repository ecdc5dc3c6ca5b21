// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "call.h"

#define ADMIN XMEMD_ROLE_ADMIN
#define MANAGER XMEMD_ROLE_MANAGER
#define APPLIANCE XMEMD_ROLE_APPLIANCE
#define CLIENT XMEMD_ROLE_CLIENT

/* Documentation/api/openapi.yaml says the same; a test compares them. */
const struct xmemd_route xmemd_routes[] = {
	{ "GET", "/v1/status", 0, ADMIN | MANAGER | APPLIANCE | CLIENT, false, false,
	  xmemd_api_status },

	{ "GET", "/v1/appliances", MANAGER, ADMIN | MANAGER | APPLIANCE, false, false,
	  xmemd_api_appliances_get },
	{ "POST", "/v1/appliances", MANAGER, ADMIN, true, false, xmemd_api_appliances_post },
	{ "DELETE", "/v1/appliances/{name}", MANAGER, ADMIN, false, true,
	  xmemd_api_appliance_delete },
	{ "GET", "/v1/allocations", MANAGER, ADMIN | CLIENT, false, false, xmemd_api_allocs_get },
	{ "POST", "/v1/allocations", MANAGER, ADMIN | CLIENT, true, false, xmemd_api_allocs_post },
	{ "GET", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT, false, false,
	  xmemd_api_alloc_get },
	{ "DELETE", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT, false, true,
	  xmemd_api_alloc_delete },
	{ "GET", "/v1/allocations/{name}/attachment", MANAGER, ADMIN | CLIENT, false, false,
	  xmemd_api_attachment_get },

	{ "GET", "/v1/pool", APPLIANCE, ADMIN | MANAGER | APPLIANCE, false, false,
	  xmemd_api_pool_get },
	{ "GET", "/v1/regions", APPLIANCE, ADMIN | MANAGER | APPLIANCE, false, false,
	  xmemd_api_regions_get },
	{ "PUT", "/v1/regions/{region}", APPLIANCE, ADMIN | MANAGER, true, false,
	  xmemd_api_region_put },
	{ "DELETE", "/v1/regions/{region}", APPLIANCE, ADMIN | MANAGER, false, false,
	  xmemd_api_region_delete },
	{ "PUT", "/v1/regions/{region}/grants/{client}", APPLIANCE, ADMIN | MANAGER, true, false,
	  xmemd_api_grant_put },
	{ "DELETE", "/v1/regions/{region}/grants/{client}", APPLIANCE, ADMIN | MANAGER, false,
	  false, xmemd_api_grant_delete },
};

const size_t xmemd_routes_count = sizeof(xmemd_routes) / sizeof(*xmemd_routes);

/* Does a path fit a pattern, and what stands for its {…}? */
static bool match(const char *pattern, const char *path, char arg[][XMEMD_ARG_TEXT])
{
	size_t len, n = 0;

	while (*pattern) {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		len = strcspn(path, "/");
		if (!len || len >= XMEMD_ARG_TEXT)
			return false;
		memcpy(arg[n], path, len);
		arg[n++][len] = 0;
		path += len;
		pattern = strchr(pattern, '}') + 1;
	}
	return !*path;
}

/**
 * xmemd_route_find() - find the route of a request
 * @call: the request; takes the arguments in the path, or the refusal
 * @method: HTTP method
 * @path: path without the query
 *
 * Return: the route, or NULL with the refusal set (404, 405).
 */
const struct xmemd_route *xmemd_route_find(struct xmemd_call *call, const char *method,
					   const char *path)
{
	const struct xmemd_route *route;
	char allowed[64] = "";
	size_t i, len = 0;

	for (i = 0; i < xmemd_routes_count; i++) {
		route = &xmemd_routes[i];
		if (!match(route->path, path, call->arg))
			continue;
		if (route->serves && !(route->serves & call->daemon->roles)) {
			xmemd_refuse(&call->why, 404, "this daemon does not have the role %s",
				     route->serves == MANAGER ? "manager" : "appliance");
			return NULL;
		}
		if (!strcmp(route->method, method))
			return route;
		len += (size_t)snprintf(allowed + len, sizeof(allowed) - len, "%s%s",
					len ? ", " : "", route->method);
	}
	if (len)
		xmemd_refuse(&call->why, 405, "%.16s is not possible with %.128s; possible is %s",
			     method, path, allowed);
	else
		xmemd_refuse(&call->why, 404, "there is no path %.128s", path);
	return NULL;
}
