// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm manager: the managers themselves. */
#include "adm.h"
#include "args.h"
#include "ask.h"
#include "out.h"

static const struct adm_column status_lines[] = {
	{ "version", "version", ADM_TEXT },
	{ "roles", "roles", ADM_WORDS },
	{ "manager.leads", "leads", ADM_TEXT },
	{ "manager.leader", "leader", ADM_TEXT },
	{ "cluster.leader_url", "leader's URL", ADM_TEXT },
	{ "cluster.engine", "engine", ADM_TEXT },
	{ "cluster.revision", "revision", ADM_NUMBER },
	{ "cluster.error", "trouble", ADM_TEXT },
	{ "manager.appliances", "appliances", ADM_NUMBER },
	{ "manager.allocations", "allocations", ADM_NUMBER },
	{ "manager.owner", "owner mark", ADM_TEXT },
	{ 0 },
};

static const struct adm_column manager_columns[] = {
	{ "name", "NAME", ADM_TEXT },
	{ "url", "URL", ADM_TEXT },
	{ "leader", "LEADER", ADM_TEXT },
	{ 0 },
};

static const struct adm_column recovery_lines[] = {
	{ "dry_run", "dry run", ADM_TEXT },
	{ "appliances", "appliances asked", ADM_NUMBER },
	{ 0 },
};

static const struct adm_column recovered_columns[] = {
	{ "name", "RECOVERED", ADM_TEXT }, { "owner", "OWNER", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },	   { "regions", "REGIONS", ADM_NUMBER },
	{ "epoch", "EPOCH", ADM_NUMBER },  { 0 },
};

static const struct adm_section recovery_sections[] = {
	{ "recovered", "", recovered_columns },
	{ "undecided", "undecided: ", NULL },
	{ 0 },
};

/* What the manager is, and what its cluster is as far as the caller may know that. */
static int manager_status(struct adm *adm, const struct adm_args *args)
{
	json_t *answer, *cluster;
	int rc = adm_manager(adm, "GET", "/v1/status", NULL, NULL, &answer);

	(void)args;
	if (rc)
		return rc;
	rc = adm_manager(adm, "GET", "/v1/managers", NULL, NULL, &cluster);
	if (!rc)
		adm_set(answer, "cluster", cluster);
	if (!rc || adm->err.status == 403)
		return adm_print_object(adm, answer, status_lines, NULL, NULL);
	json_decref(answer);
	return rc;
}

static int manager_list(struct adm *adm, const struct adm_args *args)
{
	json_t *answer, *list;
	int rc = adm_manager(adm, "GET", "/v1/managers", NULL, NULL, &answer);

	(void)args;
	if (rc)
		return rc;
	list = json_incref(json_object_get(answer, "managers"));
	json_decref(answer);
	return adm_print_list(adm, list, manager_columns);
}

static const struct adm_option recover_options[] = {
	{ "dry-run", NULL, false, false, "only say what would be recovered", NULL },
	{ 0 },
};

static int manager_recover(struct adm *adm, const struct adm_args *args)
{
	json_t *in = json_object(), *answer;
	int rc;

	adm_set(in, "dry_run", json_boolean(adm_has(args, "dry-run")));
	rc = adm_manager(adm, "POST", "/v1/recovery", NULL, in, &answer);
	return rc ? rc : adm_print_sections(adm, answer, recovery_lines, recovery_sections);
}

static const struct adm_command commands[] = {
	{ "status", NULL, "the manager that answers", NULL, manager_status, NULL },
	{ "list", NULL, "all managers of the cluster, and who leads", NULL, manager_list, NULL },
	{ "recover", NULL, "rebuild what the manager knows from the appliances' regions",
	  recover_options, manager_recover, NULL },
	{ 0 },
};

static const struct adm_object manager = {
	"manager",
	"the daemons that decide who gets which memory",
	commands,
	NULL,
};
ADM_OBJECT(manager);
