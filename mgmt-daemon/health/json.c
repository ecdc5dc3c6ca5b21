// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Health as JSON. A member that the machine does not offer is not there. Whether
 * memory ran out on the way is asked once, at the end, of a flag that sticks.
 */
#include <string.h>

#include "health/readers.h"

/* An object being filled. */
struct out {
	json_t *object;
	bool *failed;
};

static void put(struct out out, const char *name, json_t *value)
{
	if (json_object_set_new(out.object, name, value) < 0)
		*out.failed = true;
}

static void put_number(struct out out, const char *name, uint64_t value)
{
	if (value != XMEMD_HEALTH_NONE)
		put(out, name, json_integer((json_int_t)value));
}

static void put_degrees(struct out out, const char *name, int64_t value)
{
	if (value != XMEMD_HEALTH_NO_DEGREES)
		put(out, name, json_real((double)value / 1000));
}

static void put_percent(struct out out, const char *name, uint64_t value)
{
	if (value != XMEMD_HEALTH_NONE)
		put(out, name, json_real((double)value / 100));
}

static void put_bool(struct out out, const char *name, uint64_t value)
{
	if (value != XMEMD_HEALTH_NONE)
		put(out, name, json_boolean(value != 0));
}

static void put_text(struct out out, const char *name, const char *value)
{
	if (*value)
		put(out, name, json_string(value));
}

static struct out new_object(struct out parent)
{
	return (struct out){ json_object(), parent.failed };
}

static struct out put_object(struct out parent, const char *name)
{
	struct out out = new_object(parent);

	put(parent, name, out.object);
	return out;
}

static json_t *put_array(struct out out, const char *name)
{
	json_t *array = json_array();

	put(out, name, array);
	return array;
}

static void append(struct out out, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		*out.failed = true;
}

static void put_nodes(struct out out, const char *name, const struct xmemd_health *health)
{
	json_t *nodes = put_array(out, name);
	unsigned int i;

	for (i = 0; i < health->nodes; i++) {
		struct out node = new_object(out);

		put_number(node, "node", health->node[i].id);
		put_number(node, "total", health->node[i].total);
		put_number(node, "free", health->node[i].free);
		append(out, nodes, node.object);
	}
}

static void put_memory(struct out out, const struct xmemd_health *health)
{
	struct out memory = put_object(out, "memory");

	put_number(memory, "total", health->memory.total);
	put_number(memory, "available", health->memory.available);
	put_number(memory, "free", health->memory.free);
	put_nodes(memory, "nodes", health);
}

static void put_edac(struct out out, const struct xmemd_health *health)
{
	json_t *array = put_array(out, "ecc");
	unsigned int i;

	for (i = 0; i < health->edacs; i++) {
		struct out edac = new_object(out);

		put_text(edac, "controller", health->edac[i].controller);
		put_text(edac, "name", health->edac[i].name);
		put_number(edac, "corrected", health->edac[i].corrected);
		put_number(edac, "uncorrected", health->edac[i].uncorrected);
		append(out, array, edac.object);
	}
}

static void put_sensors(struct out out, const struct xmemd_health *health)
{
	json_t *array = put_array(out, "temperatures");
	unsigned int i;

	for (i = 0; i < health->sensors; i++) {
		struct out sensor = new_object(out);

		put_text(sensor, "sensor", health->sensor[i].name);
		put_degrees(sensor, "celsius", health->sensor[i].now);
		put_degrees(sensor, "max", health->sensor[i].max);
		put_degrees(sensor, "critical", health->sensor[i].crit);
		append(out, array, sensor.object);
	}
}

static void put_supplies(struct out out, const struct xmemd_health *health)
{
	json_t *array = put_array(out, "power");
	unsigned int i;

	for (i = 0; i < health->supplies; i++) {
		const struct xmemd_health_supply *from = &health->supply[i];
		struct out supply = new_object(out);

		put_text(supply, "supply", from->name);
		put_text(supply, "type", from->type);
		put_text(supply, "status", from->status);
		put_bool(supply, "online", from->online);
		put_number(supply, "capacity", from->capacity);
		put_number(supply, "microwatts", from->microwatts);
		put_bool(supply, "alarm", from->alarm);
		append(out, array, supply.object);
	}
}

