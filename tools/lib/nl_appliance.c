// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <netlink/msg.h>

#include "nl_appliance.h"
#include "nl_table.h"

static const struct xmem_nl_family family = {
	.name = XMEM_APPLIANCE_FAMILY_NAME,
	.group = XMEM_APPLIANCE_MCGRP_EVENTS,
	.hint = "modprobe xmem_appliance memory=SIZE",
	.version = XMEM_APPLIANCE_FAMILY_VERSION,
};

#define POOL(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_pool, TYPE, NAME, FIELD)
static const struct xmem_nl_attr pool_attrs[] = {
	[XMEM_APPLIANCE_A_POOL_MEMORY] =
		XMEM_NL_FIELD_HAS(struct xmem_pool, U64, "memory", memory, has_memory),
	[XMEM_APPLIANCE_A_POOL_FREE] = POOL(U64, "free", free),
	[XMEM_APPLIANCE_A_POOL_LARGEST] = POOL(U64, "largest", largest),
	[XMEM_APPLIANCE_A_POOL_REGIONS] = POOL(U32, "regions", regions),
	[XMEM_APPLIANCE_A_POOL_GRANTS] = POOL(U32, "grants", grants),
	[XMEM_APPLIANCE_A_POOL_SESSIONS] = POOL(U32, "sessions", sessions),
	[XMEM_APPLIANCE_A_POOL_PORT] = POOL(U16, "port", port),
	[XMEM_APPLIANCE_A_POOL_REFUSED] = POOL(U64, "refused", refused),
	[XMEM_APPLIANCE_A_POOL_CONTROL_CALLS] = POOL(U64, "control-calls", control_calls),
};

#define REGION(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_region, TYPE, NAME, FIELD)
static const struct xmem_nl_attr region_attrs[] = {
	[XMEM_APPLIANCE_A_REGION_ID] = REGION(U64, "id", id),
	[XMEM_APPLIANCE_A_REGION_SIZE] = REGION(U64, "size", size),
	[XMEM_APPLIANCE_A_REGION_LABEL] =
		XMEM_NL_FIELD_HAS(struct xmem_region, STRING, "label", label, has_label),
	[XMEM_APPLIANCE_A_REGION_INSTANCE] = REGION(U64, "instance", instance),
	[XMEM_APPLIANCE_A_REGION_EPOCH] = REGION(U32, "epoch", epoch),
	[XMEM_APPLIANCE_A_REGION_GRANTS] = REGION(U32, "grants", grants),
	[XMEM_APPLIANCE_A_REGION_SESSIONS] = REGION(U32, "sessions", sessions),
	[XMEM_APPLIANCE_A_REGION_OWNER] = REGION(U64, "owner", owner),
	[XMEM_APPLIANCE_A_REGION_ALLOC] = REGION(U64, "alloc", alloc),
	[XMEM_APPLIANCE_A_REGION_LEG_INDEX] = REGION(U32, "leg-index", leg_index),
	[XMEM_APPLIANCE_A_REGION_LEG_COUNT] = REGION(U32, "leg-count", leg_count),
	[XMEM_APPLIANCE_A_REGION_LAYOUT] = REGION(U32, "layout", layout),
	[XMEM_APPLIANCE_A_REGION_CREATED] = REGION(U64, "created", created),
	[XMEM_APPLIANCE_A_REGION_FORCE] = REGION(FLAG, "force", force),
	[XMEM_APPLIANCE_A_REGION_META] =
		XMEM_NL_FIELD_HAS(struct xmem_region, STRING, "meta", meta, has_meta),
};

#define GRANT(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_grant, TYPE, NAME, FIELD)
static const struct xmem_nl_attr grant_attrs[] = {
	[XMEM_APPLIANCE_A_GRANT_REGION] = GRANT(U64, "region", region),
	[XMEM_APPLIANCE_A_GRANT_CLIENT] = GRANT(U64, "client", client),
	[XMEM_APPLIANCE_A_GRANT_TOKEN] =
		XMEM_NL_FIELD_HAS(struct xmem_grant, BINARY, "token", token, has_token),
	[XMEM_APPLIANCE_A_GRANT_RIGHTS] = GRANT(U32, "rights", rights),
	[XMEM_APPLIANCE_A_GRANT_EPOCH] = GRANT(U32, "epoch", epoch),
	[XMEM_APPLIANCE_A_GRANT_SESSIONS] = GRANT(U32, "sessions", sessions),
	[XMEM_APPLIANCE_A_GRANT_EXPIRY] = GRANT(U64, "expiry", expiry),
};

