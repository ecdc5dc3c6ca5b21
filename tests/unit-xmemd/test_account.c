// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas, windows, durations and what goes from an account to its clients, by table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "logic/account.h"

#define GIB (1ULL << 30)
#define HOUR (3600ULL * 1000)
#define NO XMEMD_UNLIMITED

/* Monday, 2 January 2023, 00:00 UTC */
#define MONDAY 1672617600LL
#define AT(day, hour, minute) (MONDAY + (day)*86400LL + (hour)*3600LL + (minute)*60LL)

static void test_windows_read(void **state)
{
	static const struct {
		const char *text;
		struct xmemd_window window;
		const char *again; /* NULL: the same */
	} good[] = {
		{ "mon", { 0x01, 0, 1440 }, NULL },
		{ "mon-fri 08:00-18:00", { 0x1f, 480, 1080 }, NULL },
		{ "Sat,SUN", { 0x60, 0, 1440 }, "sat,sun" },
		{ "22:00-06:00", { 0x7f, 1320, 360 }, NULL },
		{ "fri-mon 00:00-24:00", { 0x71, 0, 1440 }, "mon,fri-sun" },
		{ "mon-sun", { 0x7f, 0, 1440 }, NULL },
		{ "00:00-24:00", { 0x7f, 0, 1440 }, "mon-sun" },
		{ "mon,wed,fri  12:30-12:31", { 0x15, 750, 751 }, "mon,wed,fri 12:30-12:31" },
		{ "tue 23:59-00:01", { 0x02, 1439, 1 }, NULL },
	};
	static const char *const bad[] = {
		"",
		"mo",
		"monday",
		"mon-",
		"mon,",
		"mon 8:00-9:00",
		"08:00",
		"08:00-",
		"08:00-08:00",
		"24:00-01:00",
		"08:00-24:01",
		"08:60-09:00",
		"08:00-00:00",
		"08:00-09:00x",
		"mon 08:00-09:00 ",
		"xyz 08:00-09:00",
		"08:00 09:00",
		"-1:00-02:00",
	};
	struct xmemd_window w;
	struct xmem_err err;
	char text[XMEMD_WINDOW_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(xmemd_window_parse(good[i].text, &w, &err), 0);
		assert_int_equal(w.days, good[i].window.days);
		assert_int_equal(w.from, good[i].window.from);
		assert_int_equal(w.to, good[i].window.to);
		assert_string_equal(xmemd_window_format(&w, text),
				    good[i].again ? good[i].again : good[i].text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct xmemd_window before = w;

		print_message("# \"%s\"\n", bad[i]);
		assert_true(xmemd_window_parse(bad[i], &w, &err) < 0);
		assert_non_null(strstr(err.text, "possible are days (mon, mon-fri, sat,sun)"));
		assert_memory_equal(&w, &before, sizeof(w));
	}
}

static void test_windows_open(void **state)
{
	static const struct {
		const char *text;
		int64_t utc;
		int offset;
		bool open;
	} rows[] = {
		{ "mon-fri 08:00-18:00", AT(0, 8, 0), 0, true },
		{ "mon-fri 08:00-18:00", AT(0, 7, 59), 0, false },
		{ "mon-fri 08:00-18:00", AT(0, 17, 59), 0, true },
		{ "mon-fri 08:00-18:00", AT(0, 18, 0), 0, false },
		{ "mon-fri 08:00-18:00", AT(5, 12, 0), 0, false },
		/* the same moments elsewhere */
		{ "mon-fri 08:00-18:00", AT(0, 7, 0), 60, true },
		{ "mon-fri 08:00-18:00", AT(0, 17, 0), 60, false },
		{ "mon", AT(0, 3, 0), -5 * 60, false },
		{ "sun", AT(0, 3, 0), -5 * 60, true },
		/* over midnight it belongs to the day on which it began */
		{ "fri 22:00-06:00", AT(4, 23, 0), 0, true },
		{ "fri 22:00-06:00", AT(5, 5, 59), 0, true },
		{ "fri 22:00-06:00", AT(5, 6, 0), 0, false },
		{ "fri 22:00-06:00", AT(4, 5, 0), 0, false },
		{ "sun 22:00-06:00", AT(0, 1, 0), 0, true },
		{ "mon-sun", AT(3, 3, 3), 0, true },
		/* before 1970: a Wednesday */
		{ "wed 23:59-24:00", -1, 0, true },
		{ "thu", -1, 0, false },
	};
	struct xmemd_window w;
	struct xmem_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(xmemd_window_parse(rows[i].text, &w, &err), 0);
		if (xmemd_window_open(&w, 1, rows[i].utc, rows[i].offset) != rows[i].open)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
	assert_true(xmemd_window_open(NULL, 0, 0, 0));
}

/* A client in an account in a cluster; each row changes some of it. */
static struct xmemd_profile client, account, policy;
static struct xmemd_level levels[3];
static struct xmemd_ask ask;
static struct xmemd_terms terms;
static struct xmemd_refusal why;

static void reset(void)
{
	xmemd_profile_init(&client);
	xmemd_profile_init(&account);
	xmemd_profile_init(&policy);
	levels[0] = (struct xmemd_level){ .what = "client", .name = "c1", .profile = &client };
	levels[1] = (struct xmemd_level){ .what = "account", .name = "lab", .profile = &account };
	levels[2] = (struct xmemd_level){ .what = "policy", .profile = &policy };
	ask = (struct xmemd_ask){ .bytes = 10 * GIB, .duration = NO, .not_in_use = NO };
	why = (struct xmemd_refusal){};
}

static void granted(void)
{
	why = (struct xmemd_refusal){};
	assert_int_equal(xmemd_account_check(levels, 3, &ask, MONDAY, &terms, &why), 0);
	assert_int_equal(why.status, 0);
}

static void refused(int status, const char *reason, const char *field, const char *text)
{
	assert_int_equal(xmemd_account_check(levels, 3, &ask, MONDAY, &terms, &why), -1);
	assert_string_equal(why.text, text);
	assert_int_equal(why.status, status);
	assert_string_equal(why.reason, reason);
	assert_string_equal(why.field, field);
}

static void test_quotas(void **state)
{
	(void)state;
	reset();
	granted();
	client.total = 100 * GIB;
	levels[0].usage.total = 90 * GIB;
	granted();
	levels[0].usage.total = 91 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"client c1 permits 100G of memory: 91G is used, 10G more is too much");
	/* a quota that was lowered below what is used */
	levels[0].usage.total = 200 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"client c1 permits 100G of memory: 200G is used, 10G more is too much");
	ask.act = XMEMD_ACT_RESIZE;
	ask.bytes = 0;
	granted();
	ask.act = XMEMD_ACT_PROLONG;
	granted();

	/* what the account may not, its client may not */
	reset();
	client.total = 1000 * GIB;
	account.total = 15 * GIB;
	levels[1].usage.total = 10 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"account lab permits 15G of memory: 10G is used, 10G more is too much");
	reset();
	policy.total = GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"the policy of the cluster permits 1G of memory: 0 is used, 10G more is too much");
	account.total = 0;
	refused(507, XMEMD_WHY_QUOTA, "size", "account lab permits no memory");
	/* sums do not wrap around */
	reset();
	client.total = NO - 1;
	levels[0].usage.total = NO - 2;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"client c1 permits 15.9E of memory: 15.9E is used, 10G more is too much");
}

