// SPDX-License-Identifier: GPL-2.0-or-later
/* Leases by table: a script of looks, renewals and changes on one side, what happens on the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "logic/lease.h"
#include "logic/span.h"

#define SEC 1000ULL
#define NO XMEMD_UNLIMITED

static const char *const deeds[] = {
	[XMEMD_LEASE_NOTHING] = "-",	   [XMEMD_LEASE_WARN] = "warn", [XMEMD_LEASE_END] = "end",
	[XMEMD_LEASE_DESTROY] = "destroy", [XMEMD_LEASE_KEEP] = "keep",
};

/*
 * A script is words with a time in seconds: "look@5", "renew@5", "prolong@5", "idle@5" (a new
 * not-in-use threshold), "shift@5" (five seconds in which nobody could renew). Its result
 * has for each look what is to be done, the state and when to look again, and for the others
 * "ok" or "no".
 */
struct row {
	const char *about;
	struct xmemd_lease_rules rules;
	const char *script, *result;
};

static const struct row rows[] = {
	{ "without limits nothing ever happens",
	  { XMEMD_VOLATILE, NO, NO, 10 * SEC, 10 * SEC },
	  "look@0 look@1000000000",
	  "-:active:never -:active:never" },
	{ "volatile, by its duration",
	  { XMEMD_VOLATILE, 100 * SEC, NO, 10 * SEC, 20 * SEC },
	  "look@0 look@89 look@90 look@99 look@100 look@119 look@120 look@121",
	  "-:active:90 -:active:90 warn:warned:100 -:warned:100 end:grace:120 -:grace:120 "
	  "destroy:expired:never destroy:expired:never" },
	{ "persistent is kept, and that is said once",
	  { XMEMD_PERSISTENT, 100 * SEC, NO, 10 * SEC, 20 * SEC },
	  "look@100 look@120 look@121",
	  "end:grace:120 keep:expired:never -:expired:never" },
	{ "renewals keep it in use",
	  { XMEMD_VOLATILE, NO, 60 * SEC, 10 * SEC, 20 * SEC },
	  "look@50 renew@55 look@56 look@105 renew@110 look@111",
	  "warn:warned:60 ok -:active:105 warn:warned:115 ok -:active:160" },
	{ "a renewal in the grace saves it",
	  { XMEMD_VOLATILE, NO, 60 * SEC, 10 * SEC, 20 * SEC },
	  "look@60 renew@79 look@80",
	  "end:grace:80 ok -:active:129" },
	{ "a volatile one that expired is gone",
	  { XMEMD_VOLATILE, NO, 60 * SEC, 10 * SEC, 20 * SEC },
	  "look@60 look@80 renew@80 prolong@80 look@80",
	  "end:grace:80 destroy:expired:never no no destroy:expired:never" },
	{ "a persistent one that was not in use comes back",
	  { XMEMD_PERSISTENT, NO, 60 * SEC, 10 * SEC, 20 * SEC },
	  "look@60 look@80 renew@500 look@500",
	  "end:grace:80 keep:expired:never ok -:active:550" },
	{ "renewals do not prolong the duration",
	  { XMEMD_VOLATILE, 100 * SEC, 60 * SEC, 10 * SEC, 20 * SEC },
	  "renew@50 look@89 look@90 renew@95 look@95 look@100 renew@101",
	  "ok -:active:90 warn:warned:100 ok -:warned:100 end:grace:120 no" },
	{ "a new duration does, in the grace, too",
	  { XMEMD_VOLATILE, 100 * SEC, NO, 10 * SEC, 20 * SEC },
	  "look@100 prolong@110 look@110",
	  "end:grace:120 ok -:active:200" },
	{ "a persistent one whose duration is over wants a new duration",
	  { XMEMD_PERSISTENT, 100 * SEC, NO, 10 * SEC, 20 * SEC },
	  "look@100 look@120 renew@130 prolong@130 look@130",
	  "end:grace:120 keep:expired:never no ok -:active:220" },
	{ "another threshold counts from now, the duration goes on",
	  { XMEMD_VOLATILE, 100 * SEC, 20 * SEC, 4 * SEC, 20 * SEC },
	  "idle@10 look@26 look@30",
	  "ok warn:warned:30 end:grace:50" },
	{ "nobody looked for long: the grace is still given in full",
	  { XMEMD_VOLATILE, 100 * SEC, NO, 10 * SEC, 20 * SEC },
	  "look@5000 look@5001 look@5019 look@5020",
	  "end:grace:5020 -:grace:5020 -:grace:5020 destroy:expired:never" },
	{ "the manager was stopped: its clock's count is not held against anybody",
	  { XMEMD_VOLATILE, NO, 60 * SEC, 10 * SEC, 20 * SEC },
	  "look@10 shift@1000 look@1010 look@1049 look@1050",
	  "-:active:50 ok -:active:1050 -:active:1050 warn:warned:1060" },
	{ "a grace is shifted, too",
	  { XMEMD_VOLATILE, NO, 60 * SEC, 10 * SEC, 20 * SEC },
	  "look@60 shift@1000 look@1079 look@1080",
	  "end:grace:80 ok -:grace:1080 destroy:expired:never" },
	{ "a short span is warned of late",
	  { XMEMD_VOLATILE, NO, 8 * SEC, 60 * SEC, 20 * SEC },
	  "look@5 look@6 look@8",
	  "-:active:6 warn:warned:8 end:grace:28" },
	{ "no grace is none",
	  { XMEMD_VOLATILE, 100 * SEC, NO, 0, 0 },
	  "look@99 look@100 look@100",
	  "-:active:100 end:grace:100 destroy:expired:never" },
};