#define SESSION(TYPE, NAME, FIELD) XMEM_NL_FIELD(struct xmem_session, TYPE, NAME, FIELD)
static const struct xmem_nl_attr session_attrs[] = {
	[XMEM_APPLIANCE_A_SESSION_REGION] = SESSION(U64, "region", region),
	[XMEM_APPLIANCE_A_SESSION_CLIENT] = SESSION(U64, "client", client),
	[XMEM_APPLIANCE_A_SESSION_ID] = SESSION(U64, "id", id),
	[XMEM_APPLIANCE_A_SESSION_GENERATION] = SESSION(U32, "generation", generation),
	[XMEM_APPLIANCE_A_SESSION_QUEUES] = SESSION(U32, "queues", queues),
	[XMEM_APPLIANCE_A_SESSION_PEER] = SESSION(STRING, "peer", peer),
	[XMEM_APPLIANCE_A_SESSION_DEVICE] = SESSION(STRING, "device", device),
};

const struct xmem_nl_set xmem_pool_set_desc = XMEM_NL_SET("pool", pool_attrs);
const struct xmem_nl_set xmem_region_set_desc = XMEM_NL_SET("region", region_attrs);
const struct xmem_nl_set xmem_grant_set_desc = XMEM_NL_SET("grant", grant_attrs);
const struct xmem_nl_set xmem_session_set_desc = XMEM_NL_SET("session", session_attrs);

/**
 * xmem_appliance_open() - make a socket to the appliance module
 * @nlp: result, given back by xmem_nl_close()
 * @err: why not
 *
 * Return: 0, -ENOENT if the module is not loaded, or another negative errno.
 */
int xmem_appliance_open(struct xmem_nl **nlp, struct xmem_err *err)
{
	return xmem_nl_open(nlp, &family, err);
}

static int take_pool(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	(void)cmd;
	xmem_nl_decode(&xmem_pool_set_desc, attrs, len, arg);
	return 0;
}

/**
 * xmem_pool_get() - state of the pool
 * @nl: socket
 * @pool: result
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_pool_get(struct xmem_nl *nl, struct xmem_pool *pool, struct xmem_err *err)
{
	*pool = (struct xmem_pool){ 0 };
	return xmem_nl_call(nl, xmem_nl_msg(nl, XMEM_APPLIANCE_CMD_POOL_GET, 0),
			    &xmem_pool_set_desc, take_pool, pool, err);
}

/**
 * xmem_pool_set() - grow or shrink the pool
 * @nl: socket
 * @memory: bytes wanted, a multiple of XMEM_APPLIANCE_CHUNK_SIZE
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_pool_set(struct xmem_nl *nl, uint64_t memory, struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_APPLIANCE_A_POOL_MEMORY };
	struct xmem_pool want = { .memory = memory, .has_memory = true };

	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_POOL_SET, 0, &xmem_pool_set_desc,
					    &want, attrs, 1),
			    &xmem_pool_set_desc, NULL, NULL, err);
}

static int take_region(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	(void)cmd;
	xmem_nl_decode(&xmem_region_set_desc, attrs, len, arg);
	return 0;
}

static const uint16_t region_id_attr[] = { XMEM_APPLIANCE_A_REGION_ID };

/**
 * xmem_region_get() - one region
 * @nl: socket
 * @id: which
 * @region: result
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_region_get(struct xmem_nl *nl, uint64_t id, struct xmem_region *region,
		    struct xmem_err *err)
{
	struct xmem_region want = { .id = id };

	*region = (struct xmem_region){ 0 };
	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_REGION_GET, 0,
					    &xmem_region_set_desc, &want, region_id_attr, 1),
			    &xmem_region_set_desc, take_region, region, err);
}

struct region_list {
	xmem_region_fn fn;
	void *arg;
};

static int list_region(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	struct region_list *list = arg;
	struct xmem_region region = { 0 };

	(void)cmd;
	xmem_nl_decode(&xmem_region_set_desc, attrs, len, &region);
	return list->fn(&region, list->arg);
}

/**
 * xmem_region_list() - all regions
 * @nl: socket; @fn must not use it
 * @fn: called for each
 * @arg: for @fn
 * @err: why not
 *
 * Return: 0, a negative errno, or what @fn returned.
 */
int xmem_region_list(struct xmem_nl *nl, xmem_region_fn fn, void *arg, struct xmem_err *err)
{
	struct region_list list = { fn, arg };

	return xmem_nl_call(nl, xmem_nl_msg(nl, XMEM_APPLIANCE_CMD_REGION_GET, NLM_F_DUMP),
			    &xmem_region_set_desc, list_region, &list, err);
}

