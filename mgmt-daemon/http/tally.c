// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "http/tally.h"

const double xmemd_tally_bounds[XMEMD_TALLY_BUCKETS] = {
	0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 10,
};

/**
 * xmemd_tally_init() - begin with nothing
 * @tally: result
 */
void xmemd_tally_init(struct xmemd_tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	pthread_mutex_init(&tally->lock, NULL);
}

/* Strangers choose the method: what is none of ours has one name together. */
static const char *method_name(const char *method)
{
	static const char *const known[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(method, known[i]))
			return known[i];
	return "other";
}

/**
 * xmemd_tally_count() - a request was answered
 * @tally: the counts
 * @method: of the request
 * @status: of the answer
 * @seconds: between the end of its header and its answer
 */
void xmemd_tally_count(struct xmemd_tally *tally, const char *method, unsigned int status,
		       double seconds)
{
	const char *name = method_name(method);
	struct xmemd_tally_code *code;
	size_t i;

	pthread_mutex_lock(&tally->lock);
	for (i = 0; i < XMEMD_TALLY_CODES; i++) {
		code = &tally->codes[i];
		if (!code->method[0]) {
			snprintf(code->method, sizeof(code->method), "%s", name);
			code->status = status;
		}
		if (code->status == status && !strcmp(code->method, name)) {
			code->count++;
			break;
		}
	}
	for (i = 0; i < XMEMD_TALLY_BUCKETS; i++)
		tally->buckets[i] += seconds <= xmemd_tally_bounds[i];
	tally->answers++;
	tally->seconds += seconds;
	pthread_mutex_unlock(&tally->lock);
}
