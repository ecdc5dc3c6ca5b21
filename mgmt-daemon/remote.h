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
#include "appliance.h"
#include "config.h"
#include "err.h"

/**
 * struct xmemd_remote_region - a region as its appliance lists it
 * @id: its number
 * @owner: mark of the manager that made it
 * @alloc: number of its allocation
 * @size: bytes
 * @sessions: clients connected to it
 * @grants: how many may
 * @epoch: of its grants
 * @meta: what the manager gave it to remember, for json_decref(); NULL if that makes no sense
 */
struct xmemd_remote_region {
	uint64_t id, owner, alloc, size, sessions, grants, epoch;
	json_t *meta;
};

/**
 * struct xmemd_remote_as - in whose name something is changed
 * @config: our certificate
 * @owner: our mark
 * @term: leadership under which it was decided; 0 where there is no other manager
 */
struct xmemd_remote_as {
	const struct xmem_config *config;
	uint64_t owner, term;
};

/**
 * struct xmemd_remote_want - a region of an allocation, to be made
 * @alloc: the allocation
 * @index: which of its legs
 * @grant: make the grant as well
 */
struct xmemd_remote_want {
	const struct xmemd_alloc *alloc;
	unsigned int index;
	bool grant;
};

/**
 * struct xmemd_remote_answer - what an appliance says of a change
 * @epoch: of the grant that was made
 * @has_pool: it said what room it has
 * @pool: that
 */
struct xmemd_remote_answer {
	uint32_t epoch;
	bool has_pool;
	struct xmemd_pool_status pool;
};

int xmemd_remote_ask(const struct xmem_config *config, const char *url,
		     struct xmemd_appliance_status *status, json_t **body, struct xmem_err *err);
int xmemd_remote_regions(const struct xmem_config *config, const char *url,
			 struct xmemd_remote_region **list, size_t *count, struct xmem_err *err);
int xmemd_remote_sessions(const struct xmem_config *config, const char *url, uint64_t region,
			  uint64_t *sessions, struct xmem_err *err);
void xmemd_remote_regions_free(struct xmemd_remote_region *list, size_t count);
int xmemd_remote_region_put(const struct xmemd_remote_as *as, const char *url,
			    const struct xmemd_remote_want *want,
			    struct xmemd_remote_answer *answer, struct xmem_err *err);
int xmemd_remote_region_del(const struct xmemd_remote_as *as, const char *url, uint64_t region,
			    struct xmemd_remote_answer *answer, struct xmem_err *err);
void xmemd_remote_each(size_t count, void (*fn)(size_t index, void *arg), void *arg);

#endif /* XMEMD_REMOTE_H */
