// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm region: the regions of this machine's module, their grants and sessions. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "adm.h"
#include "args.h"
#include "duration.h"
#include "hex.h"
#include "ask.h"
#include "objects.h"
#include "out.h"
#include "size.h"
#include "word.h"

#define DEFAULT_PORT 7707

static const struct adm_column region_columns[] = {
	{ "id", "ID", ADM_ID },
	{ "size", "SIZE", ADM_SIZE },
	{ "label", "LABEL", ADM_TEXT },
	{ "epoch", "EPOCH", ADM_NUMBER },
	{ "grants", "GRANTS", ADM_NUMBER },
	{ "sessions", "SESSIONS", ADM_NUMBER },
	{ "alloc", "ALLOC", ADM_TEXT },
	{ "created", "CREATED", ADM_TIME },
	{ 0 },
};

static const struct adm_column region_lines[] = {
	{ "id", "id", ADM_ID },
	{ "size", "size", ADM_SIZE },
	{ "label", "label", ADM_TEXT },
	{ "instance", "instance", ADM_TEXT },
	{ "epoch", "epoch", ADM_NUMBER },
	{ "created", "created", ADM_TIME },
	{ "owner", "owner", ADM_TEXT },
	{ "alloc", "alloc", ADM_TEXT },
	{ "layout", "layout", ADM_TEXT },
	{ "leg-index", "leg index", ADM_NUMBER },
	{ "leg-count", "leg count", ADM_NUMBER },
	{ "sessions", "sessions", ADM_NUMBER },
	{ "meta", "meta", ADM_TEXT },
	{ 0 },
};

static const struct adm_column grant_columns[] = {
	{ "region", "REGION", ADM_ID },
	{ "client", "CLIENT", ADM_TEXT },
	{ "rights", "RIGHTS", ADM_WORDS },
	{ "epoch", "EPOCH", ADM_NUMBER },
	{ "sessions", "SESSIONS", ADM_NUMBER },
	{ "expiry", "EXPIRY", ADM_TIME },
	{ 0 },
};

static const struct adm_column grant_lines[] = {
	{ "region", "region", ADM_ID },		  { "client", "client", ADM_TEXT },
	{ "token", "token", ADM_TEXT },		  { "rights", "rights", ADM_WORDS },
	{ "epoch", "epoch", ADM_NUMBER },	  { "expiry", "expiry", ADM_TIME },
	{ "command", "on the client", ADM_TEXT }, { 0 },
};

static const struct adm_column session_columns[] = {
	{ "region", "REGION", ADM_ID },	    { "client", "CLIENT", ADM_TEXT },
	{ "session", "SESSION", ADM_TEXT }, { "generation", "GENERATION", ADM_NUMBER },
	{ "queues", "QUEUES", ADM_NUMBER }, { "peer", "PEER", ADM_TEXT },
	{ "device", "DEVICE", ADM_TEXT },   { 0 },
};

/* The commands that one region id and one netlink call make. */
static int open_region(struct adm *adm, const char *text, uint64_t *id, struct xmem_nl **nl)
{
	int rc = adm_region_id(adm, text, id);

	return rc ? rc : xmem_appliance_open(nl, &adm->err);
}

static const struct adm_option create_options[] = {
	{ "size", "SIZE", true, false, "bytes: 512M, 1G; a multiple of 2M", NULL },
	{ "label", "TEXT", false, false, "free text for people", NULL },
	{ "id", "N", false, false, "identity wanted; the lowest free one without it", NULL },
	{ 0 },
};

static int region_create(struct adm *adm, const struct adm_args *args)
{
	const char *label = adm_value(args, "label");
	struct xmem_region want = { 0 }, made;
	struct xmem_nl *nl;
	int rc = xmem_size_parse(adm_value(args, "size"), &want.size, &adm->err);

	if (!rc && !want.size)
		rc = adm_usage(adm, "--size 0: possible are multiples of 2M");
	if (!rc)
		rc = adm_number(adm, args, "id", 1, UINT64_MAX, &want.id);
	if (!rc && label &&
	    snprintf(want.label, sizeof(want.label), "%s", label) >= (int)sizeof(want.label))
		rc = adm_usage(adm, "the label is too long; possible are %d bytes",
			       XMEM_APPLIANCE_LABEL_MAX);
	if (!rc)
		rc = xmem_appliance_open(&nl, &adm->err);
	if (rc)
		return rc;
	rc = xmem_region_new(nl, &want, &made, &adm->err);
	xmem_nl_close(nl);
	return rc ? rc : adm_print_object(adm, adm_region_json(&made), region_lines, NULL, NULL);
}

static const struct adm_option destroy_options[] = {
	{ "force", NULL, false, false, "also when it has grants, which are revoked first", NULL },
	{ 0 },
};

