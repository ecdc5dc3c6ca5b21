// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "sse.h"

static void dispatch(struct xmem_sse *sse)
{
	const struct xmem_sse_event event = {
		.id = sse->id,
		.type = *sse->type ? sse->type : "message",
		.data = sse->data,
	};

	if (sse->has_data)
		sse->fn(&event, sse->arg);
	sse->type[0] = 0;
	sse->data[0] = 0;
	sse->data_len = 0;
	sse->has_data = false;
}

static void add_data(struct xmem_sse *sse, const char *text)
{
	size_t len = strlen(text), room = sizeof(sse->data) - sse->data_len;

	if (sse->has_data && room > 1) {
		sse->data[sse->data_len++] = '\n';
		room--;
	}
	if (len >= room)
		len = room - 1;
	memcpy(sse->data + sse->data_len, text, len);
	sse->data_len += len;
	sse->data[sse->data_len] = 0;
	sse->has_data = true;
}

static void take_line(struct xmem_sse *sse)
{
	char *value;

	if (!*sse->line) {
		dispatch(sse);
		return;
	}
	/* a line that begins with a colon only keeps the connection alive */
	value = strchr(sse->line, ':');
	if (value == sse->line)
		return;
	if (value) {
		*value++ = 0;
		value += *value == ' ';
	} else {
		value = sse->line + strlen(sse->line);
	}
	if (!strcmp(sse->line, "data"))
		add_data(sse, value);
	else if (!strcmp(sse->line, "event"))
		snprintf(sse->type, sizeof(sse->type), "%s", value);
	else if (!strcmp(sse->line, "id"))
		snprintf(sse->id, sizeof(sse->id), "%s", value);
}

/**
 * xmem_sse_feed() - read the next bytes of a stream
 * @sse: what was read before
 * @bytes: the bytes
 * @count: how many
 */
void xmem_sse_feed(struct xmem_sse *sse, const char *bytes, size_t count)
{
	for (; count; bytes++, count--) {
		bool second = sse->after_cr && *bytes == '\n';

		sse->after_cr = *bytes == '\r';
		if (second)
			continue;
		if (*bytes != '\n' && *bytes != '\r') {
			if (sse->len < sizeof(sse->line) - 1)
				sse->line[sse->len++] = *bytes;
			else
				sse->too_long = true;
			continue;
		}
		sse->line[sse->len] = 0;
		if (!sse->too_long)
			take_line(sse);
		sse->len = 0;
		sse->too_long = false;
	}
}
