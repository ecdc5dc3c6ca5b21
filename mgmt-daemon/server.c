// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each connection has a thread of its own (libmicrohttpd makes them), up to a
 * limit. A handler that waits for a slow appliance therefore keeps nobody else
 * waiting: what threads share is the store, whose lock is held for one transaction
 * and never across the network.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <microhttpd.h>
#include <systemd/sd-daemon.h>

#include "call.h"
#include "server.h"

#define BODY_MAX (64 << 10)
#define CONNECTIONS_MAX 256
#define IDLE_SECONDS 30
#define STACK_SIZE (512 << 10)
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct xmemd_server {
	struct xmemd *daemon;
	struct MHD_Daemon *mhd;
	char *ca, *cert, *key;
};

/* A request while its body comes in. */
struct exchange {
	struct xmemd_call call;
	const struct xmemd_route *route;
	char *body;
	size_t len;
	bool too_long;
};

static void exchange_free(struct exchange *x)
{
	json_decref(x->call.body);
	json_decref(x->call.reply);
	xmemd_refusal_clear(&x->call.why);
	free(x->body);
	free(x);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct exchange *x)
{
	struct xmemd_call *call = &x->call;
	struct MHD_Response *response;
	enum MHD_Result ret;
	char *text;

	if (call->why.status) {
		json_decref(call->reply);
		call->reply = xmemd_refusal_json(&call->why);
		call->status = (unsigned int)call->why.status;
	}
	text = call->reply ? json_dumps(call->reply, JSON_COMPACT) : NULL;
	if (!text)
		return MHD_NO;
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Content-Type", "application/json");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	ret = MHD_queue_response(connection, call->status, response);
	MHD_destroy_response(response);
	return ret;
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

static void check_role(struct exchange *x)
{
	char has[XMEMD_ROLES_TEXT], needed[XMEMD_ROLES_TEXT];

	if (x->call.peer.roles & x->route->callers)
		return;
	xmemd_refuse(&x->call.why, 403, "\"%s\" has the role %s; this needs %s", x->call.peer.cn,
		     xmemd_roles_format(x->call.peer.roles, has),
		     xmemd_roles_format(x->route->callers, needed));
}

static void check_headers(struct MHD_Connection *connection, struct exchange *x)
{
	const char *length, *type;

	length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	if (length && strtoull(length, NULL, 10) > BODY_MAX)
		xmemd_refuse(&x->call.why, 413, "the body is longer than %d bytes", BODY_MAX);
	else if ((x->route->takes & XMEMD_TAKES_BODY) &&
		 (!type || strncasecmp(type, "application/json", 16) ||
		  (type[16] && type[16] != ';' && type[16] != ' ')))
		xmemd_refuse(&x->call.why, 415, "the body must be of type application/json");
}

/* What can be refused before the body is there: who asks, for what. */
static void check_start(struct MHD_Connection *connection, struct exchange *x, const char *method,
			const char *path)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info ||
	    xmemd_peer_read((gnutls_session_t)info->tls_session, &x->call.peer, &x->call.why) < 0)
		return;
	x->route = xmemd_route_find(&x->call, method, path);
	if (!x->route)
		return;
	check_role(x);
	if (!x->call.why.status)
		MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, check_query, x);
	if (!x->call.why.status)
		check_headers(connection, x);
}

