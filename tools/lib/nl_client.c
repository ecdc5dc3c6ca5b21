// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <netlink/msg.h>

#include "nl_client.h"
#include "nl_table.h"

static const struct xmem_nl_family family = {
	.name = XMEM_FAMILY_NAME,
	.group = XMEM_MCGRP_EVENTS,
	.hint = "modprobe xmem",
	.version = XMEM_FAMILY_VERSION,
};

#define LEG(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_leg, TYPE, NAME, FIELD)
#define LEG_TOLD(TYPE, NAME, FIELD) XMEM_NL_FIELD_TOLD(struct xmem_leg, TYPE, NAME, FIELD)
static const struct xmem_nl_attr leg_attrs[] = {
	[XMEM_A_LEG_INDEX] = LEG_TOLD(U32, "index", index),
	[XMEM_A_LEG_ADDRESS] = LEG(STRING, "address", address),
	[XMEM_A_LEG_PORT] = LEG(U16, "port", port),
	[XMEM_A_LEG_REGION] = LEG(U64, "region", region),
	[XMEM_A_LEG_TOKEN] = XMEM_NL_FIELD_HAS(struct xmem_leg, BINARY, "token", token, has_token),
	[XMEM_A_LEG_EPOCH] = LEG(U32, "epoch", epoch),
	[XMEM_A_LEG_SIZE] = LEG_TOLD(U64, "size", size),
	[XMEM_A_LEG_STATE] = LEG_TOLD(U32, "state", state),
	[XMEM_A_LEG_LAST_ERROR] = LEG_TOLD(STRING, "last-error", last_error),
	[XMEM_A_LEG_RECONNECTS] = LEG_TOLD(U64, "reconnects", reconnects),
	[XMEM_A_LEG_DEVICE] = LEG_TOLD(STRING, "device", device),
};

static const struct xmem_nl_set leg_set = XMEM_NL_SET("leg", leg_attrs);

#define STATS(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_stats, TYPE, NAME, FIELD)
static const struct xmem_nl_attr stats_attrs[] = {
	[XMEM_A_STATS_READS] = STATS(U64, "reads", reads),
	[XMEM_A_STATS_WRITES] = STATS(U64, "writes", writes),
	[XMEM_A_STATS_ZEROES] = STATS(U64, "zeroes", zeroes),
	[XMEM_A_STATS_READ_BYTES] = STATS(U64, "read-bytes", read_bytes),
	[XMEM_A_STATS_WRITE_BYTES] = STATS(U64, "write-bytes", write_bytes),
	[XMEM_A_STATS_ZERO_BYTES] = STATS(U64, "zero-bytes", zero_bytes),
	[XMEM_A_STATS_ERRORS] = STATS(U64, "errors", errors),
	[XMEM_A_STATS_REPLAYS] = STATS(U64, "replays", replays),
	[XMEM_A_STATS_PARKED] = STATS(U64, "parked", parked),
	[XMEM_A_STATS_WORK_REQUESTS] = STATS(U64, "work-requests", work_requests),
};

static const struct xmem_nl_set stats_set = XMEM_NL_SET("stats", stats_attrs);

#define STAGE(NAME, FIELD) XMEM_NL_FIELD(struct xmem_stage, U64, NAME, FIELD)
static const struct xmem_nl_attr stage_attrs[] = {
	[XMEM_A_STAGE_SIZE] = STAGE("size", size),
	[XMEM_A_STAGE_USED] = STAGE("used", used),
	[XMEM_A_STAGE_STORED] = STAGE("stored", stored),
	[XMEM_A_STAGE_SERVED] = STAGE("served", served),
	[XMEM_A_STAGE_FULL] = STAGE("full", full),
	[XMEM_A_STAGE_WAITS] = STAGE("waits", waits),
	[XMEM_A_STAGE_STUCK] = STAGE("stuck", stuck),
};

static const struct xmem_nl_set stage_set = XMEM_NL_SET("stage", stage_attrs);