static void test_types(void **state)
{
	enum xmemd_type type;

	(void)state;
	reset();
	client.of_type[XMEMD_PERSISTENT] = 0;
	granted();
	ask.type = XMEMD_PERSISTENT;
	refused(507, XMEMD_WHY_QUOTA, "type", "client c1 permits no persistent memory");
	client.of_type[XMEMD_PERSISTENT] = 15 * GIB;
	granted();
	levels[0].usage.of_type[XMEMD_PERSISTENT] = 6 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"client c1 permits 15G of persistent memory: 6G is used, 10G more is too much");
	/* a change of the type needs no more memory, but more of its kind */
	client.total = 6 * GIB;
	levels[0].usage.total = 6 * GIB;
	levels[0].usage.of_type[XMEMD_PERSISTENT] = 5 * GIB;
	ask.act = XMEMD_ACT_RETYPE;
	granted();
	ask.bytes = 11 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"client c1 permits 15G of persistent memory: 5G is used, 11G more is too much");
	assert_true(xmemd_type_parse("persistent", &type));
	assert_int_equal(type, XMEMD_PERSISTENT);
	assert_false(xmemd_type_parse("lasting", &type));
	assert_string_equal(xmemd_type_name(XMEMD_VOLATILE), "volatile");
}

/* Reservations count; what is drawn from them does not count again. */
static void test_reservations(void **state)
{
	(void)state;
	reset();
	account.total = 100 * GIB;
	levels[1].usage.total = 100 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"account lab permits 100G of memory: 100G is used, 10G more is too much");
	levels[1].drawn = 10 * GIB;
	granted();
	levels[1].drawn = 64 * GIB; /* more than is wanted */
	granted();
	levels[1].drawn = 9 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"account lab permits 100G of memory: 100G is used, 1G more is too much");
	/* but it is memory of its type */
	levels[1].drawn = 10 * GIB;
	account.of_type[XMEMD_VOLATILE] = 5 * GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"account lab permits 5G of volatile memory: 0 is used, 10G more is too much");
	/* a reservation has no type yet */
	reset();
	account.of_type[XMEMD_VOLATILE] = account.of_type[XMEMD_PERSISTENT] = 0;
	ask.act = XMEMD_ACT_RESERVE;
	granted();
	account.total = GIB;
	refused(507, XMEMD_WHY_QUOTA, "size",
		"account lab permits 1G of memory: 0 is used, 10G more is too much");
}

