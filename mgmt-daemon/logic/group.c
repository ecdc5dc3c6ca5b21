// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "logic/set.h"

static uint8_t log2_of(uint32_t value)
{
	return value ? (uint8_t)(31 - __builtin_clz(value)) : 0;
}

/**
 * xmemd_load_class() - load in tenths
 * @load: 0 idle … 1000 saturated
 *
 * Return: the class; lower is better.
 */
uint8_t xmemd_load_class(uint32_t load)
{
	return (uint8_t)xmemd_min(load / 100, 63);
}

/**
 * xmemd_latency_class() - latency in powers of two
 * @ns: nanoseconds, UINT32_MAX if not known
 *
 * Return: the class; lower is better.
 */
uint8_t xmemd_latency_class(uint32_t ns)
{
	return log2_of(ns);
}

/**
 * xmemd_bandwidth_rank() - bandwidth in powers of two
 * @mbps: Mbit/s, 0 if not known
 *
 * Return: the class; lower is better.
 */
uint8_t xmemd_bandwidth_rank(uint32_t mbps)
{
	return mbps ? 31 - log2_of(mbps) : 32;
}

/**
 * xmemd_group_of() - the group that an appliance belongs to
 * @slot: the appliance
 * @group: result
 */
void xmemd_group_of(const struct xmemd_slot *slot, struct xmemd_group *group)
{
	memset(group, 0, sizeof(*group));
	group->class = slot->class;
	group->load = xmemd_load_class(slot->own.load);
	group->latency = xmemd_latency_class(slot->own.latency);
	group->bandwidth = xmemd_bandwidth_rank(slot->own.bandwidth);
	group->tier = xmemd_bandwidth_class(slot->own.bandwidth) & 3;
	group->backing = slot->own.backing;
}

/**
 * xmemd_group_join() - an appliance comes into its group
 * @pools: the set
 * @slot: the appliance
 *
 * Return: number of the group.
 */
uint32_t xmemd_group_join(struct xmemd_pools *pools, const struct xmemd_slot *slot)
{
	uint32_t i, unused = XMEMD_GROUP_OTHERS;
	struct xmemd_group group;

	xmemd_group_of(slot, &group);
	for (i = 0; i < pools->groups; i++) {
		if (!pools->members[i]) {
			unused = xmemd_min(unused, i);
		} else if (!memcmp(&pools->group[i], &group, sizeof(group))) {
			pools->members[i]++;
			return i;
		}
	}
	if (unused == XMEMD_GROUP_OTHERS && pools->groups < XMEMD_GROUP_OTHERS)
		unused = pools->groups++;
	pools->group[unused] = group;
	pools->members[unused]++;
	return unused;
}

/**
 * xmemd_group_leave() - an appliance leaves its group
 * @pools: the set
 * @number: of the group
 */
void xmemd_group_leave(struct xmemd_pools *pools, uint32_t number)
{
	pools->members[number]--;
}
