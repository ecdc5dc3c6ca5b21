// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm account: accounts, whose limits hold for all of their clients. */
#include "adm.h"
#include "args.h"
#include "ask.h"
#include "person.h"

#define LIST "/v1/accounts"

static const struct adm_option set_options[] = {
	ADM_PROFILE_OPTIONS,
	{ 0 },
};

static int account_list(struct adm *adm, const struct adm_args *args)
{
	(void)args;
	return adm_manager_list(adm, LIST, "accounts", adm_person_columns);
}

static int account_show(struct adm *adm, const struct adm_args *args)
{
	return adm_person_show(adm, LIST "/", args->word[0]);
}

static int account_set(struct adm *adm, const struct adm_args *args)
{
	return adm_person_set(adm, args, set_options, LIST "/");
}

static int account_remove(struct adm *adm, const struct adm_args *args)
{
	return adm_person_remove(adm, LIST "/", args->word[0]);
}

static const struct adm_command commands[] = {
	{ "list", NULL, "all accounts with what they use", NULL, account_list, NULL },
	{ "show", "NAME", "one account with its limits and what it uses", NULL, account_show,
	  "@account" },
	{ "set", "NAME", "make an account, or change it; the value none takes a limit away",
	  set_options, account_set, "@account" },
	{ "remove", "NAME", "forget an account", NULL, account_remove, "@account" },
	{ 0 },
};

static const struct adm_object account = {
	"account",
	"accounts, whose limits hold for all of their clients",
	commands,
	NULL,
};
ADM_OBJECT(account);
