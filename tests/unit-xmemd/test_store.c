// SPDX-License-Identifier: GPL-2.0-or-later
/* The store: what it keeps, what it refuses, and that a refusal changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "owner.h"
#include "store.h"

static char dir[] = "/tmp/xmemd-store.XXXXXX";
static char path[64];
static struct xmemd_store *store;
static struct xmemd_refusal why;

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int open_store(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/db", dir);
	return xmemd_store_open(path, "m", &store, &why);
}

static int close_store(void **state)
{
	char file[80];

	(void)state;
	xmemd_store_close(store);
	store = NULL;
	xmemd_refusal_clear(&why);
	unlink(path);
	snprintf(file, sizeof(file), "%s-wal", path);
	unlink(file);
	return 0;
}

static void refused(int ret, int status, const char *text)
{
	assert_int_equal(ret, -1);
	assert_int_equal(why.status, status);
	assert_non_null(strstr(why.text, text));
	xmemd_refusal_clear(&why);
}

static void reopen(void)
{
	xmemd_store_close(store);
	assert_int_equal(xmemd_store_open(path, "m", &store, &why), 0);
}

static void add_appliance(const char *name)
{
	struct xmemd_appliance appliance = {};

	snprintf(appliance.name, sizeof(appliance.name), "%s", name);
	snprintf(appliance.url, sizeof(appliance.url), "https://%s:7708", name);
	assert_int_equal(xmemd_store_appliance_add(store, &appliance, &why), 0);
}

static struct xmemd_alloc make_alloc(const char *name, uint64_t region, unsigned int legs)
{
	struct xmemd_alloc alloc = {
		.id = region ^ UINT64_MAX,
		.size = legs * 2097152ULL,
		.client = 0xfedcba9876543210,
		.layout = legs > 1 ? XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE,
		.legs = legs,
	};
	unsigned int i;

	snprintf(alloc.name, sizeof(alloc.name), "%s", name);
	snprintf(alloc.owner, sizeof(alloc.owner), "alice");
	for (i = 0; i < legs; i++) {
		snprintf(alloc.leg[i].appliance, sizeof(alloc.leg[i].appliance), "a%u", i % 2 + 1);
		alloc.leg[i].region = region + i;
		alloc.leg[i].size = 2097152;
		memset(alloc.leg[i].token, (int)(region + i), sizeof(alloc.leg[i].token));
	}
	return alloc;
}

static void add_ready(const char *name, uint64_t region, unsigned int legs)
{
	struct xmemd_alloc alloc = make_alloc(name, region, legs);

	assert_int_equal(xmemd_store_alloc_add(store, &alloc, &why), 0);
	assert_int_equal(xmemd_store_alloc_ready(store, &alloc, &why), 0);
}

static enum xmemd_state state_of(const char *name)
{
	struct xmemd_alloc alloc = {};

	if (xmemd_store_alloc_get(store, name, &alloc, &why) < 0) {
		refused(-1, 404, "there is no allocation");
		return 0;
	}
	return alloc.state;
}

static void test_owner(void **state)
{
	uint64_t owner = xmemd_store_owner(store);

	(void)state;
	assert_true(xmemd_owner_is(owner, "m"));
	assert_false(xmemd_owner_is(owner, "n"));
	assert_false(xmemd_owner_is(0, "m"));
	reopen();
	assert_int_equal(xmemd_store_owner(store), owner);
	xmemd_store_close(store);
	store = NULL;
	refused(xmemd_store_open(path, "n", &store, &why), 409, "belongs to the manager \"m\"");
	assert_null(store);
}

static void test_second_opener(void **state)
{
	struct xmemd_store *other = NULL;

	(void)state;
	refused(xmemd_store_open(path, "m", &other, &why), 500, "locked");
	assert_null(other);
}

static void test_alloc_life(void **state)
{
	struct xmemd_alloc alloc = make_alloc("v", 0x7000000000000001, 64), got;
	unsigned int i;

	(void)state;
	add_appliance("a1");
	add_appliance("a2");
	assert_int_equal(xmemd_store_alloc_add(store, &alloc, &why), 0);
	assert_int_equal(state_of("v"), XMEMD_CREATING);
	for (i = 0; i < alloc.legs; i++)
		alloc.leg[i].epoch = UINT32_MAX - i;
	assert_int_equal(xmemd_store_alloc_ready(store, &alloc, &why), 0);
	reopen();
	memset(&got, 0xff, sizeof(got));
	assert_int_equal(xmemd_store_alloc_get(store, "v", &got, &why), 0);
	assert_string_equal(got.owner, "alice");
	assert_int_equal(got.state, XMEMD_READY);
	assert_true(got.id == alloc.id && got.size == alloc.size && got.client == alloc.client);
	assert_int_equal(got.layout, alloc.layout);
	assert_int_equal(got.legs, 64);
	for (i = 0; i < got.legs; i++) {
		assert_string_equal(got.leg[i].appliance, alloc.leg[i].appliance);
		assert_true(got.leg[i].region == alloc.leg[i].region);
		assert_int_equal(got.leg[i].epoch, UINT32_MAX - i);
		assert_memory_equal(got.leg[i].token, alloc.leg[i].token, 16);
	}
	refused(xmemd_store_alloc_ready(store, &alloc, &why), 409, "is not being created");
	assert_int_equal(xmemd_store_alloc_destroying(store, "v", "waits", &why), 0);
	assert_int_equal(xmemd_store_alloc_get(store, "v", &got, &why), 0);
	assert_int_equal(got.state, XMEMD_DESTROYING);
	assert_string_equal(got.reason, "waits");
	assert_int_equal(xmemd_store_alloc_del(store, "v", &why), 0);
	assert_int_equal(xmemd_store_alloc_del(store, "v", &why), 0);
	assert_int_equal(state_of("v"), 0);
	assert_int_equal(xmemd_store_region_known(store, alloc.leg[0].region, &why), 0);
	refused(xmemd_store_alloc_destroying(store, "v", "", &why), 404, "no allocation");
}

static void test_refused_add_changes_nothing(void **state)
{
	struct xmemd_alloc same = make_alloc("v", 100, 1), half = make_alloc("w", 200, 3);
	uint64_t appliances, allocations;

	(void)state;
	add_appliance("a1");
	add_ready("v", 1, 1);
	refused(xmemd_store_alloc_add(store, &same, &why), 409, "there is an allocation \"v\"");
	/* its second leg is on an appliance that nobody knows */
	refused(xmemd_store_alloc_add(store, &half, &why), 409, "\"a2\" was forgotten");
	assert_int_equal(state_of("w"), 0);
	assert_int_equal(xmemd_store_region_known(store, 200, &why), 0);
	/* a region number that is taken */
	half = make_alloc("w", 1, 1);
	refused(xmemd_store_alloc_add(store, &half, &why), 500, "UNIQUE");
	assert_int_equal(state_of("w"), 0);
	assert_int_equal(xmemd_store_counts(store, &appliances, &allocations, &why), 0);
	assert_int_equal(appliances, 1);
	assert_int_equal(allocations, 1);
	assert_int_equal(state_of("v"), XMEMD_READY);
}

