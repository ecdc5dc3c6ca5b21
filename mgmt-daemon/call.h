/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, from the words of HTTP to the handler of its route and back. */
#ifndef XMEMD_CALL_H
#define XMEMD_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "daemon.h"
#include "labels.h"
#include "peer.h"
#include "refusal.h"
#include "term.h"

#define XMEMD_ARGS_MAX 2
#define XMEMD_ARG_TEXT 256
#define XMEMD_KEY_TEXT 65
#define XMEMD_PAGE_DEFAULT 1000 /* objects in an answer that nobody asked to be shorter */
#define XMEMD_PAGE_MAX 10000

/* What a route takes beside its path; everything else is refused. */
enum xmemd_takes {
	XMEMD_TAKES_BODY = 1 << 0,    /* needs a JSON object */
	XMEMD_TAKES_FORCE = 1 << 1,   /* ?force=0|1 */
	XMEMD_TAKES_DRY_RUN = 1 << 2, /* ?dry_run=0|1 */
	XMEMD_TAKES_PAGE = 1 << 3,    /* ?limit=N&after=NAME */
	XMEMD_TAKES_SINCE = 1 << 4,   /* ?limit=N&since=N&type=PREFIX, and Last-Event-ID */
	XMEMD_TAKES_STATE = 1 << 5,   /* ?state=WORD */
	XMEMD_TAKES_KEY = 1 << 6,     /* Idempotency-Key */
	XMEMD_TAKES_TERM = 1 << 7,    /* Xmem-Term */
	XMEMD_TAKES_LABEL = 1 << 8,   /* ?label=KEY=VALUE, several times */
};

/**
 * struct xmemd_query - what stands behind the ? of a path, and in headers
 * @force: force=1
 * @dry_run: dry_run=1
 * @limit: at most so many objects; XMEMD_PAGE_DEFAULT when not there
 * @after: objects with greater names only; empty for all
 * @state: objects in this state only; empty for all
 * @type: events whose type is this or begins with it and a dot; empty for all
 * @label: objects with all these labels only
 * @labels: how many they are
 * @has_since: @since was given
 * @since: events with a greater number only
 * @key: Idempotency-Key, 1 to 64 printable characters; empty without
 */
struct xmemd_query {
	bool force, dry_run;
	uint32_t limit;
	char after[XMEMD_NAME_TEXT], state[XMEMD_NAME_TEXT], type[XMEMD_NAME_TEXT];
	struct xmemd_label_wanted label[XMEM_LABELS_MAX];
	unsigned int labels;
	bool has_since;
	uint64_t since;
	char key[XMEMD_KEY_TEXT];
};

/**
 * struct xmemd_call - a request being answered
 * @daemon: the daemon
 * @peer: for whom: roles and name that decide what is permitted
 * @via: name of the manager that passed the request on; empty if @peer itself asks
 * @method: HTTP method
 * @path: path without the query, decoded
 * @target: path and query as they were sent, for passing the request on
 * @arg: what stands for the {…} of the route's path
 * @query: query and headers
 * @term: in which a manager decided what it asks for here
 * @body: JSON object sent along, or NULL on routes without
 * @status: of the answer, 200 unless the handler sets another
 * @reply: the answer, made by the handler
 * @text: an answer that is no JSON instead, freed by the server
 * @type: media type of @text, constant
 * @wants_stream: the caller would rather have events as they happen
 * @stream: the answer goes on with events, from the query's since on
 * @allow: methods that the path has, once another was refused
 * @why: refusal instead of an answer
 */
struct xmemd_call {
	struct xmemd *daemon;
	struct xmemd_peer peer;
	char via[XMEMD_CN_TEXT];
	const char *method, *path, *target;
	char arg[XMEMD_ARGS_MAX][XMEMD_ARG_TEXT];
	struct xmemd_query query;
	struct xmemd_term term;
	json_t *body;
	unsigned int status;
	json_t *reply;
	char *text;
	const char *type;
	bool wants_stream, stream;
	char allow[64];
	struct xmemd_refusal why;
};

/**
 * struct xmemd_route - a method on a path
 * @method: GET, POST, PUT, PATCH or DELETE
 * @path: segments; {name} and the like stand for any
 * @serves: the role that the daemon needs for it, 0 for any
 * @callers: roles of callers that may use it
 * @takes: bits of enum xmemd_takes
 * @handle: answers; 0 with @reply or @text set, or -1 with @why set
 */
struct xmemd_route {
	const char *method, *path;
	unsigned int serves, callers, takes;
	int (*handle)(struct xmemd_call *call);
};

/**
 * struct xmemd_route_table - routes that one file declares
 * @routes: they
 * @count: how many
 */
struct xmemd_route_table {
	const struct xmemd_route *routes;
	size_t count;
};

/* of routes_manager.c and routes_appliance.c */
extern const struct xmemd_route_table xmemd_routes_manager, xmemd_routes_appliance;

const struct xmemd_route *xmemd_route_nth(size_t n);
const struct xmemd_route *xmemd_route_find(struct xmemd_call *call, const char *method,
					   const char *path);

int xmemd_query_read(struct xmemd_query *query, unsigned int takes, const char *name,
		     const char *value, struct xmemd_refusal *why);
int xmemd_query_key(struct xmemd_query *query, unsigned int takes, const char *value,
		    struct xmemd_refusal *why);
int xmemd_query_term(struct xmemd_call *call, unsigned int takes, const char *value);
int xmemd_query_behalf(struct xmemd_call *call, const char *value);
void xmemd_query_defaults(struct xmemd_query *query);

/* role any */
int xmemd_api_status(struct xmemd_call *call);
int xmemd_api_presence_get(struct xmemd_call *call);
int xmemd_api_events_get(struct xmemd_call *call);
int xmemd_api_metrics_get(struct xmemd_call *call);
int xmemd_api_openapi_get(struct xmemd_call *call);

bool xmemd_events_scoped(const struct xmemd_call *call);

/* role manager */
int xmemd_api_page_get(struct xmemd_call *call);
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
int xmemd_api_health_get(struct xmemd_call *call);
int xmemd_api_regions_get(struct xmemd_call *call);
int xmemd_api_region_get(struct xmemd_call *call);
int xmemd_api_region_put(struct xmemd_call *call);
int xmemd_api_region_delete(struct xmemd_call *call);
int xmemd_api_grant_put(struct xmemd_call *call);
int xmemd_api_grant_delete(struct xmemd_call *call);

#endif /* XMEMD_CALL_H */
