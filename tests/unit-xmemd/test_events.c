// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of events, and how queries and headers of a request are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "call.h"
#include "events.h"
#include "paging.h"

static struct xmemd xd;

static int setup(void **state)
{
	(void)state;
	xd = (struct xmemd){ .events = xmemd_events_new() };
	return xd.events ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	xmemd_events_free(xd.events);
	return 0;
}

struct got {
	unsigned int count, stop_after;
	uint64_t first, last;
	char text[2 * XMEMD_EVENT_TEXT_MAX];
};

static bool take(uint64_t id, const char *type, const char *text, void *arg)
{
	struct got *got = arg;

	(void)type;
	if (got->stop_after && got->count == got->stop_after)
		return false;
	if (!got->count++)
		got->first = id;
	got->last = id;
	snprintf(got->text, sizeof(got->text), "%s", text);
	return true;
}

static struct got read_events(struct xmemd_cursor *cursor)
{
	struct got got = {};

	xmemd_events_read(xd.events, cursor, take, &got);
	return got;
}

static void test_order_and_text(void **state)
{
	struct xmemd_cursor cursor = {};
	uint64_t before = xmemd_events_newest(xd.events);
	json_t *event;
	struct got got;

	(void)state;
	got = read_events(&cursor);
	assert_int_equal(got.count, 0);
	xmemd_event(&xd, "alloc.created", "a", json_pack("{s:s, s:i}", "owner", "x", "size", 5));
	xmemd_event(&xd, "alloc.ready", "a", NULL);
	got = read_events(&cursor);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.first, before + 1);
	assert_int_equal(got.last, before + 2);
	assert_int_equal(cursor.since, before + 2);
	assert_int_equal(xmemd_events_count(xd.events), 2);
	event = json_loads(got.text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(event, "type")), "alloc.ready");
	assert_string_equal(json_string_value(json_object_get(event, "name")), "a");
	assert_int_equal(json_integer_value(json_object_get(event, "id")), before + 2);
	assert_null(json_object_get(event, "detail"));
	json_decref(event);
	/* JSON readers keep 53 bits */
	assert_true(before < 1ULL << 53);
	assert_int_equal(read_events(&cursor).count, 0);
}

static void test_filter(void **state)
{
	static const struct {
		const char *type, *owner;
		unsigned int count;
	} rows[] = {
		{ "", NULL, 4 },
		{ "alloc", NULL, 3 },
		{ "alloc.created", NULL, 2 },
		{ "allo", NULL, 0 },
		{ "alloc.create", NULL, 0 },
		{ "manager", NULL, 1 },
		{ NULL, "x", 1 },
		{ "alloc", "y", 1 },
		{ "manager", "x", 0 },
		{ NULL, "nobody", 0 },
		{ NULL, "", 0 },
	};
	size_t i;

	(void)state;
	xmemd_event(&xd, "alloc.created", "a", json_pack("{s:s}", "owner", "x"));
	xmemd_event(&xd, "alloc.created", "b", json_pack("{s:s}", "owner", "y"));
	xmemd_event(&xd, "alloc.destroyed", "c", json_pack("{s:i}", "owner", 7));
	xmemd_event(&xd, "manager.leader", "m", NULL);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_cursor cursor = { .type = rows[i].type, .owner = rows[i].owner };

		print_message("# %zu\n", i);
		assert_int_equal(read_events(&cursor).count, rows[i].count);
		/* what is not for it is read all the same */
		assert_int_equal(cursor.since, xmemd_events_newest(xd.events));
	}
}

