/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the manager remembers: appliances, allocations and their legs. */
#ifndef XMEMD_ALLOC_H
#define XMEMD_ALLOC_H

#include <stdint.h>
#include <linux/xmem.h>

#include "hex.h"

#define XMEMD_NAME_TEXT (XMEM_NAME_MAX + 1)
#define XMEMD_URL_TEXT 256
#define XMEMD_CN_TEXT 128
#define XMEMD_REASON_TEXT 512

/* Stored as their numbers: never renumber. */
enum xmemd_state {
	XMEMD_CREATING = 1,   /* regions may exist; none was ever shown to the client */
	XMEMD_READY = 2,      /* every region and grant exists */
	XMEMD_DESTROYING = 3, /* some regions may exist, all will go */
	XMEMD_FAILED = 4,     /* a region is lost; waits to be destroyed */
};

/**
 * struct xmemd_leg - a region of an allocation
 * @appliance: where it is
 * @region: its number there, random, never used twice
 * @size: bytes
 * @token: secret of its grant
 * @epoch: of its grant, once that is made
 */
struct xmemd_leg {
	char appliance[XMEMD_NAME_TEXT];
	uint64_t region, size;
	uint8_t token[XMEM_TOKEN_BYTES];
	uint32_t epoch;
};

/**
 * struct xmemd_alloc - an allocation
 * @name: its name, unique
 * @owner: common name of the certificate that created it
 * @reason: why it failed, or what its destruction waits for
 * @id: random number for the appliances' records
 * @size: bytes
 * @client: whom the grants are for
 * @layout: XMEM_LAYOUT_SINGLE or XMEM_LAYOUT_CONCAT
 * @state: where it is in its life
 * @legs: how many regions
 * @leg: the regions in the order of the layout
 */
struct xmemd_alloc {
	char name[XMEMD_NAME_TEXT], owner[XMEMD_CN_TEXT], reason[XMEMD_REASON_TEXT];
	uint64_t id, size, client;
	uint32_t layout;
	enum xmemd_state state;
	unsigned int legs;
	struct xmemd_leg leg[XMEM_LEGS_MAX];
};

/**
 * struct xmemd_appliance - an appliance that the manager knows
 * @name: its name, unique
 * @url: https://HOST:PORT of its daemon
 * @address: where clients reach it by RDMA, as it said last; empty until then
 * @port: RDMA CM port there
 */
struct xmemd_appliance {
	char name[XMEMD_NAME_TEXT], url[XMEMD_URL_TEXT], address[XMEM_ADDRESS_MAX + 1];
	uint16_t port;
};

#endif /* XMEMD_ALLOC_H */