static void take_body(struct exchange *x, const char *data, size_t size)
{
	char *grown;

	if (x->too_long || size > BODY_MAX - x->len) {
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

static void parse_body(struct exchange *x)
{
	struct xmemd_refusal *why = &x->call.why;
	json_error_t where;

	if (x->too_long) {
		xmemd_refuse(why, 413, "the body is longer than %d bytes", BODY_MAX);
	} else if (!(x->route->takes & XMEMD_TAKES_BODY)) {
		if (x->len)
			xmemd_refuse(why, 400, "there must be no body here");
	} else if (!x->len) {
		xmemd_refuse(why, 400, "the body must be a JSON object");
	} else {
		x->call.body = json_loadb(x->body, x->len, JSON_REJECT_DUPLICATES, &where);
		if (!x->call.body)
			xmemd_refuse(why, 400, "the body is no JSON: %s (line %d, column %d)",
				     where.text, where.line, where.column);
		else if (!json_is_object(x->call.body))
			xmemd_refuse(why, 400, "the body must be a JSON object");
	}
}

static void handle(struct exchange *x, const char *method, const char *path)
{
	char roles[XMEMD_ROLES_TEXT];

	parse_body(x);
	if (!x->call.why.status && x->route->handle(&x->call) < 0 && !x->call.why.status)
		xmemd_refuse(&x->call.why, 500, "out of memory");
	if (!strcmp(method, "GET"))
		return;
	fprintf(stderr, SD_INFO "%s (%s): %s %.128s: %d%s%s\n", x->call.peer.cn,
		xmemd_roles_format(x->call.peer.roles, roles), method, path,
		x->call.why.status ? x->call.why.status : (int)x->call.status,
		x->call.why.status ? " " : "", x->call.why.text);
}

/* Called when the headers are there, for each piece of the body, and at the end. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
{
	struct xmemd_server *server = arg;
	struct exchange *x = *state;

	(void)version;
	if (!x) {
		x = calloc(1, sizeof(*x));
		if (!x)
			return MHD_NO;
		*state = x;
		x->call.daemon = server->daemon;
		x->call.status = 200;
		xmemd_query_defaults(&x->call.query);
		check_start(connection, x, method, path);
		return x->call.why.status ? send_answer(connection, x) : MHD_YES;
	}
	if (*size) {
		take_body(x, data, *size);
		*size = 0;
		return MHD_YES;
	}
	handle(x, method, path);
	return send_answer(connection, x);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void)arg;
	(void)connection;
	(void)code;
	if (x)
		exchange_free(x);
	*state = NULL;
}

static void on_log(void *arg, const char *fmt, va_list ap)
{
	char line[512];

	(void)arg;
	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = 0;
	fprintf(stderr, SD_DEBUG "http: %s\n", line);
}

/**
 * xmemd_file_read() - read a small file
 * @path: the file
 * @text: content with a zero behind it, to be freed
 * @size: its length
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_file_read(const char *path, char **text, size_t *size, struct xmemd_refusal *why)
{
	FILE *file = fopen(path, "re");

	*text = NULL;
	if (!file)
		return xmemd_refuse(why, 500, "cannot read %s: %s", path, strerror(errno));
	*text = calloc(1, BODY_MAX + 1);
	*size = *text ? fread(*text, 1, BODY_MAX, file) : 0;
	fclose(file);
	if (*size && *size < BODY_MAX)
		return 0;
	free(*text);
	*text = NULL;
	return xmemd_refuse(why, 500, "cannot read %s: it is empty or longer than %d bytes", path,
			    BODY_MAX - 1);
}

static int read_files(struct xmemd_server *server, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &server->daemon->config;
	size_t size;

	if (xmemd_file_read(config->tls.ca, &server->ca, &size, why) < 0 ||
	    xmemd_file_read(config->tls.cert, &server->cert, &size, why) < 0 ||
	    xmemd_file_read(config->tls.key, &server->key, &size, why) < 0)
		return -1;
	return 0;
}

static int make_address(const struct xmemd *daemon, struct sockaddr_storage *address,
			struct xmemd_refusal *why)
{
	const char *text = daemon->config.daemon.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(daemon->config.daemon.port);
		return 0;
	}
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(daemon->config.daemon.port);
		return 0;
	}
	return xmemd_refuse(why, 400, "listen = \"%s\": not an IP address", text);
}

static int start_mhd(struct xmemd_server *server, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &server->daemon->config;
	unsigned int flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
			     MHD_USE_POLL | MHD_USE_TLS | MHD_USE_ERROR_LOG;
	struct sockaddr_storage address;

	if (make_address(server->daemon, &address, why) < 0)
		return -1;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_DUAL_STACK;
	server->mhd = MHD_start_daemon(
		flags, config->daemon.port, NULL, NULL, on_request, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
		MHD_OPTION_HTTPS_MEM_TRUST, server->ca, MHD_OPTION_HTTPS_MEM_CERT, server->cert,
		MHD_OPTION_HTTPS_MEM_KEY, server->key, MHD_OPTION_HTTPS_PRIORITIES, PRIORITY,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)IDLE_SECONDS, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE,
		MHD_OPTION_END);
	if (server->mhd)
		return 0;
	return xmemd_refuse(why, 500, "cannot serve on %s port %u: %s", config->daemon.address,
			    config->daemon.port,
			    errno ? strerror(errno) : "certificate or key is not usable");
}

/**
 * xmemd_server_start() - begin to serve
 * @daemon: the daemon, complete
 * @serverp: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_server_start(struct xmemd *daemon, struct xmemd_server **serverp,
		       struct xmemd_refusal *why)
{
	struct xmemd_server *server = calloc(1, sizeof(*server));

	if (!server)
		return xmemd_refuse(why, 500, "out of memory");
	server->daemon = daemon;
	errno = 0;
	if (read_files(server, why) < 0 || start_mhd(server, why) < 0) {
		xmemd_server_stop(server);
		return -1;
	}
	*serverp = server;
	return 0;
}

/**
 * xmemd_server_stop() - answer what is being answered, then serve no more
 * @server: the server; NULL is nothing
 */
void xmemd_server_stop(struct xmemd_server *server)
{
	if (!server)
		return;
	if (server->mhd)
		MHD_stop_daemon(server->mhd);
	free(server->ca);
	free(server->cert);
	free(server->key);
	free(server);
}
