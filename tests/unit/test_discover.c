// SPDX-License-Identifier: GPL-2.0-or-later
/* Which managers are asked, for how long that holds, and what happens without DNS. */
#include <errno.h>

#include "discover.h"
#include "unit.h"

/* DNS as the tests want it. */
static const char *dns; /* NULL: does not answer */
static uint32_t dns_ttl;
static unsigned int dns_asked;

static int ask(const char *domain, char *urls, size_t size, uint32_t *ttl, struct xmem_err *err)
{
	assert_string_equal(domain, "lab.example");
	dns_asked++;
	*ttl = dns_ttl;
	snprintf(urls, size, "%s", dns ? dns : "");
	return dns ? 0 : xmem_err_set(err, XMEM_ERR_UNREACHABLE, ETIMEDOUT, "no DNS");
}

static void fixed_list(void **state)
{
	struct xmem_discover d;
	struct xmem_err err;

	(void)state;
	dns_asked = 0;
	assert_int_equal(xmem_discover_init(&d, "https://a:1, https://b:2", &err), 0);
	assert_int_equal(xmem_discover_at(&d, 5, ask, &err), 0);
	assert_int_equal(d.count, 2);
	assert_string_equal(d.url[0], "https://a:1");
	assert_string_equal(d.url[1], "https://b:2");
	assert_false(d.stale);
	assert_int_equal(dns_asked, 0);
}

static void refuses(void **state)
{
	struct xmem_discover d;
	struct xmem_err err;
	char text[2000];

	(void)state;
	assert_int_equal(xmem_discover_init(&d, "http://a", &err), -EINVAL);
	assert_contains(err.text, "possible are " XMEM_MANAGERS_TEXT);
	assert_int_equal(xmem_discover_init(&d, "srv:", &err), -EINVAL);
	assert_contains(err.text, "possible are " XMEM_MANAGERS_TEXT);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(xmem_discover_init(&d, text, &err), -ENAMETOOLONG);
	assert_contains(err.text, "longer than 1023 bytes");
}

static void keeps_for_the_ttl(void **state)
{
	struct xmem_discover d;
	struct xmem_err err;

	(void)state;
	dns_asked = 0;
	dns = "https://a:7708,https://b:7709";
	dns_ttl = 60;
	assert_int_equal(xmem_discover_init(&d, "srv:lab.example", &err), 0);
	assert_int_equal(d.count, 0);
	assert_int_equal(xmem_discover_at(&d, 1000, ask, &err), 0);
	assert_int_equal(d.count, 2);
	assert_string_equal(d.url[0], "https://a:7708");
	assert_string_equal(d.url[1], "https://b:7709");
	dns = "https://c:1";
	dns_ttl = 0;
	assert_int_equal(xmem_discover_at(&d, 60999, ask, &err), 0);
	assert_int_equal(dns_asked, 1);
	assert_int_equal(d.count, 2);
	assert_int_equal(xmem_discover_at(&d, 61000, ask, &err), 0);
	assert_int_equal(dns_asked, 2);
	assert_int_equal(d.count, 1);
	assert_string_equal(d.url[0], "https://c:1");
	/* 0 means: ask each time */
	assert_int_equal(xmem_discover_at(&d, 61000, ask, &err), 0);
	assert_int_equal(dns_asked, 3);
}

static void falls_back_to_what_was_known(void **state)
{
	struct xmem_discover d;
	struct xmem_err err = {};

	(void)state;
	dns_asked = 0;
	dns = NULL;
	assert_int_equal(xmem_discover_init(&d, "srv:lab.example", &err), 0);
	assert_int_equal(xmem_discover_at(&d, 1000, ask, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "no DNS");
	/* a name server that does not answer costs seconds: not each time */
	assert_int_equal(xmem_discover_at(&d, 5999, ask, &err), -ETIMEDOUT);
	assert_int_equal(dns_asked, 1);
	dns = "https://a:1";
	dns_ttl = 10;
	assert_int_equal(xmem_discover_at(&d, 6000, ask, &err), 0);
	assert_int_equal(dns_asked, 2);
	assert_false(d.stale);
	dns = NULL;
	assert_int_equal(xmem_discover_at(&d, 16000, ask, &err), 0);
	assert_true(d.stale);
	assert_string_equal(d.why.text, "no DNS");
	assert_string_equal(d.url[0], "https://a:1");
	/* answers without a usable name are as good as none */
	dns = "https://a\\032b:1,";
	assert_int_equal(xmem_discover_at(&d, 21000, ask, &err), 0);
	assert_true(d.stale);
	assert_contains(d.why.text, "no usable names");
	assert_string_equal(d.url[0], "https://a:1");
	dns = "https://a\\032b:1,https://b:2";
	assert_int_equal(xmem_discover_at(&d, 26000, ask, &err), 0);
	assert_false(d.stale);
	assert_string_equal(d.url[0], "https://b:2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_list),
		cmocka_unit_test(refuses),
		cmocka_unit_test(keeps_for_the_ttl),
		cmocka_unit_test(falls_back_to_what_was_known),
	};

	return cmocka_run_group_tests_name("discover", tests, NULL, NULL);
}
