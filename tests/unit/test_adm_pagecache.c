// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel tells of a cache, and what xmemadm makes of it. */
#include <sys/sysmacros.h>

#include "objects.h"
#include "unit.h"

#define CACHE                                                               \
	"8 83/1027 64 12/1024 75 25 7 8 1 13 0 2 metadata2 writethrough 2 " \
	"migration_threshold 2048 smq 0 rw - "
#define PATHS(FIRST) "2 0 0 0 2 1 A 0 1 0 253:1 " FIRST " 0 E 0 1 0 25:31 A 0 "

static void paths(void **state)
{
	(void)state;
	assert_int_equal(adm_pc_path_state(PATHS("A"), makedev(253, 1)), 'A');
	assert_int_equal(adm_pc_path_state(PATHS("F"), makedev(253, 1)), 'F');
	assert_int_equal(adm_pc_path_state(PATHS("F"), makedev(25, 31)), 'A');
	/* numbers that only look alike */
	assert_int_equal(adm_pc_path_state(PATHS("A"), makedev(53, 1)), 0);
	assert_int_equal(adm_pc_path_state(PATHS("A"), makedev(25, 3)), 0);
	assert_int_equal(adm_pc_path_state("", makedev(253, 1)), 0);
	assert_int_equal(adm_pc_path_state("2 0 0 0 2 1 A 0 1 0 253:1 ", makedev(253, 1)), 0);
}

static void counters(void **state)
{
	static const char *const bad[] = { "", "Fail", "Error", "8 83/1027 64 12/1024 75" };
	struct adm_pc_counts counts = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_false(adm_pc_cache_state(bad[i], &counts));
	assert_int_equal(counts.block_sectors, 0);
	assert_true(adm_pc_cache_state(CACHE, &counts));
	assert_int_equal(counts.block_sectors, 64);
	assert_int_equal(counts.used_blocks, 12);
	assert_int_equal(counts.blocks, 1024);
	assert_int_equal(counts.read_hits, 75);
	assert_int_equal(counts.read_misses, 25);
	assert_int_equal(counts.write_hits, 7);
	assert_int_equal(counts.write_misses, 8);
	assert_int_equal(counts.demotions, 1);
	assert_int_equal(counts.promotions, 13);
}

static void blocks(void **state)
{
	(void)state;
	assert_int_equal(adm_pc_block_sectors(2 << 20), 64);
	assert_int_equal(adm_pc_block_sectors(32ull << 30), 64);
	assert_int_equal(adm_pc_block_sectors((32ull << 30) + 65536), 128);
	assert_int_equal(adm_pc_block_sectors(1ull << 40), 2048);
}

static void json(void **state)
{
	struct adm_pagecache pc = { .name = "cached-sdb", .sectors = 2048, .open_count = 1 };
	struct xmem_dev cache = { .id = 2, .name = "pc0", .state = XMEM_DEV_STATE_LIVE };
	json_t *o = adm_pagecache_json(&pc, "/dev/sdb", NULL);
	char *text = json_dumps(o, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"path\":\"/dev/mapper/cached-sdb\",\"name\":\"cached-sdb\","
				  "\"origin\":\"/dev/sdb\",\"state\":\"off\",\"size\":1048576,"
				  "\"open-count\":1}");
	free(text);
	json_decref(o);
	pc.state = ADM_PC_FAILED;
	assert_true(adm_pc_cache_state(CACHE, &pc.counts));
	o = adm_pagecache_json(&pc, "/dev/sdb", &cache);
	assert_string_equal(json_string_value(json_object_get(o, "state")), "failed");
	assert_string_equal(json_string_value(json_object_get(o, "cache-path")), "/dev/xmem2");
	assert_string_equal(json_string_value(json_object_get(o, "cache-state")), "live");
	assert_int_equal(json_integer_value(json_object_get(o, "cached")), 12 * 32768);
	assert_int_equal(json_integer_value(json_object_get(o, "cache-size")), 32 << 20);
	assert_int_equal(json_integer_value(json_object_get(o, "read-hit-percent")), 75);
	json_decref(o);
	/* before the first read there is no rate */
	memset(&pc.counts, 0, sizeof(pc.counts));
	o = adm_pagecache_json(&pc, "/dev/sdb", &cache);
	assert_null(json_object_get(o, "read-hit-percent"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(counters),
		cmocka_unit_test(blocks),
		cmocka_unit_test(json),
	};

	return cmocka_run_group_tests_name("pagecache", tests, NULL, NULL);
}
