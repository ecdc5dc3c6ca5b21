// SPDX-License-Identifier: GPL-2.0-or-later
/* How a path finds its route. tests/host/openapi.sh compares the routes with their description. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "call.h"

/* Every route can be found by its own path, has callers and a handler, and is there once. */
static void test_declared(void **state)
{
	struct xmemd daemon = { .roles = XMEMD_ROLE_MANAGER | XMEMD_ROLE_APPLIANCE };
	const struct xmemd_route *route;
	char path[256], *p;
	size_t i;

	(void)state;
	for (i = 0; (route = xmemd_route_nth(i)); i++) {
		struct xmemd_call call = { .daemon = &daemon };

		print_message("# %s %s\n", route->method, route->path);
		snprintf(path, sizeof(path), "%s", route->path);
		for (p = path; *p; p++)
			if (*p == '{' || *p == '}')
				*p = 'x';
		assert_ptr_equal(xmemd_route_find(&call, route->method, path), route);
		assert_int_not_equal(route->callers, 0);
		assert_non_null(route->handle);
		/* who only looks changes nothing */
		if (route->callers & XMEMD_ROLE_VIEWER)
			assert_true(!strcmp(route->method, "GET") ||
				    !strcmp(route->method, "POST"));
	}
	assert_true(i > 10);
}

static void test_find(void **state)
{
	static const struct {
		const char *method, *path, *route, *arg0, *arg1;
		int status;
	} rows[] = {
		{ "GET", "/v1/status", "/v1/status", "", "", 0 },
		{ "GET", "/v1/allocations/x", "/v1/allocations/{name}", "x", "", 0 },
		{ "GET", "/v1/allocations/attachment", "/v1/allocations/{name}", "attachment", "",
		  0 },
		{ "GET", "/v1/allocations/x/attachment", "/v1/allocations/{name}/attachment", "x",
		  "", 0 },
		{ "PUT", "/v1/regions/0x1/grants/0x2", "/v1/regions/{region}/grants/{client}",
		  "0x1", "0x2", 0 },
		{ "PUT", "/v1/regions/0x1/grants/", NULL, "", "", 404 },
		{ "GET", "/v1/allocations/", NULL, "", "", 404 },
		{ "GET", "/v1/allocations/x/", NULL, "", "", 404 },
		{ "GET", "/v1/allocations/x/y", NULL, "", "", 404 },
		{ "GET", "", NULL, "", "", 404 },
		{ "GET", "v1/status", NULL, "", "", 404 },
		{ "get", "/v1/status", NULL, "", "", 405 },
		{ "POST", "/v1/allocations/x", NULL, "", "", 405 },
	};
	struct xmemd daemon = { .roles = XMEMD_ROLE_MANAGER | XMEMD_ROLE_APPLIANCE };
	const struct xmemd_route *route;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xmemd_call call = { .daemon = &daemon };

		print_message("# %s %s\n", rows[i].method, rows[i].path);
		route = xmemd_route_find(&call, rows[i].method, rows[i].path);
		assert_int_equal(call.why.status, rows[i].status);
		if (rows[i].route) {
			assert_non_null(route);
			assert_string_equal(route->path, rows[i].route);
			assert_string_equal(call.arg[0], rows[i].arg0);
			assert_string_equal(call.arg[1], rows[i].arg1);
		} else {
			assert_null(route);
		}
	}
}

/* Long words in a path are refused, not cut. */
static void test_long_path(void **state)
{
	struct xmemd daemon = { .roles = XMEMD_ROLE_MANAGER };
	struct xmemd_call call = { .daemon = &daemon };
	char path[1024] = "/v1/allocations/";

	(void)state;
	memset(path + strlen(path), 'x', 500);
	assert_null(xmemd_route_find(&call, "GET", path));
	assert_int_equal(call.why.status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declared),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
