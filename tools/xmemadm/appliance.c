// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm appliance: the local module's pool, and the appliances that the manager knows. */
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "appliance_health.h"
#include "args.h"
#include "ask.h"
#include "fields.h"
#include "label.h"
#include "objects.h"
#include "out.h"
#include "size.h"

static const struct adm_column pool_columns[] = {
	{ "memory", "memory", ADM_SIZE },
	{ "free", "free", ADM_SIZE },
	{ "largest", "largest", ADM_SIZE },
	{ "regions", "regions", ADM_NUMBER },
	{ "grants", "grants", ADM_NUMBER },
	{ "sessions", "sessions", ADM_NUMBER },
	{ "port", "port", ADM_NUMBER },
	{ "refused", "refused", ADM_NUMBER },
	{ "control-calls", "control calls", ADM_NUMBER },
	{ 0 },
};

static const struct adm_column appliance_columns[] = {
	{ "name", "NAME", ADM_TEXT },
	{ "state", "STATE", ADM_TEXT },
	{ "up", "UP", ADM_TEXT },
	{ "memory", "MEMORY", ADM_SIZE },
	{ "free", "FREE", ADM_SIZE },
	{ "largest", "LARGEST", ADM_SIZE },
	{ "regions", "REGIONS", ADM_NUMBER },
	{ "health.ok", "HEALTHY", ADM_TEXT },
	{ "address", "ADDRESS", ADM_TEXT },
	{ "port", "PORT", ADM_NUMBER },
	{ "url", "URL", ADM_TEXT },
	{ "error", "ERROR", ADM_TEXT | ADM_SPARE },
	{ 0 },
};

static const struct adm_column appliance_lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "url", "url", ADM_TEXT },
	{ "state", "state", ADM_TEXT },
	{ "up", "up", ADM_TEXT },
	{ "error", "error", ADM_TEXT },
	{ "seen", "seen before", ADM_SECONDS },
	{ "version", "version", ADM_TEXT },
	{ "memory", "memory", ADM_SIZE },
	{ "free", "free", ADM_SIZE },
	{ "largest", "largest", ADM_SIZE },
	{ "reserved", "reserved", ADM_SIZE },
	{ "regions", "regions", ADM_NUMBER },
	{ "held", "of allocations", ADM_NUMBER },
	{ "address", "address", ADM_TEXT },
	{ "port", "port", ADM_NUMBER },
	{ "labels", "labels", ADM_TEXT },
	{ "load", "load", ADM_NUMBER },
	{ "latency_ns", "latency, ns", ADM_NUMBER },
	{ "bandwidth_mbps", "bandwidth, Mb/s", ADM_NUMBER },
	{ "backing", "backing store", ADM_TEXT },
	{ "health.ok", "healthy", ADM_TEXT },
	{ "health.reasons", "complaints", ADM_WORDS },
	{ 0 },
};

/* Asks for one appliance, or for a change of it, and prints what is there then. */
static int ask_one(struct adm *adm, const char *method, const char *name, json_t *in)
{
	json_t *answer = NULL;
	int rc = adm_check_name(adm, name);

	if (rc) {
		json_decref(in);
		return rc;
	}
	rc = adm_manager(adm, method, "/v1/appliances/", name, in, &answer);
	return rc ? rc : adm_print_object(adm, answer, appliance_lines, NULL, NULL);
}

static int appliance_show(struct adm *adm, const struct adm_args *args)
{
	struct xmem_pool pool;
	struct xmem_nl *nl;
	int rc;

	if (args->words)
		return ask_one(adm, "GET", args->word[0], NULL);
	rc = xmem_appliance_open(&nl, &adm->err);
	if (rc)
		return rc;
	rc = xmem_pool_get(nl, &pool, &adm->err);
	xmem_nl_close(nl);
	return rc ? rc : adm_print_object(adm, adm_pool_json(&pool), pool_columns, NULL, NULL);
}

static int set_memory(struct adm *adm, const char *text)
{
	struct xmem_pool pool;
	struct xmem_nl *nl;
	uint64_t memory;
	int rc = xmem_size_parse(text, &memory, &adm->err);

	if (!rc)
		rc = xmem_appliance_open(&nl, &adm->err);
	if (rc)
		return rc;
	rc = xmem_pool_set(nl, memory, &adm->err);
	if (!rc)
		rc = xmem_pool_get(nl, &pool, &adm->err);
	xmem_nl_close(nl);
	return rc ? rc : adm_print_object(adm, adm_pool_json(&pool), pool_columns, NULL, NULL);
}

