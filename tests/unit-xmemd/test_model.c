// SPDX-License-Identifier: GPL-2.0-or-later
/* The model and its records: what is written down is what is read, and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/xmem_appliance.h>

#include "meta.h"
#include "model.h"
#include "record.h"

#define MIB (1024ULL * 1024)

static struct xmemd_model model;
static struct xmemd_refusal why;

static int set_up(void **state)
{
	(void)state;
	return xmemd_model_init(&model);
}

static int tear_down(void **state)
{
	(void)state;
	xmemd_model_done(&model);
	xmemd_refusal_clear(&why);
	return 0;
}

static struct xmemd_alloc *make(const char *name, const char *owner, uint64_t region,
				unsigned int legs)
{
	struct xmemd_alloc *alloc = xmemd_alloc_new(legs);
	unsigned int i;

	snprintf(alloc->name, sizeof(alloc->name), "%s", name);
	snprintf(alloc->owner, sizeof(alloc->owner), "%s", owner);
	snprintf(alloc->account, sizeof(alloc->account), "lab");
	snprintf(alloc->strategies, sizeof(alloc->strategies), "near,best-fit");
	snprintf(alloc->why, sizeof(alloc->why), "so \"it\" is");
	alloc->id = 0x7fffffffffffffff;
	alloc->client = 0xc1;
	alloc->duration = XMEMD_UNLIMITED;
	alloc->not_in_use = 90000;
	alloc->left.ends = XMEMD_NEVER;
	alloc->left.idle = 80000;
	alloc->created = 1234567890;
	alloc->layout = legs > 1 ? XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE;
	alloc->type = XMEMD_PERSISTENT;
	alloc->lease = XMEMD_LEASE_WARNED;
	alloc->epoch = UINT32_MAX;
	alloc->state = XMEMD_READY;
	for (i = 0; i < legs; i++) {
		snprintf(alloc->leg[i].appliance, XMEMD_NAME_TEXT, "a%u", i % 2 + 1);
		alloc->leg[i].region = region + i;
		alloc->leg[i].size = 2 * MIB;
		alloc->leg[i].epoch = i;
		memset(alloc->leg[i].token, (int)i + 1, XMEM_TOKEN_BYTES);
	}
	alloc->size = xmemd_alloc_sum(alloc);
	return alloc;
}

static struct xmemd_alloc *read_again(const struct xmemd_alloc *alloc)
{
	char *text = xmemd_record_alloc(alloc);
	json_t *object = json_loads(text, 0, NULL);
	struct xmemd_alloc *got = xmemd_record_read_alloc(object, &why);

	json_decref(object);
	free(text);
	return got;
}

static void test_record(void **state)
{
	struct xmemd_alloc *alloc = make("v", "alice \"x\"", 0x7000000000000001, XMEM_LEGS_MAX);
	struct xmemd_alloc *got;

	(void)state;
	alloc->leg[63].state = XMEMD_LEG_GOING;
	got = read_again(alloc);
	assert_non_null(got);
	assert_memory_equal(got->name, alloc->name,
			    offsetof(struct xmemd_alloc, leg) - offsetof(struct xmemd_alloc, name));
	assert_memory_equal(got->leg, alloc->leg, XMEM_LEGS_MAX * sizeof(*alloc->leg));
	xmemd_alloc_put(got);
	xmemd_alloc_put(alloc);
}

static void test_bad_records(void **state)
{
	static const char *const bad[] = {
		"alloc/v",	 "{}",
		"alloc/v",	 "[]",
		"alloc/v",	 "nonsense",
		"appliance/a1",	 "{\"name\":\"a1\"}",
		"client/c",	 "{\"name\":\"c\",\"id\":7}",
		"policy",	 "{\"warn\":-1}",
		"manager",	 "{\"cn\":7}",
		"reservation/r", "{\"name\":\"r\",\"owner\":\"x\",\"kind\":\"king\",\"pieces\":[]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i += 2) {
		assert_int_equal(xmemd_model_feed(&model, bad[i], bad[i + 1], 1, &why), -1);
		assert_int_equal(why.status, 500);
		assert_non_null(strstr(why.text, bad[i]));
		xmemd_refusal_clear(&why);
	}
	assert_int_equal(model.allocs.count + model.appliances.count + model.clients.count, 0);
	/* what a later version may write down is not ours to judge */
	assert_int_equal(xmemd_model_feed(&model, "tomorrow/x", "{}", 1, &why), 0);
}

static void feed(const char *key, const char *value)
{
	assert_int_equal(xmemd_model_feed(&model, key, value, 1, &why), 0);
}

static void set(struct xmemd_alloc *alloc)
{
	xmemd_model_lock(&model);
	assert_int_equal(xmemd_model_set_locked(&model, alloc, 1), 0);
	xmemd_model_unlock(&model);
}

