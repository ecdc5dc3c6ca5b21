// SPDX-License-Identifier: GPL-2.0-or-later
/* When to announce and when to renew, without a clock and without managers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "announce.h"
#include "renew.h"

static json_t *parse(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	return json;
}

static void forget(struct xmemd_schedule *schedule)
{
	json_decref(schedule->face);
	schedule->face = NULL;
}

static void at_start_and_on_change(void **state)
{
	struct xmemd_schedule s = { .interval = 10000 };
	json_t *quiet = parse("{\"free\": 1, \"serial\": 1, \"load\": 5, \"machine\": {\"a\": 1},"
			      "\"health\": {\"ok\": true}}");
	json_t *busy = parse("{\"free\": 1, \"serial\": 2, \"load\": 900, \"machine\": {\"a\": 2},"
			     "\"health\": {\"ok\": true}}");
	json_t *ill = parse("{\"free\": 1, \"serial\": 3, \"load\": 5, \"machine\": {\"a\": 1},"
			    "\"health\": {\"ok\": false}}");

	(void)state;
	xmemd_schedule_look(&s, quiet);
	assert_true(xmemd_schedule_is_due(&s, 1000));
	xmemd_schedule_done(&s, quiet, true, 1000);
	/* what changes all the time is no reason */
	xmemd_schedule_look(&s, busy);
	assert_false(xmemd_schedule_is_due(&s, 8000));
	assert_true(xmemd_schedule_is_due(&s, 11000));
	/* what managers decide by is, but not twice in a moment */
	xmemd_schedule_look(&s, ill);
	assert_false(xmemd_schedule_is_due(&s, 1499));
	assert_int_equal(xmemd_schedule_next(&s), 1500);
	assert_true(xmemd_schedule_is_due(&s, 1500));
	xmemd_schedule_done(&s, ill, true, 1500);
	assert_false(xmemd_schedule_is_due(&s, 2000));
	/* and back again */
	xmemd_schedule_look(&s, quiet);
	assert_true(xmemd_schedule_is_due(&s, 2000));
	forget(&s);
	json_decref(quiet);
	json_decref(busy);
	json_decref(ill);
}

/* At least once in an interval, and not all machines in step. */
static void interval_with_jitter(void **state)
{
	struct xmemd_schedule s = { .interval = 10000 };
	json_t *object = parse("{}");
	uint64_t min = UINT64_MAX, max = 0, at;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		xmemd_schedule_done(&s, object, true, 50000);
		xmemd_schedule_look(&s, object);
		at = xmemd_schedule_next(&s) - 50000;
		min = at < min ? at : min;
		max = at > max ? at : max;
	}
	assert_true(min >= 7500 && min < 8500);
	assert_true(max <= 10000 && max > 9000);
	forget(&s);
	json_decref(object);
}

static void back_off(void **state)
{
	struct xmemd_schedule s = { .interval = 10000 };
	static const uint64_t longest[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000 };
	json_t *object = parse("{\"free\": 1}"), *other = parse("{\"free\": 2}");
	uint64_t now = 1000, wait;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(longest) / sizeof(*longest); i++) {
		xmemd_schedule_look(&s, object);
		assert_true(xmemd_schedule_is_due(&s, now));
		xmemd_schedule_done(&s, object, false, now);
		/* news does not make an absent manager come sooner */
		xmemd_schedule_look(&s, other);
		wait = xmemd_schedule_next(&s) - now;
		assert_true(wait <= longest[i] && wait >= longest[i] * 3 / 4);
		now += wait;
	}
	xmemd_schedule_look(&s, object);
	xmemd_schedule_done(&s, object, true, now);
	assert_int_equal(s.failures, 0);
	xmemd_schedule_done(&s, object, false, now);
	assert_true(xmemd_schedule_next(&s) <= now + 1000);
	/* what nobody took is still news */
	xmemd_schedule_look(&s, other);
	assert_true(s.changed);
	forget(&s);
	json_decref(object);
	json_decref(other);
}

static void a_third_of_the_lease(void **state)
{
	static const struct {
		const char *answer;
		uint64_t ms;
	} rows[] = {
		{ "{}", 30000 },
		{ "{\"lease\": {\"duration\": 60}}", 20000 },
		{ "{\"duration\": 60}", 20000 },
		{ "{\"lease\": {\"duration\": 60, \"not_in_use\": 6}}", 2000 },
		{ "{\"lease\": {\"duration\": 6, \"not_in_use\": 60}}", 2000 },
		{ "{\"lease\": {\"duration\": 1000000}}", 30000 },
		{ "{\"lease\": {\"duration\": 9223372036854775807}}", 30000 },
		{ "{\"lease\": {\"duration\": 0, \"not_in_use\": -5}}", 30000 },
		{ "{\"lease\": {\"duration\": \"1\"}}", 30000 },
		{ "{\"lease\": {\"duration\": 1}}", 500 },
		{ "{\"lease\": []}", 30000 },
	};
	json_t *answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s\n", rows[i].answer);
		answer = parse(rows[i].answer);
		assert_int_equal(xmemd_renew_period(answer, 30000), rows[i].ms);
		json_decref(answer);
	}
	assert_int_equal(xmemd_renew_period(NULL, 30000), 30000);
}

static void whose_device(void **state)
{
	static const struct {
		const char *allocation;
		bool ours;
	} rows[] = {
		{ "{\"legs\": [{\"region\": \"0x1\"}, {\"region\": \"0x2\"}]}", true },
		/* it grew since */
		{ "{\"legs\": [{\"region\": \"0x2\"}, {\"region\": \"0x1\"}, {\"region\": "
		  "\"0x3\"}]}",
		  true },
		{ "{\"legs\": [{\"region\": \"0x1\"}, {\"region\": \"0x3\"}]}", false },
		{ "{\"legs\": [{\"region\": \"0x1\"}]}", false },
		{ "{\"legs\": [{\"region\": 1}, {\"region\": 2}]}", false },
		{ "{\"legs\": {}}", false },
		{ "{}", false },
		{ "[]", false },
	};
	struct xmem_dev dev = { .legs = 2, .leg = { { .region = 1 }, { .region = 2 } } };
	json_t *allocation;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s\n", rows[i].allocation);
		allocation = parse(rows[i].allocation);
		assert_int_equal(xmemd_renew_is_made_of(&dev, allocation), rows[i].ours);
		json_decref(allocation);
	}
	dev.legs = 0;
	allocation = parse(rows[0].allocation);
	assert_false(xmemd_renew_is_made_of(&dev, allocation));
	json_decref(allocation);
	assert_false(xmemd_renew_is_made_of(&dev, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_start_and_on_change),
		cmocka_unit_test(interval_with_jitter),
		cmocka_unit_test(back_off),
		cmocka_unit_test(a_third_of_the_lease),
		cmocka_unit_test(whose_device),
	};

	return cmocka_run_group_tests_name("announce", tests, NULL, NULL);
}
