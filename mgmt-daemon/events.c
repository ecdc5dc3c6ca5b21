// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "events.h"

/*
 * The first number of a run is the time of its start in microseconds: greater than
 * those of the run before, unless that told more than a million events per second.
 * It stays below 2^53, which is what JSON readers keep.
 */
#define NUMBERS_PER_SECOND 1000000ULL

struct event {
	uint64_t id;
	char *type, *owner, *text; /* owner NULL: of no client */
};

/**
 * struct xmemd_events - the ring
 * @lock: of all
 * @ring: event number n is at n % XMEMD_EVENTS_KEPT
 * @first: number of the first event of this run
 * @next: number of the next one
 * @telling: held while @on_new is called, and while it changes
 * @on_new: called after each new event, without @lock
 * @on_new_arg: its argument
 */
struct xmemd_events {
	pthread_mutex_t lock;
	struct event ring[XMEMD_EVENTS_KEPT];
	uint64_t first, next;
	pthread_mutex_t telling;
	void (*on_new)(void *arg);
	void *on_new_arg;
};

static void event_clear(struct event *event)
{
	free(event->type);
	free(event->owner);
	free(event->text);
	*event = (struct event){};
}

/**
 * xmemd_events_new() - make an empty ring
 *
 * Return: the ring, NULL without memory.
 */
struct xmemd_events *xmemd_events_new(void)
{
	struct xmemd_events *events = calloc(1, sizeof(*events));
	struct timespec now;

	if (!events)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	events->first = (uint64_t)now.tv_sec * NUMBERS_PER_SECOND + (uint64_t)now.tv_nsec / 1000;
	events->next = events->first;
	pthread_mutex_init(&events->lock, NULL);
	pthread_mutex_init(&events->telling, NULL);
	return events;
}

/**
 * xmemd_events_free() - give the ring back
 * @events: the ring; NULL is nothing
 */
void xmemd_events_free(struct xmemd_events *events)
{
	size_t i;

	if (!events)
		return;
	for (i = 0; i < XMEMD_EVENTS_KEPT; i++)
		event_clear(&events->ring[i]);
	pthread_mutex_destroy(&events->lock);
	pthread_mutex_destroy(&events->telling);
	free(events);
}

static uint64_t oldest(const struct xmemd_events *events)
{
	uint64_t kept = events->next - events->first;

	return events->next - (kept < XMEMD_EVENTS_KEPT ? kept : XMEMD_EVENTS_KEPT);
}

/* What is told, without its number, which only the ring gives. */
static json_t *make_object(const char *type, const char *name, json_t *detail)
{
	char text[sizeof("2026-01-01T00:00:00Z")];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%FT%TZ", &tm);
	return json_pack("{s:s, s:s, s:s, s:O*}", "time", text, "type", type, "name", name,
			 "detail", detail);
}

static char *make_text(json_t *object, uint64_t id)
{
	char *text;

	json_object_set_new(object, "id", json_integer((json_int_t)id));
	text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (!text || strlen(text) < XMEMD_EVENT_TEXT_MAX)
		return text;
	free(text);
	json_object_del(object, "detail");
	return json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
}

static bool put(struct xmemd_events *events, const char *type, const char *owner, json_t *object)
{
	struct event event = { .type = strdup(type), .owner = owner ? strdup(owner) : NULL };

	pthread_mutex_lock(&events->lock);
	event.id = events->next;
	event.text = make_text(object, event.id);
	if (event.type && event.text && (event.owner || !owner)) {
		event_clear(&events->ring[event.id % XMEMD_EVENTS_KEPT]);
		events->ring[event.id % XMEMD_EVENTS_KEPT] = event;
		events->next++;
		pthread_mutex_unlock(&events->lock);
		return true;
	}
	pthread_mutex_unlock(&events->lock);
	event_clear(&event);
	return false;
}

