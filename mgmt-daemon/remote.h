/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manager's calls to appliances. Each blocks until the answer is there or time
 * is out: no lock may be held around them. All can be sent again.
 */
#ifndef XMEMD_REMOTE_H
#define XMEMD_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alloc.h"
#include "config.h"
#include "err.h"

/**
 * struct xmemd_remote - an appliance and what it said last
 * @known: what the manager knows of it
 * @up: it answered
 * @error: why not
 * @memory: its pool, bytes
 * @free: of that not in any region
 * @largest: largest region that it could make
 * @regions: how many it has
 */
struct xmemd_remote {
	struct xmemd_appliance known;
	bool up;
	char error[XMEMD_REASON_TEXT];
	uint64_t memory, free, largest, regions;
};

/**
 * struct xmemd_remote_region - a region as its appliance lists it
 * @id: its number
 * @owner: mark of the manager that made it
 * @sessions: clients connected to it
 */
struct xmemd_remote_region {
	uint64_t id, owner, sessions;
};

void xmemd_remote_ask(const struct xmem_config *config, struct xmemd_remote *remote);
int xmemd_remote_regions(const struct xmem_config *config, const char *url,
			 struct xmemd_remote_region **list, size_t *count, struct xmem_err *err);
int xmemd_remote_region_put(const struct xmem_config *config, const char *url, uint64_t owner,
			    const struct xmemd_alloc *alloc, unsigned int index,
			    struct xmem_err *err);
int xmemd_remote_grant_put(const struct xmem_config *config, const char *url, uint64_t client,
			   struct xmemd_leg *leg, struct xmem_err *err);
int xmemd_remote_region_del(const struct xmem_config *config, const char *url, uint64_t region,
			    struct xmem_err *err);
void xmemd_remote_each(size_t count, void (*fn)(size_t index, void *arg), void *arg);

#endif /* XMEMD_REMOTE_H */
