// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A manager that follows passes changes on to the one that leads, in the name of who
 * asked. What it passes on came from somebody whose certificate it has checked; the
 * leader believes that of a manager's certificate only.
 */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "http.h"
#include "manager.h"

#define TIMEOUT_MS 90000

static bool is_ours(const struct xmemd_call *call)
{
	/* the same daemon may be an appliance, too, which answers for itself */
	return strcmp(call->method, "GET") && strncmp(call->path, "/v1/regions", 11);
}

/* Who leads, if it is not this one. Without a leader its handler says so. */
static bool find_leader(struct xmemd_manager *manager, char url[XMEMD_URL_TEXT])
{
	bool other;

	xmemd_model_lock(&manager->model);
	other = !manager->leads && manager->leader_url[0];
	memcpy(url, manager->leader_url, XMEMD_URL_TEXT);
	xmemd_model_unlock(&manager->model);
	return other;
}

static int pass_on(struct xmemd_call *call, const char *url)
{
	const struct xmem_config *config = &call->daemon->config;
	char behalf[XMEMD_CN_TEXT + XMEMD_ROLES_TEXT + 24], roles[XMEMD_ROLES_TEXT];
	char key[XMEMD_KEY_TEXT + 24];
	const char *headers[] = { behalf, call->query.key[0] ? key : NULL, NULL };
	const struct xmem_http http = {
		.url = url,
		.ca = config->tls.ca,
		.cert = config->tls.cert,
		.key = config->tls.key,
		.crl = config->tls.crl,
		.role = "manager",
		.headers = headers,
		.timeout_ms = TIMEOUT_MS,
	};
	struct xmem_err err = {};

	snprintf(behalf, sizeof(behalf), "Xmem-On-Behalf: %s;%s", call->peer.cn,
		 xmemd_roles_format(call->peer.roles, roles));
	snprintf(key, sizeof(key), "Idempotency-Key: %s", call->query.key);
	if (xmem_http_request(&http, call->method, call->target, call->body, &call->reply, &err) <
		    0 &&
	    err.kind != XMEM_ERR_REFUSED)
		return xmemd_refuse(
			&call->why, 503,
			"the manager that decides does not answer, and the request %s: %s",
			err.unsent ? "did not happen" : "may have happened or not", err.text);
	call->status = (unsigned int)err.status;
	return call->reply ? 1 : -1;
}

/**
 * xmemd_forward() - have the leader answer what only it may
 * @call: the request
 *
 * Return: 0 if this manager answers itself, 1 when it is answered, or -1 with the refusal set.
 */
int xmemd_forward(struct xmemd_call *call)
{
	char url[XMEMD_URL_TEXT];

	if (!is_ours(call) || !find_leader(call->daemon->manager, url))
		return 0;
	/* passed on already, by one that believed this manager to lead: it will know better soon */
	if (call->via[0])
		return xmemd_refuse_as(
			&call->why, 503, XMEMD_WHY_NOT_LEADER,
			"manager \"%s\" passed the request on, but this one does not "
			"decide either; try again",
			call->via);
	return pass_on(call, url);
}
