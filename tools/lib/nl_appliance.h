/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink calls of xmem_appliance.ko. All are synchronous: when a call
 * returns, the module has done it or refused it. In a request, fields that are
 * zero or empty are left out (the module takes its default).
 */
#ifndef XMEM_NL_APPLIANCE_H
#define XMEM_NL_APPLIANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/xmem_appliance.h>

#include "err.h"
#include "nl.h"

struct xmem_pool {
	uint64_t memory, free, largest, refused, control_calls;
	uint32_t regions, grants, sessions;
	uint16_t port;
	bool has_memory; /* in a request: send the memory although it is 0 */
};

struct xmem_region {
	uint64_t id, size, instance, owner, alloc, created;
	uint32_t epoch, grants, sessions, leg_index, leg_count, layout;
	char label[XMEM_APPLIANCE_LABEL_MAX + 1];
	bool force;
	bool has_label; /* in a request: send the label although it is empty */
	char meta[XMEM_APPLIANCE_META_MAX + 1];
	bool has_meta; /* in a request: send the meta although it is empty */
};

struct xmem_grant {
	uint64_t region, client, expiry;
	uint32_t rights, epoch, sessions;
	uint8_t token[XMEM_APPLIANCE_TOKEN_LEN];
	bool has_token; /* false in a request: the module makes a random one */
};

struct xmem_session {
	uint64_t region, client, id;
	uint32_t generation, queues;
	char peer[64], device[64];
};

/* Called for each object of a list; a negative return ends the list and is returned. */
typedef int (*xmem_region_fn)(const struct xmem_region *region, void *arg);
typedef int (*xmem_grant_fn)(const struct xmem_grant *grant, void *arg);
typedef int (*xmem_session_fn)(const struct xmem_session *session, void *arg);

extern const struct xmem_nl_set xmem_pool_set_desc, xmem_region_set_desc, xmem_grant_set_desc,
	xmem_session_set_desc;

int xmem_appliance_open(struct xmem_nl **nlp, struct xmem_err *err);

int xmem_pool_get(struct xmem_nl *nl, struct xmem_pool *pool, struct xmem_err *err);
int xmem_pool_set(struct xmem_nl *nl, uint64_t memory, struct xmem_err *err);

int xmem_region_get(struct xmem_nl *nl, uint64_t id, struct xmem_region *region,
		    struct xmem_err *err);
int xmem_region_list(struct xmem_nl *nl, xmem_region_fn fn, void *arg, struct xmem_err *err);
int xmem_region_new(struct xmem_nl *nl, const struct xmem_region *want, struct xmem_region *made,
		    struct xmem_err *err);
int xmem_region_del(struct xmem_nl *nl, uint64_t id, bool force, struct xmem_err *err);
int xmem_region_meta(struct xmem_nl *nl, uint64_t id, const char *meta, struct xmem_err *err);
int xmem_region_label(struct xmem_nl *nl, uint64_t id, const char *label, struct xmem_err *err);

int xmem_grant_list(struct xmem_nl *nl, uint64_t region, xmem_grant_fn fn, void *arg,
		    struct xmem_err *err);
int xmem_grant_new(struct xmem_nl *nl, const struct xmem_grant *want, struct xmem_grant *made,
		   struct xmem_err *err);
int xmem_grant_del(struct xmem_nl *nl, uint64_t region, uint64_t client, struct xmem_err *err);

int xmem_session_list(struct xmem_nl *nl, xmem_session_fn fn, void *arg, struct xmem_err *err);

/**
 * struct xmem_appliance_events - what to call for the module's events
 * @region: a region was created, changed or destroyed (size is 0 then)
 * @session: a session came or went (queues is 0 then)
 */
struct xmem_appliance_events {
	void (*region)(const struct xmem_region *region, void *arg);
	void (*session)(const struct xmem_session *session, void *arg);
};

/*
 * Events need a socket of their own: open, xmem_nl_subscribe(), poll
 * xmem_nl_fd() for reading, then call this; it does not block.
 */
int xmem_appliance_events(struct xmem_nl *nl, const struct xmem_appliance_events *events, void *arg,
			  struct xmem_err *err);

#endif /* XMEM_NL_APPLIANCE_H */
