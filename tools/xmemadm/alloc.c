// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm alloc: allocations, which the manager makes of regions. */
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "ask.h"
#include "hex.h"
#include "label.h"
#include "out.h"
#include "size.h"
#include "want.h"

#define PATH "/v1/allocations"

static const struct adm_column alloc_columns[] = {
	{ "name", "NAME", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },
	{ "state", "STATE", ADM_TEXT },
	{ "type", "TYPE", ADM_TEXT },
	{ "layout", "LAYOUT", ADM_TEXT },
	{ "lease.state", "LEASE", ADM_TEXT },
	{ "lease.left", "LEFT", ADM_SECONDS | ADM_SPARE },
	{ "account", "ACCOUNT", ADM_TEXT | ADM_SPARE },
	{ "labels", "LABELS", ADM_TEXT | ADM_SPARE },
	{ "owner", "OWNER", ADM_TEXT },
	{ "client", "CLIENT", ADM_TEXT },
	{ "id", "ID", ADM_TEXT },
	{ 0 },
};

static const struct adm_column alloc_lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "id", "id", ADM_TEXT },
	{ "size", "size", ADM_SIZE },
	{ "state", "state", ADM_TEXT },
	{ "type", "type", ADM_TEXT },
	{ "layout", "layout", ADM_TEXT },
	{ "owner", "owner", ADM_TEXT },
	{ "client", "client", ADM_TEXT },
	{ "account", "account", ADM_TEXT },
	{ "reservation", "reservation", ADM_TEXT },
	{ "strategy", "strategy", ADM_TEXT },
	{ "created", "created", ADM_TIME },
	{ "labels", "labels", ADM_TEXT },
	{ "lease.state", "lease", ADM_TEXT },
	{ "lease.left", "lease left", ADM_SECONDS },
	{ "lease.duration", "duration", ADM_SECONDS },
	{ "lease.not_in_use", "not in use", ADM_SECONDS },
	{ "error", "error", ADM_TEXT },
	{ "note", "note", ADM_TEXT },
	{ "details", "waits for", ADM_WORDS },
	{ 0 },
};

static const struct adm_column leg_columns[] = {
	{ "index", "LEG", ADM_NUMBER },
	{ "appliance", "APPLIANCE", ADM_TEXT },
	{ "region", "REGION", ADM_ID },
	{ "size", "SIZE", ADM_SIZE },
	{ "state", "STATE", ADM_TEXT | ADM_SPARE },
	{ 0 },
};

static const struct adm_option create_options[] = {
	{ "size", "SIZE", true, false, "bytes: 512M, 1G", NULL },
	ADM_WANT_OPTIONS,
	{ "type", "TYPE", false, false,
	  "what becomes of it when its lease ends: destroyed, or kept (volatile)",
	  "volatile|persistent" },
	{ "account", "NAME", false, false, "who is charged; the configuration's without it",
	  "@account" },
	{ "client", "HEX", false, false,
	  "who will use it; this machine (xmemadm dev id) without it", "@self" },
	{ "duration", "TIME", false, false, "how long it is wanted; as long as permitted", NULL },
	{ "not-in-use", "TIME", false, false, "how long it may stay without being renewed", NULL },
	{ "reservation", "NAME", false, false,
	  "draw from this reservation; from all that serve the client without it", "@reservation" },
	{ "label", "KEY=VALUE[,...]", false, false, "what it is called besides", NULL },
	{ "dry-run", NULL, false, false, "only print where it would go, and why", NULL },
	{ 0 },
};

/* The name, and what the configuration says where the options do not. */
static int complete_want(struct adm *adm, const struct adm_args *args, json_t *want)
{
	uint64_t client;
	int rc = 0;

	adm_set(want, "name", json_string(args->word[0]));
	if (!adm_has(args, "layout"))
		adm_set(want, "layout", json_string("auto"));
	if (!adm_has(args, "client")) {
		rc = adm_client_id(adm, &client);
		adm_set(want, "client", adm_json_id(client));
	}
	if (!rc)
		rc = adm_config(adm);
	if (!rc && !adm_has(args, "account") && *adm->config.client.account)
		adm_set(want, "account", json_string(adm->config.client.account));
	return rc;
}

