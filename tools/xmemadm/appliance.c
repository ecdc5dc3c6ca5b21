// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm appliance: the local module's pool, and the appliances that the manager knows. */
#include <string.h>

#include "adm.h"
#include "args.h"
#include "manager.h"
#include "objects.h"
#include "out.h"
#include "size.h"
#include "word.h"

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
	{ "memory", "MEMORY", ADM_SIZE },
	{ "free", "FREE", ADM_SIZE },
	{ "largest", "LARGEST", ADM_SIZE },
	{ "regions", "REGIONS", ADM_NUMBER },
	{ "address", "ADDRESS", ADM_TEXT },
	{ "port", "PORT", ADM_NUMBER },
	{ "url", "URL", ADM_TEXT },
	{ "error", "ERROR", ADM_TEXT },
	{ 0 },
};

static int appliance_show(struct adm *adm, const struct adm_args *args)
{
	struct xmem_pool pool;
	struct xmem_nl *nl;
	int rc = xmem_appliance_open(&nl, &adm->err);

	(void)args;
	if (rc)
		return rc;
	rc = xmem_pool_get(nl, &pool, &adm->err);
	xmem_nl_close(nl);
	return rc ? rc : adm_print_object(adm, adm_pool_json(&pool), pool_columns, NULL, NULL);
}

static int appliance_set(struct adm *adm, const struct adm_args *args)
{
	struct xmem_pool pool;
	struct xmem_nl *nl;
	uint64_t memory;
	int rc;

	if (strcmp(args->word[0], "memory"))
		return adm_usage(adm, "unknown setting \"%.32s\"; possible is memory SIZE",
				 args->word[0]);
	rc = xmem_size_parse(args->word[1], &memory, &adm->err);
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

static int appliance_list(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = adm_manager(adm, "GET", "/v1/appliances", NULL, NULL, &answer);

	(void)args;
	return rc ? rc : adm_manager_list(adm, answer, "appliances", appliance_columns);
}

static int appliance_add(struct adm *adm, const struct adm_args *args)
{
	json_t *answer, *in;
	int rc;

	if (!xmem_word_is_name(args->word[0]))
		return adm_usage(adm, "\"%.64s\" cannot be a name; " ADM_NAME_TEXT, args->word[0]);
	in = json_object();
	adm_set(in, "name", json_string(args->word[0]));
	adm_set(in, "url", json_string(args->word[1]));
	rc = adm_manager(adm, "POST", "/v1/appliances", NULL, in, &answer);
	return rc ? rc : adm_manager_done(adm, answer, "added", args->word[0]);
}

static int appliance_remove(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = adm_manager(adm, "DELETE", "/v1/appliances/", args->word[0], NULL, &answer);

	return rc ? rc : adm_manager_done(adm, answer, "removed", args->word[0]);
}

static const struct adm_command commands[] = {
	{ "show", NULL, "the pool of this machine's module", NULL, appliance_show },
	{ "set", "memory SIZE", "grow or shrink the pool of this machine's module", NULL,
	  appliance_set },
	{ "list", NULL, "the appliances that the manager knows", NULL, appliance_list },
	{ "add", "NAME URL", "make an appliance known to the manager (https://HOST:PORT)", NULL,
	  appliance_add },
	{ "remove", "NAME", "make the manager forget an appliance", NULL, appliance_remove },
	{ 0 },
};

static const struct adm_object appliance = {
	"appliance",
	"machines that lend memory, and this machine's pool",
	commands,
};
ADM_OBJECT(appliance);
