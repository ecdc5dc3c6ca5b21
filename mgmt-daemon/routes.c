// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "call.h"

#define VIEWERS (XMEMD_ROLE_ADMIN | XMEMD_ROLE_MANAGER | XMEMD_ROLE_VIEWER)
#define ALL (VIEWERS | XMEMD_ROLE_APPLIANCE | XMEMD_ROLE_CLIENT)

static const struct xmemd_route any[] = {
	{ "GET", "/v1/status", 0, ALL, 0, xmemd_api_status },
	{ "GET", "/v1/presence", 0, ALL, 0, xmemd_api_presence_get },
	{ "GET", "/v1/events", 0, VIEWERS | XMEMD_ROLE_CLIENT, XMEMD_TAKES_SINCE,
	  xmemd_api_events_get },
	{ "GET", "/v1/openapi.yaml", 0, ALL, 0, xmemd_api_openapi_get },
	{ "GET", "/metrics", 0, VIEWERS, 0, xmemd_api_metrics_get },
};

static const struct xmemd_route_table routes_any = { any, sizeof(any) / sizeof(*any) };

/* Documentation/api/openapi.yaml says the same; a test compares them. */
static const struct xmemd_route_table *const tables[] = {
	&routes_any,
	&xmemd_routes_manager,
	&xmemd_routes_appliance,
};

/**
 * xmemd_route_nth() - walk all routes
 * @n: from 0 on
 *
 * Return: the route, or NULL behind the last one.
 */
const struct xmemd_route *xmemd_route_nth(size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (n < tables[i]->count)
			return &tables[i]->routes[n];
		n -= tables[i]->count;
	}
	return NULL;
}

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
	size_t i, len = 0;

	for (i = 0; (route = xmemd_route_nth(i)); i++) {
		if (!match(route->path, path, call->arg))
			continue;
		if (route->serves && !(route->serves & call->daemon->roles)) {
			xmemd_refuse(&call->why, 404, "this daemon does not have the role %s",
				     route->serves == XMEMD_ROLE_MANAGER ? "manager" : "appliance");
			return NULL;
		}
		if (!strcmp(route->method, method)) {
			call->allow[0] = 0;
			return route;
		}
		len += (size_t)snprintf(call->allow + len, sizeof(call->allow) - len, "%s%s",
					len ? ", " : "", route->method);
	}
	if (len)
		xmemd_refuse(&call->why, 405, "%.16s is not possible with %.128s; possible is %s",
			     method, path, call->allow);
	else
		xmemd_refuse(&call->why, 404, "there is no path %.128s", path);
	return NULL;
}
