// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "ask.h"
#include "out.h"
#include "want.h"

const struct adm_field adm_want_fields[] = {
	{ "size", "size", ADM_F_SIZE, 1, ADM_SIZE_MAX },
	{ "layout", "layout", ADM_F_WORD, 0, 0 },
	{ "strategy", "strategies", ADM_F_LIST, 0, 0 },
	{ "near", "location", ADM_F_LABELS, 0, 0 },
	{ "max-distance", "max_distance", ADM_F_WORD, 0, 0 },
	{ "spread", "spread", ADM_F_WORD, 0, 0 },
	{ "apart", "apart", ADM_F_FLAG, 0, 0 },
	{ "min-regions", "min_regions", ADM_F_NUMBER, 1, 64 },
	{ "max-regions", "max_regions", ADM_F_NUMBER, 1, 64 },
	{ "bandwidth", "bandwidth_class", ADM_F_WORD, 0, 0 },
	{ "class", "class", ADM_F_TEXT, 0, 0 },
	{ "need-class", "need_class", ADM_F_FLAG, 0, 0 },
	{ "backing", "backing", ADM_F_FLAG, 0, 0 },
	{ "max-load", "max_load", ADM_F_NUMBER, 1, 1000 },
	{ "max-latency", "max_latency_ns", ADM_F_NUMBER, 1, UINT32_MAX },
	{ "min-bandwidth", "min_bandwidth_mbps", ADM_F_NUMBER, 1, UINT32_MAX },
	{ "appliances", "appliances", ADM_F_LIST, 0, 0 },
	{ "exclude", "exclude", ADM_F_LIST, 0, 0 },
	{ "type", "type", ADM_F_WORD, 0, 0 },
	{ "account", "account", ADM_F_NAME, 0, 0 },
	{ "reservation", "reservation", ADM_F_NAME, 0, 0 },
	{ "client", "client", ADM_F_ID, 0, 0 },
	{ "label", "labels", ADM_F_LABELS, 0, 0 },
	{ "duration", "duration", ADM_F_SECONDS, 1, ADM_YEARS },
	{ "not-in-use", "not_in_use", ADM_F_SECONDS, 1, ADM_YEARS },
	{ 0 },
};

/**
 * adm_want_read() - make the request that options describe
 * @adm: for refusals
 * @args: as given
 * @options: options of the command
 * @want: result, a new object; NULL after an error
 *
 * Return: 0 or a negative errno.
 */
int adm_want_read(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		  json_t **want)
{
	int rc;

	*want = json_object();
	rc = adm_fields_read(adm, args, options, adm_want_fields, *want);
	if (!rc)
		return 0;
	json_decref(*want);
	*want = NULL;
	return rc;
}

static const struct adm_column plan_lines[] = {
	{ "size", "size", ADM_SIZE },
	{ "layout", "layout", ADM_TEXT },
	{ "strategy", "strategy", ADM_TEXT },
	{ "account", "account", ADM_TEXT },
	{ "reservation", "reservation", ADM_TEXT },
	{ "priority", "priority", ADM_NUMBER },
	{ "duration", "duration", ADM_SECONDS },
	{ "not_in_use", "not in use", ADM_SECONDS },
	{ "reason", "why", ADM_TEXT },
	{ 0 },
};

static const struct adm_column plan_columns[] = {
	{ "appliance", "APPLIANCE", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },
	{ "drawn", "RESERVED", ADM_SIZE | ADM_SPARE },
	{ "stays", "STAYS", ADM_TEXT | ADM_SPARE },
	{ "reason", "WHY", ADM_TEXT },
	{ 0 },
};

/**
 * adm_want_plan() - ask what would be done, and print it
 * @adm: the run
 * @path: whom to ask
 * @want: the request, consumed
 *
 * Return: 0 or a negative errno.
 */
int adm_want_plan(struct adm *adm, const char *path, json_t *want)
{
	json_t *answer;
	int rc = adm_manager(adm, "POST", path, NULL, want, &answer);

	return rc ? rc : adm_print_object(adm, answer, plan_lines, "legs", plan_columns);
}