#define USE(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_use, TYPE, NAME, FIELD)
static const struct xmem_nl_attr use_attrs[] = {
	[XMEM_A_USE_INTERFACE] = USE(U32, "interface", interface),
	[XMEM_A_USE_STORES] = USE(U64, "stores", stores),
	[XMEM_A_USE_LOADS] = USE(U64, "loads", loads),
	[XMEM_A_USE_HITS] = USE(U64, "hits", hits),
	[XMEM_A_USE_MISSES] = USE(U64, "misses", misses),
	[XMEM_A_USE_STAGED] = USE(U64, "staged", staged),
	[XMEM_A_USE_DROPS] = USE(U64, "drops", drops),
	[XMEM_A_USE_ERRORS] = USE(U64, "errors", errors),
	[XMEM_A_USE_STORE_LATENCY] = USE(BINARY, "store-latency", store_latency),
	[XMEM_A_USE_LOAD_LATENCY] = USE(BINARY, "load-latency", load_latency),
	[XMEM_A_USE_PASSED] = USE(U64, "passed", passed),
};

static const struct xmem_nl_set use_set = XMEM_NL_SET("use", use_attrs);

#define DEV(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_dev, TYPE, NAME, FIELD)
static const struct xmem_nl_attr dev_attrs[] = {
	[XMEM_A_DEV_ID] = XMEM_NL_FIELD_HAS(struct xmem_dev, U32, "id", id, has_id),
	[XMEM_A_DEV_NAME] = DEV(STRING, "name", name),
	[XMEM_A_DEV_SIZE] = DEV(U64, "size", size),
	[XMEM_A_DEV_LAYOUT] = DEV(U32, "layout", layout),
	[XMEM_A_DEV_STATE] = DEV(U32, "state", state),
	[XMEM_A_DEV_DEADLINE_MS] = DEV(U32, "deadline-ms", deadline_ms),
	[XMEM_A_DEV_TIMEOUT_MS] = DEV(U32, "timeout-ms", timeout_ms),
	[XMEM_A_DEV_QUEUES] = DEV(U32, "queues", queues),
	[XMEM_A_DEV_QUEUE_DEPTH] = DEV(U32, "queue-depth", queue_depth),
	[XMEM_A_DEV_CLIENT] = DEV(U64, "client", client),
	[XMEM_A_DEV_OPEN_COUNT] = DEV(U32, "open-count", open_count),
	[XMEM_A_DEV_LEG] = {
		.name = "leg", .type = XMEM_NL_NEST, .nested = &leg_set,
		.offset = offsetof(struct xmem_dev, leg), .size = sizeof(struct xmem_leg),
		.count = offsetof(struct xmem_dev, legs) + 1, .max = XMEM_LEGS_MAX,
	},
	[XMEM_A_DEV_STATS] = {
		.name = "stats", .type = XMEM_NL_NEST, .nested = &stats_set,
		.offset = offsetof(struct xmem_dev, stats), .size = sizeof(struct xmem_stats),
	},
	[XMEM_A_DEV_INTERFACES] = DEV(U32, "interfaces", interfaces),
	[XMEM_A_DEV_SLAB_SIZE] = DEV(U64, "slab-size", slab_size),
	[XMEM_A_DEV_STAGE_SIZE] = DEV(U64, "stage-size", stage_size),
	[XMEM_A_DEV_STAGE] = {
		.name = "stage", .type = XMEM_NL_NEST, .nested = &stage_set,
		.offset = offsetof(struct xmem_dev, stage), .size = sizeof(struct xmem_stage),
	},
	[XMEM_A_DEV_USE] = {
		.name = "use", .type = XMEM_NL_NEST, .nested = &use_set,
		.offset = offsetof(struct xmem_dev, use), .size = sizeof(struct xmem_use),
		.count = offsetof(struct xmem_dev, uses) + 1, .max = XMEM_USES_MAX,
	},
	[XMEM_A_DEV_FORCE] = DEV(FLAG, "force", force),
	[XMEM_A_DEV_READ_ONLY] = DEV(FLAG, "read-only", read_only),
};

const struct xmem_nl_set xmem_dev_set_desc = XMEM_NL_SET("device", dev_attrs);

/**
 * xmem_client_open() - make a socket to the client module
 * @nlp: result, given back by xmem_nl_close()
 * @err: why not
 *
 * Return: 0, -ENOENT if the module is not loaded, or another negative errno.
 */
int xmem_client_open(struct xmem_nl **nlp, struct xmem_err *err)
{
	return xmem_nl_open(nlp, &family, err);
}

static int take_dev(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	(void)cmd;
	xmem_nl_decode(&xmem_dev_set_desc, attrs, len, arg);
	return 0;
}

