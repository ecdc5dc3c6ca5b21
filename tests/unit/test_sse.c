// SPDX-License-Identifier: GPL-2.0-or-later
#include "sse.h"
#include "unit.h"

static char got[XMEM_SSE_DATA + 200];

static void take(const struct xmem_sse_event *event, void *arg)
{
	size_t len = strlen(got);

	(void)arg;
	snprintf(got + len, sizeof(got) - len, "<%s|%s|%s>", event->id, event->type, event->data);
}

/* Feeds @text in pieces of @step bytes. */
static const char *read_in_steps(const char *text, size_t step)
{
	static struct xmem_sse sse;
	size_t len = strlen(text), at;

	memset(&sse, 0, sizeof(sse));
	sse.fn = take;
	got[0] = 0;
	for (at = 0; at < len; at += step)
		xmem_sse_feed(&sse, text + at, len - at < step ? len - at : step);
	return got;
}

static void events(void **state)
{
	static const struct {
		const char *text, *events;
	} table[] = {
		{ "id: 7\nevent: alloc.created\ndata: {\"name\":\"a\"}\n\n",
		  "<7|alloc.created|{\"name\":\"a\"}>" },
		{ "data:x\n\n", "<|message|x>" },
		{ "data: a\ndata: b\n\n", "<|message|a\nb>" },
		{ "data\n\n", "<|message|>" },
		{ "data: a\n", "" },
		{ ": alive\n\n\n", "" },
		{ "event: x\n\ndata: y\n\n", "<|message|y>" },
		{ "id: 1\ndata: a\n\ndata: b\n\n", "<1|message|a><1|message|b>" },
		{ "id: 1\r\ndata: a\r\n\r\nid: 2\rdata: b\r\r", "<1|message|a><2|message|b>" },
		{ "unknown: 1\nretry: 5\ndata: a\n\n", "<|message|a>" },
	};
	size_t i, step;

	(void)state;
	for (i = 0; i < COUNT(table); i++)
		for (step = 1; step < 9; step++)
			assert_string_equal(read_in_steps(table[i].text, step), table[i].events);
}

static void too_long(void **state)
{
	char *text = malloc(200000);
	size_t i, len;

	(void)state;
	assert_non_null(text);
	/* a line beyond what is kept is left out, the next one is good again */
	strcpy(text, "data: ");
	memset(text + 6, 'x', XMEM_SSE_LINE);
	strcpy(text + 6 + XMEM_SSE_LINE, "\ndata: y\n\n");
	assert_string_equal(read_in_steps(text, 1000), "<|message|y>");
	/* data beyond what is kept is cut */
	text[0] = 0;
	for (i = 0, len = 0; i < 150; i++)
		len += (size_t)sprintf(text + len, "data: %01000d\n", 1);
	strcpy(text + len, "\n");
	assert_int_equal(strlen(read_in_steps(text, 4096)),
			 XMEM_SSE_DATA - 1 + strlen("<|message|>"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
