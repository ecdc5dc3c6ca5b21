// SPDX-License-Identifier: GPL-2.0-or-later
/* From which values on a machine is not healthy, in which words, and when it is again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "health/judge.h"

static const struct xmemd_thresholds limits = { .celsius = 90, .uncorrected = 2, .pressure = 50 };
static struct xmemd_judge judge;
static struct xmemd_health health;
static uint64_t now;

/* A machine that has everything, all of it well. */
static int good_machine(void **state)
{
	(void)state;
	judge = (struct xmemd_judge){};
	now = 1000;
	health = (struct xmemd_health){
		.sensors = 2,
		.edacs = 1,
		.ports = 2,
		.supplies = 2,
		.sensor = { { "cpu/0", 40000, 80000, 100000 },
			    { "disk/0", 30000, XMEMD_HEALTH_NO_DEGREES, XMEMD_HEALTH_NO_DEGREES } },
		.edac = { { "mc0", "x", 100, 0 } },
		.port = { { .device = "m0", .state = "ACTIVE", .number = 1 },
			  { .device = "m1", .state = "DOWN", .number = 1 } },
		.supply = { { .name = "AC", .type = "Mains", .online = 1 },
			    { .name = "B", .type = "Battery", .online = XMEMD_HEALTH_NONE } },
		.pressure_memory = { 0, 0, 0, 0 },
	};
	return 0;
}

static void look(void)
{
	xmemd_judge_look(&judge, &health, &limits, now);
}

static void assert_healthy(void)
{
	look();
	if (judge.count)
		fail_msg("not healthy: %s", judge.reason[0].text);
}

static void assert_ill(const char *words)
{
	look();
	assert_int_equal(judge.count, 1);
	assert_string_equal(judge.reason[0].text, words);
}

static void each_limit(void **state)
{
	(void)state;
	assert_healthy();
	health.sensor[1].now = 89999;
	assert_healthy();
	health.sensor[1].now = 90000;
	assert_ill("temperature disk/0 is at 90 degrees, the limit is 90");
	good_machine(NULL);
	health.edac[0].uncorrected = 1;
	assert_healthy();
	health.edac[0].uncorrected = 2;
	assert_ill("memory controller mc0 counted 2 memory errors that it could not correct, "
		   "the limit is 2");
	good_machine(NULL);
	health.pressure_memory.some10 = 4999;
	assert_healthy();
	health.pressure_memory.some10 = 5000;
	assert_ill("memory pressure: tasks waited for memory 50 % of the last ten seconds, "
		   "the limit is 50 %");
	good_machine(NULL);
	strcpy(health.port[0].state, "INIT");
	assert_ill("no RDMA port is active: m0 port 1 is INIT");
	good_machine(NULL);
	health.supply[0].online = 0;
	assert_ill("power from AC is gone, no other mains supply delivers");
}

/* Of the two limits of a sensor, the lower one counts. */
static void own_limit_of_a_sensor(void **state)
{
	(void)state;
	health.sensor[0].crit = 70000;
	health.sensor[0].now = 69000;
	assert_healthy();
	health.sensor[0].now = 71000;
	assert_ill("temperature cpu/0 is at 71 degrees, the limit is 70");
	good_machine(NULL);
	/* some drivers tell 0 for "none" */
	health.sensor[0].crit = 0;
	assert_healthy();
}

static void what_is_not_offered_is_not_judged(void **state)
{
	(void)state;
	health = (struct xmemd_health){ .edacs = 1, .supplies = 1 };
	health.edac[0].uncorrected = XMEMD_HEALTH_NONE;
	health.supply[0].online = XMEMD_HEALTH_NONE;
	strcpy(health.supply[0].type, "Mains");
	health.pressure_memory.some10 = XMEMD_HEALTH_NONE;
	assert_healthy();
}

