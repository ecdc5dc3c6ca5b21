// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm reservation: room set aside, from which later requests draw. */
#include "adm.h"
#include "args.h"
#include "ask.h"
#include "out.h"
#include "want.h"

#define LIST "/v1/reservations"

static const struct adm_column reservation_columns[] = {
	{ "name", "NAME", ADM_TEXT },
	{ "account", "ACCOUNT", ADM_TEXT | ADM_SPARE },
	{ "client", "CLIENT", ADM_TEXT | ADM_SPARE },
	{ "size", "SIZE", ADM_SIZE },
	{ "used", "USED", ADM_SIZE },
	{ 0 },
};

static const struct adm_column reservation_lines[] = {
	{ "name", "name", ADM_TEXT },	  { "account", "account", ADM_TEXT },
	{ "client", "client", ADM_TEXT }, { "size", "size", ADM_SIZE },
	{ "used", "used", ADM_SIZE },	  { 0 },
};

static const struct adm_column placement_columns[] = {
	{ "appliance", "APPLIANCE", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },
	{ 0 },
};

/* In the answer the placement has a member for each appliance; a table wants rows. */
static int print_reservation(struct adm *adm, json_t *answer)
{
	json_t *rows = json_array(), *size;
	const char *appliance;

	if (!adm->json) {
		json_object_foreach (json_object_get(answer, "placement"), appliance, size)
			json_array_append_new(rows, json_pack("{s:s, s:O}", "appliance", appliance,
							      "size", size));
		json_object_set(answer, "placement", rows);
	}
	json_decref(rows);
	return adm_print_object(adm, answer, reservation_lines, "placement", placement_columns);
}

static const struct adm_option provision_options[] = {
	{ "size", "SIZE", true, false, "bytes: 512M, 1G", NULL },
	{ "account", "NAME", false, false, "every client of this account may draw", "@account" },
	{ "client", "NAME", false, false, "only this client may draw", "@client" },
	{ "strategy", "STRATEGY[,STRATEGY...]", false, true, "how appliances are chosen, ranked",
	  ADM_STRATEGIES },
	{ "appliances", "GLOB[,GLOB...]", false, true, "only these appliances", "@appliance" },
	{ "exclude", "GLOB[,GLOB...]", false, true, "none of these appliances", "@appliance" },
	{ "dry-run", NULL, false, false, "only print where the room would be, and why", NULL },
	{ 0 },
};

static const struct adm_field provision_fields[] = {
	{ "size", "size", ADM_F_SIZE, 1, ADM_SIZE_MAX },
	{ "account", "account", ADM_F_NAME, 0, 0 },
	{ "client", "client", ADM_F_NAME, 0, 0 },
	{ "strategy", "strategies", ADM_F_LIST, 0, 0 },
	{ "appliances", "appliances", ADM_F_LIST, 0, 0 },
	{ "exclude", "exclude", ADM_F_LIST, 0, 0 },
	{ 0 },
};

static int reservation_provision(struct adm *adm, const struct adm_args *args)
{
	json_t *in = json_object(), *answer;
	int rc = adm_check_name(adm, args->word[0]);

	adm_set(in, "name", json_string(args->word[0]));
	if (!rc && adm_has(args, "account") == adm_has(args, "client"))
		rc = adm_usage(adm, "one of --account NAME and --client NAME is needed");
	if (!rc)
		rc = adm_fields_read(adm, args, provision_options, provision_fields, in);
	if (rc) {
		json_decref(in);
		return rc;
	}
	if (adm_has(args, "dry-run"))
		return adm_want_plan(adm, LIST "?dry_run=1", in);
	rc = adm_manager(adm, "POST", LIST, NULL, in, &answer);
	return rc ? rc : print_reservation(adm, answer);
}

static int reservation_unprovision(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = adm_check_name(adm, args->word[0]);

	if (!rc)
		rc = adm_manager(adm, "DELETE", LIST "/", args->word[0], NULL, &answer);
	return rc ? rc : adm_manager_done(adm, answer, "unprovisioned", args->word[0]);
}

static int reservation_list(struct adm *adm, const struct adm_args *args)
{
	(void)args;
	return adm_manager_list(adm, LIST, "reservations", reservation_columns);
}

static int reservation_show(struct adm *adm, const struct adm_args *args)
{
	json_t *answer;
	int rc = adm_check_name(adm, args->word[0]);

	if (!rc)
		rc = adm_manager(adm, "GET", LIST "/", args->word[0], NULL, &answer);
	return rc ? rc : print_reservation(adm, answer);
}

static const struct adm_command commands[] = {
	{ "provision", "NAME", "set room aside for an account or a client", provision_options,
	  reservation_provision, NULL },
	{ "unprovision", "NAME", "give back what is not drawn yet; allocations stay", NULL,
	  reservation_unprovision, "@reservation" },
	{ "list", NULL, "all reservations", NULL, reservation_list, NULL },
	{ "show", "NAME", "one reservation, and where its room is", NULL, reservation_show,
	  "@reservation" },
	{ 0 },
};

static const struct adm_object reservation = {
	"reservation",
	"room set aside, from which later requests draw",
	commands,
	NULL,
};
ADM_OBJECT(reservation);
