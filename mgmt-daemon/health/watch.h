/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The health of this machine, kept for whoever asks: read again when what is known
 * is old, by whichever thread notices.
 */
#ifndef XMEMD_HEALTH_WATCH_H
#define XMEMD_HEALTH_WATCH_H

#include <jansson.h>

#include "health/judge.h"

#define XMEMD_WATCH_FRESH_MS 2000

struct xmemd_watch;

struct xmemd_watch *xmemd_watch_new(const char *root, const struct xmemd_thresholds *thresholds);
void xmemd_watch_free(struct xmemd_watch *watch);

json_t *xmemd_watch_json(struct xmemd_watch *watch);
int xmemd_watch_brief(struct xmemd_watch *watch, json_t *object);

/* Milliseconds of CLOCK_BOOTTIME. */
uint64_t xmemd_watch_now(void);

#endif /* XMEMD_HEALTH_WATCH_H */
