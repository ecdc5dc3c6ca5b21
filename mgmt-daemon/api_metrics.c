// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"
#include "call.h"
#include "events.h"
#include "http/exchange.h"
#include "metrics.h"
#include "metrics_manager.h"

static void put_one(struct xmemd_metrics *m, const char *name, const char *type, const char *help,
		    double value)
{
	xmemd_metrics_family(m, name, type, help);
	xmemd_metrics_value(m, name, NULL, value);
}

static void put_daemon(struct xmemd_metrics *m, const struct xmemd *daemon)
{
	static const struct {
		unsigned int role;
		const char *word;
	} roles[] = {
		{ XMEMD_ROLE_MANAGER, "manager" },
		{ XMEMD_ROLE_APPLIANCE, "appliance" },
		{ XMEMD_ROLE_CLIENT, "client" },
	};
	size_t i;

	xmemd_metrics_family(m, "xmem_build_info", "gauge", "Always 1; the labels say what runs.");
	xmemd_metrics_value(m, "xmem_build_info",
			    (const char *const[][2]){ { "version", XMEM_VERSION }, {} }, 1);
	xmemd_metrics_family(m, "xmem_role", "gauge", "1 for each role that this daemon has.");
	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		xmemd_metrics_value(m, "xmem_role",
				    (const char *const[][2]){ { "role", roles[i].word }, {} },
				    !!(daemon->roles & roles[i].role));
	put_one(m, "xmem_events_total", "counter", "Events since the start.",
		(double)xmemd_events_count(daemon->events));
}

static void put_tally(struct xmemd_metrics *m, struct xmemd_tally *tally)
{
	static const char name[] = "xmem_http_requests_total";
	static const char took[] = "xmem_http_request_seconds";
	char text[32];
	size_t i;

	pthread_mutex_lock(&tally->lock);
	xmemd_metrics_family(m, name, "counter", "Requests answered since the start.");
	for (i = 0; i < XMEMD_TALLY_CODES && tally->codes[i].method[0]; i++) {
		snprintf(text, sizeof(text), "%u", tally->codes[i].status);
		xmemd_metrics_value(m, name,
				    (const char *const[][2]){ { "method", tally->codes[i].method },
							      { "code", text },
							      {} },
				    (double)tally->codes[i].count);
	}
	xmemd_metrics_family(m, took, "histogram",
			     "Time between the header of a request and the end of its answer.");
	for (i = 0; i < XMEMD_TALLY_BUCKETS; i++) {
		snprintf(text, sizeof(text), "%g", xmemd_tally_bounds[i]);
		xmemd_metrics_value(m, "xmem_http_request_seconds_bucket",
				    (const char *const[][2]){ { "le", text }, {} },
				    (double)tally->buckets[i]);
	}
	xmemd_metrics_value(m, "xmem_http_request_seconds_bucket",
			    (const char *const[][2]){ { "le", "+Inf" }, {} },
			    (double)tally->answers);
	xmemd_metrics_value(m, "xmem_http_request_seconds_sum", NULL, tally->seconds);
	xmemd_metrics_value(m, "xmem_http_request_seconds_count", NULL, (double)tally->answers);
	pthread_mutex_unlock(&tally->lock);
}

static void put_connections(struct xmemd_metrics *m, struct xmemd_guard *guard)
{
	static const struct {
		int number;
		const char *word;
	} phases[] = {
		{ XMEMD_PHASE_NEW, "new" },   { XMEMD_PHASE_IDLE, "idle" },
		{ XMEMD_PHASE_BODY, "body" }, { XMEMD_PHASE_WORK, "work" },
		{ XMEMD_PHASE_SEND, "send" }, { XMEMD_PHASE_STREAM, "stream" },
	}, cuts[] = {
		{ XMEMD_CUT_ADDRESS, "address" },
		{ XMEMD_CUT_CROWD, "crowd" },
		{ XMEMD_CUT_SLOW, "slow" },
		{ XMEMD_CUT_STREAM, "stream" },
	};
	size_t i;

	xmemd_metrics_family(m, "xmem_connections", "gauge",
			     "Connections by what they wait for; new ones made no request yet.");
	for (i = 0; i < sizeof(phases) / sizeof(*phases); i++)
		xmemd_metrics_value(m, "xmem_connections",
				    (const char *const[][2]){ { "phase", phases[i].word }, {} },
				    xmemd_guard_count(guard, phases[i].number));
	xmemd_metrics_family(m, "xmem_connections_cut_total", "counter",
			     "Connections refused or cut since the start, by reason.");
	for (i = 0; i < sizeof(cuts) / sizeof(*cuts); i++)
		xmemd_metrics_value(m, "xmem_connections_cut_total",
				    (const char *const[][2]){ { "reason", cuts[i].word }, {} },
				    (double)xmemd_guard_cuts(guard, cuts[i].number));
}

static void put_server(struct xmemd_metrics *m, struct xmemd_server *server)
{
	struct xmemd_work_load load;

	put_tally(m, &server->tally);
	put_connections(m, server->guard);
	xmemd_work_load(server->work, &load);
	put_one(m, "xmem_http_threads", "gauge", "Threads that answer requests.", load.threads);
	put_one(m, "xmem_http_running", "gauge", "Requests being answered.", load.running);
	put_one(m, "xmem_http_waiting", "gauge", "Requests that wait for a thread.", load.waiting);
	put_one(m, "xmem_http_too_fast_total", "counter",
		"Requests refused because their caller made too many in a second.",
		(double)load.refused);
	put_one(m, "xmem_event_streams", "gauge", "Open event streams.",
		xmemd_streams_count(server->streams));
	put_one(m, "xmem_certificates_revoked", "gauge", "Certificates on the revocation list.",
		xmemd_revoked_count(server->revoked));
}

/* What the module says; a module that does not answer is a fact of its own. */
static void put_pool(struct xmemd_metrics *m)
{
	struct xmem_pool pool = {};
	struct xmem_err err;
	int ret = xmemd_backend.pool(&pool, &err);

	put_one(m, "xmem_pool_up", "gauge", "1 if the appliance module answers.", ret >= 0);
	if (ret < 0)
		return;
	put_one(m, "xmem_pool_memory_bytes", "gauge", "Memory of the pool.", (double)pool.memory);
	put_one(m, "xmem_pool_free_bytes", "gauge", "Of that, in no region.", (double)pool.free);
	put_one(m, "xmem_pool_largest_bytes", "gauge", "Largest region that can be made.",
		(double)pool.largest);
	put_one(m, "xmem_pool_regions", "gauge", "Regions.", (double)pool.regions);
	put_one(m, "xmem_pool_grants", "gauge", "Grants.", (double)pool.grants);
	put_one(m, "xmem_pool_sessions", "gauge", "Clients that are connected.",
		(double)pool.sessions);
}

/**
 * xmemd_api_metrics_get() - GET /metrics
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_metrics_get(struct xmemd_call *call)
{
	struct xmemd *daemon = call->daemon;
	struct xmemd_metrics metrics = {};

	put_daemon(&metrics, daemon);
	put_server(&metrics, daemon->server);
	if (daemon->roles & XMEMD_ROLE_APPLIANCE)
		put_pool(&metrics);
	if (daemon->manager)
		xmemd_manager_measure(daemon, &metrics);
	if (metrics.failed) {
		free(metrics.text);
		return -1;
	}
	call->text = metrics.text;
	call->type = "text/plain; version=0.0.4; charset=utf-8";
	return 0;
}