static int alloc_create(struct adm *adm, const struct adm_args *args)
{
	json_t *want = NULL, *answer;
	int rc = adm_check_name(adm, args->word[0]);

	if (!rc)
		rc = adm_want_read(adm, args, create_options, &want);
	if (!rc)
		rc = complete_want(adm, args, want);
	if (rc) {
		json_decref(want);
		return rc;
	}
	if (adm_has(args, "dry-run"))
		return adm_want_plan(adm, "/v1/plans", want);
	rc = adm_manager_create(adm, PATH, want, &answer);
	return rc ? rc : adm_print_object(adm, answer, alloc_lines, "legs", leg_columns);
}

static const struct adm_option destroy_options[] = {
	{ "force", NULL, false, false, "also while a client is connected; its I/O fails", NULL },
	{ 0 },
};

static int alloc_destroy(struct adm *adm, const struct adm_args *args)
{
	const char *state;
	char path[128];
	json_t *answer;
	int rc = adm_check_name(adm, args->word[0]);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), PATH "/%.63s%s", args->word[0],
		 adm_has(args, "force") ? "?force=1" : "");
	rc = adm_manager(adm, "DELETE", path, NULL, NULL, &answer);
	if (rc)
		return rc;
	/* "destroying" when an appliance does not answer now */
	state = json_string_value(json_object_get(answer, "state"));
	return adm_manager_done(adm, answer,
				state && !strcmp(state, "destroying") ? "destroying" : "destroyed",
				args->word[0]);
}

static const struct adm_option list_options[] = {
	{ "label", "KEY=VALUE[,...]", false, false, "only those that have all these labels", NULL },
	{ 0 },
};

/* A query for each label: the letters that a label has here need no escaping. */
static int alloc_list(struct adm *adm, const struct adm_args *args)
{
	const char *text = adm_value(args, "label"), *key;
	char path[XMEM_HTTP_PATH_TEXT - 256]; /* labels are at most 1023 bytes */
	json_t *labels = NULL, *value;
	size_t len = (size_t)snprintf(path, sizeof(path), PATH);
	int rc = text ? xmem_labels_json(text, &labels, &adm->err) : 0;

	if (rc)
		return rc;
	json_object_foreach (labels, key, value)
		len += (size_t)snprintf(path + len, sizeof(path) - len, "%clabel=%s=%s",
					strchr(path, '?') ? '&' : '?', key,
					json_string_value(value));
	json_decref(labels);
	return adm_manager_list(adm, path, "allocations", alloc_columns);
}

/* Asks for one allocation, or for a change of it, and prints what is there then. */
static int ask_one(struct adm *adm, const char *method, const char *name, const char *below,
		   json_t *in)
{
	json_t *answer = NULL;
	char path[128];
	int rc = adm_check_name(adm, name);

	if (rc) {
		json_decref(in);
		return rc;
	}
	snprintf(path, sizeof(path), PATH "/%.63s%s", name, below);
	rc = adm_manager(adm, method, path, NULL, in, &answer);
	return rc ? rc : adm_print_object(adm, answer, alloc_lines, "legs", leg_columns);
}

static int alloc_show(struct adm *adm, const struct adm_args *args)
{
	return ask_one(adm, "GET", args->word[0], "", NULL);
}

static int alloc_renew(struct adm *adm, const struct adm_args *args)
{
	return ask_one(adm, "PUT", args->word[0], "/lease", json_object());
}

static const struct adm_option resize_options[] = {
	{ "force", NULL, false, false, "take away also what a client may still use", NULL },
	{ 0 },
};