static void test_times(void **state)
{
	static const struct {
		enum xmemd_act act;
		const char *word;
	} acts[] = { { XMEMD_ACT_CREATE, "create" },
		     { XMEMD_ACT_RESIZE, "grow" },
		     { XMEMD_ACT_RETYPE, "change" },
		     { XMEMD_ACT_PROLONG, "prolong" },
		     { XMEMD_ACT_RESERVE, "reserve" } };
	struct xmem_err err;
	char text[256];
	size_t i;

	(void)state;
	reset();
	/* it is Monday, 00:00 UTC */
	assert_int_equal(xmemd_window_parse("mon-fri 08:00-18:00", &account.window[0], &err), 0);
	assert_int_equal(xmemd_window_parse("sat", &account.window[1], &err), 0);
	account.windows = 2;
	account.utc_offset = 90;
	for (i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		ask.act = acts[i].act;
		snprintf(text, sizeof(text),
			 "account lab does not permit to %s at this time; possible are mon-fri "
			 "08:00-18:00, sat (UTC+01:30)",
			 acts[i].word);
		refused(403, XMEMD_WHY_FORBIDDEN, "", text);
	}
	account.utc_offset = -60;
	refused(403, XMEMD_WHY_FORBIDDEN, "",
		"account lab does not permit to reserve at this time; possible are mon-fri "
		"08:00-18:00, sat (UTC-01:00)");
	account.utc_offset = 9 * 60;
	granted();
}

static void test_spans(void **state)
{
	(void)state;
	reset();
	granted();
	assert_true(terms.duration == NO && terms.not_in_use == NO);
	/* who asks for nothing gets what is permitted, the least of all levels */
	account.max_duration = 8 * HOUR;
	policy.max_duration = 24 * HOUR;
	policy.max_not_in_use = HOUR;
	granted();
	assert_int_equal(terms.duration, 8 * HOUR);
	assert_int_equal(terms.not_in_use, HOUR);
	ask.duration = 2 * HOUR;
	ask.not_in_use = HOUR;
	granted();
	assert_int_equal(terms.duration, 2 * HOUR);
	ask.duration = 9 * HOUR;
	refused(403, XMEMD_WHY_QUOTA, "duration",
		"account lab permits a duration of at most 8h, not 9h");
	ask.act = XMEMD_ACT_PROLONG;
	refused(403, XMEMD_WHY_QUOTA, "duration",
		"account lab permits a duration of at most 8h, not 9h");
	ask.duration = HOUR;
	ask.not_in_use = HOUR + 1000;
	refused(403, XMEMD_WHY_QUOTA, "not_in_use",
		"the policy of the cluster permits a not-in-use threshold of at most 1h, not 1h "
		"1s");
	ask.not_in_use = 0;
	refused(400, XMEMD_WHY_BAD_FIELD, "not_in_use",
		"a not-in-use threshold of 0 is over at once; possible are 1 ms and more");
	ask.not_in_use = HOUR;
	ask.duration = 0;
	refused(400, XMEMD_WHY_BAD_FIELD, "duration",
		"a duration of 0 is over at once; possible are 1 ms and more");
}

