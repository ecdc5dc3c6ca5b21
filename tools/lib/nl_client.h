/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink calls of xmem.ko. All are synchronous; xmem_dev_new() waits until
 * the device is there or refused. In a request, fields that are zero or empty
 * are left out (the module takes its default).
 */
#ifndef XMEM_NL_CLIENT_H
#define XMEM_NL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/xmem.h>

#include "err.h"
#include "nl.h"

struct xmem_leg {
	uint64_t region, size, reconnects;
	uint32_t index, epoch, state;
	uint16_t port;
	char address[XMEM_ADDRESS_MAX + 1];
	char device[64];
	char last_error[XMEM_ERROR_MAX + 1];
	uint8_t token[XMEM_TOKEN_LEN];
	bool has_token;
};

struct xmem_stats {
	uint64_t reads, writes, zeroes, read_bytes, write_bytes, zero_bytes;
	uint64_t errors, replays, parked, work_requests;
};

/* Pages on their way out. */
struct xmem_stage {
	uint64_t size, used, stored, served, full, waits, stuck;
};

/* What an interface counted; which one is a bit of enum xmem_interface. */
struct xmem_use {
	uint32_t interface;
	uint64_t stores, loads, hits, misses, staged, drops, errors, passed;
	uint64_t store_latency[XMEM_LATENCY_BUCKETS], load_latency[XMEM_LATENCY_BUCKETS];
};

#define XMEM_USES_MAX 8

struct xmem_dev {
	uint64_t size, client, slab_size, stage_size;
	uint32_t id, interfaces;
	uint32_t layout, state, deadline_ms, timeout_ms, queues, queue_depth, open_count;
	char name[XMEM_NAME_MAX + 1];
	bool has_id; /* 0 is a valid number, so it needs a mark */
	bool read_only, force;
	struct xmem_stats stats;
	struct xmem_stage stage;
	unsigned int uses;
	struct xmem_use use[XMEM_USES_MAX];
	unsigned int legs;
	struct xmem_leg leg[XMEM_LEGS_MAX];
};

/* Called for each device of a list; a negative return ends the list and is returned. */
typedef int (*xmem_dev_fn)(const struct xmem_dev *dev, void *arg);

extern const struct xmem_nl_set xmem_dev_set_desc;

int xmem_client_open(struct xmem_nl **nlp, struct xmem_err *err);

/* @which says which device: its id (has_id) or its name. */
int xmem_dev_get(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_dev *dev,
		 struct xmem_err *err);
int xmem_dev_stats(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_dev *dev,
		   struct xmem_err *err);
int xmem_dev_list(struct xmem_nl *nl, xmem_dev_fn fn, void *arg, struct xmem_err *err);
int xmem_dev_new(struct xmem_nl *nl, const struct xmem_dev *want, struct xmem_dev *made,
		 struct xmem_err *err);
int xmem_dev_del(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_err *err);
int xmem_dev_set(struct xmem_nl *nl, const struct xmem_dev *which, struct xmem_err *err);

const char *xmem_interface_name(uint32_t which);
uint32_t xmem_interface_parse(const char *name);
const char *xmem_layout_name(uint32_t layout);
const char *xmem_dev_state_name(uint32_t state);
const char *xmem_leg_state_name(uint32_t state);

/* Called for each event; @cmd is XMEM_CMD_DEV_{NEW,DEL,STATE}_NTF. */
typedef void (*xmem_dev_event_fn)(uint8_t cmd, const struct xmem_dev *dev, void *arg);

/* See xmem_appliance_events(). */
int xmem_client_events(struct xmem_nl *nl, xmem_dev_event_fn fn, void *arg, struct xmem_err *err);

#endif /* XMEM_NL_CLIENT_H */
