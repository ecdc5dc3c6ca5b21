/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the manager has appliances do: make the regions of an allocation, destroy them, count users. */
#ifndef XMEMD_LEGS_H
#define XMEMD_LEGS_H

#include "manager.h"

int xmemd_leg_make(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		   struct xmemd_alloc *alloc, unsigned int i, struct xmemd_refusal *why);
int xmemd_legs_make(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		    struct xmemd_alloc *alloc, struct xmemd_refusal *why);
int xmemd_legs_destroy(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		       const struct xmemd_alloc *alloc, enum xmemd_leg_state state,
		       struct xmemd_refusal *why);
void xmemd_legs_describe(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_alloc *alloc);

/**
 * struct xmemd_legs_use - who uses an allocation
 * @sessions: clients connected to each leg
 * @unknown: how many legs could not be asked for
 * @used: how many have sessions
 */
struct xmemd_legs_use {
	uint64_t sessions[XMEM_LEGS_MAX];
	unsigned int unknown, used;
};

void xmemd_legs_ask(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
		    struct xmemd_legs_use *use);
int xmemd_legs_refuse_used(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			   unsigned int first, struct xmemd_refusal *why);
void xmemd_legs_promise(struct xmemd_manager *manager, const struct xmemd_alloc *alloc, int sign);

void xmemd_manager_heard_down(struct xmemd_manager *manager, const char *appliance,
			      const char *error);
void xmemd_manager_ask(struct xmemd_manager *manager, const char *appliance);
int xmemd_appliance_moved(struct xmemd_manager *manager, const char *name,
			  struct xmemd_refusal *why);

#endif /* XMEMD_LEGS_H */
