// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "logic/span.h"

static const struct {
	uint64_t ms;
	const char *unit;
} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };

/**
 * xmemd_span_format() - write a span of time for people
 * @ms: milliseconds
 * @out: its text, such as "1h 30m": the two largest units that it has, rounded down
 *
 * Return: @out.
 */
const char *xmemd_span_format(uint64_t ms, char out[XMEMD_SPAN_TEXT])
{
	size_t i = 0, k;
	uint64_t rest;

	if (!ms) {
		snprintf(out, XMEMD_SPAN_TEXT, "0s");
		return out;
	}
	while (ms < units[i].ms)
		i++;
	rest = ms % units[i].ms;
	for (k = i; rest && rest < units[k].ms; k++)
		;
	if (rest)
		snprintf(out, XMEMD_SPAN_TEXT, "%" PRIu64 "%s %" PRIu64 "%s", ms / units[i].ms,
			 units[i].unit, rest / units[k].ms, units[k].unit);
	else
		snprintf(out, XMEMD_SPAN_TEXT, "%" PRIu64 "%s", ms / units[i].ms, units[i].unit);
	return out;
}
