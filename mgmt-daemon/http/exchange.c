// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who asks, for what and how is judged in the thread of the connection as soon as
 * the header is there. The handler, which may wait, runs in a thread of
 * http/work.c; libmicrohttpd does not look at the connection meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "http/complain.h"
#include "http/exchange.h"

enum state {
	STATE_BEGUN, /* the request line is there */
	STATE_BODY,  /* the header is there, the body comes */
	STATE_WORK,  /* a thread answers it */
	STATE_DONE,  /* there is an answer */
};

/**
 * struct exchange - a request being answered
 * @call: for the handler
 * @job: for its thread
 * @server: whose it is
 * @connection: libmicrohttpd's side of the connection
 * @conn: the guard's
 * @state: how far it is
 * @route: of the request
 * @since: when the header was there, ms
 * @target: path and query as sent
 * @body: what was sent so far
 * @len: bytes of it
 * @too_long: it is longer than permitted, and not kept
 * @hang_up: close the connection after the answer
 * @answer: text of the answer
 * @stream: an answer that goes on
 */
struct exchange {
	struct xmemd_call call;
	struct xmemd_job job;
	struct xmemd_server *server;
	struct MHD_Connection *connection;
	struct xmemd_conn *conn;
	enum state state;
	const struct xmemd_route *route;
	uint64_t since;
	char *target, *body;
	size_t len;
	bool too_long, hang_up;
	char *answer;
	struct xmemd_stream *stream;
};

static void exchange_free(struct exchange *x)
{
	json_decref(x->call.body);
	json_decref(x->call.reply);
	xmemd_refusal_clear(&x->call.why);
	free(x->call.text);
	free(x->target);
	free(x->body);
	free(x->answer);
	free(x);
}

/**
 * xmemd_exchange_begin() - the first line of a request is there
 * @arg: the server
 * @target: path and query
 * @connection: where
 *
 * Return: the exchange, NULL without memory.
 */
void *xmemd_exchange_begin(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->server = arg;
	x->connection = connection;
	x->target = strdup(target);
	if (!x->target) {
		free(x);
		return NULL;
	}
	x->call.daemon = x->server->daemon;
	x->call.target = x->target;
	x->call.status = 200;
	xmemd_query_defaults(&x->call.query);
	return x;
}

/* ---- what can be judged before the body is there */

