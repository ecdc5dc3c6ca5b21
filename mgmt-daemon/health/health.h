/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine says of its health, as it was read at one moment. */
#ifndef XMEMD_HEALTH_H
#define XMEMD_HEALTH_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

/* A number that this machine does not offer; what is read is never larger than INT64_MAX. */
#define XMEMD_HEALTH_NONE UINT64_MAX
#define XMEMD_HEALTH_NO_DEGREES INT64_MIN

#define XMEMD_HEALTH_NODES 64
#define XMEMD_HEALTH_EDACS 32
#define XMEMD_HEALTH_SENSORS 128
#define XMEMD_HEALTH_SUPPLIES 16
#define XMEMD_HEALTH_PORTS 16
#define XMEMD_HEALTH_NOTES 16
#define XMEMD_HEALTH_NAME 64
#define XMEMD_HEALTH_MODULES 3

/* RDMA counters of errors; names in rdma.c. */
#define XMEMD_HEALTH_COUNTERS 14

struct xmemd_health_memory {
	uint64_t total, available, free;
};

struct xmemd_health_node {
	uint64_t id, total, free;
};

/* Memory errors that a controller counted since the boot. */
struct xmemd_health_edac {
	char controller[XMEMD_HEALTH_NAME], name[XMEMD_HEALTH_NAME];
	uint64_t corrected, uncorrected;
};

/* Thousandths of degrees Celsius. */
struct xmemd_health_sensor {
	char name[2 * XMEMD_HEALTH_NAME];
	int64_t now, max, crit;
};

/**
 * struct xmemd_health_supply - a source of power
 * @name: its name
 * @type: Mains, UPS, Battery, …; "sensor" for what only measures
 * @status: Charging, Discharging, …; may be empty
 * @online: 1 when it delivers, 0 when not
 * @capacity: percent
 * @microwatts: delivered now
 * @alarm: 1 when its own limit is exceeded
 */
struct xmemd_health_supply {
	char name[2 * XMEMD_HEALTH_NAME], type[XMEMD_HEALTH_NAME], status[XMEMD_HEALTH_NAME];
	uint64_t online, capacity, microwatts, alarm;
};

/**
 * struct xmemd_health_port - a port of an RDMA device
 * @device: its device
 * @link: InfiniBand or Ethernet; may be empty
 * @state: ACTIVE, DOWN, …
 * @net: network device behind it; may be empty
 * @number: of the port
 * @mbps: speed
 * @errors: counters, XMEMD_HEALTH_NONE where there is none
 */
struct xmemd_health_port {
	char device[XMEMD_HEALTH_NAME], link[XMEMD_HEALTH_NAME], state[XMEMD_HEALTH_NAME];
	char net[XMEMD_HEALTH_NAME];
	uint64_t number, mbps, errors[XMEMD_HEALTH_COUNTERS];
};

/* Share of time in hundredths of percent in which some or all tasks waited. */
struct xmemd_health_pressure {
	uint64_t some10, some60, full10, full60;
};

struct xmemd_health_versions {
	char kernel[XMEMD_HEALTH_NAME];
	char module[XMEMD_HEALTH_MODULES][XMEMD_HEALTH_NAME];
};

/**
 * struct xmemd_health_notes - what could not be read, in words
 * @count: how many lines there are
 * @more: how many did not fit
 * @line: the lines
 */
struct xmemd_health_notes {
	unsigned int count, more;
	char line[XMEMD_HEALTH_NOTES][192];
};

/**
 * struct xmemd_health - the health of a machine
 * @memory: of the machine as a whole
 * @nodes: how many NUMA nodes
 * @node: the nodes
 * @edacs: how many memory controllers count errors
 * @edac: the controllers
 * @sensors: how many sensors of temperature
 * @sensor: the sensors
 * @supplies: how many sources of power
 * @supply: the sources
 * @ports: how many RDMA ports
 * @port: the ports
 * @pressure_memory: tasks that waited for memory
 * @pressure_io: tasks that waited for devices
 * @cpus: processors that are online
 * @load: 0 to 1000: share of them that was busy in the last minute
 * @versions: of kernel and modules
 * @notes: what could not be read
 */
struct xmemd_health {
	struct xmemd_health_memory memory;
	unsigned int nodes, edacs, sensors, supplies, ports;
	struct xmemd_health_node node[XMEMD_HEALTH_NODES];
	struct xmemd_health_edac edac[XMEMD_HEALTH_EDACS];
	struct xmemd_health_sensor sensor[XMEMD_HEALTH_SENSORS];
	struct xmemd_health_supply supply[XMEMD_HEALTH_SUPPLIES];
	struct xmemd_health_port port[XMEMD_HEALTH_PORTS];
	struct xmemd_health_pressure pressure_memory, pressure_io;
	uint64_t cpus, load;
	struct xmemd_health_versions versions;
	struct xmemd_health_notes notes;
};

void xmemd_health_read(const char *root, struct xmemd_health *health);

/* The whole as JSON; the verdict is added by xmemd_judge_json(). */
json_t *xmemd_health_json(const struct xmemd_health *health);
/* What of it is worth an announcement, into an object. */
int xmemd_health_brief(const struct xmemd_health *health, json_t *object);

const struct xmemd_health_port *xmemd_health_best_port(const struct xmemd_health *health);

#endif /* XMEMD_HEALTH_H */
