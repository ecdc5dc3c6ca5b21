// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "ask.h"
#include "managers.h"
#include "srv.h"
#include "word.h"

#define URL_TEXT 256
#define KEY_BYTES 16
#define PAGE "limit=5000"

/* Somebody who waits for a completion does not wait long. */
#define QUICK_MS 1000

static int find_managers(struct adm *adm)
{
	const char *text = adm->managers_given, *domain;
	int rc = adm_config(adm);

	if (rc || *adm->managers)
		return rc;
	if (!text)
		text = adm->config.client.managers;
	if (!*text)
		return adm_usage(adm, "no managers= in [client] of %s",
				 adm->config_path ? adm->config_path : XMEM_CONFIG_PATH);
	domain = xmem_managers_srv(text);
	if (domain)
		return xmem_srv_urls(domain, adm->managers, sizeof(adm->managers), &adm->err);
	if (snprintf(adm->managers, sizeof(adm->managers), "%s", text) < (int)sizeof(adm->managers))
		return 0;
	*adm->managers = 0;
	return adm_usage(adm, "the managers are too long; possible are %zu bytes",
			 sizeof(adm->managers) - 1);
}

/* The one that answered is asked first the next time. */
static void prefer(struct adm *adm, const char *url)
{
	char list[sizeof(adm->managers)], other[URL_TEXT];
	const char *rest = adm->managers;
	size_t len = (size_t)snprintf(list, sizeof(list), "%s", url);

	while ((rest = xmem_managers_next(rest, other, sizeof(other))))
		if (strcmp(other, url) && len + strlen(other) + 1 < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, ",%s", other);
	memcpy(adm->managers, list, sizeof(list));
}

/* Whether another manager may know better: nobody there, or nobody leads. */
static bool ask_next(const struct adm *adm)
{
	const char *reason = json_string_value(json_object_get(adm->answer, "reason"));

	return adm->err.kind == XMEM_ERR_UNREACHABLE ||
	       (adm->err.status == 503 && reason && !strcmp(reason, "not-leader"));
}

/**
 * adm_manager_each() - ask one manager after the other until one answers
 * @adm: the run
 * @fn: asks one; returns 0 or a negative errno with adm->err filled
 * @arg: for @fn
 *
 * Return: 0 or a negative errno.
 */
int adm_manager_each(struct adm *adm, int (*fn)(struct adm *adm, struct xmem_http *http, void *arg),
		     void *arg)
{
	char url[URL_TEXT], all[sizeof(adm->err.text)] = "";
	unsigned int asked = 0;
	const char *rest;
	size_t len = 0;
	int rc = find_managers(adm);

	if (rc)
		return rc;
	rest = adm->managers;
	while ((rest = xmem_managers_next(rest, url, sizeof(url)))) {
		struct xmem_http http = {
			.url = url,
			.ca = adm->config.tls.ca,
			.cert = adm->config.tls.cert,
			.key = adm->config.tls.key,
			.crl = adm->config.tls.crl,
			.role = "manager",
			.connect_ms = adm->quick ? QUICK_MS : 0,
			.timeout_ms = adm->quick ? 2 * QUICK_MS : 0,
		};

		rc = fn(adm, &http, arg);
		if (!rc || !ask_next(adm)) {
			prefer(adm, url);
			return rc;
		}
		if (len < sizeof(all))
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
						asked ? "; " : "", adm->err.text);
		asked++;
	}
	adm->err.kind = XMEM_ERR_UNREACHABLE;
	if (asked > 1) {
		adm->err.status = 0;
		snprintf(adm->err.text, sizeof(adm->err.text), "no manager answers: %.480s", all);
	}
	return rc;
}

struct request {
	const char *method, *path, *key;
	const json_t *in;
	json_t **out;
};

static int ask(struct adm *adm, struct xmem_http *http, void *arg)
{
	const struct request *request = arg;
	const char *const headers[] = { request->key, NULL };
	int rc;

	if (request->key)
		http->headers = headers;
	json_decref(adm->answer);
	adm->answer = NULL;
	rc = xmem_http_request(http, request->method, request->path, request->in, request->out,
			       &adm->err);
	http->headers = NULL;
	if (rc) {
		adm->answer = *request->out;
		*request->out = NULL;
	}
	return rc;
}

static int make_key(char *line, size_t size)
{
	unsigned char bytes[KEY_BYTES];
	size_t i, len;

	if (getentropy(bytes, sizeof(bytes)))
		return -EIO;
	len = (size_t)snprintf(line, size, "Idempotency-Key: ");
	for (i = 0; i < KEY_BYTES; i++)
		len += (size_t)snprintf(line + len, size - len, "%02x", bytes[i]);
	return 0;
}

