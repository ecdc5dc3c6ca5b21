// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "objects.h"
#include "out.h"

/**
 * adm_pool_json() - the pool as JSON
 * @pool: the pool
 *
 * Return: a new object.
 */
json_t *adm_pool_json(const struct xmem_pool *pool)
{
	json_t *o = json_object();

	adm_set(o, "memory", adm_json_u64(pool->memory));
	adm_set(o, "free", adm_json_u64(pool->free));
	adm_set(o, "largest", adm_json_u64(pool->largest));
	adm_set(o, "regions", json_integer(pool->regions));
	adm_set(o, "grants", json_integer(pool->grants));
	adm_set(o, "sessions", json_integer(pool->sessions));
	adm_set(o, "port", json_integer(pool->port));
	adm_set(o, "refused", adm_json_u64(pool->refused));
	adm_set(o, "control-calls", adm_json_u64(pool->control_calls));
	return o;
}

/**
 * adm_region_json() - a region as JSON
 * @region: the region
 *
 * Return: a new object.
 */
json_t *adm_region_json(const struct xmem_region *region)
{
	json_t *o = json_object();

	adm_set(o, "id", adm_json_u64(region->id));
	adm_set(o, "size", adm_json_u64(region->size));
	adm_set(o, "label", json_string(region->label));
	adm_set(o, "instance", adm_json_id(region->instance));
	adm_set(o, "epoch", json_integer(region->epoch));
	adm_set(o, "grants", json_integer(region->grants));
	adm_set(o, "sessions", json_integer(region->sessions));
	adm_set(o, "created", adm_json_u64(region->created));
	if (region->owner)
		adm_set(o, "owner", adm_json_id(region->owner));
	if (region->meta[0])
		adm_set(o, "meta", json_string(region->meta));
	if (!region->alloc)
		return o;
	adm_set(o, "alloc", adm_json_id(region->alloc));
	adm_set(o, "layout", json_string(xmem_layout_name(region->layout)));
	adm_set(o, "leg-index", json_integer(region->leg_index));
	adm_set(o, "leg-count", json_integer(region->leg_count));
	return o;
}

static json_t *rights_json(uint32_t rights)
{
	json_t *list = json_array();

	if (rights & XMEM_APPLIANCE_RIGHT_READ)
		json_array_append_new(list, json_string("read"));
	if (rights & XMEM_APPLIANCE_RIGHT_WRITE)
		json_array_append_new(list, json_string("write"));
	return list;
}

/**
 * adm_grant_json() - a grant as JSON
 * @grant: the grant; its token is not shown
 *
 * Return: a new object.
 */
json_t *adm_grant_json(const struct xmem_grant *grant)
{
	json_t *o = json_object();

	adm_set(o, "region", adm_json_u64(grant->region));
	adm_set(o, "client", adm_json_id(grant->client));
	adm_set(o, "rights", rights_json(grant->rights));
	adm_set(o, "epoch", json_integer(grant->epoch));
	adm_set(o, "sessions", json_integer(grant->sessions));
	adm_set(o, "expiry", adm_json_u64(grant->expiry));
	return o;
}

/**
 * adm_session_json() - a session as JSON
 * @session: the session
 *
 * Return: a new object.
 */
json_t *adm_session_json(const struct xmem_session *session)
{
	json_t *o = json_object();

	adm_set(o, "region", adm_json_u64(session->region));
	adm_set(o, "client", adm_json_id(session->client));
	adm_set(o, "session", adm_json_id(session->id));
	adm_set(o, "generation", json_integer(session->generation));
	adm_set(o, "queues", json_integer(session->queues));
	adm_set(o, "peer", json_string(session->peer));
	adm_set(o, "device", json_string(session->device));
	return o;
}

static json_t *leg_json(const struct xmem_leg *leg)
{
	json_t *o = json_object();

	adm_set(o, "index", json_integer(leg->index));
	adm_set(o, "state", json_string(xmem_leg_state_name(leg->state)));
	adm_set(o, "address", json_string(leg->address));
	adm_set(o, "port", json_integer(leg->port));
	adm_set(o, "region", adm_json_u64(leg->region));
	adm_set(o, "epoch", json_integer(leg->epoch));
	adm_set(o, "size", adm_json_u64(leg->size));
	adm_set(o, "reconnects", adm_json_u64(leg->reconnects));
	adm_set(o, "device", json_string(leg->device));
	if (*leg->last_error)
		adm_set(o, "last-error", json_string(leg->last_error));
	return o;
}

/**
 * adm_stats_json() - the counters of a device as JSON
 * @stats: the counters
 *
 * Return: a new object.
 */