static void switched_off(void **state)
{
	static const struct xmemd_thresholds none = {};

	(void)state;
	health.sensor[1].now = 200000;
	health.edac[0].uncorrected = 1000;
	health.pressure_memory.some10 = 10000;
	xmemd_judge_look(&judge, &health, &none, now);
	assert_int_equal(judge.count, 0);
}

static void other_mains_delivers(void **state)
{
	(void)state;
	health.supply[0].online = 0;
	health.supply[1] =
		(struct xmemd_health_supply){ .name = "AC2", .type = "Mains", .online = 1 };
	assert_healthy();
}

/* A value that swings around its limit is one change, not one per look. */
static void edge_does_not_flap(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 100; i++, now += 2000) {
		health.sensor[1].now = i % 2 ? 90500 : 89500;
		look();
		assert_int_equal(judge.count, i > 0);
	}
	/* words of the first moment: numbers that change are no news */
	assert_string_equal(judge.reason[0].text,
			    "temperature disk/0 is at 90 degrees, the limit is 90");
	/* well below, but not for long enough yet */
	health.sensor[1].now = 80000;
	look();
	assert_int_equal(judge.count, 1);
	now += 14000;
	look();
	assert_int_equal(judge.count, 1);
	/* once more at the edge: counts anew */
	health.sensor[1].now = 86000;
	look();
	health.sensor[1].now = 80000;
	now += 14000;
	look();
	assert_int_equal(judge.count, 1);
	now += 15000;
	assert_healthy();
	/* from the edge alone nothing begins */
	health.sensor[1].now = 86000;
	assert_healthy();
}

static void a_port_that_comes_and_goes(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 20; i++, now += 2000) {
		strcpy(health.port[0].state, i % 3 ? "ACTIVE" : "DOWN");
		look();
		assert_int_equal(judge.count, 1);
	}
	strcpy(health.port[0].state, "ACTIVE");
	now += 16000;
	assert_healthy();
}

static void several(void **state)
{
	json_t *json = json_object();

	(void)state;
	health.sensor[0].now = 99000;
	health.edac[0].uncorrected = 7;
	look();
	assert_int_equal(judge.count, 2);
	assert_int_equal(xmemd_judge_json(&judge, json), 0);
	assert_true(json_is_false(json_object_get(json, "ok")));
	assert_int_equal(json_array_size(json_object_get(json, "reasons")), 2);
	/* the first ends, the second stays what it was */
	health.sensor[0].now = 20000;
	look();
	now += 20000;
	look();
	assert_int_equal(judge.count, 1);
	assert_string_equal(judge.reason[0].key, "memory controller mc0");
	json_decref(json);
	json = json_object();
	judge = (struct xmemd_judge){};
	assert_int_equal(xmemd_judge_json(&judge, json), 0);
	assert_true(json_is_true(json_object_get(json, "ok")));
	json_decref(json);
}

/* More that is wrong than can be told: it is not healthy all the same. */
static void too_much(void **state)
{
	int i;

	(void)state;
	health.sensors = XMEMD_HEALTH_SENSORS;
	for (i = 0; i < XMEMD_HEALTH_SENSORS; i++) {
		snprintf(health.sensor[i].name, sizeof(health.sensor[i].name), "s%d", i);
		health.sensor[i].now = 99000;
	}
	look();
	assert_int_equal(judge.count, XMEMD_JUDGE_REASONS);
	for (i = 0; i < XMEMD_HEALTH_SENSORS; i++)
		health.sensor[i].now = 0;
	look();
	now += 15000;
	assert_healthy();
}

#define TEST(name) cmocka_unit_test_setup(name, good_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_limit),
		TEST(own_limit_of_a_sensor),
		TEST(switched_off),
		TEST(what_is_not_offered_is_not_judged),
		TEST(other_mains_delivers),
		TEST(edge_does_not_flap),
		TEST(several),
		TEST(a_port_that_comes_and_goes),
		TEST(too_much),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