static void put_ports(struct out out, const struct xmemd_health *health)
{
	json_t *array = put_array(out, "rdma");
	unsigned int i, k;

	for (i = 0; i < health->ports; i++) {
		const struct xmemd_health_port *from = &health->port[i];
		struct out port = new_object(out), errors;

		put_text(port, "device", from->device);
		put_number(port, "port", from->number);
		put_text(port, "state", from->state);
		put_text(port, "link", from->link);
		put_text(port, "net", from->net);
		put_number(port, "bandwidth_mbps", from->mbps);
		errors = put_object(port, "errors");
		for (k = 0; k < XMEMD_HEALTH_COUNTERS; k++)
			put_number(errors, xmemd_health_counters[k], from->errors[k]);
		append(out, array, port.object);
	}
}

static void put_pressure(struct out out, const char *name, const struct xmemd_health_pressure *from)
{
	struct out pressure, some, full;

	if (from->some10 == XMEMD_HEALTH_NONE && from->full10 == XMEMD_HEALTH_NONE)
		return;
	pressure = put_object(out, name);
	some = put_object(pressure, "some");
	put_percent(some, "avg10", from->some10);
	put_percent(some, "avg60", from->some60);
	full = put_object(pressure, "full");
	put_percent(full, "avg10", from->full10);
	put_percent(full, "avg60", from->full60);
}

static void put_versions(struct out out, const struct xmemd_health_versions *versions)
{
	struct out all = put_object(out, "versions");
	size_t i;

	put_text(all, "kernel", versions->kernel);
	for (i = 0; i < XMEMD_HEALTH_MODULES; i++)
		put_text(all, xmemd_health_modules[i], versions->module[i]);
}

static void put_notes(struct out out, const struct xmemd_health_notes *notes)
{
	json_t *array = put_array(out, "unreadable");
	unsigned int i;

	for (i = 0; i < notes->count; i++)
		append(out, array, json_string(notes->line[i]));
	if (notes->more)
		append(out, array, json_sprintf("and %u more", notes->more));
}

/**
 * xmemd_health_json() - health as JSON
 * @health: what was read
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_health_json(const struct xmemd_health *health)
{
	bool failed = false;
	struct out out = { json_object(), &failed };
	struct out pressure;

	put_memory(out, health);
	put_edac(out, health);
	put_sensors(out, health);
	put_supplies(out, health);
	put_ports(out, health);
	pressure = put_object(out, "pressure");
	put_pressure(pressure, "memory", &health->pressure_memory);
	put_pressure(pressure, "io", &health->pressure_io);
	put_number(out, "cpus", health->cpus);
	put_number(out, "load", health->load);
	put_versions(out, &health->versions);
	put_notes(out, &health->notes);
	if (!failed)
		return out.object;
	json_decref(out.object);
	return NULL;
}

/**
 * xmemd_health_brief() - what of a machine's health is worth an announcement
 * @health: what was read
 * @object: takes "load", "bandwidth_mbps", "rdma_device", "machine" and "versions"
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_health_brief(const struct xmemd_health *health, json_t *object)
{
	const struct xmemd_health_port *port = xmemd_health_best_port(health);
	bool failed = false;
	struct out out = { object, &failed };
	struct out machine = put_object(out, "machine");

	put_number(out, "load", health->load);
	if (port) {
		put_number(out, "bandwidth_mbps", port->mbps);
		put_text(out, "rdma_device", port->device);
	}
	put_number(machine, "memory", health->memory.total);
	put_number(machine, "available", health->memory.available);
	put_number(machine, "cpus", health->cpus);
	put_nodes(machine, "numa", health);
	put_versions(out, &health->versions);
	return failed ? -1 : 0;
}
