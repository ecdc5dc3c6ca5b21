// SPDX-License-Identifier: GPL-2.0-or-later
/* Names for completion: what the list commands give. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "complete.h"
#include "hex.h"
#include "ask.h"
#include "out.h"

/* The lists that hold names, and under which key. */
static const struct {
	const char *kind, *object, *key;
} lists[] = {
	{ "@account", "account", "name" },     { "@alloc", "alloc", "name" },
	{ "@appliance", "appliance", "name" }, { "@cache", "pagecache", "path" },
	{ "@client", "client", "name" },       { "@dev", "dev", "name" },
	{ "@region", "region", "id" },	       { "@reservation", "reservation", "name" },
};

static void offer_value(const json_t *value, const char *begin)
{
	char text[ADM_ID_SIZE];

	if (json_is_string(value))
		adm_complete_word(json_string_value(value), begin);
	else if (json_is_integer(value))
		adm_complete_word(adm_id_text((uint64_t)json_integer_value(value), text), begin);
}

static void offer_list(struct adm *adm, const char *name, const char *key, const char *begin)
{
	const struct adm_command *list = adm_find_command(adm_find_object(name), "list");
	const struct adm_args args = { 0 };
	json_t *row;
	size_t i;

	/* nobody to ask: nothing to offer */
	adm->collect = true;
	if (!list->run(adm, &args))
		json_array_foreach (adm->collected, i, row)
			offer_value(json_object_get(row, key), begin);
	json_decref(adm->collected);
	adm->collected = NULL;
	adm->collect = false;
}

static void offer_self(struct adm *adm, const char *begin)
{
	char text[XMEM_ID_TEXT];
	uint64_t id;

	if (!adm_client_id(adm, &id))
		adm_complete_word(xmem_id_format(id, text), begin);
}

/**
 * adm_complete_names() - offer names of what there is
 * @adm: the run
 * @kind: @alloc and the like; others are for the shell and printed as they are
 * @begin: what is typed of the name
 */
void adm_complete_names(struct adm *adm, const char *kind, const char *begin)
{
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (strcmp(lists[i].kind, kind))
			continue;
		offer_list(adm, lists[i].object, lists[i].key, begin);
		return;
	}
	if (!strcmp(kind, "@self"))
		offer_self(adm, begin);
	else
		puts(kind);
}
