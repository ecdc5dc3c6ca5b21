// SPDX-License-Identifier: GPL-2.0-or-later
/* The index by text: order, finding, and a random life compared with a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "index.h"

#define THINGS 500

struct thing {
	struct xmemd_node node;
	char key[8];
	bool in;
};

static struct thing things[THINGS];

/* Its nodes are in order, each of them is in, and there are as many as are in. */
static void check(const struct xmemd_index *index)
{
	const struct xmemd_node *node;
	size_t n = 0, in = 0, i;
	char last[8] = "";

	for (node = xmemd_index_from(index, ""); node; node = xmemd_index_after(index, node->key)) {
		const struct thing *thing = node->of;

		assert_true(thing->in);
		assert_true(strcmp(last, node->key) < 0);
		snprintf(last, sizeof(last), "%s", node->key);
		n++;
	}
	for (i = 0; i < THINGS; i++)
		in += things[i].in;
	assert_int_equal(n, in);
	assert_int_equal(index->count, in);
}

static void test_life(void **state)
{
	struct xmemd_index index = {};
	struct thing *thing;
	unsigned int seed = 1;
	int i;

	(void)state;
	for (i = 0; i < THINGS; i++)
		snprintf(things[i].key, sizeof(things[i].key), "k%05d", i);
	for (i = 0; i < 20000; i++) {
		thing = &things[rand_r(&seed) % THINGS];
		if (thing->in) {
			assert_ptr_equal(xmemd_index_get(&index, thing->key), thing);
			xmemd_index_del(&index, &thing->node);
		} else {
			assert_null(xmemd_index_get(&index, thing->key));
			assert_true(xmemd_index_add(&index, &thing->node, thing->key, thing));
		}
		thing->in = !thing->in;
		if (i % 100 == 0)
			check(&index);
	}
	check(&index);
}

static void test_twice(void **state)
{
	struct xmemd_node a = {}, b = {};
	struct xmemd_index index = {};
	int x, y;

	(void)state;
	assert_true(xmemd_index_add(&index, &a, "same", &x));
	assert_false(xmemd_index_add(&index, &b, "same", &y));
	assert_ptr_equal(xmemd_index_get(&index, "same"), &x);
	assert_int_equal(index.count, 1);
	/* a node that is in no index is nothing to take out */
	xmemd_index_del(&index, &b);
	assert_int_equal(index.count, 1);
	xmemd_index_del(&index, &a);
	assert_null(xmemd_index_from(&index, ""));
}

static void test_places(void **state)
{
	static const char *const keys[] = { "b", "d", "f" };
	struct xmemd_node node[3] = {};
	struct xmemd_index index = {};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(xmemd_index_add(&index, &node[i], keys[i], NULL));
	assert_string_equal(xmemd_index_from(&index, "")->key, "b");
	assert_string_equal(xmemd_index_from(&index, "d")->key, "d");
	assert_string_equal(xmemd_index_after(&index, "d")->key, "f");
	assert_string_equal(xmemd_index_from(&index, "c")->key, "d");
	assert_null(xmemd_index_after(&index, "f"));
	assert_null(xmemd_index_from(&index, "g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