static const char *header(struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

/* Who is at the other end; found out once per connection and revocation list. */
static int check_peer(struct exchange *x)
{
	const union MHD_ConnectionInfo *info;
	struct xmemd_conn *conn = x->conn;
	struct xmemd_refusal *why = &x->call.why;
	unsigned int generation = xmemd_revoked_generation(x->server->revoked);

	if (!conn->checked) {
		info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
		if (!info ||
		    xmemd_peer_read((gnutls_session_t)info->tls_session, &conn->peer, why) < 0)
			return -1;
		conn->caller = xmemd_caller_get(x->server->work, conn->peer.cn);
		if (!conn->caller)
			return xmemd_refuse(why, 503, "out of memory");
	}
	if ((!conn->checked || conn->generation != generation ||
	     conn->peer.expires <= time(NULL)) &&
	    xmemd_revoked_check(x->server->revoked, &conn->peer, why) < 0)
		return -1;
	conn->checked = true;
	conn->generation = generation;
	x->call.peer = conn->peer;
	return 0;
}

/* Managers do what others asked them for, and those were counted there. */
static int check_rate(struct exchange *x)
{
	unsigned int retry_after;

	if ((x->conn->peer.roles & XMEMD_ROLE_MANAGER) ||
	    xmemd_caller_may(x->server->work, x->conn->caller, &retry_after))
		return 0;
	xmemd_refuse(&x->call.why, 429, "\"%s\" made more than %u requests in a second",
		     x->conn->peer.cn, x->call.daemon->config.daemon.rate);
	x->call.why.retry_after = retry_after;
	return -1;
}

/* A page of somebody else's must not act with the certificate of a browser. */
static int check_site(struct exchange *x)
{
	const char *site = header(x, "Sec-Fetch-Site");

	if (!site || !strcmp(site, "same-origin") || !strcmp(site, "none"))
		return 0;
	return xmemd_refuse(&x->call.why, 403,
			    "a page of another site may not use this certificate");
}

/* What not even the role admin may is what a machine says of itself. */
static int check_role(struct exchange *x)
{
	bool self = !(x->route->callers & XMEMD_ROLE_ADMIN);
	char has[XMEMD_ROLES_TEXT], needed[XMEMD_ROLES_TEXT];

	if (x->call.peer.roles & x->route->callers)
		return 0;
	return xmemd_refuse(&x->call.why, 403, "\"%s\" has the role %s; this needs %s%s",
			    x->call.peer.cn, xmemd_roles_format(x->call.peer.roles, has),
			    xmemd_roles_format(x->route->callers, needed),
			    self ? ": a machine announces itself, nobody does it for it" : "");
}

static enum MHD_Result check_query(void *arg, enum MHD_ValueKind kind, const char *key,
				   const char *value)
{
	struct exchange *x = arg;

	(void)kind;
	return xmemd_query_read(&x->call.query, x->route->takes, key, value, &x->call.why) < 0
		       ? MHD_NO
		       : MHD_YES;
}

static int check_headers(struct exchange *x)
{
	const char *type = header(x, "Content-Type"), *accept = header(x, "Accept");
	const char *since = header(x, "Last-Event-ID");
	unsigned int takes = x->route->takes;

	x->call.wants_stream = accept && strstr(accept, "text/event-stream");
	if ((takes & XMEMD_TAKES_BODY) && (!type || strncasecmp(type, "application/json", 16) ||
					   (type[16] && type[16] != ';' && type[16] != ' ')))
		return xmemd_refuse(&x->call.why, 415, "the body must be of type application/json");
	if ((takes & XMEMD_TAKES_SINCE) && since && *since &&
	    xmemd_query_read(&x->call.query, takes, "since", since, &x->call.why) < 0)
		return -1;
	if (xmemd_query_term(&x->call, takes, header(x, XMEMD_TERM_HEADER)) < 0)
		return -1;
	return xmemd_query_key(&x->call.query, takes, header(x, "Idempotency-Key"), &x->call.why);
}

static int check_length(struct exchange *x)
{
	unsigned long long max = x->call.daemon->config.daemon.body;
	const char *length = header(x, "Content-Length");

	if (!length || strtoull(length, NULL, 10) <= max)
		return 0;
	x->hang_up = true;
	return xmemd_refuse(&x->call.why, 413, "the body is longer than %llu bytes", max);
}

static void check_start(struct exchange *x)
{
	struct xmemd_call *call = &x->call;

	if (check_peer(x) < 0) {
		x->hang_up = true;
		xmemd_complain("request from %s refused: %s", x->conn->text, call->why.text);
		return;
	}
	if (check_length(x) < 0 || check_rate(x) < 0 || check_site(x) < 0 ||
	    xmemd_query_behalf(call, header(x, "Xmem-On-Behalf")) < 0)
		return;
	x->route = xmemd_route_find(call, call->method, call->path);
	if (!x->route || check_role(x) < 0)
		return;
	MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, check_query, x);
	if (!call->why.status)
		check_headers(x);
}

/* ---- body and handler */

static void take_body(struct exchange *x, const char *data, size_t size)
{
	char *grown;

	/* of a request that is refused already, nothing is kept */
	if (x->call.why.status || x->too_long)
		return;
	if (size > x->call.daemon->config.daemon.body - x->len) {
		x->too_long = true;
		return;
	}
	grown = realloc(x->body, x->len + size);
	if (!grown) {
		x->too_long = true;
		return;
	}
	x->body = grown;
	memcpy(x->body + x->len, data, size);
	x->len += size;
}