static void test_lost(void **state)
{
	uint64_t before = xmemd_events_newest(xd.events);
	struct xmemd_cursor all = {}, at_start = { .since = before }, future = {};
	struct got got;
	int i;

	(void)state;
	assert_false(xmemd_events_lost(xd.events, &at_start));
	for (i = 0; i < XMEMD_EVENTS_KEPT; i++)
		xmemd_event(&xd, "alloc.created", "a", NULL);
	assert_false(xmemd_events_lost(xd.events, &at_start));
	xmemd_event(&xd, "alloc.created", "a", NULL);
	assert_true(xmemd_events_lost(xd.events, &at_start));
	assert_false(xmemd_events_lost(xd.events, &all));
	got = read_events(&at_start);
	assert_int_equal(got.count, XMEMD_EVENTS_KEPT);
	assert_int_equal(got.first, before + 2);
	assert_int_equal(got.last, before + 1 + XMEMD_EVENTS_KEPT);
	/* a number that was never given */
	future.since = got.last;
	assert_false(xmemd_events_lost(xd.events, &future));
	future.since = got.last + 1;
	assert_true(xmemd_events_lost(xd.events, &future));
	assert_int_equal(read_events(&future).count, XMEMD_EVENTS_KEPT);
}

static void test_stop(void **state)
{
	struct xmemd_cursor cursor = {};
	struct got got = { .stop_after = 2 };
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		xmemd_event(&xd, "alloc.created", "a", NULL);
	xmemd_events_read(xd.events, &cursor, take, &got);
	assert_int_equal(got.count, 2);
	assert_int_equal(cursor.since, got.last);
	assert_int_equal(read_events(&cursor).count, 3);
}

/* An event is bounded, whatever is said in it; and always ASCII in one line. */
static void test_bounds(void **state)
{
	char *much = malloc(XMEMD_EVENT_TEXT_MAX + 1);
	struct xmemd_cursor cursor = {};
	struct got got;
	json_t *event;

	(void)state;
	memset(much, 'x', XMEMD_EVENT_TEXT_MAX);
	much[XMEMD_EVENT_TEXT_MAX] = 0;
	xmemd_event(&xd, "alloc.failed", "a", json_pack("{s:s}", "error", much));
	free(much);
	got = read_events(&cursor);
	assert_int_equal(got.count, 1);
	event = json_loads(got.text, 0, NULL);
	assert_null(json_object_get(event, "detail"));
	json_decref(event);
	xmemd_event(&xd, "alloc.failed", "a", json_pack("{s:s}", "error", "two\nlines \xc3\xa4"));
	got = read_events(&cursor);
	assert_null(strchr(got.text, '\n'));
	assert_non_null(strstr(got.text, "two\\nlines \\u00E4"));
}

static unsigned int told;

static void on_new(void *arg)
{
	assert_ptr_equal(arg, &told);
	told++;
}

static void test_on_new(void **state)
{
	(void)state;
	told = 0;
	xmemd_events_on_new(xd.events, on_new, &told);
	xmemd_event(&xd, "alloc.created", "a", NULL);
	assert_int_equal(told, 1);
	xmemd_events_on_new(xd.events, NULL, NULL);
	xmemd_event(&xd, "alloc.created", "a", NULL);
	assert_int_equal(told, 1);
	/* a daemon without a ring tells nobody */
	xmemd_event(&(struct xmemd){}, "alloc.created", "a", json_object());
}

#define K31 "k234567890123456789012345678901"
#define V63 "v23456789012345678901234567890123456789012345678901234567890123"

