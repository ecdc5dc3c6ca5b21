// SPDX-License-Identifier: GPL-2.0-or-later
#include "duration.h"
#include "size.h"
#include "unit.h"

static void accepts(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} table[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "4096", 4096 },
		{ "4096B", 4096 },
		{ "1k", 1 << 10 },
		{ "1K", 1 << 10 },
		{ "1KiB", 1 << 10 },
		{ "512M", 512ULL << 20 },
		{ "512m", 512ULL << 20 },
		{ "512 MiB", 512ULL << 20 },
		{ "512mib", 512ULL << 20 },
		{ "1G", 1ULL << 30 },
		{ "1.5G", 3ULL << 29 },
		{ "0.5K", 512 },
		{ "1.000000000T", 1ULL << 40 },
		{ "3P", 3ULL << 50 },
		{ "15E", 15ULL << 60 },
		{ "18446744073709551615", UINT64_MAX },
	};
	struct xmem_err err;
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		if (xmem_size_parse(table[i].text, &bytes, &err))
			fail_msg("%s: %s", table[i].text, err.text);
		assert_int_equal(bytes, table[i].bytes);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "", "start with a digit" },
		{ "M", "start with a digit" },
		{ "-1", "start with a digit" },
		{ "+1", "start with a digit" },
		{ " 1", "start with a digit" },
		{ ".5G", "start with a digit" },
		{ "0x10", "unit is unknown" },
		{ "5X", "unit is unknown" },
		{ "5MB", "unit is unknown" },
		{ "5MiBB", "unit is unknown" },
		{ "5M5", "unit is unknown" },
		{ "5M ", "unit is unknown" },
		{ "5,5M", "unit is unknown" },
		{ "1.G", "digits are missing" },
		{ "1.2345678901G", "decimal places" },
		{ "1.5", "whole number" },
		{ "0.3K", "whole number" },
		{ "16E", "too large" },
		{ "18446744073709551616", "too large" },
		{ "99999999999999999999999999", "too large" },
	};
	struct xmem_err err;
	uint64_t bytes = 42;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		if (!xmem_size_parse(table[i].text, &bytes, &err))
			fail_msg("\"%s\" was accepted", table[i].text);
		assert_int_equal(bytes, 42);
		assert_int_equal(err.kind, XMEM_ERR_USAGE);
		assert_contains(err.text, table[i].why);
		assert_contains(err.text, "possible are bytes (4096) or a number with K, M, G");
	}
}

static void formats(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} table[] = {
		{ 0, "0" },
		{ 1023, "1023" },
		{ 1024, "1K" },
		{ 1536, "1.5K" },
		{ 512ULL << 20, "512M" },
		{ (512ULL << 20) + 1, "512M" },
		{ (1ULL << 30) - 1, "1023.9M" },
		{ 3ULL << 29, "1.5G" },
		{ UINT64_MAX, "15.9E" },
	};
	char text[XMEM_SIZE_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++)
		assert_string_equal(xmem_size_format(table[i].bytes, text), table[i].text);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} table[] = {
		{ "0", 0 },	  { "60", 60000 },   { "60s", 60000 },	 { "500ms", 500 },
		{ "2m", 120000 }, { "1h", 3600000 }, { "1d", 86400000 },
	};
	static const char *const bad[] = { "",
					   "s",
					   "-1",
					   "1.5s",
					   "1w",
					   "5 s",
					   "5S",
					   "99999999999999999999",
					   "18446744073709551615s" };
	struct xmem_err err;
	uint64_t ms = 42;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (!xmem_duration_parse(bad[i], &ms, &err))
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_int_equal(ms, 42);
		assert_contains(err.text,
				"possible are seconds (60) or a whole number with ms, s, m");
	}
	for (i = 0; i < COUNT(table); i++) {
		assert_int_equal(xmem_duration_parse(table[i].text, &ms, &err), 0);
		assert_int_equal(ms, table[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
		cmocka_unit_test(formats),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
