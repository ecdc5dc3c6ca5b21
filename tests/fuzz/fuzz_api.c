// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests as their handlers see them, with a manager and an appliance in one process,
 * a real database and memory in a file. Input: a line ROLES METHOD PATH[?QUERY], ROLES
 * a digit of bits; then the body; and behind a record separator (0x1e) what appliances
 * answer to the manager, if they do.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "events.h"
#include "http.h"
#include "manager.h"
#include "self.h"

#define SEPARATOR '\x1e'

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int __wrap_xmem_http_request(const struct xmem_http *http, const char *method, const char *path,
			     const json_t *in, json_t **out, struct xmem_err *err);

static struct xmemd xd;
static char dir[] = "/dev/shm/fuzz_api.XXXXXX";

/* What appliances answer; the manager's own threads ask too. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static json_t *answer;

int __wrap_xmem_http_request(const struct xmem_http *http, const char *method, const char *path,
			     const json_t *in, json_t **out, struct xmem_err *err)
{
	json_t *copy;

	(void)method;
	(void)path;
	(void)in;
	pthread_mutex_lock(&lock);
	copy = json_deep_copy(answer);
	pthread_mutex_unlock(&lock);
	if (out)
		*out = copy;
	else
		json_decref(copy);
	if (copy)
		return 0;
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ECONNREFUSED, "%s: nobody there", http->url);
}

static void clean_up(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		perror(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct xmemd_refusal why = {};
	char path[64];

	(void)argc;
	(void)argv;
	/* the log is not what this is about */
	if (!mkdtemp(dir) || !freopen("/dev/null", "w", stdout))
		abort();
	atexit(clean_up);
	snprintf(path, sizeof(path), "%s/memory", dir);
	setenv("XMEMD_MEMORY", path, 1);
	setenv("XMEMD_MEMORY_MIB", "256", 1);
	xmem_config_defaults(&xd.config);
	snprintf(xd.config.manager.database, sizeof(xd.config.manager.database), "%s/db", dir);
	strcpy(xd.config.manager.name, "m1");
	strcpy(xd.config.appliance.name, "a1");
	strcpy(xd.config.appliance.rdma_address, "192.0.2.1");
	xd.roles = XMEMD_ROLE_MANAGER | XMEMD_ROLE_APPLIANCE;
	strcpy(xd.cn, "manager");
	xd.events = xmemd_events_new();
	if (xmemd_manager_start(&xd, &why) < 0 || xmemd_self_new(&xd, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		abort();
	}
	return 0;
}

static int read_query(struct xmemd_call *call, const struct xmemd_route *route, char *query)
{
	char *value;

	while ((value = strsep(&query, "&"))) {
		char *name = strsep(&value, "=");

		if (xmemd_query_read(&call->query, route->takes, name, value, &call->why) < 0)
			return -1;
	}
	return 0;
}

/* As http/exchange.c does it. */
static int ask(struct xmemd_call *call, char *line, const char *body)
{
	char *query = line, *path = strsep(&query, "?");
	const struct xmemd_route *route;

	call->path = path;
	xmemd_query_defaults(&call->query);
	route = xmemd_route_find(call, call->method, path);
	if (!route)
		return -1;
	/* these are of the server, which is not here */
	if (!strcmp(route->path, "/metrics"))
		return -1;
	if (!(route->callers & call->peer.roles))
		return xmemd_refuse(&call->why, 403, "role");
	if (query && read_query(call, route, query) < 0)
		return -1;
	if (route->takes & XMEMD_TAKES_BODY) {
		call->body = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(call->body))
			return xmemd_refuse(&call->why, 400, "no JSON");
	}
	return route->handle(call);
}

static void check_answer(struct xmemd_call *call, int ret)
{
	json_t *refusal;
	char *text;

	if (ret < 0 || call->why.status) {
		if (call->why.status == 500)
			fprintf(stderr, "%s %s: %s\n", call->method, call->path, call->why.text);
		if (call->why.status == 500 || !call->why.text[0])
			abort();
		refusal = xmemd_refusal_json(&call->why);
		text = json_dumps(refusal, 0);
		json_decref(refusal);
	} else {
		text = call->text ? strdup(call->text) : json_dumps(call->reply, 0);
	}
	if (!text)
		abort();
	free(text);
}

static void set_answer(const char *text)
{
	pthread_mutex_lock(&lock);
	json_decref(answer);
	answer = text ? json_loads(text, 0, NULL) : NULL;
	pthread_mutex_unlock(&lock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *line, *separator;
	struct xmemd_call call = { .daemon = &xd, .status = 200, .peer.cn = "alice" };
	int ret = -1;

	line = strsep(&rest, "\n");
	if (!rest)
		rest = line + strlen(line);
	separator = strchr(rest, SEPARATOR);
	if (separator)
		*separator++ = 0;
	set_answer(separator);
	if (line[0] && line[1] == ' ') {
		call.peer.roles = (unsigned int)line[0] & 0x1f;
		line += 2;
		call.method = strsep(&line, " ");
		if (line) {
			ret = ask(&call, line, rest);
			if (!call.stream && (call.why.status || ret == 0))
				check_answer(&call, ret);
		}
	}
	json_decref(call.body);
	json_decref(call.reply);
	free(call.text);
	xmemd_refusal_clear(&call.why);
	free(text);
	return 0;
}
