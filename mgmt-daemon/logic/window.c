// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "logic/window.h"

static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
#define DAYS 7
#define ALL_DAYS 0x7f

static int refuse(const char *text, struct xmem_err *err)
{
	return xmem_err_set(
		err, XMEM_ERR_USAGE, EINVAL,
		"\"%.64s\" is not a time of the week; possible are days (mon, mon-fri, "
		"sat,sun), a time of the day (08:00-18:00, 22:00-06:00), or both (mon-fri "
		"08:00-18:00)",
		text);
}

static bool read_day(const char **p, unsigned int *day)
{
	for (*day = 0; *day < DAYS; (*day)++) {
		if (strncasecmp(*p, days[*day], 3))
			continue;
		*p += 3;
		return true;
	}
	return false;
}

/* "mon", "mon-fri", "fri-mon", separated by commas */
static bool read_days(const char **p, uint8_t *mask)
{
	unsigned int first, last;

	*mask = 0;
	do {
		if (!read_day(p, &first))
			return false;
		last = first;
		if (**p == '-') {
			(*p)++;
			if (!read_day(p, &last))
				return false;
		}
		for (; first != last; first = (first + 1) % DAYS)
			*mask |= (uint8_t)(1U << first);
		*mask |= (uint8_t)(1U << last);
	} while (**p == ',' && (*p)++);
	return true;
}

static bool read_time(const char **p, uint16_t *minute)
{
	const char *s = *p;
	unsigned int hour, rest;

	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) || s[2] != ':' ||
	    !isdigit((unsigned char)s[3]) || !isdigit((unsigned char)s[4]))
		return false;
	hour = (unsigned int)((s[0] - '0') * 10 + s[1] - '0');
	rest = (unsigned int)((s[3] - '0') * 10 + s[4] - '0');
	if (rest > 59 || hour * 60 + rest > XMEMD_DAY_MINUTES)
		return false;
	*minute = (uint16_t)(hour * 60 + rest);
	*p = s + 5;
	return true;
}

/**
 * xmemd_window_parse() - read a time of the week
 * @text: days, a time of the day, or both
 * @window: result, untouched after an error
 * @err: tells what would be possible
 *
 * Return: 0 or -EINVAL.
 */
int xmemd_window_parse(const char *text, struct xmemd_window *window, struct xmem_err *err)
{
	struct xmemd_window w = { ALL_DAYS, 0, XMEMD_DAY_MINUTES };
	const char *p = text;

	if (isalpha((unsigned char)*p)) {
		if (!read_days(&p, &w.days) || (*p && *p != ' '))
			return refuse(text, err);
		while (*p == ' ')
			p++;
	} else if (!*p) {
		return refuse(text, err);
	}
	if (*p && (!read_time(&p, &w.from) || *p++ != '-' || !read_time(&p, &w.to)))
		return refuse(text, err);
	if (*p || w.from == XMEMD_DAY_MINUTES || !w.to || w.from == w.to)
		return refuse(text, err);
	*window = w;
	return 0;
}

static size_t write_days(uint8_t mask, char *out)
{
	unsigned int first, last;
	char *p = out;

	for (first = 0; first < DAYS; first = last + 1) {
		last = first;
		if (!(mask & 1U << first))
			continue;
		while (last + 1 < DAYS && mask & 1U << (last + 1))
			last++;
		if (p > out)
			*p++ = ',';
		p = stpcpy(p, days[first]);
		if (last == first)
			continue;
		*p++ = last == first + 1 ? ',' : '-';
		p = stpcpy(p, days[last]);
	}
	*p = 0;
	return (size_t)(p - out);
}

/**
 * xmemd_window_format() - write a time of the week
 * @window: the time
 * @out: its text, which xmemd_window_parse() reads as the same
 *
 * Return: @out.
 */
const char *xmemd_window_format(const struct xmemd_window *window, char out[XMEMD_WINDOW_TEXT])
{
	bool whole = !window->from && window->to == XMEMD_DAY_MINUTES;
	size_t len = 0;

	if (whole || window->days != ALL_DAYS)
		len = write_days(window->days, out);
	if (!whole)
		snprintf(out + len, XMEMD_WINDOW_TEXT - len, "%s%02u:%02u-%02u:%02u",
			 len ? " " : "", window->from / 60U, window->from % 60U, window->to / 60U,
			 window->to % 60U);
	return out;
}

static bool is_open(const struct xmemd_window *w, unsigned int day, unsigned int minute)
{
	bool today = w->days & 1U << day, yesterday = w->days & 1U << (day + DAYS - 1) % DAYS;

	if (w->from < w->to)
		return today && minute >= w->from && minute < w->to;
	return (today && minute >= w->from) || (yesterday && minute < w->to);
}

/**
 * xmemd_window_open() - is it one of these times?
 * @windows: times of the week
 * @count: how many; 0: always
 * @utc: seconds since 1970, UTC
 * @offset_minutes: what the times are meant in, east of UTC
 *
 * Return: whether.
 */
bool xmemd_window_open(const struct xmemd_window *windows, size_t count, int64_t utc,
		       int offset_minutes)
{
	const int64_t week = DAYS * XMEMD_DAY_MINUTES;
	int64_t minute;
	size_t i;

	/* 1970 began on a Thursday, three days after a Monday */
	minute = utc / 60 - (utc % 60 < 0) + offset_minutes + 3 * XMEMD_DAY_MINUTES;
	minute = (minute % week + week) % week;
	for (i = 0; i < count; i++)
		if (is_open(&windows[i], (unsigned int)(minute / XMEMD_DAY_MINUTES),
			    (unsigned int)(minute % XMEMD_DAY_MINUTES)))
			return true;
	return !count;
}
