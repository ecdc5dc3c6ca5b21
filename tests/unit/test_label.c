// SPDX-License-Identifier: GPL-2.0-or-later
/* Labels, and lists of managers. */
#include <errno.h>

#include "label.h"
#include "managers.h"
#include "unit.h"

static void labels(void **state)
{
	struct xmem_err err;
	json_t *o;
	char *text;

	(void)state;
	assert_int_equal(xmem_labels_json(" site=lab, rack=r-1 ,numa=0", &o, &err), 0);
	text = json_dumps(o, JSON_COMPACT);
	assert_string_equal(text, "{\"site\":\"lab\",\"rack\":\"r-1\",\"numa\":\"0\"}");
	free(text);
	json_decref(o);
	assert_int_equal(xmem_labels_json("", &o, &err), 0);
	assert_int_equal(json_object_size(o), 0);
	json_decref(o);
	assert_true(xmem_label_is_key("a23456789012345678901234567890x"));
	assert_false(xmem_label_is_key("a234567890123456789012345678901x"));
	assert_int_not_equal(xmem_labels_check("", NULL), 0);
}

static void bad_labels(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "rack", "\"rack\" is no label; possible are at most 16 of KEY=VALUE" },
		{ "=r1", "\"=r1\" is no label" },
		{ "rack=", "\"rack=\" is no label" },
		{ "rack=r 1", "\"rack=r 1\" is no label" },
		{ "rack=a=b", "is no label" },
		{ "rack=r1,", "\"\" is no label" },
		{ "rack=r1,rack=r2", "label \"rack\" is given twice" },
		{ "a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1,q=1",
		  "too many labels; possible are 16" },
	};
	struct xmem_err err;
	char text[2000];
	json_t *o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		if (!xmem_labels_json(table[i].text, &o, &err))
			fail_msg("accepted: %s", table[i].text);
		assert_null(o);
		assert_int_equal(err.kind, XMEM_ERR_USAGE);
		assert_contains(err.text, table[i].why);
	}
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_not_equal(xmem_labels_check(text, &err), 0);
	assert_contains(err.text, "the labels are too long; possible are 1023 bytes");
}

static void managers(void **state)
{
	static const char *const good[] = {
		"https://m",
		"https://m:1",
		"https://[fd00::1]:7708",
		"https://192.0.2.1:7708 , https://m:1",
		"srv:example.org",
	};
	const char *rest = " https://a:1, https://b:2,";
	char url[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_int_equal(xmem_managers_check(good[i], NULL), 0);
	assert_string_equal(xmem_managers_srv("srv:example.org"), "example.org");
	assert_null(xmem_managers_srv("https://srv:1"));
	rest = xmem_managers_next(rest, url, sizeof(url));
	assert_string_equal(url, "https://a:1");
	rest = xmem_managers_next(rest, url, sizeof(url));
	assert_string_equal(url, "https://b:2");
	assert_null(xmem_managers_next(rest, url, sizeof(url)));
}

static void bad_managers(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "", "0 managers are given" },
		{ ",", "0 managers are given" },
		{ "m:1", "\"m:1\" is no manager; possible are at most 16 of https://HOST:PORT" },
		{ "http://m:1", "is no manager" },
		{ "https://:1", "is no manager" },
		{ "https://m:0", "is no manager" },
		{ "https://m:65536", "is no manager" },
		{ "https://[::1", "is no manager" },
		{ "https://[::1]x", "is no manager" },
		{ "https://u@m:1", "is no manager" },
		{ "https://m:1/x", "is no manager" },
		{ "https://m:1,srv:a.b", "\"srv:a.b\" is no manager" },
		{ "srv:", "\"\" is no domain" },
		{ "srv:a b", "is no domain" },
		{ "srv:.a", "is no domain" },
		{ "srv:-a", "is no domain" },
	};
	struct xmem_err err;
	char text[1024] = "";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		if (!xmem_managers_check(table[i].text, &err))
			fail_msg("accepted: %s", table[i].text);
		assert_contains(err.text, table[i].why);
	}
	for (i = 0; i < 17; i++)
		strcat(text, "https://m:1,");
	assert_int_not_equal(xmem_managers_check(text, &err), 0);
	assert_contains(err.text, "17 managers are given; possible are at most 16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels),
		cmocka_unit_test(bad_labels),
		cmocka_unit_test(managers),
		cmocka_unit_test(bad_managers),
	};

	return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
