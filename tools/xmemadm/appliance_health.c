// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "appliance_health.h"
#include "ask.h"
#include "http.h"
#include "out.h"

static const struct adm_column health_lines[] = {
	{ "ok", "healthy", ADM_TEXT },
	{ "reasons", "complaints", ADM_WORDS },
	{ "unreadable", "unreadable", ADM_WORDS },
	{ "versions.kernel", "kernel", ADM_TEXT },
	{ "cpus", "CPUs", ADM_NUMBER },
	{ "load", "load", ADM_NUMBER },
	{ "memory.total", "memory", ADM_SIZE },
	{ "memory.available", "available", ADM_SIZE },
	{ "pool.memory", "lent", ADM_SIZE },
	{ 0 },
};

static const struct adm_column temperature_columns[] = {
	{ "sensor", "SENSOR", ADM_TEXT },
	{ "celsius", "CELSIUS", ADM_NUMBER },
	{ "max", "MAX", ADM_NUMBER | ADM_SPARE },
	{ "critical", "CRITICAL", ADM_NUMBER | ADM_SPARE },
	{ 0 },
};

static const struct adm_column ecc_columns[] = {
	{ "controller", "CONTROLLER", ADM_TEXT },
	{ "name", "NAME", ADM_TEXT | ADM_SPARE },
	{ "corrected", "CORRECTED", ADM_NUMBER },
	{ "uncorrected", "UNCORRECTED", ADM_NUMBER },
	{ 0 },
};

static const struct adm_column rdma_columns[] = {
	{ "device", "RDMA", ADM_TEXT },
	{ "port", "PORT", ADM_NUMBER },
	{ "state", "STATE", ADM_TEXT },
	{ "link", "LINK", ADM_TEXT | ADM_SPARE },
	{ "net", "NETWORK", ADM_TEXT | ADM_SPARE },
	{ "bandwidth_mbps", "MBIT/S", ADM_NUMBER | ADM_SPARE },
	{ 0 },
};

static const struct adm_column power_columns[] = {
	{ "supply", "SUPPLY", ADM_TEXT },
	{ "type", "TYPE", ADM_TEXT | ADM_SPARE },
	{ "online", "ONLINE", ADM_TEXT | ADM_SPARE },
	{ "status", "STATUS", ADM_TEXT | ADM_SPARE },
	{ "alarm", "ALARM", ADM_TEXT | ADM_SPARE },
	{ 0 },
};

static const struct adm_column node_columns[] = {
	{ "node", "NODE", ADM_NUMBER },
	{ "total", "MEMORY", ADM_SIZE },
	{ "free", "FREE", ADM_SIZE },
	{ 0 },
};

static const struct adm_section health_sections[] = {
	{ "memory.nodes", "", node_columns }, { "temperatures", "", temperature_columns },
	{ "ecc", "", ecc_columns },	      { "rdma", "", rdma_columns },
	{ "power", "", power_columns },	      { 0 },
};

static int ask_appliance(struct adm *adm, const char *url, json_t **health)
{
	const struct xmem_http http = {
		.url = url,
		.ca = adm->config.tls.ca,
		.cert = adm->config.tls.cert,
		.key = adm->config.tls.key,
		.crl = adm->config.tls.crl,
		.role = "appliance",
	};
	int rc = xmem_http_request(&http, "GET", "/v1/health", NULL, health, &adm->err);

	if (!rc)
		return 0;
	adm->answer = *health;
	*health = NULL;
	return rc;
}

/**
 * adm_appliance_health() - print what an appliance measures of itself
 * @adm: the run
 * @args: the appliance's name
 *
 * The manager says where it is and keeps only the verdict; the rest it says itself.
 *
 * Return: 0 or a negative errno.
 */
int adm_appliance_health(struct adm *adm, const struct adm_args *args)
{
	json_t *appliance = NULL, *health = NULL;
	const char *url;
	int rc = adm_check_name(adm, args->word[0]);

	if (!rc)
		rc = adm_manager(adm, "GET", "/v1/appliances/", args->word[0], NULL, &appliance);
	if (rc)
		return rc;
	url = json_string_value(json_object_get(appliance, "url"));
	if (url)
		rc = ask_appliance(adm, url, &health);
	else
		rc = xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, EPROTO,
				  "the manager's answer has no url");
	json_decref(appliance);
	return rc ? rc : adm_print_sections(adm, health, health_lines, health_sections);
}
