// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm batch: many commands from a file, one a line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "split.h"

static const struct adm_option options[] = {
	{ "force", NULL, false, false, "go on after an error; the first one is the exit code",
	  NULL },
	{ 0 },
};

/* Return: 0 or a negative errno, as adm_run(). */
static int run_line(struct adm *adm, char *line)
{
	char *words[ADM_SPLIT_MAX + 1];
	int count, rc;

	count = adm_split(adm, line, words);
	if (count <= 0)
		return count;
	if (!strcmp(words[0], "batch"))
		return adm_usage(adm, "a batch cannot start a batch");
	rc = adm_run(adm, count, words);
	/* the order of output and errors is that of the commands */
	if (fflush(stdout) && !rc)
		rc = xmem_err_set(&adm->err, XMEM_ERR_REFUSED, errno, "cannot write the output: %s",
				  strerror(errno));
	return rc;
}

static int run_lines(struct adm *adm, FILE *file, bool force)
{
	struct xmem_err first = { 0 };
	char *line = NULL;
	size_t size = 0;
	unsigned int failed = 0;
	int rc = 0, first_rc = 0;

	while ((force || !rc) && getline(&line, &size, file) >= 0) {
		adm->line++;
		rc = run_line(adm, line);
		if (!rc)
			continue;
		if (force)
			adm_print_error(adm, rc);
		if (!failed++) {
			first = adm->err;
			first_rc = rc;
		}
	}
	free(line);
	if (!failed || !force)
		return rc;
	adm->err = first;
	adm->err.status = 0;
	snprintf(adm->err.text, sizeof(adm->err.text), "%u of %u lines failed", failed, adm->line);
	adm->line = 0;
	return first_rc;
}

static int batch_run(struct adm *adm, const struct adm_args *args)
{
	const char *name = args->word[0];
	bool is_stdin = !strcmp(name, "-");
	FILE *file = is_stdin ? stdin : fopen(name, "re");
	int rc;

	if (!file)
		return adm_usage(adm, "cannot read %s: %s", name, strerror(errno));
	rc = run_lines(adm, file, adm_has(args, "force"));
	if (ferror(file) && !rc)
		rc = adm_usage(adm, "cannot read %s", name);
	if (!rc)
		adm->line = 0;
	if (!is_stdin)
		fclose(file);
	return rc;
}

static const struct adm_command run = {
	.name = "run",
	.words = "FILE",
	.help = "run the commands of a file (- is the standard input), up to the first error",
	.options = options,
	.run = batch_run,
	.complete = "@file",
};

static const struct adm_object batch = {
	.name = "batch",
	.help = "many commands from a file, one a line",
	.single = &run,
};
ADM_OBJECT(batch);
