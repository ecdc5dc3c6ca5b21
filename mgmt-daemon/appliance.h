/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An appliance: what the manager writes down of it, which changes rarely, and its
 * status, which it says itself all the time and nobody writes down.
 */
#ifndef XMEMD_APPLIANCE_H
#define XMEMD_APPLIANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "alloc.h"

#define XMEMD_VERSION_TEXT 32

enum xmemd_appliance_state {
	XMEMD_PENDING = 1, /* announced itself; nobody has admitted it */
	XMEMD_ADMITTED,	   /* its memory counts */
	XMEMD_DRAINED,	   /* gets no new regions */
};

/**
 * struct xmemd_appliance - what is written down of an appliance
 * @name: its name, unique
 * @url: https://HOST:PORT of its daemon, unique
 * @address: where clients reach it by RDMA, as it said last; empty until then
 * @cn: common name of the certificate that announces it; empty: the same as @name
 * @port: RDMA CM port
 * @state: enum xmemd_appliance_state
 * @labels: where it stands and what it is: object of texts, or NULL
 */
struct xmemd_appliance {
	char name[XMEMD_NAME_TEXT], url[XMEMD_URL_TEXT], address[XMEM_ADDRESS_MAX + 1];
	char cn[XMEMD_CN_TEXT];
	uint32_t port, state;
	json_t *labels;
};

/**
 * struct xmemd_pool_status - an appliance's memory at one moment
 * @boot: random, of this run of its daemon; 0 if it does not say
 * @serial: grows with each status of one run
 * @memory: its pool, bytes
 * @free: of that in no region
 * @largest: largest region that it could make
 * @regions: how many it has
 * @sessions: how many connections of clients
 */
struct xmemd_pool_status {
	uint64_t boot, serial, memory, free, largest, regions, sessions;
};

/**
 * struct xmemd_appliance_status - what an appliance said last
 * @pool: its memory
 * @address: where clients reach it by RDMA
 * @port: RDMA CM port
 * @version: of its software
 * @load: 0 to 1000
 * @latency_ns: of one access by RDMA, 0 if not known
 * @bandwidth_mbps: of its links, 0 if not known
 * @healthy: it has nothing to complain of
 * @backing: it has a backing store
 * @health: all of what it says of its health, or NULL
 * @labels: as it says them itself, or NULL
 */
struct xmemd_appliance_status {
	struct xmemd_pool_status pool;
	char address[XMEM_ADDRESS_MAX + 1], version[XMEMD_VERSION_TEXT];
	uint32_t port, load;
	uint64_t latency_ns, bandwidth_mbps;
	bool healthy, backing;
	json_t *health, *labels;
};

#endif /* XMEMD_APPLIANCE_H */
