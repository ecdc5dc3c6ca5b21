/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Server-sent events, as they come in pieces over a connection. */
#ifndef XMEM_SSE_H
#define XMEM_SSE_H

#include <stdbool.h>
#include <stddef.h>

#define XMEM_SSE_LINE 8192
#define XMEM_SSE_WORD 64
#define XMEM_SSE_DATA 65536

/**
 * struct xmem_sse_event - an event
 * @id: number that the next request may go on from; "" before the first
 * @type: what it is; "message" when the sender does not say
 * @data: what it says, lines joined by line feeds
 */
struct xmem_sse_event {
	const char *id, *type, *data;
};

typedef void (*xmem_sse_fn)(const struct xmem_sse_event *event, void *arg);

/**
 * struct xmem_sse - what was read so far; zeroed at the start of a connection
 * @fn: gets each event
 * @arg: for @fn
 * @line: the line that has no end yet
 * @len: how long it is
 * @after_cr: the last byte was a carriage return, and a line feed belongs to it
 * @too_long: the line is longer than what is kept: it is left out
 * @id: of the last event that had one
 * @type: of the event that has no end yet
 * @data: of it
 * @data_len: how long that is
 * @has_data: there was any, perhaps an empty line
 */
struct xmem_sse {
	xmem_sse_fn fn;
	void *arg;
	char line[XMEM_SSE_LINE];
	size_t len;
	bool after_cr, too_long;
	char id[XMEM_SSE_WORD], type[XMEM_SSE_WORD];
	char data[XMEM_SSE_DATA];
	size_t data_len;
	bool has_data;
};

void xmem_sse_feed(struct xmem_sse *sse, const char *bytes, size_t count);

#endif /* XMEM_SSE_H */
