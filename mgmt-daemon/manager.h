/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The role manager: makes and destroys allocations, and tidies up after every failure. */
#ifndef XMEMD_MANAGER_H
#define XMEMD_MANAGER_H

#include <pthread.h>
#include <stdbool.h>

#include "daemon.h"
#include "plan.h"
#include "refusal.h"
#include "remote.h"
#include "store.h"

struct xmemd_claim;

/**
 * struct xmemd_manager - the role manager
 * @config: configuration
 * @store: what it remembers
 * @lock: of what follows; never held across a call of an appliance
 * @claims: names of allocations that somebody works on
 * @wake: the janitor has something to do, or shall stop
 * @kicked: it has
 * @stopping: it shall
 * @janitor: the thread
 * @janitor_runs: it was started
 */
struct xmemd_manager {
	const struct xmem_config *config;
	struct xmemd_store *store;
	pthread_mutex_t lock;
	struct xmemd_claim *claims;
	pthread_cond_t wake;
	bool kicked, stopping;
	pthread_t janitor;
	bool janitor_runs;
};

/**
 * struct xmemd_claim - a name that somebody works on; lies on that one's stack
 * @next: in the manager's list
 * @name: of the allocation
 */
struct xmemd_claim {
	struct xmemd_claim *next;
	char name[XMEMD_NAME_TEXT];
};

/**
 * struct xmemd_order - an allocation asked for
 * @name: its name
 * @owner: common name of who asks
 * @client: whom the grants are for
 * @want: size and layout
 */
struct xmemd_order {
	char name[XMEMD_NAME_TEXT], owner[XMEMD_CN_TEXT];
	uint64_t client;
	struct xmemd_want want;
};

int xmemd_manager_start(struct xmemd *daemon, struct xmemd_refusal *why);
void xmemd_manager_stop(struct xmemd_manager *manager);

bool xmemd_manager_claim(struct xmemd_manager *manager, struct xmemd_claim *claim,
			 const char *name);
void xmemd_manager_unclaim(struct xmemd_manager *manager, struct xmemd_claim *claim);

int xmemd_manager_ask(struct xmemd_manager *manager, struct xmemd_remote **list, size_t *count,
		      struct xmemd_refusal *why);
int xmemd_manager_create(struct xmemd_manager *manager, const struct xmemd_order *order,
			 struct xmemd_alloc *alloc, struct xmemd_refusal *why);
int xmemd_manager_destroy(struct xmemd_manager *manager, const char *name, const char *owner,
			  bool force, struct xmemd_refusal *why);
int xmemd_manager_roll_back(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			    struct xmemd_refusal *why);
int xmemd_manager_finish(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			 struct xmemd_refusal *why);

void xmemd_janitor_kick(struct xmemd_manager *manager);
int xmemd_janitor_start(struct xmemd_manager *manager, struct xmemd_refusal *why);
void xmemd_janitor_stop(struct xmemd_manager *manager);

#endif /* XMEMD_MANAGER_H */
