// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The key-value store: what it keeps, what it refuses, and that a refusal changes nothing.
 * The same on both engines: with XMEMD_KV_ETCD=URL,… on etcd (tests/host/etcd-kv.sh).
 */
#include <pthread.h>

#include "kv_test.h"

static void test_records(void **state)
{
	uint64_t first, second;
	struct found found;

	(void)state;
	assert_int_equal(set("alloc/a", "{\"x\": \"\xc3\xa4'\"}", XMEMD_KV_ABSENT), 0);
	found = list("alloc/");
	assert_string_equal(found.text, "alloc/a={\"x\": \"\xc3\xa4'\"}");
	first = found.revision;
	assert_true(first > 0);
	assert_int_equal(set("alloc/a", "2", first), 0);
	second = list("alloc/a").revision;
	assert_true(second > first);
	refused(set("alloc/a", "3", first), 409, "it has revision");
	refused(set("alloc/a", "3", XMEMD_KV_ABSENT), 409, "\"alloc/a\" exists already");
	refused(set("alloc/b", "3", second), 409, "\"alloc/b\" does not exist");
	refused(set("alloc/b", "3", XMEMD_KV_EXISTS), 409, "\"alloc/b\" does not exist");
	refused(set("alloc/b", NULL, XMEMD_KV_EXISTS), 409, "\"alloc/b\" does not exist");
	holds("alloc/a=2");
	assert_int_equal(list("").revision, second);
	assert_int_equal(set("alloc/a", "", XMEMD_KV_EXISTS), 0);
	assert_int_equal(set("alloc/b", NULL, XMEMD_KV_ANY), 0);
	holds("alloc/a=");
	assert_int_equal(set("alloc/a", NULL, list("").revision), 0);
	holds("");
}

static void test_all_or_nothing(void **state)
{
	const struct xmemd_kv_op three[] = {
		{ .key = "a", .value = "1", .expect = XMEMD_KV_ABSENT },
		{ .key = "b", .value = NULL, .expect = XMEMD_KV_ANY },
		{ .key = "c", .value = "1", .expect = XMEMD_KV_EXISTS },
	};
	struct xmemd_kv_op check[] = {
		{ .key = "a", .value = "2", .expect = XMEMD_KV_ANY },
		{ .key = "c", .value = "ignored", .expect = XMEMD_KV_EXISTS, .check = true },
	};
	uint64_t revision, again;

	(void)state;
	assert_int_equal(set("b", "0", XMEMD_KV_ANY), 0);
	refused(xmemd_kv_commit(kv, three, 3, NULL, &why), 409, "\"c\" does not exist");
	holds("b=0");
	refused(xmemd_kv_commit(kv, check, 2, NULL, &why), 409, "\"c\" does not exist");
	holds("b=0");
	assert_int_equal(set("c", "0", XMEMD_KV_ANY), 0);
	assert_int_equal(xmemd_kv_commit(kv, three, 3, &revision, &why), 0);
	holds("a=1 c=1");
	assert_int_equal(list("a").revision, revision);
	assert_int_equal(list("c").revision, revision);
	assert_int_equal(xmemd_kv_commit(kv, check, 2, &again, &why), 0);
	assert_true(again > revision);
	holds("a=2 c=1");
	/* nothing to write: it only asks whether this manager leads */
	assert_int_equal(xmemd_kv_commit(kv, NULL, 0, &revision, &why), 0);
	assert_true(revision >= again);
}

static void test_bad_input(void **state)
{
	struct xmemd_kv_op many[XMEMD_KV_OPS + 1] = {};
	char keys[XMEMD_KV_OPS + 1][8], *big = malloc(XMEMD_KV_BYTES + 1), key[XMEMD_KV_KEY + 1];
	size_t i;

	(void)state;
	refused(set("", "1", XMEMD_KV_ANY), 400, "the key \"\" is not 1 to 255 printable");
	refused(set("a b", "1", XMEMD_KV_ANY), 400, "the key \"a b\" is not");
	refused(set("a\xc3\xa4", "1", XMEMD_KV_ANY), 400, "is not 1 to 255 printable");
	refused(set("a\n", "1", XMEMD_KV_ANY), 400, "is not 1 to 255 printable");
	memset(key, 'k', XMEMD_KV_KEY);
	key[XMEMD_KV_KEY] = '\0';
	refused(set(key, "1", XMEMD_KV_ANY), 400, "is not 1 to 255 printable");
	refused(xmemd_kv_list(kv, "a b", find, &(struct found){}, NULL, &why), 400,
		"the key \"a b\"");
	for (i = 0; i < XMEMD_KV_OPS + 1; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
		many[i] = (struct xmemd_kv_op){ keys[i], "1", XMEMD_KV_ANY, false };
	}
	refused(xmemd_kv_commit(kv, many, XMEMD_KV_OPS + 1, NULL, &why), 413,
		"49 operations in one commit: at most 48");
	many[1].key = many[0].key;
	refused(xmemd_kv_commit(kv, many, 2, NULL, &why), 400,
		"the key \"k0\" twice in one commit");
	memset(big, 'x', XMEMD_KV_BYTES);
	big[XMEMD_KV_BYTES] = '\0';
	refused(set("k", big, XMEMD_KV_ANY), 413, "in one commit: at most 1048576");
	holds("");
	big[XMEMD_KV_BYTES - 3] = '\0';
	assert_int_equal(set("k", big, XMEMD_KV_ANY), 0);
	key[XMEMD_KV_KEY - 1] = '\0';
	assert_int_equal(set(key, "1", XMEMD_KV_ANY), 0);
	many[1].key = keys[1];
	assert_int_equal(xmemd_kv_commit(kv, many, XMEMD_KV_OPS, NULL, &why), 0);
	assert_int_equal(list("").count, XMEMD_KV_OPS + 2);
	free(big);
}