/**
 * xmem_region_new() - create a region
 * @nl: socket
 * @want: size; optional: id, label, owner, alloc, leg_index, leg_count, layout, meta
 * @made: the region as it is now
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_region_new(struct xmem_nl *nl, const struct xmem_region *want, struct xmem_region *made,
		    struct xmem_err *err)
{
	static const uint16_t attrs[] = {
		XMEM_APPLIANCE_A_REGION_ID,	   XMEM_APPLIANCE_A_REGION_SIZE,
		XMEM_APPLIANCE_A_REGION_LABEL,	   XMEM_APPLIANCE_A_REGION_OWNER,
		XMEM_APPLIANCE_A_REGION_ALLOC,	   XMEM_APPLIANCE_A_REGION_LEG_INDEX,
		XMEM_APPLIANCE_A_REGION_LEG_COUNT, XMEM_APPLIANCE_A_REGION_LAYOUT,
		XMEM_APPLIANCE_A_REGION_META,
	};

	*made = (struct xmem_region){ 0 };
	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_REGION_NEW, 0,
					    &xmem_region_set_desc, want, attrs,
					    XMEM_NL_COUNT(attrs)),
			    &xmem_region_set_desc, take_region, made, err);
}

/**
 * xmem_region_del() - destroy a region
 * @nl: socket
 * @id: which
 * @force: also when it has grants, which are revoked first
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_region_del(struct xmem_nl *nl, uint64_t id, bool force, struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_APPLIANCE_A_REGION_ID,
					  XMEM_APPLIANCE_A_REGION_FORCE };
	struct xmem_region want = { .id = id, .force = force };

	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_REGION_DEL, 0,
					    &xmem_region_set_desc, &want, attrs,
					    XMEM_NL_COUNT(attrs)),
			    &xmem_region_set_desc, NULL, NULL, err);
}

static int region_set(struct xmem_nl *nl, const struct xmem_region *want, struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_APPLIANCE_A_REGION_ID, XMEM_APPLIANCE_A_REGION_LABEL,
					  XMEM_APPLIANCE_A_REGION_META };

	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_REGION_SET, 0,
					    &xmem_region_set_desc, want, attrs,
					    XMEM_NL_COUNT(attrs)),
			    &xmem_region_set_desc, NULL, NULL, err);
}

/**
 * xmem_region_label() - change a region's label
 * @nl: socket
 * @id: which
 * @label: the new text, may be empty
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_region_label(struct xmem_nl *nl, uint64_t id, const char *label, struct xmem_err *err)
{
	struct xmem_region want = { .id = id, .has_label = true };

	if (snprintf(want.label, sizeof(want.label), "%s", label) >= (int)sizeof(want.label))
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "the label is too long; possible are %d bytes",
				    XMEM_APPLIANCE_LABEL_MAX);
	return region_set(nl, &want, err);
}

/**
 * xmem_region_meta() - change what the manager remembers with a region
 * @nl: socket
 * @id: which
 * @meta: the new text, may be empty
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_region_meta(struct xmem_nl *nl, uint64_t id, const char *meta, struct xmem_err *err)
{
	struct xmem_region want = { .id = id, .has_meta = true };

	if (snprintf(want.meta, sizeof(want.meta), "%s", meta) >= (int)sizeof(want.meta))
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "the meta is too long; possible are %d bytes",
				    XMEM_APPLIANCE_META_MAX);
	return region_set(nl, &want, err);
}

struct grant_list {
	xmem_grant_fn fn;
	void *arg;
};

static int list_grant(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	struct grant_list *list = arg;
	struct xmem_grant grant = { 0 };

	(void)cmd;
	xmem_nl_decode(&xmem_grant_set_desc, attrs, len, &grant);
	return list->fn(&grant, list->arg);
}

/**
 * xmem_grant_list() - the grants of one region or of all
 * @nl: socket; @fn must not use it
 * @region: which, 0 for all
 * @fn: called for each
 * @arg: for @fn
 * @err: why not
 *
 * Return: 0, a negative errno, or what @fn returned.
 */
int xmem_grant_list(struct xmem_nl *nl, uint64_t region, xmem_grant_fn fn, void *arg,
		    struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_APPLIANCE_A_GRANT_REGION };
	struct xmem_grant want = { .region = region };
	struct grant_list list = { fn, arg };

	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_GRANT_GET, NLM_F_DUMP,
					    &xmem_grant_set_desc, &want, attrs, 1),
			    &xmem_grant_set_desc, list_grant, &list, err);
}

