// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm alloc: allocations, which the manager makes of regions. */
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "hex.h"
#include "manager.h"
#include "out.h"
#include "size.h"
#include "word.h"

static const struct adm_column alloc_columns[] = {
	{ "name", "NAME", ADM_TEXT },	{ "size", "SIZE", ADM_SIZE },
	{ "state", "STATE", ADM_TEXT }, { "layout", "LAYOUT", ADM_TEXT },
	{ "owner", "OWNER", ADM_TEXT }, { "client", "CLIENT", ADM_TEXT },
	{ "id", "ID", ADM_TEXT },	{ 0 },
};

static const struct adm_column alloc_lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "id", "id", ADM_TEXT },
	{ "size", "size", ADM_SIZE },
	{ "state", "state", ADM_TEXT },
	{ "layout", "layout", ADM_TEXT },
	{ "owner", "owner", ADM_TEXT },
	{ "client", "client", ADM_TEXT },
	{ "error", "error", ADM_TEXT },
	{ 0 },
};

static const struct adm_column leg_columns[] = {
	{ "index", "LEG", ADM_NUMBER },
	{ "appliance", "APPLIANCE", ADM_TEXT },
	{ "region", "REGION", ADM_ID },
	{ "size", "SIZE", ADM_SIZE },
	{ 0 },
};

static const struct adm_option create_options[] = {
	{ "size", "SIZE", true, false, "bytes: 512M, 1G" },
	{ "layout", "LAYOUT", false, false,
	  "single (one region), concat (several, joined), auto (the default)" },
	{ "client", "HEX", false, false,
	  "who will use it; this machine (xmemadm dev id) without it" },
	{ 0 },
};

static int check_name(struct adm *adm, const char *name)
{
	if (xmem_word_is_name(name))
		return 0;
	return adm_usage(adm, "\"%.64s\" cannot be a name; " ADM_NAME_TEXT, name);
}

static int check_layout(struct adm *adm, const char *layout)
{
	static const char *const layouts[] = { "auto", "single", "concat" };
	size_t i;

	for (i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (!strcmp(layout, layouts[i]))
			return 0;
	return adm_usage(adm, "unknown layout \"%.32s\"; possible are single, concat, auto",
			 layout);
}

static int read_client(struct adm *adm, const struct adm_args *args, uint64_t *client)
{
	const char *text = adm_value(args, "client");

	return text ? xmem_id_parse("client", text, client, &adm->err) : adm_client_id(adm, client);
}

static int alloc_create(struct adm *adm, const struct adm_args *args)
{
	const char *layout = adm_value(args, "layout");
	uint64_t size, client;
	json_t *in, *answer;
	int rc = check_name(adm, args->word[0]);

	if (!layout)
		layout = "auto";
	if (!rc)
		rc = xmem_size_parse(adm_value(args, "size"), &size, &adm->err);
	if (!rc && (!size || size > INT64_MAX))
		rc = adm_usage(adm, "--size %s: possible is 1 to 8E", adm_value(args, "size"));
	if (!rc)
		rc = check_layout(adm, layout);
	if (!rc)
		rc = read_client(adm, args, &client);
	if (rc)
		return rc;
	in = json_object();
	adm_set(in, "name", json_string(args->word[0]));
	adm_set(in, "size", adm_json_u64(size));
	adm_set(in, "layout", json_string(layout));
	adm_set(in, "client", adm_json_id(client));
	rc = adm_manager(adm, "POST", "/v1/allocations", NULL, in, &answer);
	return rc ? rc : adm_print_object(adm, answer, alloc_lines, "legs", leg_columns);
}

static const struct adm_option destroy_options[] = {
	{ "force", NULL, false, false, "also while a client is connected; its I/O fails" },
	{ 0 },
};

static int alloc_destroy(struct adm *adm, const struct adm_args *args)
{
	const char *state;
	char path[128];
	json_t *answer;
	int rc = check_name(adm, args->word[0]);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/v1/allocations/%.63s%s", args->word[0],
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

static int alloc_list(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = adm_manager(adm, "GET", "/v1/allocations", NULL, NULL, &answer);

	(void)args;
	return rc ? rc : adm_manager_list(adm, answer, "allocations", alloc_columns);
}

static int alloc_show(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = check_name(adm, args->word[0]);

	if (!rc)
		rc = adm_manager(adm, "GET", "/v1/allocations/", args->word[0], NULL, &answer);
	return rc ? rc : adm_print_object(adm, answer, alloc_lines, "legs", leg_columns);
}

static const struct adm_command commands[] = {
	{ "create", "NAME", "ask the manager for memory", create_options, alloc_create },
	{ "destroy", "NAME", "give an allocation's memory back", destroy_options, alloc_destroy },
	{ "list", NULL, "all allocations that may be seen", NULL, alloc_list },
	{ "show", "NAME", "one allocation with its regions", NULL, alloc_show },
	{ 0 },
};

static const struct adm_object alloc = {
	"alloc",
	"memory that the manager hands out",
	commands,
};
ADM_OBJECT(alloc);
