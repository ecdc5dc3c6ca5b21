// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm space: how much memory there is for a request, in all and on each appliance. */
#include "adm.h"
#include "args.h"
#include "ask.h"
#include "out.h"
#include "want.h"

static const struct adm_column space_lines[] = {
	{ "appliances", "appliances", ADM_NUMBER },
	{ "sum", "in all", ADM_SIZE },
	{ "largest", "in one region", ADM_SIZE },
	{ "in_regions", "one allocation", ADM_SIZE },
	{ 0 },
};

static const struct adm_column each_columns[] = {
	{ "appliance", "APPLIANCE", ADM_TEXT },
	{ "space", "SPACE", ADM_SIZE },
	{ "largest", "LARGEST", ADM_SIZE },
	{ 0 },
};

static const struct adm_option options[] = {
	ADM_WANT_OPTIONS,
	{ "type", "TYPE", false, false, "as in alloc create", "volatile|persistent" },
	{ "account", "NAME", false, false, "with what is reserved for it", "@account" },
	{ "client", "HEX", false, false, "with what is reserved for it", "@self" },
	{ 0 },
};

static int space_query(struct adm *adm, const struct adm_args *args)
{
	json_t *want, *answer;
	int rc = adm_want_read(adm, args, options, &want);

	if (!rc)
		rc = adm_manager(adm, "POST", "/v1/space", NULL, want, &answer);
	return rc ? rc : adm_print_object(adm, answer, space_lines, "each", each_columns);
}

static const struct adm_command query = {
	.name = "query",
	.help = "how much memory a request could have",
	.options = options,
	.run = space_query,
};

static const struct adm_object space = {
	.name = "space",
	.help = "how much memory a request could have",
	.single = &query,
};
ADM_OBJECT(space);
