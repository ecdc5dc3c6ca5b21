// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm: the options before the object, and how it ends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "help.h"
#include "managers.h"

static int take_value(struct adm *adm, const char *option, const char *value)
{
	if (option[1] == 'c') {
		if (!value)
			return adm_usage(adm, "-c needs a file");
		adm->config_path = value;
		return 0;
	}
	if (!value)
		return adm_usage(adm, "-m needs managers; possible are " XMEM_MANAGERS_TEXT);
	adm->managers_given = value;
	return xmem_managers_check(value, &adm->err);
}

/* The options before the object; returns how many arguments they are, or a negative errno. */
static int global_options(struct adm *adm, int argc, char **argv)
{
	int i, rc;

	for (i = 1; i < argc && argv[i][0] == '-' && !adm_is_help(argv[i]); i++) {
		if (!strcmp(argv[i], "-j")) {
			adm->json = true;
		} else if (!strcmp(argv[i], "-p")) {
			adm->json = true;
			adm->pretty = true;
		} else if (!strcmp(argv[i], "-c") || !strcmp(argv[i], "-m")) {
			rc = take_value(adm, argv[i], argv[i + 1]);
			if (rc)
				return rc;
			i++;
		} else {
			return adm_usage(adm,
					 "unknown option %.32s; possible are " ADM_GLOBAL_OPTIONS,
					 argv[i]);
		}
	}
	return i;
}

int main(int argc, char **argv)
{
	struct adm adm = { 0 };
	int rc = global_options(&adm, argc, argv), code;

	if (rc > 0)
		rc = adm_run(&adm, argc - rc, argv + rc);
	if (fflush(stdout) && !rc)
		rc = xmem_err_set(&adm.err, XMEM_ERR_REFUSED, errno, "cannot write the output: %s",
				  strerror(errno));
	if (rc)
		adm_print_error(&adm, rc);
	code = adm_exit_code(&adm, rc);
	json_decref(adm.answer);
	return code;
}
