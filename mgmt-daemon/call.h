/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, from the words of HTTP to the handler of its route and back. */
#ifndef XMEMD_CALL_H
#define XMEMD_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "daemon.h"
#include "peer.h"
#include "refusal.h"

#define XMEMD_ARGS_MAX 2
#define XMEMD_ARG_TEXT 256

/**
 * struct xmemd_call - a request being answered
 * @daemon: the daemon
 * @peer: who asks
 * @arg: what stands for the {…} of the route's path
 * @body: JSON object sent along, or NULL on routes without
 * @force: the query force=1 is there
 * @status: of the answer, 200 unless the handler sets another
 * @reply: the answer, made by the handler
 * @why: refusal instead of an answer
 */
struct xmemd_call {
	struct xmemd *daemon;
	struct xmemd_peer peer;
	char arg[XMEMD_ARGS_MAX][XMEMD_ARG_TEXT];
	json_t *body;
	bool force;
	unsigned int status;
	json_t *reply;
	struct xmemd_refusal why;
};

/**
 * struct xmemd_route - a method on a path
 * @method: GET, POST, PUT or DELETE
 * @path: segments; {name} and the like stand for any
 * @serves: the role that the daemon needs for it, 0 for any
 * @callers: roles of callers that may use it
 * @body: needs a JSON body; routes without refuse one
 * @force: takes the query force
 * @handle: answers; 0 with @reply set, or -1 with @why set
 */
struct xmemd_route {
	const char *method, *path;
	unsigned int serves, callers;
	bool body, force;
	int (*handle)(struct xmemd_call *call);
};

extern const struct xmemd_route xmemd_routes[];
extern const size_t xmemd_routes_count;

const struct xmemd_route *xmemd_route_find(struct xmemd_call *call, const char *method,
					   const char *path);

/* role any */
int xmemd_api_status(struct xmemd_call *call);

/* role manager */
int xmemd_api_appliances_get(struct xmemd_call *call);
int xmemd_api_appliances_post(struct xmemd_call *call);
int xmemd_api_appliance_delete(struct xmemd_call *call);
int xmemd_api_allocs_get(struct xmemd_call *call);
int xmemd_api_allocs_post(struct xmemd_call *call);
int xmemd_api_alloc_get(struct xmemd_call *call);
int xmemd_api_alloc_delete(struct xmemd_call *call);
int xmemd_api_attachment_get(struct xmemd_call *call);

/* role appliance */
int xmemd_api_pool_get(struct xmemd_call *call);
int xmemd_api_regions_get(struct xmemd_call *call);
int xmemd_api_region_put(struct xmemd_call *call);
int xmemd_api_region_delete(struct xmemd_call *call);
int xmemd_api_grant_put(struct xmemd_call *call);
int xmemd_api_grant_delete(struct xmemd_call *call);

#endif /* XMEMD_CALL_H */