static int send(struct adm *adm, struct request *request, const char *path, const char *name,
		json_t *in)
{
	char *escaped = xmem_http_escape(name ? name : "");
	char full[XMEM_HTTP_PATH_TEXT];
	int rc;

	*request->out = NULL;
	request->in = in;
	request->path = full;
	if (!escaped || snprintf(full, sizeof(full), "%s%s", path, escaped) >= (int)sizeof(full))
		rc = adm_usage(adm, "the name is too long");
	else
		rc = adm_manager_each(adm, ask, request);
	free(escaped);
	json_decref(in);
	return rc;
}

/**
 * adm_manager() - ask the manager
 * @adm: the run
 * @method: GET, POST, PUT, PATCH or DELETE
 * @path: from the slash on
 * @name: name of an object that follows the path, or NULL
 * @in: body of the request, consumed; or NULL
 * @out: body of the answer, the caller's after success
 *
 * Return: 0 or a negative errno.
 */
int adm_manager(struct adm *adm, const char *method, const char *path, const char *name, json_t *in,
		json_t **out)
{
	struct request request = { .method = method, .out = out };

	return send(adm, &request, path, name, in);
}

/**
 * adm_manager_create() - have the manager make an allocation or the like, once
 * @adm: the run
 * @path: of the list that it becomes part of
 * @in: body of the request, consumed
 * @out: body of the answer, the caller's after success
 *
 * Return: 0 or a negative errno.
 */
int adm_manager_create(struct adm *adm, const char *path, json_t *in, json_t **out)
{
	char key[64];
	struct request request = { .method = "POST", .out = out, .key = key };

	if (!make_key(key, sizeof(key)))
		return send(adm, &request, path, NULL, in);
	json_decref(in);
	*out = NULL;
	return adm_usage(adm, "no random numbers are available");
}

static int bad_answer(struct adm *adm, const char *key)
{
	return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, EPROTO,
			    "the manager's answer has no %s", key);
}

/**
 * adm_manager_list() - print a list that the manager sends, page by page
 * @adm: the run
 * @path: of the list, perhaps with a query
 * @key: member of the answer that is the list
 * @columns: how to show it
 *
 * Return: 0 or a negative errno.
 */
int adm_manager_list(struct adm *adm, const char *path, const char *key,
		     const struct adm_column *columns)
{
	json_t *rows = json_array(), *answer = NULL;
	char page[XMEM_HTTP_PATH_TEXT], after[128] = "";
	int rc;

	do {
		const char *next;

		snprintf(page, sizeof(page), "%s%c" PAGE "%s%s", path,
			 strchr(path, '?') ? '&' : '?', *after ? "&after=" : "", after);
		rc = adm_manager(adm, "GET", page, NULL, NULL, &answer);
		if (!rc && json_array_extend(rows, json_object_get(answer, key)))
			rc = bad_answer(adm, key);
		next = json_string_value(json_object_get(answer, "next"));
		/* the letters of a name need no escaping; no name comes twice */
		if (!rc && next && (!xmem_word_is_name(next) || !strcmp(next, after)))
			rc = bad_answer(adm, "usable next page");
		snprintf(after, sizeof(after), "%s", next ? next : "");
		json_decref(answer);
	} while (!rc && *after);
	if (!rc)
		return adm_print_list(adm, rows, columns);
	json_decref(rows);
	return rc;
}

/**
 * adm_manager_done() - say that the manager did it
 * @adm: the run
 * @answer: its answer, consumed; may be NULL
 * @verb: what was done
 * @name: to what
 *
 * Return: 0 or a negative errno.
 */
int adm_manager_done(struct adm *adm, json_t *answer, const char *verb, const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %.64s", verb, name);
	return adm_print_line(adm, answer ? answer : json_object(), text);
}

/**
 * adm_check_name() - refuse what cannot be a name before anybody is asked
 * @adm: the run
 * @name: as typed
 *
 * Return: 0 or a negative errno.
 */
int adm_check_name(struct adm *adm, const char *name)
{
	if (xmem_word_is_name(name))
		return 0;
	return adm_usage(adm, "\"%.64s\" cannot be a name; " ADM_NAME_TEXT, name);
}

/**
 * adm_client_id() - who this machine is as a client
 * @adm: the run
 * @id: result: from the configuration, otherwise made from the machine's identity
 *
 * Return: 0 or a negative errno.
 */
int adm_client_id(struct adm *adm, uint64_t *id)
{
	int rc = adm_config(adm);

	if (rc)
		return rc;
	*id = adm->config.client.id;
	return *id ? 0 : xmem_identity_default(id, &adm->err);
}