static void test_list(void **state)
{
	struct found found = { .limit = 2 };
	uint64_t revision;

	(void)state;
	assert_int_equal(set("b/2", "1", XMEMD_KV_ANY), 0);
	assert_int_equal(set("b/10", "2", XMEMD_KV_ANY), 0);
	assert_int_equal(set("a", "3", XMEMD_KV_ANY), 0);
	assert_int_equal(set("b0", "4", XMEMD_KV_ANY), 0);
	assert_int_equal(set("b/~", "5", XMEMD_KV_ANY), 0);
	assert_int_equal(set("c", "6", XMEMD_KV_ANY), 0);
	holds("a=3 b/10=2 b/2=1 b/~=5 b0=4 c=6");
	assert_string_equal(list("b/").text, "b/10=2 b/2=1 b/~=5");
	assert_int_equal(list("d").count, 0);
	assert_int_equal(xmemd_kv_list(kv, "", find, &found, &revision, &why), 0);
	assert_int_equal(found.count, 2);
	assert_true(revision >= list("c").revision);
}

#define THREADS 8
#define EACH 50

static void *count_up(void *arg)
{
	char value[16];
	int i, *failed = arg;
	struct xmemd_refusal own = {};

	for (i = 0; i < EACH; i++) {
		char key[16];
		struct xmemd_kv_op ops[] = {
			{ .key = key, .value = value, .expect = i ? XMEMD_KV_EXISTS : 0 },
			{ .key = "last", .value = value, .expect = XMEMD_KV_ANY },
		};

		snprintf(key, sizeof(key), "%p", arg);
		snprintf(value, sizeof(value), "%d", i);
		*failed += xmemd_kv_commit(kv, ops, 2, NULL, &own) != 0;
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t thread[THREADS];
	int failed[THREADS] = {}, i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, count_up, &failed[i]), 0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(failed[i], 0);
	}
	assert_int_equal(list("").count, THREADS + 1);
	assert_string_equal(list("last").text, "last=49");
}

#define QUEUED 100

/* Submitted together, so that most share a group; each third is like the one before it. */
static void test_submitted(void **state)
{
	struct xmemd_kv_ticket *tickets[QUEUED];
	struct xmemd_kv_status before, after;
	uint64_t revision, last = 0;
	char name[16];
	int i;

	(void)state;
	xmemd_kv_status(kv, &before);
	for (i = 0; i < QUEUED; i++) {
		const struct xmemd_kv_op ops[] = {
			{ .key = name, .value = i % 2 ? "odd" : "even", .expect = 0 },
			{ .key = "q0",
			  .expect = i ? XMEMD_KV_EXISTS : XMEMD_KV_ANY,
			  .check = true },
		};

		snprintf(name, sizeof(name), "q%d", i % 3 == 2 ? i - 1 : i);
		/* most have a key in common, some have none */
		assert_int_equal(xmemd_kv_submit(kv, ops, i % 4 == 1 ? 2 : 1, &tickets[i], &why),
				 0);
	}
	for (i = 0; i < QUEUED; i++) {
		if (i % 3 == 2) {
			refused(xmemd_kv_wait(tickets[i], NULL, &why), 409, "exists already");
			continue;
		}
		assert_int_equal(xmemd_kv_wait(tickets[i], &revision, &why), 0);
		assert_true(revision >= last);
		last = revision;
	}
	xmemd_kv_status(kv, &after);
	assert_int_equal(after.commits - before.commits, 67);
	assert_int_equal(list("q").count, 67);
	assert_string_equal(list("q99").text, "q99=odd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_all_or_nothing, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_bad_input, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_list, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_submitted, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_threads, open_kv, close_kv),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