static size_t write_look(const struct xmemd_lease *lease, const struct xmemd_lease_step *step,
			 char *out, size_t size)
{
	char next[32] = "never";

	if (step->next != XMEMD_NEVER)
		snprintf(next, sizeof(next), "%llu", (unsigned long long)(step->next / SEC));
	assert_int_equal(step->what == XMEMD_LEASE_NOTHING, !*step->cause);
	return (size_t)snprintf(out, size, "%s:%s:%s", deeds[step->what],
				xmemd_lease_state_name(lease->state), next);
}

static size_t play(const char *word, uint64_t now, struct xmemd_lease *lease,
		   const struct xmemd_lease_rules *rules, char *out, size_t size)
{
	const struct xmemd_lease before = *lease;
	struct xmemd_refusal why = {};
	struct xmemd_lease_step step;
	int ret = 0;

	if (!strncmp(word, "look", 4)) {
		xmemd_lease_look(lease, rules, now, &step);
		return write_look(lease, &step, out, size);
	}
	if (!strncmp(word, "shift", 5))
		xmemd_lease_shift(lease, now);
	else if (!strncmp(word, "renew", 5))
		ret = xmemd_lease_renew(lease, rules, now, &why);
	else
		ret = xmemd_lease_change(lease, rules, *word == 'p', now, &why);
	if (ret) {
		assert_int_equal(why.status, 409);
		assert_memory_equal(lease, &before, sizeof(before));
	}
	return (size_t)snprintf(out, size, ret ? "no" : "ok");
}

static void test_rows(void **state)
{
	struct xmemd_lease lease;
	char result[512], script[256], *rest, *word;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s\n", rows[i].about);
		snprintf(script, sizeof(script), "%s", rows[i].script);
		rest = script;
		len = 0;
		xmemd_lease_start(&lease, &rows[i].rules, 0);
		while ((word = strsep(&rest, " "))) {
			if (len)
				result[len++] = ' ';
			len += play(word, strtoull(strchr(word, '@') + 1, NULL, 10) * SEC, &lease,
				    &rows[i].rules, result + len, sizeof(result) - len);
		}
		assert_string_equal(result, rows[i].result);
	}
}

