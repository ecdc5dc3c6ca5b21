// SPDX-License-Identifier: GPL-2.0-or-later
#include "objects.h"
#include "out.h"
#include "stats.h"

static const struct adm_column lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "reads", "reads", ADM_NUMBER },
	{ "writes", "writes", ADM_NUMBER },
	{ "zeroes", "zeroes", ADM_NUMBER },
	{ "errors", "errors", ADM_NUMBER },
	{ "replays", "replays", ADM_NUMBER },
	{ "parked", "parked", ADM_NUMBER },
	{ "size", "stage pages", ADM_NUMBER },
	{ "used", "stage pages used", ADM_NUMBER },
	{ "stored", "staged", ADM_NUMBER },
	{ "served", "read while staged", ADM_NUMBER },
	{ "full", "stage was full", ADM_NUMBER },
	{ "waits", "waits for the stage", ADM_NUMBER },
	{ "stuck", "stuck in the stage", ADM_NUMBER },
	{ 0 },
};

static const struct adm_column use_columns[] = {
	{ "interface", "INTERFACE", ADM_TEXT }, { "stores", "STORES", ADM_NUMBER },
	{ "loads", "LOADS", ADM_NUMBER },	{ "hits", "HITS", ADM_NUMBER },
	{ "misses", "MISSES", ADM_NUMBER },	{ "staged", "STAGED", ADM_NUMBER },
	{ "drops", "DROPS", ADM_NUMBER },	{ "errors", "ERRORS", ADM_NUMBER },
	{ "passed", "PASSED", ADM_NUMBER },	{ "store-us-50", "STORE us 50%", ADM_NUMBER },
	{ "store-us-99", "99%", ADM_NUMBER },	{ "load-us-50", "LOAD us 50%", ADM_NUMBER },
	{ "load-us-99", "99%", ADM_NUMBER },	{ 0 },
};

/**
 * adm_latency_quantile() - how long a part of all took at most
 * @buckets: a histogram, XMEM_LATENCY_BUCKETS numbers
 * @percent: the part, 1 to 100
 *
 * Return: microseconds, the upper end of the bucket that holds it; 0 if nothing was
 * counted.
 */
uint64_t adm_latency_quantile(const uint64_t *buckets, unsigned int percent)
{
	uint64_t sum = 0, seen = 0;
	unsigned int i;

	for (i = 0; i < XMEM_LATENCY_BUCKETS; i++)
		sum += buckets[i];
	if (!sum)
		return 0;
	for (i = 0; i < XMEM_LATENCY_BUCKETS - 1; i++) {
		seen += buckets[i];
		if (seen >= (sum * percent + 99) / 100)
			break;
	}
	return UINT64_C(1) << i;
}

static json_t *histogram(const uint64_t *buckets)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < XMEM_LATENCY_BUCKETS; i++)
		json_array_append_new(array, adm_json_u64(buckets[i]));
	return array;
}

static json_t *use_json(const struct xmem_use *use)
{
	json_t *o = json_object();

	adm_set(o, "interface", json_string(xmem_interface_name(use->interface)));
	adm_set(o, "stores", adm_json_u64(use->stores));
	adm_set(o, "loads", adm_json_u64(use->loads));
	adm_set(o, "hits", adm_json_u64(use->hits));
	adm_set(o, "misses", adm_json_u64(use->misses));
	adm_set(o, "staged", adm_json_u64(use->staged));
	adm_set(o, "drops", adm_json_u64(use->drops));
	adm_set(o, "errors", adm_json_u64(use->errors));
	adm_set(o, "passed", adm_json_u64(use->passed));
	adm_set(o, "store-us-50", adm_json_u64(adm_latency_quantile(use->store_latency, 50)));
	adm_set(o, "store-us-99", adm_json_u64(adm_latency_quantile(use->store_latency, 99)));
	adm_set(o, "load-us-50", adm_json_u64(adm_latency_quantile(use->load_latency, 50)));
	adm_set(o, "load-us-99", adm_json_u64(adm_latency_quantile(use->load_latency, 99)));
	adm_set(o, "store-latency", histogram(use->store_latency));
	adm_set(o, "load-latency", histogram(use->load_latency));
	return o;
}

static json_t *stage_json(const struct xmem_stage *stage)
{
	json_t *o = json_object();

	adm_set(o, "size", adm_json_u64(stage->size));
	adm_set(o, "used", adm_json_u64(stage->used));
	adm_set(o, "stored", adm_json_u64(stage->stored));
	adm_set(o, "served", adm_json_u64(stage->served));
	adm_set(o, "full", adm_json_u64(stage->full));
	adm_set(o, "waits", adm_json_u64(stage->waits));
	adm_set(o, "stuck", adm_json_u64(stage->stuck));
	return o;
}

/**
 * adm_print_stats() - print what a device did
 * @adm: the run
 * @dev: from xmem_dev_stats()
 *
 * Return: 0 or a negative errno.
 */
int adm_print_stats(struct adm *adm, const struct xmem_dev *dev)
{
	json_t *o = json_object(), *uses = json_array();
	json_t *stats = adm_stats_json(&dev->stats), *stage = stage_json(&dev->stage);
	unsigned int i;

	adm_set(o, "id", json_integer(dev->id));
	adm_set(o, "name", json_string(dev->name));
	for (i = 0; i < dev->uses; i++)
		json_array_append_new(uses, use_json(&dev->use[i]));
	if (adm->json) {
		adm_set(o, "stats", json_incref(stats));
		if (dev->stage.size)
			adm_set(o, "stage", json_incref(stage));
	} else {
		json_object_update(o, stats);
		if (dev->stage.size)
			json_object_update(o, stage);
	}
	json_decref(stats);
	json_decref(stage);
	adm_set(o, "interfaces", uses);
	return adm_print_object(adm, o, lines, "interfaces", use_columns);
}
