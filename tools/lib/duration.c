// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

static const struct {
	const char *unit;
	uint64_t ms;
} duration_units[] = {
	{ "", 1000 },	    { "ms", 1 },	  { "s", 1000 },
	{ "m", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 86400 * 1000 },
};

/**
 * xmem_duration_parse() - read a span of time
 * @text: a whole number with or without a unit; seconds without
 * @ms: result in milliseconds, untouched after an error
 * @err: tells what would be possible
 *
 * Return: 0 or -EINVAL.
 */
int xmem_duration_parse(const char *text, uint64_t *ms, struct xmem_err *err)
{
	unsigned long long value;
	uint64_t result;
	char *end;
	size_t i;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (isdigit((unsigned char)*text) && !errno) {
		for (i = 0; i < sizeof(duration_units) / sizeof(*duration_units); i++) {
			if (strcmp(end, duration_units[i].unit))
				continue;
			if (__builtin_mul_overflow((uint64_t)value, duration_units[i].ms, &result))
				break;
			*ms = result;
			return 0;
		}
	}
	return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
			    "\"%.64s\" is not a time; possible are seconds (60) or a whole number "
			    "with ms, s, m, h or d (500ms, 60s, 2m)",
			    text);
}
