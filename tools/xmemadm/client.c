// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm client: machines that use memory, and what they may have. */
#include "adm.h"
#include "args.h"
#include "ask.h"
#include "person.h"

#define LIST "/v1/clients"

static const struct adm_option set_options[] = {
	{ "id", "HEX", false, false, "its identity (xmemadm dev id there); needed for a new one",
	  "@self" },
	{ "account", "NAME", false, false, "the account that it belongs to", "@account|none" },
	ADM_PROFILE_OPTIONS,
	{ 0 },
};

static int client_list(struct adm *adm, const struct adm_args *args)
{
	(void)args;
	return adm_manager_list(adm, LIST, "clients", adm_person_columns);
}

static int client_show(struct adm *adm, const struct adm_args *args)
{
	return adm_person_show(adm, LIST "/", args->word[0]);
}

static int client_set(struct adm *adm, const struct adm_args *args)
{
	return adm_person_set(adm, args, set_options, LIST "/");
}

static int client_remove(struct adm *adm, const struct adm_args *args)
{
	return adm_person_remove(adm, LIST "/", args->word[0]);
}

static const struct adm_command commands[] = {
	{ "list", NULL, "all clients with what they use", NULL, client_list, NULL },
	{ "show", "NAME", "one client with its limits and what it uses", NULL, client_show,
	  "@client" },
	{ "set", "NAME", "make a client, or change it; the value none takes a limit away",
	  set_options, client_set, "@client" },
	{ "remove", "NAME", "forget a client", NULL, client_remove, "@client" },
	{ 0 },
};

static const struct adm_object client = {
	"client",
	"machines that use memory, and what they may have",
	commands,
	NULL,
};
ADM_OBJECT(client);