static void count_alloc(const struct xmemd_alloc *alloc, void *arg)
{
	assert_true(alloc->legs > 0);
	(*(int *)arg)++;
}

static void test_lists(void **state)
{
	struct xmemd_appliance *appliances;
	int mine = 0, all = 0, none = 0;
	uint64_t *ready;
	size_t count;

	(void)state;
	add_appliance("a2");
	add_appliance("a1");
	assert_int_equal(xmemd_store_appliance_seen(store, "a1", "192.0.2.1", 7707, &why), 0);
	assert_int_equal(xmemd_store_appliance_seen(store, "nobody", "192.0.2.1", 1, &why), 0);
	add_ready("v", 10, 3);
	assert_int_equal(xmemd_store_appliances(store, &appliances, &count, &why), 0);
	assert_int_equal(count, 2);
	assert_string_equal(appliances[0].name, "a1");
	assert_string_equal(appliances[0].address, "192.0.2.1");
	assert_int_equal(appliances[0].port, 7707);
	free(appliances);
	assert_int_equal(xmemd_store_allocs(store, "alice", count_alloc, &mine, &why), 0);
	assert_int_equal(xmemd_store_allocs(store, NULL, count_alloc, &all, &why), 0);
	assert_int_equal(xmemd_store_allocs(store, "", count_alloc, &none, &why), 0);
	assert_int_equal(mine, 1);
	assert_int_equal(all, 1);
	assert_int_equal(none, 0);
	assert_int_equal(xmemd_store_ready_regions(store, "a1", &ready, &count, &why), 0);
	assert_int_equal(count, 2);
	free(ready);
	assert_int_equal(xmemd_store_region_known(store, 12, &why), 1);
	assert_int_equal(xmemd_store_region_known(store, 13, &why), 0);
}

