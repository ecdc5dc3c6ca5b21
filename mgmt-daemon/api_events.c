// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "events.h"

/**
 * xmemd_events_scoped() - does a caller see only what happens to its own?
 * @call: the request
 *
 * Return: whether it does; then the "owner" in an event's detail has to be its name.
 */
bool xmemd_events_scoped(const struct xmemd_call *call)
{
	return !(call->peer.roles & (XMEMD_ROLE_ADMIN | XMEMD_ROLE_MANAGER | XMEMD_ROLE_VIEWER));
}

struct page {
	json_t *list;
	uint32_t left;
	bool more, failed;
};

static bool add_event(uint64_t id, const char *type, const char *text, void *arg)
{
	struct page *page = arg;
	json_t *event;

	(void)id;
	(void)type;
	if (!page->left) {
		page->more = true;
		return false;
	}
	event = json_loads(text, 0, NULL);
	page->failed |= json_array_append_new(page->list, event) < 0;
	page->left--;
	return true;
}

/**
 * xmemd_api_events_get() - GET /v1/events
 * @call: the request
 *
 * As a list, from the oldest that is kept or from behind "since" on; or, for those who
 * accept text/event-stream, as a stream that the server goes on with.
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_events_get(struct xmemd_call *call)
{
	struct xmemd_cursor cursor = {
		.since = call->query.since,
		.type = call->query.type,
		.owner = xmemd_events_scoped(call) ? call->peer.cn : NULL,
	};
	struct page page = { .left = call->query.limit };
	bool lost;

	if (call->wants_stream) {
		call->stream = true;
		return 0;
	}
	page.list = json_array();
	call->reply = json_pack("{s:o}", "events", page.list);
	if (!call->reply)
		return -1;
	lost = xmemd_events_lost(call->daemon->events, &cursor);
	xmemd_events_read(call->daemon->events, &cursor, add_event, &page);
	if (page.failed)
		return -1;
	json_object_set_new(call->reply, "since", json_integer((json_int_t)cursor.since));
	json_object_set_new(call->reply, "more", json_boolean(page.more));
	json_object_set_new(call->reply, "lost", json_boolean(lost));
	return 0;
}