static void test_indexes(void **state)
{
	struct xmemd_alloc **list, *held;
	uint64_t region = 0;
	size_t count;

	(void)state;
	set(make("v", "alice", 10, 3));
	set(make("w", "bob", 20, 1));
	/* told of after its allocations, as the store does */
	feed("appliance/a1", "{\"name\":\"a1\",\"url\":\"https://h:1\",\"state\":\"admitted\"}");
	assert_int_equal(xmemd_model_appliance_locked(&model, "a1")->held, 3);
	assert_non_null(xmemd_model_region_locked(&model, "a2", 11));
	assert_null(xmemd_model_region_locked(&model, "a1", 11));
	assert_non_null(xmemd_model_next_on_locked(&model, "a1", &region));
	assert_int_equal(region, 10);
	assert_non_null(xmemd_model_next_on_locked(&model, "a1", &region));
	assert_non_null(xmemd_model_next_on_locked(&model, "a1", &region));
	assert_int_equal(region, 20);
	assert_null(xmemd_model_next_on_locked(&model, "a1", &region));
	assert_int_equal(xmemd_model_allocs(&model, "alice", "", 10, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(list[0]->name, "v");
	xmemd_model_allocs_free(list, count);
	/* a reference outlives the change */
	held = xmemd_model_alloc(&model, "v");
	set(make("v", "carl", 30, 1));
	assert_int_equal(held->legs, 3);
	xmemd_alloc_put(held);
	assert_null(xmemd_model_region_locked(&model, "a1", 10));
	assert_int_equal(xmemd_model_appliance_locked(&model, "a1")->held, 2);
	xmemd_model_drop_locked(&model, "w");
	assert_int_equal(xmemd_model_appliance_locked(&model, "a1")->held, 1);
	assert_null(xmemd_model_alloc(&model, "w"));
}

static void test_usage(void **state)
{
	struct xmemd_person *account, *client;

	(void)state;
	feed("account/lab", "{\"name\":\"lab\"}");
	set(make("v", "alice", 10, 3));
	feed("client/alice", "{\"name\":\"alice\",\"id\":\"0xc1\",\"account\":\"lab\"}");
	account = xmemd_model_account_locked(&model, "lab");
	client = xmemd_model_client_locked(&model, 0xc1);
	assert_int_equal(account->usage.total, 6 * MIB);
	assert_int_equal(client->usage.of_type[XMEMD_PERSISTENT], 6 * MIB);
	feed("reservation/r", "{\"name\":\"r\",\"owner\":\"alice\",\"kind\":\"client\","
			      "\"pieces\":[{\"appliance\":\"a1\",\"size\":10485760}]}");
	assert_int_equal(client->usage.total, 16 * MIB);
	assert_int_equal(account->usage.total, 16 * MIB);
	assert_int_equal(model.policy.usage.total, 16 * MIB);
	feed("reservation/r", NULL);
	xmemd_model_drop_locked(&model, "v");
	assert_int_equal(client->usage.total, 0);
	assert_int_equal(account->usage.of_type[XMEMD_PERSISTENT], 0);
	assert_int_equal(model.policy.usage.total, 0);
}

/* Told everything anew: what is not told of again is gone, and nothing is there twice. */
static void test_fed_anew(void **state)
{
	struct xmemd_alloc *alloc = make("v", "alice", 10, 2);
	char *text = xmemd_record_alloc(alloc);

	(void)state;
	feed("alloc/v", text);
	set(make("w", "bob", 20, 1));
	feed("account/lab", "{\"name\":\"lab\"}");
	xmemd_model_feed_begin(&model);
	feed("alloc/v", text);
	xmemd_model_feed_end(&model);
	assert_int_equal(model.allocs.count, 1);
	assert_int_equal(model.legs.count, 2);
	assert_int_equal(model.owners.count, 1);
	assert_int_equal(model.accounts.count, 0);
	assert_int_equal(model.policy.usage.total, alloc->size);
	free(text);
	xmemd_alloc_put(alloc);
}

static void test_newest_status(void **state)
{
	struct xmemd_pool_status pool = {
		.boot = 1, .serial = 5, .memory = 8 * MIB, .free = 4 * MIB, .largest = 4 * MIB
	};

	(void)state;
	feed("appliance/a1", "{\"name\":\"a1\",\"url\":\"https://h:1\",\"state\":\"admitted\"}");
	xmemd_model_room(&model, "a1", &pool);
	pool.serial = 4;
	pool.free = 8 * MIB;
	xmemd_model_room(&model, "a1", &pool);
	assert_int_equal(xmemd_model_appliance_locked(&model, "a1")->status.pool.free, 4 * MIB);
	/* another run counts from the beginning */
	pool.boot = 2;
	pool.serial = 1;
	xmemd_model_room(&model, "a1", &pool);
	assert_int_equal(xmemd_model_appliance_locked(&model, "a1")->status.pool.free, 8 * MIB);
}

static void test_meta(void **state)
{
	struct xmemd_alloc *alloc = make("v", "alice", 10, 3);
	struct xmemd_meta meta;
	json_t *object;
	char *text;

	(void)state;
	/* the longest and most awkward names that there can be */
	memset(alloc->name, 'n', XMEMD_NAME_TEXT - 1);
	memset(alloc->owner, '"', XMEMD_CN_TEXT - 1);
	memset(alloc->account, 'a', XMEMD_NAME_TEXT - 1);
	memset(alloc->strategies, 's', XMEMD_STRATEGIES_TEXT - 1);
	alloc->leg[2].state = XMEMD_LEG_GOING;
	text = xmemd_meta_write(alloc, 1);
	assert_true(strlen(text) <= XMEM_APPLIANCE_META_MAX);
	object = json_loads(text, 0, NULL);
	assert_int_equal(xmemd_meta_read(object, &meta, &why), 0);
	assert_string_equal(meta.owner, alloc->owner);
	assert_int_equal(meta.count, 2);
	assert_int_equal(meta.index, 1);
	assert_int_equal(meta.size, 4 * MIB);
	assert_true(meta.duration == XMEMD_UNLIMITED);
	json_object_set_new(object, "index", json_integer(2));
	assert_int_equal(xmemd_meta_read(object, &meta, &why), -1);
	assert_non_null(strstr(why.text, "cannot be"));
	json_decref(object);
	free(text);
	xmemd_alloc_put(alloc);
}

#define TEST(FN) cmocka_unit_test_setup_teardown(FN, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_record),   TEST(test_bad_records),   TEST(test_indexes), TEST(test_usage),
		TEST(test_fed_anew), TEST(test_newest_status), TEST(test_meta),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