static void test_losses(void **state)
{
	struct xmemd_alloc alloc;

	(void)state;
	add_appliance("a1");
	add_appliance("a2");
	add_ready("v", 10, 2);
	add_ready("w", 20, 1);
	assert_int_equal(xmemd_store_region_lost(store, "a2", 10, &why), 0);
	assert_int_equal(xmemd_store_region_lost(store, "a1", 99, &why), 0);
	assert_int_equal(state_of("v"), XMEMD_READY);
	assert_int_equal(xmemd_store_region_lost(store, "a1", 10, &why), 1);
	assert_int_equal(xmemd_store_region_lost(store, "a1", 10, &why), 0);
	assert_int_equal(xmemd_store_alloc_get(store, "v", &alloc, &why), 0);
	assert_int_equal(alloc.state, XMEMD_FAILED);
	assert_non_null(strstr(alloc.reason, "appliance a1 does not have region"));
	assert_int_equal(state_of("w"), XMEMD_READY);
}

static void test_appliances(void **state)
{
	struct xmemd_appliance again = { .name = "a3", .url = "https://a1:7708" }, got;

	(void)state;
	add_appliance("a1");
	add_appliance("a2");
	refused(xmemd_store_appliance_add(store, &again, &why), 409, "\"a1\" at https://a1:7708");
	snprintf(again.name, sizeof(again.name), "a2");
	snprintf(again.url, sizeof(again.url), "https://else:1");
	refused(xmemd_store_appliance_add(store, &again, &why), 409, "\"a2\" at https://a2:7708");
	refused(xmemd_store_appliance_del(store, "a9", false, &why), 404, "no appliance");
	refused(xmemd_store_appliance_del(store, "a9", true, &why), 404, "no appliance");
	refused(xmemd_store_appliance_get(store, "a9", &got, &why), 404, "no appliance");
	add_ready("v", 10, 2);
	refused(xmemd_store_appliance_del(store, "a1", false, &why), 409,
		"regions of 1 allocation;");
	assert_int_equal(state_of("v"), XMEMD_READY);
	assert_int_equal(xmemd_store_appliance_del(store, "a1", true, &why), 0);
	assert_int_equal(state_of("v"), XMEMD_FAILED);
	assert_int_equal(xmemd_store_alloc_del(store, "v", &why), 0);
	assert_int_equal(xmemd_store_appliance_del(store, "a2", false, &why), 0);
}

static void test_foreign_file(void **state)
{
	FILE *file;

	(void)state;
	xmemd_store_close(store);
	store = NULL;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("something else that somebody keeps here, longer than nothing", file);
	fclose(file);
	refused(xmemd_store_open(path, "m", &store, &why), 500, "not a database");
	file = fopen(path, "r");
	assert_int_equal(fgetc(file), 's');
	fclose(file);
}

static void test_no_directory(void **state)
{
	struct xmemd_store *other = NULL;

	(void)state;
	refused(xmemd_store_open("/nowhere/at/all", "m", &other, &why), 500, "unable to open");
}

#define STORE_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_store, close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_owner),	       STORE_TEST(test_second_opener),
		STORE_TEST(test_alloc_life),   STORE_TEST(test_refused_add_changes_nothing),
		STORE_TEST(test_lists),	       STORE_TEST(test_losses),
		STORE_TEST(test_appliances),   STORE_TEST(test_foreign_file),
		STORE_TEST(test_no_directory),
	};

	return cmocka_run_group_tests_name("store", tests, make_dir, remove_dir);
}