static int region_destroy(struct adm *adm, const struct adm_args *args)
{
	struct xmem_nl *nl;
	uint64_t id;
	int rc = open_region(adm, args->word[0], &id, &nl);

	if (rc)
		return rc;
	rc = xmem_region_del(nl, id, adm_has(args, "force"), &adm->err);
	xmem_nl_close(nl);
	return rc;
}

static int add_region(const struct xmem_region *region, void *arg)
{
	return json_array_append_new(arg, adm_region_json(region)) ? -ENOMEM : 0;
}

static int add_grant(const struct xmem_grant *grant, void *arg)
{
	return json_array_append_new(arg, adm_grant_json(grant)) ? -ENOMEM : 0;
}

static int add_session(const struct xmem_session *session, void *arg)
{
	return json_array_append_new(arg, adm_session_json(session)) ? -ENOMEM : 0;
}

/* Prints @rows unless @rc says that they are not complete. */
static int finish_list(struct adm *adm, struct xmem_nl *nl, int rc, json_t *rows,
		       const struct adm_column *columns)
{
	xmem_nl_close(nl);
	if (!rc)
		return adm_print_list(adm, rows, columns);
	json_decref(rows);
	return rc;
}

static int region_list(struct adm *adm, const struct adm_args *args)
{
	json_t *rows = json_array();
	struct xmem_nl *nl = NULL;
	int rc = xmem_appliance_open(&nl, &adm->err);

	(void)args;
	if (!rc)
		rc = xmem_region_list(nl, add_region, rows, &adm->err);
	return finish_list(adm, nl, rc, rows, region_columns);
}

static int region_show(struct adm *adm, const struct adm_args *args)
{
	json_t *object, *grants = json_array();
	struct xmem_region region;
	struct xmem_nl *nl = NULL;
	uint64_t id;
	int rc = open_region(adm, args->word[0], &id, &nl);

	if (!rc)
		rc = xmem_region_get(nl, id, &region, &adm->err);
	if (!rc)
		rc = xmem_grant_list(nl, id, add_grant, grants, &adm->err);
	xmem_nl_close(nl);
	if (rc) {
		json_decref(grants);
		return rc;
	}
	object = adm_region_json(&region);
	adm_set(object, "grant", grants);
	return adm_print_object(adm, object, region_lines, "grant", grant_columns);
}

static int region_label(struct adm *adm, const struct adm_args *args)
{
	struct xmem_nl *nl;
	uint64_t id;
	int rc = open_region(adm, args->word[0], &id, &nl);

	if (rc)
		return rc;
	rc = xmem_region_label(nl, id, args->word[1], &adm->err);
	xmem_nl_close(nl);
	return rc;
}

static const struct adm_option grant_options[] = {
	{ "client", "HEX", true, false, "identity of the client (xmemadm dev id shows it there)",
	  "@self" },
	{ "rights", "RIGHTS", false, false, "read, write or read,write (the default)",
	  ",read|write" },
	{ "token", "HEX", false, false, "the secret, 32 hexadecimal digits; random without it",
	  NULL },
	{ "expiry", "SECONDS", false, false, "how long from now (also 10m, 2h), or never",
	  "never|10m|1h|1d" },
	{ 0 },
};

static int read_rights(struct adm *adm, const char *text, uint32_t *rights)
{
	char copy[32], *rest = copy, *word;

	*rights = 0;
	snprintf(copy, sizeof(copy), "%s", text ? text : "");
	while (text && (word = strsep(&rest, ","))) {
		if (!strcmp(word, "read"))
			*rights |= XMEM_APPLIANCE_RIGHT_READ;
		else if (!strcmp(word, "write"))
			*rights |= XMEM_APPLIANCE_RIGHT_WRITE;
		else
			return adm_usage(adm,
					 "unknown right \"%.32s\"; possible are read, write, "
					 "read,write",
					 word);
	}
	return 0;
}

static int read_expiry(struct adm *adm, const char *text, uint64_t *expiry)
{
	uint64_t ms, now = (uint64_t)time(NULL);
	int rc;

	if (!text || !strcmp(text, "never"))
		return 0;
	rc = xmem_duration_parse(text, &ms, &adm->err);
	if (rc) {
		xmem_err_append(&adm->err, ", or never");
		return rc;
	}
	if (ms < 1000)
		return adm_usage(adm, "--expiry %.32s: possible is 1s or more, or never", text);
	*expiry = now + ms / 1000;
	return 0;
}

