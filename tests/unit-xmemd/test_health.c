// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Health as it is read from a tree of files: what is there, what is not, and what
 * makes no sense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "health/health.h"

static char root[] = "/tmp/xmem-health-XXXXXX";
static struct xmemd_health health;

static void shell(const char *fmt, ...)
{
	char command[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	(void)state;
	shell("rm -rf %s", root);
	return 0;
}

static void put(const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	*strrchr(full, '/') = 0;
	shell("mkdir -p '%s'", full);
	snprintf(full, sizeof(full), "%s%s", root, path);
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static bool is_noted(const char *words)
{
	unsigned int i;

	for (i = 0; i < health.notes.count; i++)
		if (strstr(health.notes.line[i], words))
			return true;
	return false;
}

static void assert_noted(const char *words)
{
	unsigned int i;

	if (is_noted(words))
		return;
	for (i = 0; i < health.notes.count; i++)
		print_message("# %s\n", health.notes.line[i]);
	fail_msg("\"%s\" is not noted", words);
}

static void put_machine(void)
{
	put("/proc/meminfo", "MemTotal:       16384 kB\nMemFree:         1024 kB\n"
			     "MemAvailable:    4096 kB\n");
	put("/sys/devices/system/node/node0/meminfo",
	    "\nNode 0 MemTotal:        8192 kB\nNode 0 MemFree:          512 kB\n");
	put("/sys/devices/system/node/node10/meminfo",
	    "Node 10 MemTotal:        4096 kB\nNode 10 MemFree:          256 kB\n");
	put("/sys/devices/system/node/node2/meminfo",
	    "Node 2 MemTotal:        2048 kB\nNode 2 MemFree:          128 kB\n");
	put("/sys/devices/system/node/online", "0,2,10\n");
	put("/sys/devices/system/edac/mc/mc0/mc_name", "Ivy Bridge Socket#0\n");
	put("/sys/devices/system/edac/mc/mc0/ce_count", "3\n");
	put("/sys/devices/system/edac/mc/mc0/ue_count", "0\n");
	put("/sys/class/hwmon/hwmon0/name", "coretemp\n");
	put("/sys/class/hwmon/hwmon0/temp1_input", "45500\n");
	put("/sys/class/hwmon/hwmon0/temp1_label", "Package id 0\n");
	put("/sys/class/hwmon/hwmon0/temp1_max", "80000\n");
	put("/sys/class/hwmon/hwmon0/temp1_crit", "100000\n");
	put("/sys/class/hwmon/hwmon0/temp2_input", "-3000\n");
	put("/sys/class/hwmon/hwmon0/power1_input", "95000000\n");
	put("/sys/class/hwmon/hwmon0/power1_alarm", "1\n");
	put("/sys/class/power_supply/AC/type", "Mains\n");
	put("/sys/class/power_supply/AC/online", "1\n");
	put("/sys/class/power_supply/BAT0/type", "Battery\n");
	put("/sys/class/power_supply/BAT0/status", "Charging\n");
	put("/sys/class/power_supply/BAT0/capacity", "77\n");
	put("/sys/class/power_supply/mouse/type", "Battery\n");
	put("/sys/class/power_supply/mouse/scope", "Device\n");
	put("/sys/class/infiniband/mlx5_0/ports/1/state", "4: ACTIVE\n");
	put("/sys/class/infiniband/mlx5_0/ports/1/rate", "100 Gb/sec (4X EDR)\n");
	put("/sys/class/infiniband/mlx5_0/ports/1/link_layer", "InfiniBand\n");
	put("/sys/class/infiniband/mlx5_0/ports/1/counters/symbol_error", "12\n");
	put("/sys/class/infiniband/mlx5_0/ports/1/hw_counters/packet_seq_err", "5\n");
	put("/sys/class/infiniband/rxe0/parent", "eth0\n");
	put("/sys/class/infiniband/rxe0/ports/1/state", "1: DOWN\n");
	put("/sys/class/infiniband/rxe0/ports/1/rate", "2.5 Gb/sec (1X SDR)\n");
	put("/sys/class/infiniband/rxe0/ports/1/gid_attrs/ndevs/0", "eth0\n");
	put("/sys/class/net/eth0/speed", "25000\n");
	put("/proc/pressure/memory", "some avg10=1.50 avg60=0.20 avg300=0.00 total=17\n"
				     "full avg10=0.07 avg60=0.00 avg300=0.00 total=3\n");
	put("/proc/loadavg", "1.50 0.40 0.30 1/200 4711\n");
	put("/sys/devices/system/cpu/online", "0-1,3-4\n");
	put("/proc/sys/kernel/osrelease", "6.12.1-test\n");
	put("/sys/module/xmem_appliance/version", "0.1\n");
	put("/sys/module/xmem/srcversion", "ABCDEF\n");
	put("/sys/module/xmem_hooks/refcnt", "0\n");
}

static void reads_everything(void **state)
{
	(void)state;
	put_machine();
	xmemd_health_read(root, &health);
	assert_int_equal(health.notes.count, 0);
	assert_int_equal(health.memory.total, 16 << 20);
	assert_int_equal(health.memory.free, 1 << 20);
	assert_int_equal(health.memory.available, 4 << 20);
	assert_int_equal(health.nodes, 3);
	assert_int_equal(health.node[0].total, 8 << 20);
	assert_int_equal(health.node[1].id, 2);
	assert_int_equal(health.node[2].id, 10);
	assert_int_equal(health.node[2].free, 256 << 10);
	assert_int_equal(health.edacs, 1);
	assert_string_equal(health.edac[0].name, "Ivy Bridge Socket#0");
	assert_int_equal(health.edac[0].corrected, 3);
	assert_int_equal(health.edac[0].uncorrected, 0);
	assert_int_equal(health.sensors, 2);
	assert_string_equal(health.sensor[0].name, "coretemp/Package id 0");
	assert_int_equal(health.sensor[0].now, 45500);
	assert_int_equal(health.sensor[0].crit, 100000);
	assert_string_equal(health.sensor[1].name, "coretemp/temp2");
	assert_int_equal(health.sensor[1].now, -3000);
	assert_true(health.sensor[1].max == XMEMD_HEALTH_NO_DEGREES);
	assert_int_equal(health.supplies, 3);
	assert_int_equal(health.supply[0].alarm, 1);
	assert_string_equal(health.supply[1].name, "AC");
	assert_int_equal(health.supply[1].online, 1);
	assert_int_equal(health.supply[2].capacity, 77);
	assert_true(health.supply[2].online == XMEMD_HEALTH_NONE);
	assert_int_equal(health.ports, 2);
	assert_string_equal(health.port[0].device, "mlx5_0");
	assert_string_equal(health.port[0].state, "ACTIVE");
	assert_int_equal(health.port[0].mbps, 100000);
	assert_int_equal(health.port[0].errors[0], 12);
	assert_true(health.port[0].errors[1] == XMEMD_HEALTH_NONE);
	assert_int_equal(health.port[0].errors[9], 5);
	/* of the network device: the rate of a soft device is invented */
	assert_int_equal(health.port[1].mbps, 25000);
	assert_ptr_equal(xmemd_health_best_port(&health), &health.port[0]);
	assert_int_equal(health.pressure_memory.some10, 150);
	assert_int_equal(health.pressure_memory.full10, 7);
	assert_true(health.pressure_io.some10 == XMEMD_HEALTH_NONE);
	assert_int_equal(health.cpus, 4);
	assert_int_equal(health.load, 375);
	assert_string_equal(health.versions.kernel, "6.12.1-test");
	assert_string_equal(health.versions.module[0], "ABCDEF");
	assert_string_equal(health.versions.module[1], "0.1");
	assert_string_equal(health.versions.module[2], "loaded");
}

static void json_says_the_same(void **state)
{
	json_t *json, *port;

	(void)state;
	put_machine();
	xmemd_health_read(root, &health);
	json = xmemd_health_json(&health);
	assert_non_null(json);
#define AT(path_object, name) json_object_get(path_object, name)
	assert_int_equal(json_integer_value(AT(AT(json, "memory"), "total")), 16 << 20);
	assert_int_equal(json_array_size(AT(AT(json, "memory"), "nodes")), 3);
	assert_true(json_real_value(AT(json_array_get(AT(json, "temperatures"), 0), "celsius")) ==
		    45.5);
	assert_null(AT(json_array_get(AT(json, "temperatures"), 1), "max"));
	assert_true(json_is_true(AT(json_array_get(AT(json, "power"), 1), "online")));
	port = json_array_get(AT(json, "rdma"), 0);
	assert_int_equal(json_integer_value(AT(port, "bandwidth_mbps")), 100000);
	assert_int_equal(json_integer_value(AT(AT(port, "errors"), "symbol_error")), 12);
	assert_int_equal(json_object_size(AT(port, "errors")), 2);
	assert_null(AT(AT(json, "pressure"), "io"));
	assert_true(json_real_value(AT(AT(AT(AT(json, "pressure"), "memory"), "some"), "avg10")) ==
		    1.5);
	assert_int_equal(json_integer_value(AT(json, "load")), 375);
	assert_string_equal(json_string_value(AT(AT(json, "versions"), "xmem_appliance")), "0.1");
	assert_int_equal(json_array_size(AT(json, "unreadable")), 0);
#undef AT
	json_decref(json);
}

/* A machine that offers nothing is no error, and has no zeros. */
static void absent_is_absent(void **state)
{
	json_t *json;
	char *text;

	(void)state;
	xmemd_health_read(root, &health);
	assert_int_equal(health.notes.count, 0);
	assert_true(health.memory.total == XMEMD_HEALTH_NONE);
	assert_true(health.load == XMEMD_HEALTH_NONE);
	assert_null(xmemd_health_best_port(&health));
	json = xmemd_health_json(&health);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, "{\"memory\":{\"nodes\":[]},\"ecc\":[],\"temperatures\":[],"
				  "\"power\":[],\"rdma\":[],\"pressure\":{},\"versions\":{},"
				  "\"unreadable\":[]}");
	free(text);
	json_decref(json);
}

/* Each is put in place of what the machine has; the rest must stay readable. */
static void nonsense_is_told(void **state)
{
	static const struct {
		const char *path, *text, *words;
	} rows[] = {
		{ "/proc/meminfo", "nonsense\n", "/proc/meminfo: has no MemTotal" },
		{ "/proc/meminfo", "MemTotal: 99999999999999999999 kB\nMemFree: 1 kB\n",
		  "has no MemTotal" },
		{ "/proc/meminfo", "MemTotal: -5 kB\nMemFree: 1 kB\n", "has no MemTotal" },
		{ "/proc/meminfo", "MemTotal: 5 MB\nMemFree: 1 kB\n", "has no MemTotal" },
		{ "/proc/meminfo", "SomeMemTotal: 5 kB\nMemFree: 1 kB\n", "has no MemTotal" },
		{ "/proc/meminfo", "", "/proc/meminfo: is empty" },
		{ "/sys/devices/system/node/node0/meminfo", "Node 0\n", "has no MemTotal" },
		{ "/sys/devices/system/edac/mc/mc0/ue_count", "-1\n", "-1 is negative" },
		{ "/sys/devices/system/edac/mc/mc0/ce_count", "3x\n", "\"3x\" is no number" },
		{ "/sys/devices/system/edac/mc/mc0/ce_count", "", "ce_count: is empty" },
		{ "/sys/devices/system/edac/mc/mc0/ce_count", " \n", "ce_count: is empty" },
		{ "/sys/devices/system/edac/mc/mc0/ce_count", "99999999999999999999\n",
		  "is no number" },
		{ "/sys/class/hwmon/hwmon0/temp1_input", "-9223372036854775808\n", "is no number" },
		{ "/sys/class/hwmon/hwmon0/temp1_input", "300000\n", "300 degrees make no sense" },
		{ "/sys/class/hwmon/hwmon0/temp1_input", "-128000\n",
		  "coretemp/Package id 0: -128 degrees make no sense" },
		{ "/sys/class/hwmon/hwmon0/temp1_crit", "hot\n", "\"hot\" is no number" },
		{ "/sys/class/infiniband/mlx5_0/ports/1/rate", "fast\n", "\"fast\" is no rate" },
		{ "/sys/class/infiniband/mlx5_0/ports/1/rate", "-1 Gb/sec\n", "is no rate" },
		{ "/sys/class/infiniband/mlx5_0/ports/1/rate", "99999999 Gb/sec\n", "is no rate" },
		{ "/sys/class/infiniband/mlx5_0/ports/1/state", "ACTIVE\n", "is no state" },
		{ "/sys/class/infiniband/mlx5_0/ports/1/state", "4: \n", "is no state" },
		{ "/proc/pressure/memory", "some avg10=many\n", "has no lines of averages" },
		{ "/proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		  "has no lines of averages" },
		{ "/proc/pressure/memory",
		  "some avg10=101.00 avg60=0.00 avg300=0.00 total=0\n"
		  "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		  "has no lines of averages" },
		{ "/proc/loadavg", "idle\n", "\"idle\" is no load" },
		{ "/sys/devices/system/cpu/online", "all\n", "is no list of processors" },
		{ "/sys/devices/system/cpu/online", "3-1\n", "is no list of processors" },
		{ "/sys/devices/system/cpu/online", "0-\n", "is no list of processors" },
		{ "/sys/devices/system/cpu/online", "0-4000000000\n", "is no list of processors" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		put_machine();
		put(rows[i].path, rows[i].text);
		xmemd_health_read(root, &health);
		print_message("# %s\n", rows[i].words);
		assert_noted(rows[i].words);
		assert_int_equal(health.notes.count, 1);
		assert_int_equal(health.supplies, 3);
		shell("rm %s%s", root, rows[i].path);
	}
}

/* Devices without a reading, firmware with strange bytes, and things that are no files. */
static void odd_files(void **state)
{
	(void)state;
	put_machine();
	shell("rm %s/proc/loadavg && mkdir %s/proc/loadavg", root, root);
	shell("rm %s/proc/pressure/memory && mkfifo %s/proc/pressure/memory", root, root);
	shell("rm -r %s/sys/class/hwmon && : >%s/sys/class/hwmon", root, root);
	shell("ln -s loop %s/sys/class/power_supply/loop", root);
	shell("ln -sfn /nowhere %s/sys/devices/system/edac/mc/mc1", root);
	shell("head -c 100000 /dev/zero | tr '\\0' 9 >%s/proc/sys/kernel/osrelease", root);
	put("/sys/devices/system/edac/mc/mc0/mc_name", "b\xff\x01"
						       "ad\n");
	put("/sys/class/infiniband/mlx5_0/ports/1/link_layer", "IB");
	shell("printf 'a\\0b' >%s/sys/class/infiniband/mlx5_0/ports/1/link_layer", root);
	xmemd_health_read(root, &health);
	assert_noted("/proc/loadavg: Is a directory");
	assert_noted("/proc/pressure/memory: is empty");
	assert_noted("osrelease: is too long");
	assert_noted("link_layer: is no text");
	assert_string_equal(health.edac[0].name, "b??ad");
	assert_int_equal(health.edacs, 1);
	assert_int_equal(health.sensors, 0);
	assert_string_equal(health.versions.kernel, "");
}

static void a_broken_sensor_is_left_out(void **state)
{
	(void)state;
	put_machine();
	put("/sys/class/hwmon/hwmon0/temp1_fault", "1\n");
	xmemd_health_read(root, &health);
	assert_int_equal(health.sensors, 1);
	assert_string_equal(health.sensor[0].name, "coretemp/temp2");
	assert_int_equal(health.notes.count, 0);
}

/* More than there is room for is told, and nothing is overrun. */
static void too_many(void **state)
{
	char path[128];
	int i;

	(void)state;
	put("/sys/class/hwmon/hwmon0/name", "x\n");
	for (i = 0; i < XMEMD_HEALTH_SENSORS + 2; i++) {
		snprintf(path, sizeof(path), "/sys/class/hwmon/hwmon0/temp%d_input", i);
		put(path, "20000\n");
	}
	for (i = 0; i < XMEMD_HEALTH_NODES + 2; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", i);
		put(path, "Node MemTotal: 1 kB\nNode MemFree: 1 kB\n");
	}
	for (i = 0; i < XMEMD_HEALTH_EDACS + 2; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/edac/mc/mc%d/ce_count", i);
		put(path, "bad\n");
	}
	for (i = 0; i < XMEMD_HEALTH_SUPPLIES + 2; i++) {
		snprintf(path, sizeof(path), "/sys/class/power_supply/p%d/type", i);
		put(path, "Mains\n");
	}
	for (i = 0; i < XMEMD_HEALTH_PORTS + 2; i++) {
		snprintf(path, sizeof(path), "/sys/class/infiniband/d/ports/%d/state", i);
		put(path, "4: ACTIVE\n");
	}
	xmemd_health_read(root, &health);
	assert_int_equal(health.sensors, XMEMD_HEALTH_SENSORS);
	assert_int_equal(health.nodes, XMEMD_HEALTH_NODES);
	assert_int_equal(health.supplies, XMEMD_HEALTH_SUPPLIES);
	assert_int_equal(health.ports, XMEMD_HEALTH_PORTS);
	assert_int_equal(health.edacs, 0);
	assert_noted("node: more than 64 nodes; the others are left out");
	assert_int_equal(health.notes.count, XMEMD_HEALTH_NOTES);
	/* the nodes, every controller, temperatures, supplies, ports */
	assert_int_equal(health.notes.count + health.notes.more,
			 1 + XMEMD_HEALTH_EDACS + 2 + 1 + 1 + 1);
}

/* An active one counts, the fastest of several, one without a known speed if there is no other. */
static void best_port(void **state)
{
	struct xmemd_health *h = &health;

	(void)state;
	*h = (struct xmemd_health){ .ports = 3 };
	strcpy(h->port[0].state, "DOWN");
	h->port[0].mbps = 400000;
	strcpy(h->port[1].state, "ACTIVE");
	h->port[1].mbps = XMEMD_HEALTH_NONE;
	strcpy(h->port[2].state, "DOWN");
	assert_ptr_equal(xmemd_health_best_port(h), &h->port[1]);
	strcpy(h->port[2].state, "ACTIVE");
	h->port[2].mbps = 10000;
	assert_ptr_equal(xmemd_health_best_port(h), &h->port[2]);
	h->port[1].mbps = 25000;
	assert_ptr_equal(xmemd_health_best_port(h), &h->port[1]);
}

static void brief(void **state)
{
	json_t *json = json_object(), *machine;

	(void)state;
	put_machine();
	xmemd_health_read(root, &health);
	assert_int_equal(xmemd_health_brief(&health, json), 0);
	assert_int_equal(json_integer_value(json_object_get(json, "load")), 375);
	assert_int_equal(json_integer_value(json_object_get(json, "bandwidth_mbps")), 100000);
	assert_string_equal(json_string_value(json_object_get(json, "rdma_device")), "mlx5_0");
	machine = json_object_get(json, "machine");
	assert_int_equal(json_integer_value(json_object_get(machine, "memory")), 16 << 20);
	assert_int_equal(json_integer_value(json_object_get(machine, "cpus")), 4);
	assert_int_equal(json_array_size(json_object_get(machine, "numa")), 3);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "versions"), "kernel")),
		"6.12.1-test");
	json_decref(json);
	/* a machine that offers nothing */
	json = json_object();
	health = (struct xmemd_health){ .load = XMEMD_HEALTH_NONE,
					.cpus = XMEMD_HEALTH_NONE,
					.memory = { XMEMD_HEALTH_NONE, XMEMD_HEALTH_NONE,
						    XMEMD_HEALTH_NONE } };
	assert_int_equal(xmemd_health_brief(&health, json), 0);
	assert_null(json_object_get(json, "load"));
	assert_null(json_object_get(json, "bandwidth_mbps"));
	json_decref(json);
}

/* This machine, whatever it has. */
static void this_machine(void **state)
{
	json_t *json;

	(void)state;
	xmemd_health_read("", &health);
	assert_true(health.memory.total != XMEMD_HEALTH_NONE);
	assert_true(health.memory.total >= health.memory.free);
	assert_true(health.cpus != XMEMD_HEALTH_NONE && health.cpus > 0);
	assert_true(health.load <= 1000);
	json = xmemd_health_json(&health);
	assert_non_null(json);
	json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_everything),
		TEST(json_says_the_same),
		TEST(absent_is_absent),
		TEST(nonsense_is_told),
		TEST(odd_files),
		TEST(a_broken_sensor_is_left_out),
		TEST(too_many),
		cmocka_unit_test(best_port),
		TEST(brief),
		TEST(this_machine),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