static int parse_body(struct exchange *x)
{
	struct xmemd_refusal *why = &x->call.why;
	bool wanted = x->route->takes & XMEMD_TAKES_BODY;
	json_error_t where;

	if (x->too_long)
		return xmemd_refuse(why, 413, "the body is longer than %llu bytes",
				    (unsigned long long)x->call.daemon->config.daemon.body);
	if (!wanted)
		return x->len ? xmemd_refuse(why, 400, "there must be no body here") : 0;
	if (!x->len)
		return xmemd_refuse(why, 400, "the body must be a JSON object");
	x->call.body = json_loadb(x->body, x->len, JSON_REJECT_DUPLICATES, &where);
	if (!x->call.body)
		return xmemd_refuse(why, 400, "the body is no JSON: %s (line %d, column %d)",
				    where.text, where.line, where.column);
	if (!json_is_object(x->call.body))
		return xmemd_refuse(why, 400, "the body must be a JSON object");
	return 0;
}

static void log_change(const struct exchange *x)
{
	const struct xmemd_call *call = &x->call;
	char roles[XMEMD_ROLES_TEXT];

	fprintf(stderr, SD_INFO "%s (%s)%s%s: %s %.128s: %d%s%s\n", call->peer.cn,
		xmemd_roles_format(call->peer.roles, roles), call->via[0] ? " by " : "", call->via,
		call->method, call->path, call->why.status ? call->why.status : (int)call->status,
		call->why.status ? " " : "", call->why.text);
}

static void run_handler(struct exchange *x)
{
	struct xmemd_call *call = &x->call;
	int ret = parse_body(x);

	if (!ret && call->daemon->before)
		ret = call->daemon->before(call);
	if (!ret)
		ret = x->route->handle(call);
	if (ret < 0 && !call->why.status)
		xmemd_refuse(&call->why, 500, "out of memory");
	if (strcmp(call->method, "GET"))
		log_change(x);
}

/* The text of the answer; long lists take their time, so not in libmicrohttpd's threads. */
static void write_answer(struct exchange *x)
{
	struct xmemd_call *call = &x->call;

	if (call->why.status) {
		call->status = (unsigned int)call->why.status;
		json_decref(call->reply);
		call->reply = xmemd_refusal_json(&call->why);
		free(call->text);
		call->text = NULL;
	}
	if (call->text) {
		x->answer = call->text;
		call->text = NULL;
	} else if (call->reply) {
		call->type = "application/json";
		x->answer = json_dumps(call->reply, JSON_COMPACT | JSON_REAL_PRECISION(15));
	}
}

static void run_job(struct xmemd_job *job)
{
	struct exchange *x = (struct exchange *)((char *)job - offsetof(struct exchange, job));

	run_handler(x);
	if (!x->call.stream || x->call.why.status)
		write_answer(x);
	x->state = STATE_DONE;
	/* from here on it is libmicrohttpd's again, and may be gone */
	MHD_resume_connection(x->connection);
}

/* ---- the answer */

static void add_headers(struct MHD_Response *response, const struct exchange *x)
{
	static const char *const always[][2] = {
		{ "Cache-Control", "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Content-Security-Policy",
		  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
		  "connect-src 'self'; base-uri 'none'; form-action 'none'; "
		  "frame-ancestors 'none'" },
	};
	char seconds[16];
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(*always); i++)
		MHD_add_response_header(response, always[i][0], always[i][1]);
	if (x->call.type)
		MHD_add_response_header(response, "Content-Type", x->call.type);
	if (x->call.allow[0])
		MHD_add_response_header(response, "Allow", x->call.allow);
	if (x->call.why.retry_after) {
		snprintf(seconds, sizeof(seconds), "%u", x->call.why.retry_after);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	if (x->hang_up)
		MHD_add_response_header(response, "Connection", "close");
}

static enum MHD_Result queue(struct exchange *x, struct MHD_Response *response)
{
	enum MHD_Result ret;

	add_headers(response, x);
	ret = MHD_queue_response(x->connection, x->call.status, response);
	MHD_destroy_response(response);
	return ret;
}