static int set_labels(struct adm *adm, const char *name, const char *text)
{
	json_t *labels, *in;
	int rc = xmem_labels_json(text, &labels, &adm->err);

	if (rc)
		return rc;
	in = json_object();
	adm_set(in, "labels", labels);
	return ask_one(adm, "PATCH", name, in);
}

static int appliance_set(struct adm *adm, const struct adm_args *args)
{
	if (!strcmp(args->word[0], "memory") && args->words == 2)
		return set_memory(adm, args->word[1]);
	if (!strcmp(args->word[0], "label") && args->words == 3)
		return set_labels(adm, args->word[1], args->word[2]);
	return adm_usage(adm,
			 "unknown setting \"%.32s\"; possible is memory SIZE, or label NAME "
			 "KEY=VALUE[,...]",
			 args->word[0]);
}

static int set_state(struct adm *adm, const char *name, const char *state)
{
	json_t *in = json_object();

	adm_set(in, "state", json_string(state));
	return ask_one(adm, "PATCH", name, in);
}

static int appliance_admit(struct adm *adm, const struct adm_args *args)
{
	return set_state(adm, args->word[0], "admitted");
}

static int appliance_drain(struct adm *adm, const struct adm_args *args)
{
	return set_state(adm, args->word[0], "drained");
}

static const struct adm_option list_options[] = {
	{ "state", "STATE", false, false, "only those in this state", "pending|admitted|drained" },
	{ 0 },
};

static int appliance_list(struct adm *adm, const struct adm_args *args)
{
	const char *state = adm_value(args, "state");
	char path[64];
	int rc = state ? adm_choice(adm, list_options, "state", state) : 0;

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/v1/appliances%s%s", state ? "?state=" : "",
		 state ? state : "");
	return adm_manager_list(adm, path, "appliances", appliance_columns);
}

static int appliance_add(struct adm *adm, const struct adm_args *args)
{
	json_t *answer, *in;
	int rc = adm_check_name(adm, args->word[0]);

	if (rc)
		return rc;
	in = json_object();
	adm_set(in, "name", json_string(args->word[0]));
	adm_set(in, "url", json_string(args->word[1]));
	rc = adm_manager(adm, "POST", "/v1/appliances", NULL, in, &answer);
	return rc ? rc : adm_manager_done(adm, answer, "added", args->word[0]);
}

static const struct adm_option remove_options[] = {
	{ "force", NULL, false, false, "also while allocations have regions there; they fail",
	  NULL },
	{ 0 },
};

static int appliance_remove(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	char path[128];
	int rc = adm_check_name(adm, args->word[0]);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/v1/appliances/%.63s%s", args->word[0],
		 adm_has(args, "force") ? "?force=1" : "");
	rc = adm_manager(adm, "DELETE", path, NULL, NULL, &answer);
	return rc ? rc : adm_manager_done(adm, answer, "removed", args->word[0]);
}

static const struct adm_command commands[] = {
	{ "show", "[NAME]", "one that the manager knows; the pool of this machine's module", NULL,
	  appliance_show, "@appliance" },
	{ "set", "memory SIZE | label NAME KEY=VALUE[,...]",
	  "the size of this machine's pool; or labels of one that the manager knows", NULL,
	  appliance_set, "memory|label @appliance" },
	{ "list", NULL, "the appliances that the manager knows", list_options, appliance_list,
	  NULL },
	{ "add", "NAME URL", "make an appliance known to the manager (https://HOST:PORT)", NULL,
	  appliance_add, NULL },
	{ "admit", "NAME", "let an appliance's memory count", NULL, appliance_admit, "@appliance" },
	{ "drain", "NAME", "give an appliance no new regions; it keeps what it has", NULL,
	  appliance_drain, "@appliance" },
	{ "health", "NAME", "what an appliance measures of itself", NULL, adm_appliance_health,
	  "@appliance" },
	{ "remove", "NAME", "make the manager forget an appliance", remove_options,
	  appliance_remove, "@appliance" },
	{ 0 },
};

static const struct adm_object appliance = {
	"appliance",
	"machines that lend memory, and this machine's pool",
	commands,
	NULL,
};
ADM_OBJECT(appliance);
