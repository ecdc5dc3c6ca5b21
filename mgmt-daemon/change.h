/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of allocations. How nothing is lost and nothing leaks, wherever the manager
 * or an appliance dies:
 *
 *   create:  record "creating" with every leg, number and token -> regions and grants
 *            on the appliances -> record "ready". Until then nobody was shown a token.
 *   grow:    record with new legs "coming" -> regions and grants -> legs "there".
 *   shrink:  record with legs "going" -> regions destroyed -> legs gone.
 *   destroy: record "destroying" -> regions destroyed -> record gone.
 *
 * A record is always older than what it stands for. Found again, "creating" and
 * "coming" are rolled back, "destroying" and "going" continued. A region with our mark
 * that no record knows is of a rolled-back allocation whose appliance did not answer
 * then, and is destroyed.
 */
#ifndef XMEMD_CHANGE_H
#define XMEMD_CHANGE_H

#include "decide.h"

/**
 * struct xmemd_settings - what can be changed of an allocation without touching its regions
 * @has_type: change the type
 * @has_labels: change the labels
 * @has_duration: begin a new duration
 * @has_not_in_use: change the threshold
 * @type: enum xmemd_type
 * @duration: ms, or XMEMD_UNLIMITED
 * @not_in_use: ms, or XMEMD_UNLIMITED
 * @labels: all that it has then; borrowed
 */
struct xmemd_settings {
	bool has_type, has_duration, has_not_in_use, has_labels;
	uint32_t type;
	uint64_t duration, not_in_use;
	json_t *labels;
};

/* Whose an allocation must be (NULL: anybody's), and whether to insist. */
struct xmemd_asker {
	const char *owner;
	bool force;
};

/* create.c */
int xmemd_create(struct xmemd_manager *manager, const struct xmemd_order *order,
		 struct xmemd_alloc **alloc, struct xmemd_refusal *why);
int xmemd_create_roll_back(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			   const struct xmemd_alloc *alloc, struct xmemd_refusal *why);

int xmemd_create_legs(struct xmemd_leg *leg, const struct xmemd_placement *placement,
		      struct xmemd_refusal *why);

/* destroy.c */
int xmemd_destroy(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		  struct xmemd_refusal *why);
int xmemd_change_goes_on(struct xmemd_refusal *why);
int xmemd_destroy_claimed(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			  const struct xmemd_alloc *alloc, struct xmemd_refusal *why);
int xmemd_destroy_finish(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_alloc *alloc, struct xmemd_refusal *why);
int xmemd_find_own(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		   struct xmemd_alloc **alloc, struct xmemd_refusal *why);

/* resize.c */
int xmemd_resize(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		 uint64_t size, struct xmemd_alloc **result, struct xmemd_refusal *why);
int xmemd_resize_settle(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			const struct xmemd_alloc *alloc, struct xmemd_refusal *why);

/* fail.c */
int xmemd_fail(struct xmemd_manager *manager, const char *name, const char *appliance,
	       uint64_t region, const char *reason, struct xmemd_refusal *why);

/* lease.c */
int xmemd_lease_set(struct xmemd_manager *manager, const char *name,
		    const struct xmemd_asker *asker, const struct xmemd_settings *settings,
		    struct xmemd_alloc **result, struct xmemd_refusal *why);
int xmemd_lease_use(struct xmemd_manager *manager, const char *name,
		    const struct xmemd_asker *asker, struct xmemd_alloc **result,
		    struct xmemd_refusal *why);
void xmemd_lease_begin(struct xmemd_manager *manager, const struct xmemd_alloc *alloc);

#endif /* XMEMD_CHANGE_H */