static enum MHD_Result send_answer(struct exchange *x)
{
	struct MHD_Response *response;

	if (!x->answer)
		write_answer(x);
	if (!x->answer)
		return MHD_NO;
	response = MHD_create_response_from_buffer(strlen(x->answer), x->answer,
						   MHD_RESPMEM_MUST_FREE);
	if (!response)
		return MHD_NO;
	x->answer = NULL;
	xmemd_guard_phase(x->server->guard, x->conn, XMEMD_PHASE_SEND);
	return queue(x, response);
}

static enum MHD_Result send_stream(struct exchange *x)
{
	struct MHD_Response *response;

	response =
		xmemd_stream_open(x->server->streams, x->connection, x->conn, &x->call, &x->stream);
	if (!response)
		return send_answer(x);
	x->call.type = "text/event-stream";
	x->hang_up = true;
	xmemd_guard_phase(x->server->guard, x->conn, XMEMD_PHASE_STREAM);
	return queue(x, response);
}

/* The whole request is there. */
static enum MHD_Result hand_over(struct exchange *x)
{
	if (x->call.why.status)
		return send_answer(x);
	xmemd_guard_phase(x->server->guard, x->conn, XMEMD_PHASE_WORK);
	x->state = STATE_WORK;
	x->job.caller = x->conn->caller;
	x->job.run = run_job;
	MHD_suspend_connection(x->connection);
	if (xmemd_work_submit(x->server->work, &x->job))
		return MHD_YES;
	xmemd_refuse(&x->call.why, 503, "the daemon is about to stop");
	x->state = STATE_DONE;
	MHD_resume_connection(x->connection);
	return MHD_YES;
}

static enum MHD_Result take_header(struct exchange *x, const char *method, const char *path)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	x->conn = info ? info->socket_context : NULL;
	if (!x->conn)
		return MHD_NO;
	x->call.method = method;
	x->call.path = path;
	x->since = xmemd_now_ms();
	x->state = STATE_BODY;
	xmemd_guard_phase(x->server->guard, x->conn, XMEMD_PHASE_BODY);
	check_start(x);
	/* those who stay take the refusal when their body is read, and keep the connection */
	return x->hang_up ? send_answer(x) : MHD_YES;
}

/**
 * xmemd_exchange_go_on() - more of a request is there
 * @arg: the server
 * @connection: where
 * @path: path of the request, decoded
 * @method: its method
 * @version: unused
 * @data: next piece of its body
 * @size: bytes of that; taken to 0
 * @state: the exchange
 *
 * Called when the header is there, for each piece of the body, at the end, and when there
 * is an answer.
 *
 * Return: MHD_NO to close the connection.
 */
enum MHD_Result xmemd_exchange_go_on(void *arg, struct MHD_Connection *connection, const char *path,
				     const char *method, const char *version, const char *data,
				     size_t *size, void **state)
{
	struct exchange *x = *state;

	(void)arg;
	(void)connection;
	(void)version;
	if (!x)
		return MHD_NO;
	if (x->state == STATE_BEGUN)
		return take_header(x, method, path);
	if (*size) {
		take_body(x, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (x->state == STATE_BODY)
		return hand_over(x);
	return x->call.stream && !x->call.why.status ? send_stream(x) : send_answer(x);
}

/**
 * xmemd_exchange_end() - a request was answered, or its connection ended
 * @arg: the server
 * @connection: where
 * @state: the exchange, freed
 * @code: unused
 */
void xmemd_exchange_end(void *arg, struct MHD_Connection *connection, void **state,
			enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void)arg;
	(void)connection;
	(void)code;
	*state = NULL;
	if (!x)
		return;
	if (x->stream)
		xmemd_stream_leave(x->stream);
	if (x->conn) {
		xmemd_guard_phase(x->server->guard, x->conn, XMEMD_PHASE_IDLE);
		xmemd_tally_count(&x->server->tally, x->call.method, x->call.status,
				  (double)(xmemd_now_ms() - x->since) / 1000);
	}
	exchange_free(x);
}