json_t *adm_stats_json(const struct xmem_stats *stats)
{
	json_t *o = json_object();

	adm_set(o, "reads", adm_json_u64(stats->reads));
	adm_set(o, "read-bytes", adm_json_u64(stats->read_bytes));
	adm_set(o, "writes", adm_json_u64(stats->writes));
	adm_set(o, "write-bytes", adm_json_u64(stats->write_bytes));
	adm_set(o, "zeroes", adm_json_u64(stats->zeroes));
	adm_set(o, "zero-bytes", adm_json_u64(stats->zero_bytes));
	adm_set(o, "errors", adm_json_u64(stats->errors));
	adm_set(o, "replays", adm_json_u64(stats->replays));
	adm_set(o, "parked", adm_json_u64(stats->parked));
	adm_set(o, "work-requests", adm_json_u64(stats->work_requests));
	return o;
}

/**
 * adm_dev_json() - a device as JSON
 * @dev: the device
 *
 * Return: a new object with the legs in it.
 */
json_t *adm_dev_json(const struct xmem_dev *dev)
{
	json_t *o = json_object(), *legs = json_array(), *interfaces = json_array();
	char path[32];
	unsigned int i;

	snprintf(path, sizeof(path), "/dev/xmem%u", dev->id);
	adm_set(o, "id", json_integer(dev->id));
	if (dev->interfaces & XMEM_INTERFACE_BLOCK)
		adm_set(o, "path", json_string(path));
	adm_set(o, "name", json_string(dev->name));
	adm_set(o, "size", adm_json_u64(dev->size));
	adm_set(o, "layout", json_string(xmem_layout_name(dev->layout)));
	adm_set(o, "state", json_string(xmem_dev_state_name(dev->state)));
	adm_set(o, "deadline-ms", json_integer(dev->deadline_ms));
	adm_set(o, "queues", json_integer(dev->queues));
	adm_set(o, "queue-depth", json_integer(dev->queue_depth));
	adm_set(o, "client", adm_json_id(dev->client));
	adm_set(o, "open-count", json_integer(dev->open_count));
	adm_set(o, "read-only", json_boolean(dev->read_only));
	for (i = 0; i < 32; i++)
		if (dev->interfaces & UINT32_C(1) << i)
			json_array_append_new(interfaces,
					      json_string(xmem_interface_name(UINT32_C(1) << i)));
	adm_set(o, "interfaces", interfaces);
	adm_set(o, "slab-size", adm_json_u64(dev->slab_size));
	adm_set(o, "stage-size", adm_json_u64(dev->stage_size));
	adm_set(o, "stats", adm_stats_json(&dev->stats));
	for (i = 0; i < dev->legs; i++)
		json_array_append_new(legs, leg_json(&dev->leg[i]));
	adm_set(o, "legs", legs);
	return o;
}

static void set_counts(json_t *o, const struct adm_pc_counts *counts)
{
	uint64_t block = counts->block_sectors * 512ull;
	uint64_t reads = (uint64_t)counts->read_hits + counts->read_misses;

	adm_set(o, "block-size", adm_json_u64(block));
	adm_set(o, "cache-size", adm_json_u64(block * counts->blocks));
	adm_set(o, "cached", adm_json_u64(block * counts->used_blocks));
	adm_set(o, "read-hits", json_integer(counts->read_hits));
	adm_set(o, "read-misses", json_integer(counts->read_misses));
	if (reads)
		adm_set(o, "read-hit-percent", adm_json_u64(100ull * counts->read_hits / reads));
	adm_set(o, "write-hits", json_integer(counts->write_hits));
	adm_set(o, "write-misses", json_integer(counts->write_misses));
	adm_set(o, "promotions", json_integer(counts->promotions));
	adm_set(o, "demotions", json_integer(counts->demotions));
}

/**
 * adm_pagecache_json() - a cached device as JSON
 * @pc: the device
 * @origin: path of its origin
 * @cache: the device with the cache, or NULL if that is not known
 *
 * Return: a new object.
 */
json_t *adm_pagecache_json(const struct adm_pagecache *pc, const char *origin,
			   const struct xmem_dev *cache)
{
	static const char *const states[] = { "off", "on", "failed", "down" };
	json_t *o = json_object();
	char path[ADM_DM_NAME + 16];

	snprintf(path, sizeof(path), "/dev/mapper/%s", pc->name);
	adm_set(o, "path", json_string(path));
	adm_set(o, "name", json_string(pc->name));
	adm_set(o, "origin", json_string(origin));
	adm_set(o, "state", json_string(states[pc->state]));
	adm_set(o, "size", adm_json_u64(pc->sectors * 512));
	adm_set(o, "open-count", json_integer(pc->open_count));
	if (pc->state == ADM_PC_OFF)
		return o;
	if (cache) {
		snprintf(path, sizeof(path), "/dev/xmem%u", cache->id);
		adm_set(o, "cache", json_string(cache->name));
		adm_set(o, "cache-path", json_string(path));
		adm_set(o, "cache-state", json_string(xmem_dev_state_name(cache->state)));
	}
	set_counts(o, &pc->counts);
	return o;
}
