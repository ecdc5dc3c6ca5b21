// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_want.h"
#include "labels.h"
#include "place.h"
#include "profile.h"
#include "record.h"

/* What a body may say, as the tables of fields take it. */
struct words {
	char name[XMEMD_NAME_TEXT], account[XMEMD_NAME_TEXT], reservation[XMEMD_NAME_TEXT];
	char class[XMEMD_NAME_TEXT];
	uint64_t size, client, duration, not_in_use;
	uint32_t layout, type, spread, bandwidth, distance, min_regions, max_regions, max_load,
		max_latency, min_bandwidth;
	bool apart, backing, need_class;
	json_t *strategies, *location, *appliances, *exclude, *labels;
};

#define WORD(NAME, TYPE, REQUIRED, FIELD, MAX, CHOICES)                                         \
	{                                                                                       \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct words, FIELD), MAX, CHOICES \
	}

#define PLACE_WORDS                                                                     \
	WORD("layout", CHOICE, false, layout, 0, xmemd_layouts_wanted),                 \
		WORD("strategies", ARRAY, false, strategies, 0, NULL),                  \
		WORD("location", OBJECT, false, location, 0, NULL),                     \
		WORD("appliances", ARRAY, false, appliances, 0, NULL),                  \
		WORD("exclude", ARRAY, false, exclude, 0, NULL),                        \
		WORD("min_regions", NUMBER, false, min_regions, XMEM_LEGS_MAX, NULL),   \
		WORD("max_regions", NUMBER, false, max_regions, XMEM_LEGS_MAX, NULL),   \
		WORD("spread", CHOICE, false, spread, 0, xmemd_domains),                \
		WORD("apart", BOOL, false, apart, 0, NULL),                             \
		WORD("backing", BOOL, false, backing, 0, NULL),                         \
		WORD("class", WORDS, false, class, XMEMD_NAME_TEXT - 1, NULL),          \
		WORD("need_class", BOOL, false, need_class, 0, NULL),                   \
		WORD("bandwidth_class", CHOICE, false, bandwidth, 0, xmemd_bandwidths), \
		WORD("max_distance", CHOICE, false, distance, 0, xmemd_distances),      \
		WORD("max_load", NUMBER, false, max_load, 1000, NULL),                  \
		WORD("max_latency_ns", NUMBER, false, max_latency, UINT32_MAX, NULL),   \
		WORD("min_bandwidth_mbps", NUMBER, false, min_bandwidth, UINT32_MAX, NULL)

#define TERM_WORDS                                                    \
	WORD("type", CHOICE, false, type, 0, xmemd_types),            \
		WORD("duration", TIME, false, duration, 0, NULL),     \
		WORD("not_in_use", TIME, false, not_in_use, 0, NULL), \
		WORD("account", NAME, false, account, 0, NULL),       \
		WORD("reservation", NAME, false, reservation, 0, NULL)

static const struct xmemd_field alloc_fields[] = {
	WORD("name", NAME, true, name, 0, NULL),
	WORD("size", SIZE, true, size, 0, NULL),
	WORD("client", ID, true, client, 0, NULL),
	PLACE_WORDS,
	TERM_WORDS,
	WORD("labels", OBJECT, false, labels, 0, NULL),
};

static const struct xmemd_field plan_fields[] = {
	WORD("size", SIZE, true, size, 0, NULL),
	WORD("name", NAME, false, name, 0, NULL),
	WORD("client", ID, false, client, 0, NULL),
	PLACE_WORDS,
	TERM_WORDS,
	WORD("labels", OBJECT, false, labels, 0, NULL),
};

static const struct xmemd_field space_fields[] = {
	WORD("size", SIZE, false, size, 0, NULL),
	WORD("client", ID, false, client, 0, NULL),
	PLACE_WORDS,
	TERM_WORDS,
};

static const struct xmemd_field move_fields[] = {
	PLACE_WORDS,
};

static const struct {
	const struct xmemd_field *fields;
	size_t count;
} tables[] = {
	[XMEMD_WANT_ALLOC] = { XMEMD_FIELDS(alloc_fields) },
	[XMEMD_WANT_PLAN] = { XMEMD_FIELDS(plan_fields) },
	[XMEMD_WANT_SPACE] = { XMEMD_FIELDS(space_fields) },
	[XMEMD_WANT_MOVE] = { XMEMD_FIELDS(move_fields) },
};

