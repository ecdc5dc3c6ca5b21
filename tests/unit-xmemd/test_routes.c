// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every route of Documentation/api/openapi.yaml is one of the server, and the other
 * way round; and how a path finds its route.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "call.h"

#define SPEC "../../Documentation/api/openapi.yaml"
#define METHODS_MAX 64

struct spec {
	char path[128], method[16], tag[16];
	bool body, force;
};

static struct spec specs[METHODS_MAX];
static size_t specs_count;

/* Reads just the shape that the file has: paths at indent 2, methods at 4, their keys at 6. */
static int read_spec(void **state)
{
	FILE *file = fopen(SPEC, "r");
	char line[512], path[128] = "", word[128];
	struct spec *spec = NULL;
	bool paths = false;

	(void)state;
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (line[0] != ' ')
			paths = !strncmp(line, "paths:", 6);
		if (!paths)
			continue;
		if (sscanf(line, "  /%127[^:]:", word) == 1 && line[2] == '/') {
			snprintf(path, sizeof(path), "/%.126s", word);
		} else if (!strncmp(line, "    ", 4) && line[4] != ' ' &&
			   sscanf(line, "    %15[a-z]:", word) == 1 && strcmp(word, "parameters")) {
			if (specs_count == METHODS_MAX)
				break;
			spec = &specs[specs_count++];
			memcpy(spec->path, path, sizeof(path));
			snprintf(spec->method, sizeof(spec->method), "%.15s", word);
		} else if (spec && sscanf(line, "      tags: [%15[a-z]", word) == 1) {
			snprintf(spec->tag, sizeof(spec->tag), "%.15s", word);
		} else if (spec && !strncmp(line, "      requestBody:", 18)) {
			spec->body = true;
		} else if (spec && strstr(line, "- name: force")) {
			spec->force = true;
		}
	}
	fclose(file);
	return 0;
}

static const struct xmemd_route *find(const struct spec *spec)
{
	const struct xmemd_route *route;
	size_t i;

	for (i = 0; (route = xmemd_route_nth(i)); i++)
		if (!strcmp(route->path, spec->path) && !strcasecmp(route->method, spec->method))
			break;
	return route;
}

static void test_spec_is_served(void **state)
{
	size_t i;

	(void)state;
	assert_true(specs_count > 10);
	for (i = 0; i < specs_count; i++) {
		const struct xmemd_route *route = find(&specs[i]);

		print_message("# %s %s\n", specs[i].method, specs[i].path);
		assert_non_null(route);
		assert_int_equal(!!(route->takes & XMEMD_TAKES_BODY), specs[i].body);
		assert_int_equal(!!(route->takes & XMEMD_TAKES_FORCE), specs[i].force);
		assert_int_equal(route->serves,
				 !strcmp(specs[i].tag, "manager")     ? XMEMD_ROLE_MANAGER
				 : !strcmp(specs[i].tag, "appliance") ? XMEMD_ROLE_APPLIANCE
								      : 0);
	}
}

static void test_served_is_in_spec(void **state)
{
	const struct xmemd_route *route;
	size_t i, k;

	(void)state;
	for (i = 0; (route = xmemd_route_nth(i)); i++) {
		for (k = 0; k < specs_count; k++)
			if (find(&specs[k]) == route)
				break;
		print_message("# %s %s\n", route->method, route->path);
		assert_true(k < specs_count);
	}
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
		cmocka_unit_test(test_spec_is_served),
		cmocka_unit_test(test_served_is_in_spec),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests_name("routes", tests, read_spec, NULL);
}
