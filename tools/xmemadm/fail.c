// SPDX-License-Identifier: GPL-2.0-or-later
/* How a command's failure is told: in words, or with -j as JSON. */
#include <stdio.h>

#include "adm.h"
#include "out.h"

/**
 * adm_exit_code() - how a run ends
 * @adm: the run
 * @rc: what its last call returned
 *
 * Return: the exit code.
 */
int adm_exit_code(const struct adm *adm, int rc)
{
	if (!rc)
		return 0;
	return adm->err.kind ? (int)adm->err.kind : XMEM_ERR_REFUSED;
}

static const char *reason_word(enum xmem_err_kind kind)
{
	switch (kind) {
	case XMEM_ERR_USAGE:
		return "usage";
	case XMEM_ERR_UNREACHABLE:
		return "unreachable";
	default:
		return "refused";
	}
}

/* A daemon's refusal goes on as it came; others get the same form. */
static json_t *error_json(const struct adm *adm, int rc)
{
	static const char *const members[] = { "error", "reason", "field", "details" };
	json_t *o = json_object();
	size_t i;

	adm_set(o, "error", json_string(adm->err.text));
	adm_set(o, "reason", json_string(reason_word(adm->err.kind)));
	for (i = 0; adm->err.status && i < sizeof(members) / sizeof(*members); i++) {
		json_t *value = json_object_get(adm->answer, members[i]);

		if (value)
			json_object_set(o, members[i], value);
	}
	if (adm->err.status)
		adm_set(o, "status", json_integer(adm->err.status));
	if (adm->line)
		adm_set(o, "line", json_integer((json_int_t)adm->line));
	adm_set(o, "exit", json_integer(adm_exit_code(adm, rc)));
	return o;
}

/* A daemon may say more than an error has room for. */
static void print_words(const struct adm *adm)
{
	const char *text = json_string_value(json_object_get(adm->answer, "error")), *more;
	const json_t *details = json_object_get(adm->answer, "details");
	size_t i;

	if (!adm->err.status || !text) {
		fprintf(stderr, "%s\n", adm->err.text);
		return;
	}
	fputs(text, stderr);
	for (i = 0; i < json_array_size(details); i++) {
		more = json_string_value(json_array_get(details, i));
		if (more)
			fprintf(stderr, "%s %s", i ? ";" : ":", more);
	}
	fputc('\n', stderr);
}

/**
 * adm_print_error() - tell on the standard error output why a command failed
 * @adm: the run
 * @rc: what its last call returned
 */
void adm_print_error(struct adm *adm, int rc)
{
	json_t *o;

	if (!adm->json) {
		fputs("xmemadm: ", stderr);
		if (adm->line)
			fprintf(stderr, "line %u: ", adm->line);
		print_words(adm);
		return;
	}
	o = error_json(adm, rc);
	json_dumpf(o, stderr, adm->pretty ? JSON_INDENT(4) : JSON_COMPACT);
	fputc('\n', stderr);
	json_decref(o);
}
