// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "cluster.h"
#include "http.h"

#define CONNECT_MS 3000
#define REQUEST_MS 10000

/**
 * xmemd_cluster_init() - begin
 * @cluster: result
 * @config: our certificate; must stay
 * @managers: URL,… or srv:DOMAIN
 * @stopping: becomes true when the daemon ends; must stay; may be NULL
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmemd_cluster_init(struct xmemd_cluster *cluster, const struct xmem_config *config,
		       const char *managers, const atomic_bool *stopping, struct xmem_err *err)
{
	*cluster = (struct xmemd_cluster){ .config = config, .stopping = stopping };
	return xmem_discover_init(&cluster->discover, managers, err);
}

/* Where to begin: at the manager that was good, if it still is one. */
static unsigned int first_of(const struct xmemd_cluster *cluster)
{
	unsigned int i;

	for (i = 0; i < cluster->discover.count; i++)
		if (!strcmp(cluster->discover.url[i], cluster->good))
			return i;
	return 0;
}

/* Not this manager's fault but its absence, or that it finds no leader. */
static bool is_for_another(const struct xmem_err *err)
{
	return err->kind != XMEM_ERR_REFUSED || err->status == 502 || err->status == 503 ||
	       err->status == 504;
}

static int ask_one(const struct xmemd_cluster *cluster, const char *url, const char *method,
		   const char *path, const json_t *in, json_t **out, struct xmem_err *err)
{
	const struct xmem_http http = {
		.url = url,
		.ca = cluster->config->tls.ca,
		.cert = cluster->config->tls.cert,
		.key = cluster->config->tls.key,
		.crl = cluster->config->tls.crl,
		.role = "manager",
		.connect_ms = CONNECT_MS,
		.timeout_ms = REQUEST_MS,
	};

	*err = (struct xmem_err){};
	return xmem_http_request(&http, method, path, in, out, err);
}

/**
 * xmemd_cluster_ask() - ask the managers until one of them answers
 * @cluster: the managers
 * @method: HTTP method
 * @path: from the slash on, escaped
 * @in: body, or NULL; stays the caller's
 * @out: answer for json_decref(), NULL when there was none; may be NULL
 * @err: what the last one said, or why nobody answers
 *
 * What is asked must bear being asked twice: a manager may be lost after it did it.
 *
 * Return: 0 or a negative errno.
 */
int xmemd_cluster_ask(struct xmemd_cluster *cluster, const char *method, const char *path,
		      const json_t *in, json_t **out, struct xmem_err *err)
{
	bool was_stale = cluster->discover.stale;
	unsigned int i, first;
	int ret;

	if (out)
		*out = NULL;
	ret = xmem_discover(&cluster->discover, err);
	if (ret < 0)
		return ret;
	if (cluster->discover.stale && !was_stale)
		fprintf(stderr, SD_NOTICE "%s: going on with the managers known before\n",
			cluster->discover.why.text);
	first = first_of(cluster);
	for (i = 0; i < cluster->discover.count; i++) {
		const char *url = cluster->discover.url[(first + i) % cluster->discover.count];

		if (out)
			json_decref(*out);
		ret = ask_one(cluster, url, method, path, in, out, err);
		if (!ret || !is_for_another(err)) {
			memcpy(cluster->good, url, sizeof(cluster->good));
			return ret;
		}
		if (cluster->stopping && atomic_load(cluster->stopping))
			break;
	}
	return ret;
}