static void tell(struct xmemd_events *events)
{
	pthread_mutex_lock(&events->telling);
	if (events->on_new)
		events->on_new(events->on_new_arg);
	pthread_mutex_unlock(&events->telling);
}

/**
 * xmemd_event() - tell what happened
 * @daemon: the daemon; one without a ring tells nobody
 * @type: OBJECT.WHAT, see above
 * @name: of the object
 * @detail: more of it, without secrets; stolen; may be NULL. Clients see only events whose
 *	detail has an "owner" that is the name in their certificate.
 *
 * May be called from any thread and with any lock held but one that a handler of requests
 * takes while it waits. Without memory the event is lost.
 */
void xmemd_event(struct xmemd *daemon, const char *type, const char *name, json_t *detail)
{
	struct xmemd_events *events = daemon->events;
	json_t *object;

	if (events) {
		object = make_object(type, name, detail);
		if (object &&
		    put(events, type, json_string_value(json_object_get(detail, "owner")), object))
			tell(events);
		json_decref(object);
	}
	json_decref(detail);
}

/**
 * xmemd_events_on_new() - be called after each event
 * @events: the ring
 * @fn: what to call, must not wait; NULL for nothing any more
 * @arg: its argument
 *
 * When this returns, the one that was called before is not called any more.
 */
void xmemd_events_on_new(struct xmemd_events *events, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&events->telling);
	events->on_new = fn;
	events->on_new_arg = arg;
	pthread_mutex_unlock(&events->telling);
}

/**
 * xmemd_events_newest() - number of the last event
 * @events: the ring
 *
 * Return: the number; what is told from now on has greater ones.
 */
uint64_t xmemd_events_newest(struct xmemd_events *events)
{
	uint64_t id;

	pthread_mutex_lock(&events->lock);
	id = events->next - 1;
	pthread_mutex_unlock(&events->lock);
	return id;
}

/**
 * xmemd_events_count() - how many were told since the start
 * @events: the ring
 *
 * Return: the count.
 */
uint64_t xmemd_events_count(struct xmemd_events *events)
{
	return xmemd_events_newest(events) + 1 - events->first;
}

/**
 * xmemd_events_lost() - are events missing between what was read and what is kept?
 * @events: the ring
 * @cursor: how far somebody has read; 0 wants what there is and misses nothing
 *
 * Return: whether some are; also if the number was never given, which is one of another
 * daemon or of a time before the clock was set back.
 */
bool xmemd_events_lost(struct xmemd_events *events, const struct xmemd_cursor *cursor)
{
	bool lost;

	pthread_mutex_lock(&events->lock);
	lost = cursor->since &&
	       (cursor->since + 1 < oldest(events) || cursor->since >= events->next);
	pthread_mutex_unlock(&events->lock);
	return lost;
}

static bool fits(const struct event *event, const struct xmemd_cursor *cursor)
{
	size_t len = cursor->type ? strlen(cursor->type) : 0;

	if (cursor->owner && (!event->owner || strcmp(event->owner, cursor->owner)))
		return false;
	return !len || (!strncmp(event->type, cursor->type, len) &&
			(!event->type[len] || event->type[len] == '.'));
}

/**
 * xmemd_events_read() - read on
 * @events: the ring
 * @cursor: from where; moved behind what was read. One that lost events reads what is kept.
 * @fn: called for each event, oldest first, with the ring locked
 * @arg: its argument
 */
void xmemd_events_read(struct xmemd_events *events, struct xmemd_cursor *cursor, xmemd_event_fn fn,
		       void *arg)
{
	const struct event *event;
	uint64_t id;

	pthread_mutex_lock(&events->lock);
	id = cursor->since + 1;
	if (id < oldest(events) || id > events->next)
		id = oldest(events);
	for (; id < events->next; id++) {
		event = &events->ring[id % XMEMD_EVENTS_KEPT];
		if (fits(event, cursor) && !fn(id, event->type, event->text, arg))
			break;
		cursor->since = id;
	}
	pthread_mutex_unlock(&events->lock);
}