static void test_inheritance(void **state)
{
	static const char *const a[] = { "a*" }, *const b[] = { "b*" }, *const c[] = { "c*" };
	struct xmemd_demand demand = { .size = 1 };

	(void)state;
	reset();
	granted();
	assert_int_equal(terms.priority, XMEMD_PRIORITY_DEFAULT);
	policy.priority = 10;
	account.priority = 80;
	granted();
	assert_int_equal(terms.priority, 80);
	client.priority = 0;
	granted();
	assert_int_equal(terms.priority, 0);

	client.appliances = (struct xmemd_globs){ b, 1 };
	policy.appliances = (struct xmemd_globs){ c, 1 };
	demand.allow[0] = (struct xmemd_globs){ a, 1 };
	account.bandwidth = XMEMD_BANDWIDTH_LOW;
	policy.bandwidth = XMEMD_BANDWIDTH_HIGH;
	account.max_distance = XMEMD_SAME_SITE;
	policy.max_distance = XMEMD_SAME_RACK;
	policy.strategies = 2;
	policy.strategy[0] = XMEMD_NEAR;
	policy.strategy[1] = XMEMD_BEST_FIT;
	xmemd_account_apply(levels, 3, &demand);
	assert_int_equal(demand.priority, 0);
	assert_ptr_equal(demand.allow[0].glob, a);
	assert_ptr_equal(demand.allow[1].glob, b);
	assert_int_equal(demand.allow[2].count, 0);
	assert_ptr_equal(demand.allow[3].glob, c);
	assert_int_equal(demand.bandwidth, XMEMD_BANDWIDTH_LOW);
	assert_int_equal(demand.max_distance, XMEMD_SAME_RACK);
	assert_int_equal(demand.strategies, 2);
	assert_int_equal(demand.strategy[1], XMEMD_BEST_FIT);

	/* what the request says itself goes before preferences, but not before limits */
	demand = (struct xmemd_demand){ .bandwidth = XMEMD_BANDWIDTH_MEDIUM,
					.max_distance = XMEMD_SAME_SITE,
					.strategy = { XMEMD_LOW_LOAD },
					.strategies = 1 };
	xmemd_account_apply(levels, 3, &demand);
	assert_int_equal(demand.bandwidth, XMEMD_BANDWIDTH_MEDIUM);
	assert_int_equal(demand.max_distance, XMEMD_SAME_RACK);
	assert_int_equal(demand.strategies, 1);
	assert_int_equal(demand.strategy[0], XMEMD_LOW_LOAD);
	demand.max_distance = XMEMD_SAME_NUMA;
	xmemd_account_apply(levels, 3, &demand);
	assert_int_equal(demand.max_distance, XMEMD_SAME_NUMA);
	xmemd_account_apply(levels, 0, &demand);
	assert_int_equal(demand.priority, XMEMD_PRIORITY_DEFAULT);
}

static void bad_profile(const char *field, const char *text)
{
	assert_int_equal(xmemd_profile_check(&client, &why), -1);
	assert_string_equal(why.text, text);
	assert_string_equal(why.field, field);
	xmemd_profile_init(&client);
}

static void test_profiles(void **state)
{
	(void)state;
	reset();
	assert_int_equal(xmemd_profile_check(&client, &why), 0);
	client.priority = XMEMD_PRIORITY_MAX;
	client.utc_offset = 840;
	assert_int_equal(xmemd_profile_check(&client, &why), 0);
	client.priority++;
	bad_profile("priority", "priority 101 is out of bounds; possible are 0 to 100");
	client.priority = -2;
	bad_profile("priority", "priority -2 is out of bounds; possible are 0 to 100");
	client.utc_offset = 841;
	bad_profile("utc_offset",
		    "utc_offset 841 is out of bounds; possible are -720 to 840 minutes");
	client.utc_offset = -721;
	bad_profile("utc_offset",
		    "utc_offset -721 is out of bounds; possible are -720 to 840 minutes");
	client.max_duration = 0;
	bad_profile("max_duration", "a time of 0 would permit nothing; possible are 1 ms and more");
	client.max_not_in_use = 0;
	bad_profile("max_not_in_use",
		    "a time of 0 would permit nothing; possible are 1 ms and more");
	client.strategies = 2;
	bad_profile("strategies", "strategy best-fit is named twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows_read), cmocka_unit_test(test_windows_open),
		cmocka_unit_test(test_quotas),	     cmocka_unit_test(test_types),
		cmocka_unit_test(test_reservations), cmocka_unit_test(test_times),
		cmocka_unit_test(test_spans),	     cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_profiles),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