static int call_dev(struct xmem_nl *nl, uint8_t cmd, const struct xmem_dev *in,
		    const uint16_t *attrs, size_t count, struct xmem_dev *out, struct xmem_err *err)
{
	struct nl_msg *msg = xmem_nl_request(nl, cmd, 0, &xmem_dev_set_desc, in, attrs, count);

	return xmem_nl_call(nl, msg, &xmem_dev_set_desc, out ? take_dev : NULL, out, err);
}

/**
 * xmem_dev_get() - one device
 * @nl: socket
 * @which: its id (has_id) or name
 * @dev: result
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_dev_get(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_dev *dev,
		 struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_A_DEV_ID, XMEM_A_DEV_NAME };

	*dev = (struct xmem_dev){ 0 };
	return call_dev(nl, XMEM_CMD_DEV_GET, which, attrs, XMEM_NL_COUNT(attrs), dev, err);
}

/**
 * xmem_dev_stats() - what a device and its interfaces did
 * @nl: socket
 * @which: its id (has_id) or name
 * @dev: result: id, name, stats, stage and use
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_dev_stats(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_dev *dev,
		   struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_A_DEV_ID, XMEM_A_DEV_NAME };

	*dev = (struct xmem_dev){ 0 };
	return call_dev(nl, XMEM_CMD_STATS_GET, which, attrs, XMEM_NL_COUNT(attrs), dev, err);
}

struct dev_list {
	xmem_dev_fn fn;
	void *arg;
};

static int list_dev(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	struct dev_list *list = arg;
	struct xmem_dev dev = { 0 };

	(void)cmd;
	xmem_nl_decode(&xmem_dev_set_desc, attrs, len, &dev);
	return list->fn(&dev, list->arg);
}

/**
 * xmem_dev_list() - all devices
 * @nl: socket; @fn must not use it
 * @fn: called for each
 * @arg: for @fn
 * @err: why not
 *
 * Return: 0, a negative errno, or what @fn returned.
 */
int xmem_dev_list(struct xmem_nl *nl, xmem_dev_fn fn, void *arg, struct xmem_err *err)
{
	struct dev_list list = { fn, arg };

	return xmem_nl_call(nl, xmem_nl_msg(nl, XMEM_CMD_DEV_GET, NLM_F_DUMP), &xmem_dev_set_desc,
			    list_dev, &list, err);
}

/**
 * xmem_dev_new() - attach
 * @nl: socket
 * @want: name, client and legs; optional: id, layout, deadline_ms, timeout_ms,
 *	queues, queue_depth, read_only, interfaces, slab_size, stage_size
 * @made: the device as it is now
 * @err: why not
 *
 * Return: 0 when the device can be used, or a negative errno.
 */
int xmem_dev_new(struct xmem_nl *nl, const struct xmem_dev *want, struct xmem_dev *made,
		 struct xmem_err *err)
{
	static const uint16_t attrs[] = {
		XMEM_A_DEV_ID,		XMEM_A_DEV_NAME,       XMEM_A_DEV_LAYOUT,
		XMEM_A_DEV_DEADLINE_MS, XMEM_A_DEV_TIMEOUT_MS, XMEM_A_DEV_QUEUES,
		XMEM_A_DEV_QUEUE_DEPTH, XMEM_A_DEV_CLIENT,     XMEM_A_DEV_LEG,
		XMEM_A_DEV_READ_ONLY,	XMEM_A_DEV_INTERFACES, XMEM_A_DEV_SLAB_SIZE,
		XMEM_A_DEV_STAGE_SIZE,
	};

	*made = (struct xmem_dev){ 0 };
	return call_dev(nl, XMEM_CMD_DEV_NEW, want, attrs, XMEM_NL_COUNT(attrs), made, err);
}

