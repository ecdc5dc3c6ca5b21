/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the role appliance needs of its machine's memory. In the daemon this is
 * the appliance module, by netlink; tests put something else in its place. Calls
 * may come from any thread and return when the thing is done or refused.
 */
#ifndef XMEMD_BACKEND_H
#define XMEMD_BACKEND_H

#include <stdbool.h>

#include "nl_appliance.h"

/**
 * struct xmemd_backend - memory to lend
 * @pool: state of the pool
 * @region_get: one region; -ENOENT if there is none
 * @region_list: all regions
 * @region_new: create; -EEXIST if the number is taken, -ENOSPC or -ENOMEM without room
 * @region_meta: change what the manager remembers with a region; -ENOENT if there is none
 * @region_del: revoke its grants and destroy it; -ENOENT if there is none
 * @grant_new: let a client use a region; -EEXIST if it may already
 * @grant_del: revoke; -ENOENT if there is no such grant
 */
struct xmemd_backend {
	int (*pool)(struct xmem_pool *pool, struct xmem_err *err);
	int (*region_get)(uint64_t id, struct xmem_region *region, struct xmem_err *err);
	int (*region_list)(xmem_region_fn fn, void *arg, struct xmem_err *err);
	int (*region_new)(const struct xmem_region *want, struct xmem_region *made,
			  struct xmem_err *err);
	int (*region_meta)(uint64_t id, const char *meta, struct xmem_err *err);
	int (*region_del)(uint64_t id, struct xmem_err *err);
	int (*grant_new)(const struct xmem_grant *want, struct xmem_grant *made,
			 struct xmem_err *err);
	int (*grant_del)(uint64_t region, uint64_t client, struct xmem_err *err);
};

/* The one of this program: linked in, not chosen at run time. */
extern const struct xmemd_backend xmemd_backend;

#endif /* XMEMD_BACKEND_H */
