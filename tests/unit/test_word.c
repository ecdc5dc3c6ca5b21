// SPDX-License-Identifier: GPL-2.0-or-later
#include "hex.h"
#include "identity.h"
#include "unit.h"
#include "word.h"

static void identities(void **state)
{
	static const char *const bad[] = {
		"",   "0",  "0x", "0x0", "g", "0xg", "12345678901234567", "0x12345678901234567",
		" 1", "1 ", "-1"
	};
	char text[XMEM_ID_TEXT];
	struct xmem_err err;
	uint64_t id = 42;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (!xmem_id_parse("client", bad[i], &id, &err))
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_int_equal(id, 42);
		assert_contains(err.text, "not a client identity; possible are 1 to 16");
	}
	assert_int_equal(xmem_id_parse("client", "0xAbC", &id, &err), 0);
	assert_int_equal(id, 0xabc);
	assert_int_equal(xmem_id_parse("client", "ffffffffffffffff", &id, &err), 0);
	assert_int_equal(id, UINT64_MAX);
	assert_string_equal(xmem_id_format(0xabc, text), "0x0000000000000abc");
}

static void tokens(void **state)
{
	static const char good[] = "00112233445566778899aAbBcCdDeEfF";
	uint8_t token[XMEM_TOKEN_BYTES] = { 42 };
	char text[XMEM_TOKEN_TEXT];
	struct xmem_err err;

	(void)state;
	assert_int_not_equal(xmem_token_parse("", token, &err), 0);
	assert_int_not_equal(xmem_token_parse("00", token, &err), 0);
	assert_contains(err.text, "has 2 characters; it must have 32");
	assert_int_not_equal(xmem_token_parse("0x112233445566778899aAbBcCdDeEfF", token, &err), 0);
	assert_contains(err.text, "no hexadecimal digit");
	/* a secret must not get into a log by way of an error */
	assert_null(strstr(err.text, "112233"));
	assert_int_equal(token[0], 42);
	assert_int_equal(xmem_token_parse(good, token, &err), 0);
	assert_string_equal(xmem_token_format(token, text), "00112233445566778899aabbccddeeff");
}

static void names(void **state)
{
	static const char *const good[] = { "a", "9", "swap0", "a.b_c-d", "A" };
	static const char *const bad[] = { "", ".a", "-a", "_a", "a b", "a/b", "\xc3\xa4", "a\n" };
	char longest[66];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_true(xmem_word_is_name(good[i]));
	for (i = 0; i < COUNT(bad); i++)
		assert_false(xmem_word_is_name(bad[i]));
	memset(longest, 'a', sizeof(longest));
	longest[64] = 0;
	assert_false(xmem_word_is_name(longest));
	longest[63] = 0;
	assert_true(xmem_word_is_name(longest));
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *address;
		uint16_t port;
	} good[] = {
		{ "192.0.2.1", "192.0.2.1", 7 },
		{ "192.0.2.1:80", "192.0.2.1", 80 },
		{ "fd00::1", "fd00::1", 7 },
		{ "[fd00::1]", "fd00::1", 7 },
		{ "[fd00::1]:65535", "fd00::1", 65535 },
		{ "[fe80::1%eth0]:80", "fe80::1%eth0", 80 },
		{ "fe80::1%eth0", "fe80::1%eth0", 7 },
	};
	static const char *const bad[] = { "",
					   "host",
					   "192.0.2",
					   "192.0.2.1:",
					   "192.0.2.1:0",
					   "192.0.2.1:65536",
					   "[fd00::1",
					   "[fd00::1]80",
					   "[fd00::1]:",
					   "fe80::1%",
					   "192.0.2.1%eth0",
					   "[]:80",
					   "192.0.2.1:80x",
					   "fd00::g" };
	char address[64];
	uint16_t port;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		port = 7;
		assert_true(xmem_word_address_port(good[i].text, address, sizeof(address), &port));
		assert_string_equal(address, good[i].address);
		assert_int_equal(port, good[i].port);
	}
	for (i = 0; i < COUNT(bad); i++)
		if (xmem_word_address_port(bad[i], address, sizeof(address), &port))
			fail_msg("\"%s\" was accepted", bad[i]);
	assert_false(xmem_word_address_port("192.0.2.100", address, 8, &port));
}

static void numbers(void **state)
{
	static const char *const bad[] = { "",	"x",  "-5", "5x", "0x",
					   "4", "11", " 5", "5 ", "18446744073709551616" };
	uint64_t value = 42;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_false(xmem_word_number(bad[i], 5, 10, &value));
	assert_int_equal(value, 42);
	assert_true(xmem_word_number("0xa", 5, 10, &value));
	assert_int_equal(value, 10);
	/* a leading zero does not make it octal */
	assert_true(xmem_word_number("010", 5, 10, &value));
	assert_int_equal(value, 10);
}

static void client_identity(void **state)
{
	struct xmem_err err;
	uint64_t id, other;

	(void)state;
	assert_int_equal(xmem_identity_from("0123456789abcdef0123456789abcdef\n", &id, &err), 0);
	assert_int_equal(xmem_identity_from("0123456789abcdef0123456789abcdee\n", &other, &err), 0);
	assert_int_not_equal(id, 0);
	assert_int_not_equal(id, other);
	/* printf 'xmem-client:...' | sha256sum: it must stay what it is, grants are made for it */
	assert_int_equal(id, 0xa7f1aafab9d10e87);
	assert_int_not_equal(xmem_identity_from("uninitialized\n", &id, &err), 0);
	assert_contains(err.text, "32 hexadecimal digits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identities), cmocka_unit_test(tokens),
		cmocka_unit_test(names),      cmocka_unit_test(addresses),
		cmocka_unit_test(numbers),    cmocka_unit_test(client_identity),
	};

	return cmocka_run_group_tests_name("word", tests, NULL, NULL);
}
