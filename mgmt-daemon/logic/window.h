/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of the week, as people write them: "mon-fri 08:00-18:00", "sat,sun", "22:00-06:00". */
#ifndef XMEMD_LOGIC_WINDOW_H
#define XMEMD_LOGIC_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define XMEMD_WINDOW_TEXT 64
#define XMEMD_DAY_MINUTES 1440

/**
 * struct xmemd_window - a time on some days of the week
 * @days: bit 0 is Monday … bit 6 Sunday: the days on which it begins
 * @from: minute of the day, 0 … 1439
 * @to: minute of the day that is not part of it any more, 1 … 1440; not above @from: on the
 *	next day
 */
struct xmemd_window {
	uint8_t days;
	uint16_t from, to;
};

int xmemd_window_parse(const char *text, struct xmemd_window *window, struct xmem_err *err);
const char *xmemd_window_format(const struct xmemd_window *window, char out[XMEMD_WINDOW_TEXT]);
bool xmemd_window_open(const struct xmemd_window *windows, size_t count, int64_t utc,
		       int offset_minutes);

#endif /* XMEMD_LOGIC_WINDOW_H */
