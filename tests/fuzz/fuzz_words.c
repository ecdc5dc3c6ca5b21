// SPDX-License-Identifier: GPL-2.0-or-later
/* Small parsers: streams of events, answers of DNS, labels, managers, sizes and times. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "label.h"
#include "managers.h"
#include "size.h"
#include "sse.h"
#include "srv.h"
#include "word.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_event(const struct xmem_sse_event *event, void *arg)
{
	size_t *sum = arg;

	*sum += strlen(event->id) + strlen(event->type) + strlen(event->data);
}

/* The same events, in however many pieces they come. */
static void events(const uint8_t *data, size_t size)
{
	static struct xmem_sse whole, pieces;
	size_t sum_whole = 0, sum_pieces = 0, at;

	memset(&whole, 0, sizeof(whole));
	memset(&pieces, 0, sizeof(pieces));
	whole.fn = pieces.fn = take_event;
	whole.arg = &sum_whole;
	pieces.arg = &sum_pieces;
	xmem_sse_feed(&whole, (const char *)data, size);
	for (at = 0; at < size; at++)
		xmem_sse_feed(&pieces, (const char *)data + at, 1);
	if (sum_whole != sum_pieces)
		abort();
}

static unsigned int draw(void)
{
	return 12345;
}

static void dns(const uint8_t *data, size_t size)
{
	struct xmem_srv list[XMEM_SRV_MAX];
	struct xmem_err err = {};
	size_t count;

	if (xmem_srv_read(data, size, list, &count, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	if (count > XMEM_SRV_MAX)
		abort();
	xmem_srv_order(list, count, draw);
}

static void words(const char *text)
{
	struct xmem_err err = {};
	char url[300];
	const char *rest = text;
	uint64_t value;
	json_t *labels;

	if (!xmem_labels_json(text, &labels, &err)) {
		if (json_object_size(labels) > XMEM_LABELS_MAX)
			abort();
		json_decref(labels);
	} else if (!err.text[0]) {
		abort();
	}
	if (!xmem_managers_check(text, &err) && !xmem_managers_srv(text))
		while ((rest = xmem_managers_next(rest, url, sizeof(url))))
			if (!xmem_managers_is_url(url))
				abort();
	xmem_size_parse(text, &value, &err);
	xmem_duration_parse(text, &value, &err);
	xmem_word_is_address(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	events(data, size);
	dns(data, size);
	words(text);
	free(text);
	return 0;
}