static int take_grant(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	(void)cmd;
	xmem_nl_decode(&xmem_grant_set_desc, attrs, len, arg);
	return 0;
}

/**
 * xmem_grant_new() - let a client use a region
 * @nl: socket
 * @want: region, client; optional: token, rights, expiry
 * @made: the grant with its token
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_grant_new(struct xmem_nl *nl, const struct xmem_grant *want, struct xmem_grant *made,
		   struct xmem_err *err)
{
	static const uint16_t attrs[] = {
		XMEM_APPLIANCE_A_GRANT_REGION, XMEM_APPLIANCE_A_GRANT_CLIENT,
		XMEM_APPLIANCE_A_GRANT_TOKEN,  XMEM_APPLIANCE_A_GRANT_RIGHTS,
		XMEM_APPLIANCE_A_GRANT_EXPIRY,
	};

	*made = (struct xmem_grant){ 0 };
	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_GRANT_NEW, 0,
					    &xmem_grant_set_desc, want, attrs,
					    XMEM_NL_COUNT(attrs)),
			    &xmem_grant_set_desc, take_grant, made, err);
}

/**
 * xmem_grant_del() - revoke
 * @nl: socket
 * @region: which region
 * @client: whose grant
 * @err: why not
 *
 * Return: 0 when no key of the grant reaches the memory any more, or a negative errno.
 */
int xmem_grant_del(struct xmem_nl *nl, uint64_t region, uint64_t client, struct xmem_err *err)
{
	static const uint16_t attrs[] = { XMEM_APPLIANCE_A_GRANT_REGION,
					  XMEM_APPLIANCE_A_GRANT_CLIENT };
	struct xmem_grant want = { .region = region, .client = client };

	return xmem_nl_call(nl,
			    xmem_nl_request(nl, XMEM_APPLIANCE_CMD_GRANT_DEL, 0,
					    &xmem_grant_set_desc, &want, attrs,
					    XMEM_NL_COUNT(attrs)),
			    &xmem_grant_set_desc, NULL, NULL, err);
}

struct session_list {
	xmem_session_fn fn;
	void *arg;
};

static int list_session(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	struct session_list *list = arg;
	struct xmem_session session = { 0 };

	(void)cmd;
	xmem_nl_decode(&xmem_session_set_desc, attrs, len, &session);
	return list->fn(&session, list->arg);
}

/**
 * xmem_session_list() - the sessions connected now
 * @nl: socket; @fn must not use it
 * @fn: called for each
 * @arg: for @fn
 * @err: why not
 *
 * Return: 0, a negative errno, or what @fn returned.
 */
int xmem_session_list(struct xmem_nl *nl, xmem_session_fn fn, void *arg, struct xmem_err *err)
{
	struct session_list list = { fn, arg };

	return xmem_nl_call(nl, xmem_nl_msg(nl, XMEM_APPLIANCE_CMD_SESSION_GET, NLM_F_DUMP),
			    &xmem_session_set_desc, list_session, &list, err);
}

struct event_target {
	const struct xmem_appliance_events *events;
	void *arg;
};

static int take_event(uint8_t cmd, struct nlattr *attrs, int len, void *arg)
{
	struct event_target *target = arg;
	struct xmem_session session = { 0 };
	struct xmem_region region = { 0 };

	if (cmd == XMEM_APPLIANCE_CMD_REGION_NTF && target->events->region) {
		xmem_nl_decode(&xmem_region_set_desc, attrs, len, &region);
		target->events->region(&region, target->arg);
	} else if (cmd == XMEM_APPLIANCE_CMD_SESSION_NTF && target->events->session) {
		xmem_nl_decode(&xmem_session_set_desc, attrs, len, &session);
		target->events->session(&session, target->arg);
	}
	return 0;
}

/**
 * xmem_appliance_events() - take the events that are there, without waiting
 * @nl: a socket of its own, after xmem_nl_subscribe()
 * @events: what to call
 * @arg: for the calls
 * @err: what went wrong
 *
 * Return: 0, -ENOBUFS when events were lost, or another negative errno.
 */
int xmem_appliance_events(struct xmem_nl *nl, const struct xmem_appliance_events *events, void *arg,
			  struct xmem_err *err)
{
	struct event_target target = { events, arg };

	return xmem_nl_events(nl, take_event, &target, err);
}
