/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans of time in words. */
#ifndef XMEMD_LOGIC_SPAN_H
#define XMEMD_LOGIC_SPAN_H

#include <stdint.h>

#define XMEMD_SPAN_TEXT 48

const char *xmemd_span_format(uint64_t ms, char out[XMEMD_SPAN_TEXT]);

#endif /* XMEMD_LOGIC_SPAN_H */