static int alloc_resize(struct adm *adm, const struct adm_args *args)
{
	uint64_t size;
	json_t *in;
	int rc = xmem_size_parse(args->word[1], &size, &adm->err);

	if (!rc && (!size || size > ADM_SIZE_MAX))
		rc = adm_usage(adm, "%.32s: possible is 1 to 1P", args->word[1]);
	if (rc)
		return rc;
	in = json_object();
	adm_set(in, "size", adm_json_u64(size));
	return ask_one(adm, "PATCH", args->word[0], adm_has(args, "force") ? "?force=1" : "", in);
}

static const struct adm_option set_options[] = {
	{ "type", "TYPE", false, false, "what becomes of it when its lease ends",
	  "volatile|persistent" },
	{ "duration", "TIME", false, false, "how long it is wanted, from now", NULL },
	{ "not-in-use", "TIME", false, false, "how long it may stay without being renewed", NULL },
	{ "label", "KEY=VALUE[,...]", false, false,
	  "what it is called besides, all of it; none takes the labels away", NULL },
	{ 0 },
};

static const struct adm_field set_fields[] = {
	{ "type", "type", ADM_F_WORD, 0, 0 },
	{ "duration", "duration", ADM_F_SECONDS, 1, ADM_YEARS },
	{ "not-in-use", "not_in_use", ADM_F_SECONDS, 1, ADM_YEARS },
	{ 0 },
};

static int read_labels(struct adm *adm, const struct adm_args *args, json_t *in)
{
	const char *text = adm_value(args, "label");
	json_t *labels = NULL;
	int rc;

	if (!text)
		return 0;
	rc = xmem_labels_json(strcmp(text, "none") ? text : "", &labels, &adm->err);
	if (!rc)
		adm_set(in, "labels", labels);
	return rc;
}

static int alloc_set(struct adm *adm, const struct adm_args *args)
{
	json_t *in = json_object();
	int rc = adm_fields_read(adm, args, set_options, set_fields, in);

	if (!rc)
		rc = read_labels(adm, args, in);
	if (!rc && !json_object_size(in))
		rc = adm_usage(adm, "nothing to set; possible are --type, --duration, "
				    "--not-in-use, --label");
	if (!rc)
		return ask_one(adm, "PATCH", args->word[0], "", in);
	json_decref(in);
	return rc;
}

static const struct adm_option restructure_options[] = {
	ADM_WANT_OPTIONS,
	{ 0 },
};

static int alloc_restructure(struct adm *adm, const struct adm_args *args)
{
	json_t *want = NULL;
	char path[128];
	int rc = adm_check_name(adm, args->word[0]);

	if (!rc)
		rc = adm_want_read(adm, args, restructure_options, &want);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), PATH "/%.63s/restructure", args->word[0]);
	return adm_want_plan(adm, path, want);
}

static const struct adm_command commands[] = {
	{ "create", "NAME", "ask the manager for memory", create_options, alloc_create, NULL },
	{ "destroy", "NAME", "give an allocation's memory back", destroy_options, alloc_destroy,
	  "@alloc" },
	{ "list", NULL, "all allocations that may be seen", list_options, alloc_list, NULL },
	{ "show", "NAME", "one allocation with its regions", NULL, alloc_show, "@alloc" },
	{ "resize", "NAME SIZE", "grow or shrink an allocation", resize_options, alloc_resize,
	  "@alloc" },
	{ "renew", "NAME", "say that an allocation is in use: its lease begins anew", NULL,
	  alloc_renew, "@alloc" },
	{ "set", "NAME", "change type, times or labels of an allocation", set_options, alloc_set,
	  "@alloc" },
	{ "restructure", "NAME",
	  "print how an allocation would be laid out anew, with other wishes", restructure_options,
	  alloc_restructure, "@alloc" },
	{ 0 },
};

static const struct adm_object alloc = {
	"alloc",
	"memory that the manager hands out",
	commands,
	NULL,
};
ADM_OBJECT(alloc);