static void test_query(void **state)
{
	static const struct {
		unsigned int takes;
		const char *name, *value, *words; /* words NULL: taken */
	} rows[] = {
		{ 0, "force", "1", "query \"force\" is unknown here; possible is none" },
		{ XMEMD_TAKES_FORCE, "force", "1", NULL },
		{ XMEMD_TAKES_FORCE, "force", "0", NULL },
		{ XMEMD_TAKES_FORCE, "force", "2", "query \"force\" must be 0 or 1" },
		{ XMEMD_TAKES_FORCE, "force", NULL, "query \"force\" must be 0 or 1" },
		{ XMEMD_TAKES_FORCE, "limit", "1", "unknown here; possible are force" },
		{ XMEMD_TAKES_DRY_RUN, "dry_run", "1", NULL },
		{ XMEMD_TAKES_PAGE, "limit", "1", NULL },
		{ XMEMD_TAKES_PAGE, "limit", "10000", NULL },
		{ XMEMD_TAKES_PAGE, "limit", "0", "must be a number from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "limit", "10001", "must be a number from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "limit", "-1", "must be a number from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "limit", " 1", "must be a number from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "limit", "0x1", "must be a number from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "limit", "99999999999999999999", "from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "limit", "", "must be a number from 1 to 10000" },
		{ XMEMD_TAKES_PAGE, "after", "a.b-c_9", NULL },
		{ XMEMD_TAKES_PAGE, "after", "../x", "\"after\" must be 1 to 63 characters" },
		{ XMEMD_TAKES_PAGE, "after", "", "\"after\" must be 1 to 63 characters" },
		{ XMEMD_TAKES_PAGE, "since", "1", "possible are limit, after" },
		{ XMEMD_TAKES_SINCE, "since", "9007199254740992", NULL },
		{ XMEMD_TAKES_SINCE, "since", "9223372036854775808", "must be the number of an" },
		{ XMEMD_TAKES_SINCE, "since", "x", "\"since\" must be the number of an event" },
		{ XMEMD_TAKES_SINCE, "type", "alloc.created", NULL },
		{ XMEMD_TAKES_SINCE, "type", "a b", "\"type\" must be 1 to 63 characters" },
		{ XMEMD_TAKES_STATE, "state", "pending", NULL },
		{ XMEMD_TAKES_LABEL, "label", "job=build", NULL },
		{ XMEMD_TAKES_LABEL, "label", "a=", NULL },
		{ XMEMD_TAKES_LABEL, "label", "a=b=c d", NULL },
		{ XMEMD_TAKES_LABEL, "label", K31 "=" V63, NULL },
		{ XMEMD_TAKES_LABEL, "label", NULL, "\"label\" must be KEY=VALUE, KEY of 1 to" },
		{ XMEMD_TAKES_LABEL, "label", "job", "\"label\" must be KEY=VALUE" },
		{ XMEMD_TAKES_LABEL, "label", "=build", "\"label\" must be KEY=VALUE" },
		{ XMEMD_TAKES_LABEL, "label", "a b=c", "\"label\" must be KEY=VALUE" },
		{ XMEMD_TAKES_LABEL, "label", K31 "k=v", "\"label\" must be KEY=VALUE" },
		{ XMEMD_TAKES_LABEL, "label", "a=" V63 "v", "VALUE of at most 63 bytes" },
		{ XMEMD_TAKES_PAGE, "label", "a=b", "possible are limit, after" },
		{ XMEMD_TAKES_PAGE | XMEMD_TAKES_STATE, "x", "1",
		  "possible are limit, after, state" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_query query, same;
		struct xmemd_refusal why = {};
		int ret;

		print_message("# %s=%s\n", rows[i].name, rows[i].value);
		xmemd_query_defaults(&query);
		memcpy(&same, &query, sizeof(same));
		ret = xmemd_query_read(&query, rows[i].takes, rows[i].name, rows[i].value, &why);
		assert_int_equal(ret, rows[i].words ? -1 : 0);
		if (!rows[i].words)
			continue;
		assert_non_null(strstr(why.text, rows[i].words));
		assert_int_equal(why.status, 400);
		assert_string_equal(why.reason, XMEMD_WHY_BAD_FIELD);
		assert_string_equal(why.field, rows[i].name);
		/* the number is read before it is known to be too large */
		if (strcmp(rows[i].name, "since"))
			assert_memory_equal(&query, &same, sizeof(same));
	}
}

/* Labels add up; an object must have all of them. */
static void test_labels(void **state)
{
	static const char *const objects[] = { "{\"a\": \"1\", \"b\": \"2\"}", "{\"a\": \"1\"}",
					       "{\"a\": \"1\", \"b\": \"3\"}", "{\"b\": \"2\"}",
					       "{}" };
	struct xmemd_query query = {};
	struct xmemd_refusal why = {};
	char text[16];
	json_t *labels;
	int i;

	(void)state;
	assert_true(xmemd_labels_match(NULL, query.label, query.labels));
	assert_int_equal(xmemd_query_read(&query, XMEMD_TAKES_LABEL, "label", "a=1", &why), 0);
	assert_int_equal(xmemd_query_read(&query, XMEMD_TAKES_LABEL, "label", "b=2", &why), 0);
	assert_int_equal(query.labels, 2);
	assert_false(xmemd_labels_match(NULL, query.label, query.labels));
	for (i = 0; i < 5; i++) {
		labels = json_loads(objects[i], 0, NULL);
		assert_int_equal(xmemd_labels_match(labels, query.label, query.labels), !i);
		json_decref(labels);
	}
	assert_int_equal(xmemd_query_read(&query, XMEMD_TAKES_LABEL, "label", "a=3", &why), -1);
	assert_string_equal(why.text, "query \"label\" has the key \"a\" twice");
	for (i = 2; i < XMEM_LABELS_MAX; i++) {
		snprintf(text, sizeof(text), "k%d=v", i);
		assert_int_equal(xmemd_query_read(&query, XMEMD_TAKES_LABEL, "label", text, &why),
				 0);
	}
	assert_int_equal(xmemd_query_read(&query, XMEMD_TAKES_LABEL, "label", "x=1", &why), -1);
	assert_string_equal(why.text, "query \"label\" may be given 16 times");
	assert_int_equal(query.labels, XMEM_LABELS_MAX);
}

static void test_key(void **state)
{
	static const struct {
		unsigned int takes;
		const char *value, *words;
	} rows[] = {
		{ XMEMD_TAKES_KEY, NULL, NULL },
		{ XMEMD_TAKES_KEY, "a-1:{x}", NULL },
		{ 0, NULL, NULL },
		{ 0, "a", "has no meaning here" },
		{ XMEMD_TAKES_KEY, "", "must be 1 to 64 printable" },
		{ XMEMD_TAKES_KEY, "a b", "must be 1 to 64 printable" },
		{ XMEMD_TAKES_KEY, "a/b", "must be 1 to 64 printable" },
		{ XMEMD_TAKES_KEY, "\xc3\xa4", "must be 1 to 64 printable" },
		{ XMEMD_TAKES_KEY,
		  "0123456789012345678901234567890123456789012345678901234567890123", NULL },
		{ XMEMD_TAKES_KEY,
		  "01234567890123456789012345678901234567890123456789012345678901234",
		  "must be 1 to 64 printable" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_query query = {};
		struct xmemd_refusal why = {};

		print_message("# %zu\n", i);
		assert_int_equal(xmemd_query_key(&query, rows[i].takes, rows[i].value, &why),
				 rows[i].words ? -1 : 0);
		if (rows[i].words)
			assert_non_null(strstr(why.text, rows[i].words));
		else
			assert_string_equal(query.key, rows[i].value ? rows[i].value : "");
	}
}

static void test_behalf(void **state)
{
	static const struct {
		unsigned int roles;
		const char *value;
		int status;
		const char *cn;
		unsigned int becomes;
	} rows[] = {
		{ XMEMD_ROLE_ADMIN, NULL, 0, "peer", XMEMD_ROLE_ADMIN },
		{ XMEMD_ROLE_MANAGER, "alice;client", 0, "alice", XMEMD_ROLE_CLIENT },
		{ XMEMD_ROLE_MANAGER, "a;b;client, viewer", 0, "a;b",
		  XMEMD_ROLE_CLIENT | XMEMD_ROLE_VIEWER },
		{ XMEMD_ROLE_ADMIN, "alice;client", 403, "peer", XMEMD_ROLE_ADMIN },
		{ XMEMD_ROLE_CLIENT, "alice;admin", 403, "peer", XMEMD_ROLE_CLIENT },
		{ XMEMD_ROLE_MANAGER, "alice", 400, "peer", XMEMD_ROLE_MANAGER },
		{ XMEMD_ROLE_MANAGER, ";admin", 400, "peer", XMEMD_ROLE_MANAGER },
		{ XMEMD_ROLE_MANAGER, "alice;", 400, "peer", XMEMD_ROLE_MANAGER },
		{ XMEMD_ROLE_MANAGER, "alice;king", 400, "peer", XMEMD_ROLE_MANAGER },
		{ XMEMD_ROLE_MANAGER, "alice;client,", 400, "peer", XMEMD_ROLE_MANAGER },
		{ XMEMD_ROLE_MANAGER, "al\tice;client", 400, "peer", XMEMD_ROLE_MANAGER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_call call = { .peer = { .cn = "peer", .roles = rows[i].roles } };

		print_message("# %s\n", rows[i].value);
		assert_int_equal(xmemd_query_behalf(&call, rows[i].value), rows[i].status ? -1 : 0);
		assert_int_equal(call.why.status, rows[i].status);
		assert_string_equal(call.peer.cn, rows[i].cn);
		assert_int_equal(call.peer.roles, rows[i].becomes);
		assert_string_equal(call.via, call.peer.cn[0] == 'p' ? "" : "peer");
	}
}

static void test_paging(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	static const struct {
		uint32_t limit;
		const char *after, *answer;
	} rows[] = {
		{ 2, "", "{\"things\":[\"a\",\"b\"],\"next\":\"b\"}" },
		{ 2, "b", "{\"things\":[\"c\",\"d\"]}" },
		{ 2, "bb", "{\"things\":[\"c\",\"d\"]}" },
		{ 4, "", "{\"things\":[\"a\",\"b\",\"c\",\"d\"]}" },
		{ 1, "d", "{\"things\":[]}" },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_call call = { .query.limit = rows[i].limit };
		struct xmemd_paging paging;
		char *text;

		strcpy(call.query.after, rows[i].after);
		assert_int_equal(xmemd_paging_begin(&paging, &call, "things"), 0);
		for (k = 0; k < 4; k++)
			if (xmemd_paging_wants(&paging, names[k]) &&
			    !xmemd_paging_add(&paging, names[k], json_string(names[k])))
				break;
		text = json_dumps(call.reply, JSON_COMPACT);
		assert_string_equal(text, rows[i].answer);
		free(text);
		json_decref(call.reply);
	}
}

/* The form of a refusal, and that a newer one takes nothing of an older one over. */
static void test_refusal(void **state)
{
	struct xmemd_refusal why = {};
	json_t *object;
	char *text;

	(void)state;
	xmemd_refuse_field(&why, "a.b", "\"%s\" is odd: \xff\n", "a.b");
	xmemd_refusal_detail(&why, "line %d", 1);
	object = xmemd_refusal_json(&why);
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, "{\"error\":\"\\\"a.b\\\" is odd: ??\",\"reason\":\"bad-field\","
				  "\"field\":\"a.b\",\"details\":[\"line 1\"]}");
	free(text);
	json_decref(object);
	why.retry_after = 3;
	xmemd_refuse(&why, 409, "again: %s", why.text);
	assert_string_equal(why.text, "again: \"a.b\" is odd: ??");
	assert_string_equal(why.reason, XMEMD_WHY_STATE);
	assert_string_equal(why.field, "");
	assert_int_equal(why.retry_after, 0);
	assert_int_equal(json_array_size(why.details), 1);
	xmemd_refuse_as(&why, 507, XMEMD_WHY_QUOTA, "no");
	assert_string_equal(why.reason, "quota");
	xmemd_refusal_clear(&why);
	assert_null(why.details);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_on_new, setup, teardown),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_behalf),
		cmocka_unit_test(test_paging),
		cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
