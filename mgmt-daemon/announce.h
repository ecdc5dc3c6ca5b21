/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announcements: an appliance or a client tells the managers what it is, when it
 * starts, when something changed that they decide by, and at least once in an
 * interval. It is told to one manager, who passes it on if it is not the leader;
 * telling all of them would have the leader hear the same from each.
 */
#ifndef XMEMD_ANNOUNCE_H
#define XMEMD_ANNOUNCE_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "daemon.h"
#include "refusal.h"

/**
 * struct xmemd_schedule - when to announce; all times in milliseconds of CLOCK_BOOTTIME
 * @interval: at least so often
 * @due: next time, even if nothing changes
 * @not_before: never before that
 * @failures: how often in a row nobody answered
 * @face: what was told last of what managers decide by; NULL before
 * @changed: it is not so any more
 */
struct xmemd_schedule {
	uint64_t interval, due, not_before;
	unsigned int failures;
	json_t *face;
	bool changed;
};

void xmemd_schedule_look(struct xmemd_schedule *schedule, const json_t *object);
bool xmemd_schedule_is_due(const struct xmemd_schedule *schedule, uint64_t now);
uint64_t xmemd_schedule_next(const struct xmemd_schedule *schedule);
void xmemd_schedule_done(struct xmemd_schedule *schedule, const json_t *object, bool answered,
			 uint64_t now);

int xmemd_announce_start(struct xmemd *daemon, struct xmemd_refusal *why);
void xmemd_announce_stop(struct xmemd *daemon);

#endif /* XMEMD_ANNOUNCE_H */