static int read_location(const json_t *object, struct xmemd_where *where, struct xmemd_refusal *why)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach ((json_t *)object, key, value) {
		for (i = 0; i < XMEMD_LABELS && strcmp(key, xmemd_place_keys[i]); i++)
			;
		if (i == XMEMD_LABELS)
			return xmemd_refuse_field(
				why, "location",
				"\"location\" has no \"%.64s\"; possible are site, "
				"rack, switch, numa",
				key);
		if (!json_is_string(value) || json_string_length(value) > 63)
			return xmemd_refuse_field(
				why, "location",
				"\"location\": \"%s\" must be text of at most 63 characters", key);
		where->label[i] = json_string_value(value);
	}
	return 0;
}

static int read_words(const struct words *words, struct xmemd_demand *demand,
		      struct xmemd_refusal *why)
{
	demand->spread = words->spread;
	demand->bandwidth = words->bandwidth;
	demand->max_distance = words->distance;
	if (words->max_regions && words->min_regions > words->max_regions)
		return xmemd_refuse_field(why, "min_regions",
					  "\"min_regions\" is greater than \"max_regions\"");
	return read_location(words->location, &demand->where, why);
}

static int read_lists(const struct words *words, struct xmemd_order *order,
		      struct xmemd_refusal *why)
{
	struct xmemd_demand *demand = &order->demand;

	/* the first of the lists of allowed appliances is the request's own */
	if (xmemd_strategies_read("strategies", words->strategies, demand->strategy,
				  &demand->strategies, why) < 0 ||
	    xmemd_globs_read("appliances", words->appliances, &order->globs,
			     &demand->allow[0].count, why) < 0 ||
	    xmemd_globs_read("exclude", words->exclude, &order->excluded, &demand->exclude.count,
			     why) < 0)
		return -1;
	demand->allow[0].glob = order->globs;
	demand->exclude.glob = order->excluded;
	return 0;
}

static uint64_t span(uint64_t seconds)
{
	return seconds ? seconds * 1000 : XMEMD_UNLIMITED;
}

static void fill(struct xmemd_call *call, struct words *words, struct xmemd_order *order)
{
	struct xmemd_demand *demand = &order->demand;

	memcpy(order->name, words->name, sizeof(order->name));
	memcpy(order->owner, call->peer.cn, sizeof(order->owner));
	memcpy(order->account, words->account, sizeof(order->account));
	memcpy(order->reservation, words->reservation, sizeof(order->reservation));
	order->any = call->peer.roles & (XMEMD_ROLE_ADMIN | XMEMD_ROLE_VIEWER);
	order->client = words->client;
	order->type = words->type;
	order->labels = words->labels;
	order->duration = span(words->duration);
	order->not_in_use = span(words->not_in_use);
	order->act = XMEMD_ACT_CREATE;
	demand->size = words->size;
	demand->layout = words->layout;
	demand->min_regions = words->min_regions;
	demand->max_regions = words->max_regions;
	demand->apart = words->apart;
	demand->need_backing = words->backing;
	demand->need_class = words->need_class;
	demand->class =
		words->class[0] ? json_string_value(json_object_get(call->body, "class")) : NULL;
	demand->max_load = words->max_load;
	demand->max_latency_ns = words->max_latency;
	demand->min_bandwidth_mbps = words->min_bandwidth;
}

/**
 * xmemd_want_read() - read a body that asks for memory
 * @call: the request
 * @of: what it asks for
 * @order: result; for xmemd_order_free(), also after a refusal. Its texts are the body's.
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_want_read(struct xmemd_call *call, enum xmemd_want_of of, struct xmemd_order *order)
{
	struct words words = {
		.layout = XMEMD_LAYOUT_AUTO,
		.type = XMEMD_VOLATILE,
		.size = of == XMEMD_WANT_SPACE ? XMEMD_CHUNK : 0,
	};

	*order = (struct xmemd_order){};
	if (xmemd_fields_read(tables[of].fields, tables[of].count, call->body, &words, &call->why) <
	    0)
		return -1;
	fill(call, &words, order);
	/* lots must differ from request to request */
	if (xmemd_manager_random(&order->demand.seed, &call->why) < 0 ||
	    read_words(&words, &order->demand, &call->why) < 0 ||
	    xmemd_labels_check(words.labels, &call->why) < 0)
		return -1;
	return read_lists(&words, order, &call->why);
}
