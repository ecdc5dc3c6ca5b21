/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An allocation as the manager remembers it. Once it is in the model it never
 * changes: a change makes a new one that takes its place. Whoever holds a reference
 * can therefore read it without a lock.
 */
#ifndef XMEMD_ALLOC_H
#define XMEMD_ALLOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include <linux/xmem.h>

#include "hex.h"
#include "logic/lease.h"

#define XMEMD_NAME_TEXT (XMEM_NAME_MAX + 1)
#define XMEMD_URL_TEXT 256
#define XMEMD_CN_TEXT 128
#define XMEMD_REASON_TEXT 512
#define XMEMD_STRATEGIES_TEXT 160

enum xmemd_state {
	XMEMD_CREATING = 1, /* regions may exist; none was ever shown to the client */
	XMEMD_READY,	    /* every region and grant exists */
	XMEMD_DESTROYING,   /* some regions may exist, all will go */
	XMEMD_FAILED,	    /* a region is lost; waits to be destroyed */
};

/* Those that are not there belong to a change of size that is under way. */
enum xmemd_leg_state {
	XMEMD_LEG_THERE = 0,
	XMEMD_LEG_COMING, /* region may exist, was never shown to the client */
	XMEMD_LEG_GOING,  /* region may exist, will go */
};

/**
 * struct xmemd_leg - a region of an allocation
 * @appliance: where it is
 * @region: its number there, random, never used twice
 * @size: bytes
 * @token: secret of its grant
 * @epoch: of its grant, once that is made
 * @drawn: bytes of it that come from the allocation's reservation
 * @state: whether it is part of the allocation
 * @why: why it is there, in words
 */
struct xmemd_leg {
	char appliance[XMEMD_NAME_TEXT];
	uint64_t region, size, drawn;
	uint8_t token[XMEM_TOKEN_BYTES];
	uint32_t epoch, state;
	char why[XMEMD_WHY_TEXT];
};

/**
 * struct xmemd_alloc - an allocation
 * @refs: references
 * @name: its name, unique
 * @owner: common name of the certificate that created it
 * @account: whose quota it is of, or ""
 * @reservation: which reservation its room was drawn from, or ""
 * @reason: why it failed, what its destruction waits for, or what its lease says
 * @strategies: ranked, by which it was placed
 * @why: why it has so many regions
 * @id: random number for the appliances' records
 * @size: bytes of the legs that are there
 * @client: whom the grants are for
 * @duration: ms that it may exist, or XMEMD_UNLIMITED
 * @not_in_use: ms that it may go without a renewal, or XMEMD_UNLIMITED
 * @left: what was left of both when this was written down
 * @created: when, seconds since 1970, for people
 * @layout: XMEM_LAYOUT_SINGLE or XMEM_LAYOUT_CONCAT
 * @type: what becomes of it when nobody uses it any more, enum xmemd_type
 * @lease: how far its end has come, enum xmemd_lease_state
 * @epoch: grows with every change of legs or settings
 * @state: where it is in its life, enum xmemd_state
 * @labels: what its owner calls it besides: object of texts, never changed; NULL without
 * @legs: how many regions
 * @leg: the regions in the order of the layout
 */
struct xmemd_alloc {
	atomic_uint refs;
	char name[XMEMD_NAME_TEXT], owner[XMEMD_CN_TEXT], account[XMEMD_NAME_TEXT];
	char reservation[XMEMD_NAME_TEXT], reason[XMEMD_REASON_TEXT];
	char strategies[XMEMD_STRATEGIES_TEXT], why[XMEMD_WHY_TEXT];
	uint64_t id, size, client, duration, not_in_use, created;
	struct {
		uint64_t ends, idle;
	} left;
	uint32_t layout, type, lease, epoch, state;
	json_t *labels;
	unsigned int legs;
	struct xmemd_leg leg[];
};

struct xmemd_alloc *xmemd_alloc_new(unsigned int legs);
struct xmemd_alloc *xmemd_alloc_copy(const struct xmemd_alloc *alloc, unsigned int legs);
struct xmemd_alloc *xmemd_alloc_hold(struct xmemd_alloc *alloc);
void xmemd_alloc_put(struct xmemd_alloc *alloc);
uint64_t xmemd_alloc_sum(const struct xmemd_alloc *alloc);

#endif /* XMEMD_ALLOC_H */
