/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans of time as people write them: 60, 60s, 500ms, 2m, 1h. */
#ifndef XMEM_DURATION_H
#define XMEM_DURATION_H

#include <stdint.h>

#include "err.h"

int xmem_duration_parse(const char *text, uint64_t *ms, struct xmem_err *err);

#endif /* XMEM_DURATION_H */