/* The line to type on the client; what is not known here is written in capitals. */
static json_t *client_command(struct adm *adm, const struct xmem_pool *pool,
			      const struct xmem_region *region, const struct xmem_grant *grant)
{
	const char *address = adm->config.appliance.rdma_address;
	char token[XMEM_TOKEN_TEXT], id[ADM_ID_SIZE], port[16] = "", name[XMEM_WORD_NAME_MAX + 1];

	adm_id_text(grant->region, id);
	if (pool->port && pool->port != DEFAULT_PORT)
		snprintf(port, sizeof(port), " port=%u", pool->port);
	if (xmem_word_is_name(region->label))
		snprintf(name, sizeof(name), "%s", region->label);
	else
		snprintf(name, sizeof(name), "region%s", id);
	return json_sprintf("modprobe xmem appliance=%s%s region=%s client=0x%016" PRIx64
			    " token=%s name=%s",
			    *address ? address : "ADDRESS", port, id, grant->client,
			    xmem_token_format(grant->token, token), name);
}

static int print_grant(struct adm *adm, struct xmem_nl *nl, const struct xmem_grant *grant)
{
	struct xmem_region region = { 0 };
	struct xmem_pool pool = { 0 };
	char token[XMEM_TOKEN_TEXT];
	json_t *o = adm_grant_json(grant);

	/* the grant is made; without these only the line for the client is poorer */
	xmem_region_get(nl, grant->region, &region, NULL);
	xmem_pool_get(nl, &pool, NULL);
	adm_set(o, "token", json_string(xmem_token_format(grant->token, token)));
	adm_set(o, "command", client_command(adm, &pool, &region, grant));
	return adm_print_object(adm, o, grant_lines, NULL, NULL);
}

static int region_grant(struct adm *adm, const struct adm_args *args)
{
	const char *token = adm_value(args, "token");
	struct xmem_grant want = { .has_token = token }, made;
	struct xmem_nl *nl;
	int rc = adm_region_id(adm, args->word[0], &want.region);

	if (!rc)
		rc = xmem_id_parse("client", adm_value(args, "client"), &want.client, &adm->err);
	if (!rc)
		rc = read_rights(adm, adm_value(args, "rights"), &want.rights);
	if (!rc && token)
		rc = xmem_token_parse(token, want.token, &adm->err);
	if (!rc)
		rc = read_expiry(adm, adm_value(args, "expiry"), &want.expiry);
	if (!rc)
		rc = adm_config(adm);
	if (!rc)
		rc = xmem_appliance_open(&nl, &adm->err);
	if (rc)
		return rc;
	rc = xmem_grant_new(nl, &want, &made, &adm->err);
	if (!rc)
		rc = print_grant(adm, nl, &made);
	xmem_nl_close(nl);
	return rc;
}

static const struct adm_option revoke_options[] = {
	{ "client", "HEX", true, false, "identity of the client", "@self" },
	{ 0 },
};

static int region_revoke(struct adm *adm, const struct adm_args *args)
{
	struct xmem_nl *nl;
	uint64_t id, client;
	int rc = xmem_id_parse("client", adm_value(args, "client"), &client, &adm->err);

	if (!rc)
		rc = open_region(adm, args->word[0], &id, &nl);
	if (rc)
		return rc;
	rc = xmem_grant_del(nl, id, client, &adm->err);
	xmem_nl_close(nl);
	return rc;
}

static int region_grants(struct adm *adm, const struct adm_args *args)
{
	json_t *rows = json_array();
	struct xmem_nl *nl = NULL;
	uint64_t id = 0;
	int rc = args->words ? adm_region_id(adm, args->word[0], &id) : 0;

	if (!rc)
		rc = xmem_appliance_open(&nl, &adm->err);
	if (!rc)
		rc = xmem_grant_list(nl, id, add_grant, rows, &adm->err);
	return finish_list(adm, nl, rc, rows, grant_columns);
}

static int region_sessions(struct adm *adm, const struct adm_args *args)
{
	json_t *rows = json_array();
	struct xmem_nl *nl = NULL;
	int rc = xmem_appliance_open(&nl, &adm->err);

	(void)args;
	if (!rc)
		rc = xmem_session_list(nl, add_session, rows, &adm->err);
	return finish_list(adm, nl, rc, rows, session_columns);
}

static const struct adm_command commands[] = {
	{ "create", NULL, "make a region of zeroed memory", create_options, region_create, NULL },
	{ "destroy", "ID", "give a region's memory back to the pool", destroy_options,
	  region_destroy, "@region" },
	{ "list", NULL, "all regions", NULL, region_list, NULL },
	{ "show", "ID", "one region with its grants", NULL, region_show, "@region" },
	{ "label", "ID TEXT", "change a region's label", NULL, region_label, "@region" },
	{ "grant", "ID", "let a client use a region", grant_options, region_grant, "@region" },
	{ "revoke", "ID", "end a client's use of a region at once", revoke_options, region_revoke,
	  "@region" },
	{ "grants", "[ID]", "the grants of one region, or of all", NULL, region_grants, "@region" },
	{ "sessions", NULL, "the clients connected now", NULL, region_sessions, NULL },
	{ 0 },
};

static const struct adm_object region = {
	"region",
	"pieces of this machine's pool, and who may use them",
	commands,
	NULL,
};
ADM_OBJECT(region);
