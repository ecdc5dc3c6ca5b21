// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "http.h"
#include "identity.h"
#include "manager.h"

static int ask(struct adm *adm, const char *method, const char *path, const json_t *in,
	       json_t **out)
{
	struct xmem_http http = {
		.url = adm->config.client.managers,
		.ca = adm->config.tls.ca,
		.cert = adm->config.tls.cert,
		.key = adm->config.tls.key,
	};

	if (!*http.url)
		return adm_usage(adm, "no managers= in [client] of %s",
				 adm->config_path ? adm->config_path : XMEM_CONFIG_PATH);
	return xmem_http_request(&http, method, path, in, out, &adm->err);
}

/**
 * adm_manager() - ask the manager
 * @adm: the run
 * @method: GET, POST or DELETE
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
	char *escaped = xmem_http_escape(name ? name : "");
	char full[512];
	int rc = adm_config(adm);

	*out = NULL;
	if (!rc &&
	    (!escaped || snprintf(full, sizeof(full), "%s%s", path, escaped) >= (int)sizeof(full)))
		rc = adm_usage(adm, "the name is too long");
	if (!rc)
		rc = ask(adm, method, full, in, out);
	if (rc) {
		json_decref(*out);
		*out = NULL;
	}
	free(escaped);
	json_decref(in);
	return rc;
}

/**
 * adm_manager_list() - print a list that the manager sent
 * @adm: the run
 * @answer: the answer, consumed
 * @key: member of the answer that is the list
 * @columns: how to show it
 *
 * Return: 0 or a negative errno.
 */
int adm_manager_list(struct adm *adm, json_t *answer, const char *key,
		     const struct adm_column *columns)
{
	json_t *list = json_incref(json_object_get(answer, key));

	json_decref(answer);
	if (json_is_array(list))
		return adm_print_list(adm, list, columns);
	json_decref(list);
	return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, EPROTO,
			    "the manager's answer has no %s", key);
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
