/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manager's memory: an SQLite database (WAL, synchronous=FULL). Each call is
 * one transaction: when it returns 0 it has happened and survives a power cut;
 * when it returns -1 nothing has changed. Calls may come from any thread.
 */
#ifndef XMEMD_STORE_H
#define XMEMD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alloc.h"
#include "refusal.h"

struct xmemd_store;

int xmemd_store_open(const char *path, const char *cn, struct xmemd_store **storep,
		     struct xmemd_refusal *why);
void xmemd_store_close(struct xmemd_store *store);
uint64_t xmemd_store_owner(const struct xmemd_store *store);

int xmemd_store_counts(struct xmemd_store *store, uint64_t *appliances, uint64_t *allocations,
		       struct xmemd_refusal *why);

int xmemd_store_appliance_add(struct xmemd_store *store, const struct xmemd_appliance *appliance,
			      struct xmemd_refusal *why);
int xmemd_store_appliance_seen(struct xmemd_store *store, const char *name, const char *address,
			       uint16_t port, struct xmemd_refusal *why);
int xmemd_store_appliance_del(struct xmemd_store *store, const char *name, bool force,
			      struct xmemd_refusal *why);
int xmemd_store_appliance_get(struct xmemd_store *store, const char *name,
			      struct xmemd_appliance *appliance, struct xmemd_refusal *why);
int xmemd_store_appliances(struct xmemd_store *store, struct xmemd_appliance **list, size_t *count,
			   struct xmemd_refusal *why);

int xmemd_store_alloc_add(struct xmemd_store *store, const struct xmemd_alloc *alloc,
			  struct xmemd_refusal *why);
int xmemd_store_alloc_ready(struct xmemd_store *store, const struct xmemd_alloc *alloc,
			    struct xmemd_refusal *why);
int xmemd_store_alloc_destroying(struct xmemd_store *store, const char *name, const char *reason,
				 struct xmemd_refusal *why);
int xmemd_store_alloc_del(struct xmemd_store *store, const char *name, struct xmemd_refusal *why);
int xmemd_store_alloc_get(struct xmemd_store *store, const char *name, struct xmemd_alloc *alloc,
			  struct xmemd_refusal *why);
/* Called for each allocation, with the store locked: it must not call the store. */
typedef void (*xmemd_store_alloc_fn)(const struct xmemd_alloc *alloc, void *arg);

int xmemd_store_allocs(struct xmemd_store *store, const char *owner, xmemd_store_alloc_fn fn,
		       void *arg, struct xmemd_refusal *why);

int xmemd_store_ready_regions(struct xmemd_store *store, const char *appliance, uint64_t **list,
			      size_t *count, struct xmemd_refusal *why);
int xmemd_store_region_known(struct xmemd_store *store, uint64_t region, struct xmemd_refusal *why);
int xmemd_store_region_lost(struct xmemd_store *store, const char *appliance, uint64_t region,
			    struct xmemd_refusal *why);

#endif /* XMEMD_STORE_H */
