// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "logic/plan.h"
#include "status.h"
#include "word.h"

static int refuse(struct xmemd_refusal *why, const char *name, const char *must)
{
	return xmemd_refuse_field(why, name, "\"%s\" must be %s", name, must);
}

/* Members that are not there keep what they are: an older daemon says less. */
static int read_number(const json_t *object, const char *name, uint64_t max, uint64_t *value,
		       struct xmemd_refusal *why)
{
	const json_t *field = json_object_get(object, name);
	json_int_t number = json_integer_value(field);

	if (!field)
		return 0;
	if (!json_is_integer(field) || number < 0 || (uint64_t)number > max)
		return xmemd_refuse_field(why, name, "\"%s\" must be a whole number from 0 to %llu",
					  name, (unsigned long long)max);
	*value = (uint64_t)number;
	return 0;
}

/**
 * xmemd_status_read_pool() - read what room an appliance has
 * @object: what it said; further members are not looked at
 * @pool: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_status_read_pool(const json_t *object, struct xmemd_pool_status *pool,
			   struct xmemd_refusal *why)
{
	*pool = (struct xmemd_pool_status){ .memory = UINT64_MAX,
					    .free = UINT64_MAX,
					    .largest = UINT64_MAX };
	if (read_number(object, "memory", XMEMD_SIZE_MAX, &pool->memory, why) < 0 ||
	    read_number(object, "free", XMEMD_SIZE_MAX, &pool->free, why) < 0 ||
	    read_number(object, "largest", XMEMD_SIZE_MAX, &pool->largest, why) < 0 ||
	    read_number(object, "regions", UINT32_MAX, &pool->regions, why) < 0 ||
	    read_number(object, "sessions", UINT32_MAX, &pool->sessions, why) < 0 ||
	    read_number(object, "boot", INT64_MAX, &pool->boot, why) < 0 ||
	    read_number(object, "serial", INT64_MAX, &pool->serial, why) < 0)
		return -1;
	if (pool->memory == UINT64_MAX || pool->free == UINT64_MAX || pool->largest == UINT64_MAX)
		return xmemd_refuse_field(why, "memory",
					  "\"memory\", \"free\" or \"largest\" is missing");
	return 0;
}

static int read_address(const json_t *object, struct xmemd_appliance_status *status,
			struct xmemd_refusal *why)
{
	const char *address = json_string_value(json_object_get(object, "address"));
	const char *version = json_string_value(json_object_get(object, "version"));
	uint64_t port = 0;

	if (!address || !xmem_word_is_address(address))
		return refuse(why, "address", "an IP address");
	if (read_number(object, "port", UINT16_MAX, &port, why) < 0)
		return -1;
	if (!port)
		return refuse(why, "port", "from 1 to 65535");
	snprintf(status->address, sizeof(status->address), "%s", address);
	status->port = (uint32_t)port;
	snprintf(status->version, sizeof(status->version), "%s", version ? version : "");
	return 0;
}

static int read_speed(const json_t *object, struct xmemd_appliance_status *status,
		      struct xmemd_refusal *why)
{
	uint64_t load = 0;

	if (read_number(object, "load", 1000, &load, why) < 0 ||
	    read_number(object, "latency_ns", UINT32_MAX, &status->latency_ns, why) < 0 ||
	    read_number(object, "bandwidth_mbps", UINT32_MAX, &status->bandwidth_mbps, why) < 0)
		return -1;
	status->load = (uint32_t)load;
	status->backing = json_is_true(json_object_get(object, "backing"));
	return 0;
}

static int read_health(const json_t *object, struct xmemd_appliance_status *status,
		       struct xmemd_refusal *why)
{
	json_t *health = json_object_get(object, "health");
	json_t *labels = json_object_get(object, "labels");
	const char *key;
	json_t *value;

	if (health && (!json_is_object(health) || !json_is_boolean(json_object_get(health, "ok"))))
		return refuse(why, "health",
			      "an object with \"ok\" true or false, and \"reasons\"");
	if (labels && (!json_is_object(labels) || json_object_size(labels) > 16))
		return refuse(why, "labels", "an object of at most 16 texts");
	json_object_foreach (labels, key, value)
		if (!json_is_string(value) || json_string_length(value) > 63)
			return refuse(why, "labels", "an object of texts of at most 63 characters");
	status->health = health;
	status->labels = labels;
	status->healthy = !health || json_is_true(json_object_get(health, "ok"));
	return 0;
}

/**
 * xmemd_status_read() - read what an appliance says of itself
 * @object: what it said
 * @status: result; health and labels are borrowed from @object
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_status_read(const json_t *object, struct xmemd_appliance_status *status,
		      struct xmemd_refusal *why)
{
	*status = (struct xmemd_appliance_status){};
	if (xmemd_status_read_pool(object, &status->pool, why) < 0 ||
	    read_address(object, status, why) < 0 || read_speed(object, status, why) < 0)
		return -1;
	return read_health(object, status, why);
}
