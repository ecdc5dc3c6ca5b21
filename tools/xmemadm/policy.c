// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm policy: what holds for the whole cluster, and why memory is where it is. */
#include <stdio.h>

#include "adm.h"
#include "args.h"
#include "ask.h"
#include "person.h"

#define PATH "/v1/policy"

static const struct adm_column policy_lines[] = {
	{ "admit", "admit", ADM_TEXT },
	{ "known_only", "known only", ADM_TEXT },
	{ "warn", "warn", ADM_SECONDS },
	{ "grace", "grace", ADM_SECONDS },
	ADM_PROFILE_LINES,
	{ 0 },
};

static const struct adm_option set_options[] = {
	{ "admit", "HOW", false, false,
	  "whether an appliance that announces itself waits for an administrator",
	  "manual|automatic" },
	{ "known-only", "WHETHER", false, false, "refuse clients that are not on the list",
	  "yes|no" },
	{ "warn", "TIME", false, false, "how long before its end a lease is warned", NULL },
	{ "grace", "TIME", false, false, "how long after its end memory stays", NULL },
	ADM_PROFILE_OPTIONS,
	{ 0 },
};

static int policy_show(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = adm_manager(adm, "GET", PATH, NULL, NULL, &answer);

	(void)args;
	return rc ? rc : adm_print_object(adm, answer, policy_lines, NULL, NULL);
}

static int policy_set(struct adm *adm, const struct adm_args *args)
{
	json_t *policy = json_object(), *answer;
	int rc = adm_fields_change(adm, args, set_options, adm_profile_fields, policy);

	/* nobody is asked when what was typed makes no sense */
	json_decref(policy);
	if (!rc)
		rc = adm_manager(adm, "GET", PATH, NULL, NULL, &policy);
	if (rc)
		return rc;
	adm_person_strip(policy);
	rc = adm_fields_change(adm, args, set_options, adm_profile_fields, policy);
	if (rc) {
		json_decref(policy);
		return rc;
	}
	rc = adm_manager(adm, "PUT", PATH, NULL, policy, &answer);
	return rc ? rc : adm_print_object(adm, answer, policy_lines, NULL, NULL);
}

static const struct adm_column explain_lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "strategy", "strategy", ADM_TEXT },
	{ "layout", "layout", ADM_TEXT },
	{ "reason", "why", ADM_TEXT },
	{ 0 },
};

static const struct adm_column explain_columns[] = {
	{ "index", "LEG", ADM_NUMBER }, { "appliance", "APPLIANCE", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },	{ "drawn", "RESERVED", ADM_SIZE | ADM_SPARE },
	{ "reason", "WHY", ADM_TEXT },	{ 0 },
};

static int policy_explain(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	char path[128];
	int rc = adm_check_name(adm, args->word[0]);

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/v1/allocations/%.63s/explanation", args->word[0]);
	rc = adm_manager(adm, "GET", path, NULL, NULL, &answer);
	return rc ? rc : adm_print_object(adm, answer, explain_lines, "legs", explain_columns);
}

static const struct adm_command commands[] = {
	{ "show", NULL, "limits and preferences of the whole cluster", NULL, policy_show, NULL },
	{ "set", NULL, "change them; the value none takes a limit away", set_options, policy_set,
	  NULL },
	{ "explain", "NAME", "why the regions of an allocation are where they are", NULL,
	  policy_explain, "@alloc" },
	{ 0 },
};

static const struct adm_object policy = {
	"policy",
	"what holds for the whole cluster, and why memory is where it is",
	commands,
	NULL,
};
ADM_OBJECT(policy);
