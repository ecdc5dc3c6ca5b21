/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened lately. A ring keeps the last events, in memory only; their numbers
 * grow, across restarts too. Nobody who tells an event waits for anybody who reads.
 *
 * Types: appliance.{announced,admitted,up,down,unhealthy,healthy,removed},
 * alloc.{created,ready,failed,resized,renewed,warned,expired,destroyed},
 * reservation.*, account.*, client.*, manager.{leader,follower,recovered}.
 */
#ifndef XMEMD_EVENTS_H
#define XMEMD_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "daemon.h"

#define XMEMD_EVENTS_KEPT 1000
#define XMEMD_EVENT_TEXT_MAX 8192 /* of one event; a longer detail is left out */

/**
 * struct xmemd_cursor - how far somebody has read, and what it may see
 * @since: number of the last event read
 * @type: only events of this type, or that begin with it and a dot; empty for all
 * @owner: only events whose detail has this "owner"; NULL for all
 */
struct xmemd_cursor {
	uint64_t since;
	const char *type, *owner;
};

/* Return: false to stop; the event is not counted as read then. */
typedef bool (*xmemd_event_fn)(uint64_t id, const char *type, const char *text, void *arg);

struct xmemd_events *xmemd_events_new(void);
void xmemd_events_free(struct xmemd_events *events);
void xmemd_event(struct xmemd *daemon, const char *type, const char *name, json_t *detail);

void xmemd_events_on_new(struct xmemd_events *events, void (*fn)(void *arg), void *arg);
uint64_t xmemd_events_newest(struct xmemd_events *events);
bool xmemd_events_lost(struct xmemd_events *events, const struct xmemd_cursor *cursor);
void xmemd_events_read(struct xmemd_events *events, struct xmemd_cursor *cursor, xmemd_event_fn fn,
		       void *arg);
uint64_t xmemd_events_count(struct xmemd_events *events);

#endif /* XMEMD_EVENTS_H */
