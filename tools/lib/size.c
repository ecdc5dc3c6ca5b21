// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "size.h"

static const char units[] = "KMGTPE";

/* Most decimal places that are looked at; more cannot give whole bytes anyway. */
#define FRACTION_MAX 9

static int refuse(const char *text, const char *why, struct xmem_err *err)
{
	return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
			    "\"%.64s\" is not a size: %s; possible are bytes (4096) or a number "
			    "with K, M, G, T, P, E or KiB, MiB, ... (512M, 1.5G, 2GiB)",
			    text, why);
}

/* "", "B", "K", "k", "KiB", ...; returns the power of two, or -1 */
static int unit_shift(const char *unit)
{
	const char *u;

	if (!*unit || !strcasecmp(unit, "B"))
		return 0;
	u = strchr(units, toupper((unsigned char)*unit));
	if (!u || (unit[1] && strcasecmp(unit + 1, "iB")))
		return -1;
	return 10 * (int)(u - units + 1);
}

static bool read_digits(const char **p, uint64_t *value)
{
	for (; isdigit((unsigned char)**p); (*p)++) {
		if (__builtin_mul_overflow(*value, (uint64_t)10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(**p - '0'), value))
			return false;
	}
	return true;
}

/**
 * xmem_size_parse() - read a size
 * @text: digits, perhaps with a fraction, perhaps with a unit (powers of 1024)
 * @bytes: result, untouched after an error
 * @err: tells what would be possible
 *
 * Return: 0 or -EINVAL.
 */
int xmem_size_parse(const char *text, uint64_t *bytes, struct xmem_err *err)
{
	uint64_t whole = 0, fraction = 0, scale = 1;
	const char *p = text, *start;
	unsigned __int128 sum;
	int shift;

	if (!isdigit((unsigned char)*p))
		return refuse(text, "it does not start with a digit", err);
	if (!read_digits(&p, &whole))
		return refuse(text, "it is too large", err);
	if (*p == '.') {
		start = ++p;
		if (!read_digits(&p, &fraction) || p - start > FRACTION_MAX)
			return refuse(text, "it has too many decimal places", err);
		if (p == start)
			return refuse(text, "digits are missing after the point", err);
		for (; start < p; start++)
			scale *= 10;
	}
	while (*p == ' ')
		p++;
	shift = unit_shift(p);
	if (shift < 0)
		return refuse(text, "its unit is unknown", err);
	sum = ((unsigned __int128)whole * scale + fraction) << shift;
	if (sum % scale)
		return refuse(text, "it is not a whole number of bytes", err);
	sum /= scale;
	if (sum > UINT64_MAX)
		return refuse(text, "it is too large", err);
	*bytes = (uint64_t)sum;
	return 0;
}

/**
 * xmem_size_format() - write a size for people
 * @bytes: the size
 * @out: the text: exact when it is a whole number of its unit, otherwise rounded
 *	down to one decimal place
 *
 * Return: @out.
 */
const char *xmem_size_format(uint64_t bytes, char out[XMEM_SIZE_TEXT])
{
	unsigned int tenths;
	int n = 0;

	while (n < 6 && bytes >> (10 * (n + 1)))
		n++;
	if (!n) {
		snprintf(out, XMEM_SIZE_TEXT, "%" PRIu64, bytes);
		return out;
	}
	tenths = ((bytes >> (10 * (n - 1))) & 1023) * 10 / 1024;
	if (tenths)
		snprintf(out, XMEM_SIZE_TEXT, "%u.%u%c", (unsigned int)(bytes >> (10 * n)), tenths,
			 units[n - 1]);
	else
		snprintf(out, XMEM_SIZE_TEXT, "%u%c", (unsigned int)(bytes >> (10 * n)),
			 units[n - 1]);
	return out;
}