/* What is stored and read again, perhaps by another manager with another clock. */
static void test_resume(void **state)
{
	static const struct xmemd_lease_rules rules = { XMEMD_VOLATILE, 1000 * SEC, 60 * SEC,
							10 * SEC, 30 * SEC };
	struct xmemd_lease lease;
	struct xmemd_lease_left left;
	struct xmemd_lease_step step;

	(void)state;
	xmemd_lease_start(&lease, &rules, 500 * SEC);
	xmemd_lease_left(&lease, 510 * SEC, &left);
	assert_int_equal(left.ends, 990 * SEC);
	assert_int_equal(left.idle, 50 * SEC);

	/* another clock, which begins at 7 */
	xmemd_lease_resume(&lease, &rules, &left, 7 * SEC);
	assert_int_equal(lease.ends, 997 * SEC);
	assert_int_equal(lease.idle, 57 * SEC);

	/* little was left: the grace at least, because nobody could renew */
	left = (struct xmemd_lease_left){ XMEMD_LEASE_WARNED, 990 * SEC, 1 * SEC };
	xmemd_lease_resume(&lease, &rules, &left, 7 * SEC);
	assert_int_equal(lease.idle, 37 * SEC);

	/* a grace begins anew */
	left = (struct xmemd_lease_left){ XMEMD_LEASE_GRACE, 990 * SEC, 0 };
	xmemd_lease_resume(&lease, &rules, &left, 7 * SEC);
	xmemd_lease_look(&lease, &rules, 36 * SEC, &step);
	assert_int_equal(step.what, XMEMD_LEASE_NOTHING);
	xmemd_lease_look(&lease, &rules, 37 * SEC, &step);
	assert_int_equal(step.what, XMEMD_LEASE_DESTROY);

	/* what was expired stays so */
	left = (struct xmemd_lease_left){ XMEMD_LEASE_EXPIRED, 990 * SEC, 0 };
	xmemd_lease_resume(&lease, &rules, &left, 7 * SEC);
	xmemd_lease_look(&lease, &rules, 7 * SEC, &step);
	assert_int_equal(step.what, XMEMD_LEASE_DESTROY);

	/* no limit stays no limit */
	left = (struct xmemd_lease_left){ XMEMD_LEASE_ACTIVE, XMEMD_NEVER, XMEMD_NEVER };
	xmemd_lease_resume(&lease, &rules, &left, 7 * SEC);
	xmemd_lease_look(&lease, &rules, 1ULL << 60, &step);
	assert_int_equal(step.what, XMEMD_LEASE_NOTHING);
	assert_int_equal(step.next, XMEMD_NEVER);
}

static void test_words(void **state)
{
	struct xmemd_lease_rules rules = { XMEMD_VOLATILE, 3600 * SEC, 300 * SEC, 60 * SEC,
					   60 * SEC };
	enum xmemd_lease_state parsed;
	struct xmemd_refusal why = {};
	struct xmemd_lease lease;
	struct xmemd_lease_step step;

	(void)state;
	xmemd_lease_start(&lease, &rules, 0);
	xmemd_lease_look(&lease, &rules, 240 * SEC, &step);
	assert_string_equal(step.cause, "not renewed for 5m it counts as not in use, which is in "
					"1m");
	xmemd_lease_look(&lease, &rules, 300 * SEC, &step);
	assert_string_equal(step.cause, "it was not renewed for 5m");
	assert_int_equal(step.left, 0);
	rules.not_in_use = NO;
	xmemd_lease_start(&lease, &rules, 0);
	xmemd_lease_look(&lease, &rules, 3545 * SEC, &step);
	assert_string_equal(step.cause, "its duration of 1h ends in 55s");
	xmemd_lease_look(&lease, &rules, 3600 * SEC, &step);
	assert_string_equal(step.cause, "its duration of 1h is over");
	assert_int_equal(xmemd_lease_renew(&lease, &rules, 3600 * SEC, &why), -1);
	assert_string_equal(why.text,
			    "its duration of 1h is over; a renewal does not prolong it, a "
			    "new duration does");
	xmemd_lease_look(&lease, &rules, 3660 * SEC, &step);
	assert_int_equal(xmemd_lease_renew(&lease, &rules, 3660 * SEC, &why), -1);
	assert_string_equal(why.text, "the lease is expired and the allocation is volatile: it is "
				      "being destroyed");
	assert_true(xmemd_lease_state_parse("grace", &parsed));
	assert_int_equal(parsed, XMEMD_LEASE_GRACE);
	assert_false(xmemd_lease_state_parse("gone", &parsed));
}

static void test_spans(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} spans[] = {
		{ 0, "0s" },	     { 1, "1ms" },	    { 999, "999ms" },
		{ 1000, "1s" },	     { 1500, "1s 500ms" },  { 60000, "1m" },
		{ 90000, "1m 30s" }, { 5400000, "1h 30m" }, { 3601000, "1h 1s" },
		{ 86400000, "1d" },  { 90000000, "1d 1h" }, { UINT64_MAX, "213503982334d 14h" },
	};
	char text[XMEMD_SPAN_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spans) / sizeof(*spans); i++)
		assert_string_equal(xmemd_span_format(spans[i].ms, text), spans[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_spans),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