/**
 * xmem_dev_del() - detach
 * @nl: socket
 * @which: its id (has_id) or name; force
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_dev_del(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_A_DEV_ID, XMEM_A_DEV_NAME, XMEM_A_DEV_FORCE };

	return call_dev(nl, XMEM_CMD_DEV_DEL, which, attrs, XMEM_NL_COUNT(attrs), NULL, err);
}

/**
 * xmem_dev_set() - change a device's deadline
 * @nl: socket
 * @which: its id (has_id) or name; deadline_ms
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_dev_set(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_A_DEV_ID, XMEM_A_DEV_NAME, XMEM_A_DEV_DEADLINE_MS };

	return call_dev(nl, XMEM_CMD_DEV_SET, which, attrs, XMEM_NL_COUNT(attrs), NULL, err);
}

static const char *name_of(const char *const *names, size_t count, uint32_t value)
{
	return value < count ? names[value] : "unknown";
}

static const struct {
	const char *name;
	uint32_t which;
} interfaces[] = {
	{ "block", XMEM_INTERFACE_BLOCK },
	{ "frontswap", XMEM_INTERFACE_FRONTSWAP },
	{ "cleancache", XMEM_INTERFACE_CLEANCACHE },
	{ "swapfile", XMEM_INTERFACE_SWAPFILE },
};

/**
 * xmem_interface_name() - a data interface in words
 * @which: a bit of enum xmem_interface
 *
 * Return: its name; "unknown" for one of a newer module.
 */
const char *xmem_interface_name(uint32_t which)
{
	size_t i;

	for (i = 0; i < XMEM_NL_COUNT(interfaces); i++)
		if (interfaces[i].which == which)
			return interfaces[i].name;
	return "unknown";
}

/**
 * xmem_interface_parse() - a data interface by name
 * @name: its name
 *
 * Return: a bit of enum xmem_interface, or 0 if there is none of that name.
 */
uint32_t xmem_interface_parse(const char *name)
{
	size_t i;

	for (i = 0; i < XMEM_NL_COUNT(interfaces); i++)
		if (!strcmp(interfaces[i].name, name))
			return interfaces[i].which;
	return 0;
}

/**
 * xmem_layout_name() - a layout in words
 * @layout: enum xmem_layout
 *
 * Return: its name; "unknown" for one of a newer module.
 */
const char *xmem_layout_name(uint32_t layout)
{
	static const char *const names[] = {
		[XMEM_LAYOUT_SINGLE] = "single",
		[XMEM_LAYOUT_CONCAT] = "concat",
	};

	return name_of(names, XMEM_NL_COUNT(names), layout);
}

/**
 * xmem_dev_state_name() - a device's state in words
 * @state: enum xmem_dev_state
 *
 * Return: its name; "unknown" for one of a newer module.
 */
const char *xmem_dev_state_name(uint32_t state)
{
	static const char *const names[] = {
		[XMEM_DEV_STATE_CONNECTING] = "connecting", [XMEM_DEV_STATE_LIVE] = "live",
		[XMEM_DEV_STATE_PAUSED] = "paused",	    [XMEM_DEV_STATE_FAILED] = "failed",
		[XMEM_DEV_STATE_DETACHING] = "detaching",
	};

	return name_of(names, XMEM_NL_COUNT(names), state);
}

/**
 * xmem_leg_state_name() - a leg's state in words
 * @state: enum xmem_leg_state
 *
 * Return: its name; "unknown" for one of a newer module.
 */
const char *xmem_leg_state_name(uint32_t state)
{
	static const char *const names[] = {
		[XMEM_LEG_STATE_CONNECTING] = "connecting",
		[XMEM_LEG_STATE_LIVE] = "live",
		[XMEM_LEG_STATE_RECONNECTING] = "reconnecting",
		[XMEM_LEG_STATE_FAILED] = "failed",
	};

	return name_of(names, XMEM_NL_COUNT(names), state);
}

struct event_target {
	xmem_dev_event_fn fn;
	void *arg;
};

static int take_event(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	struct event_target *target = arg;
	struct xmem_dev dev = { 0 };

	xmem_nl_decode(&xmem_dev_set_desc, attrs, len, &dev);
	target->fn(cmd, &dev, target->arg);
	return 0;
}

/**
 * xmem_client_events() - take the events that are there, without waiting
 * @nl: a socket of its own, after xmem_nl_subscribe()
 * @fn: called for each
 * @arg: for @fn
 * @err: what went wrong
 *
 * Return: 0, -ENOBUFS when events were lost, or another negative errno.
 */
int xmem_client_events(struct xmem_nl *nl, xmem_dev_event_fn fn, void *arg, struct xmem_err *err)
{
	struct event_target target = { fn, arg };

	return xmem_nl_events(nl, take_event, &target, err);
}
