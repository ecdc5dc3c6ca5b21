/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request for memory, and the decision about it: limits first, then where it goes. */
#ifndef XMEMD_DECIDE_H
#define XMEMD_DECIDE_H

#include "manager.h"

/**
 * struct xmemd_order - memory asked for
 * @name: of the allocation or reservation
 * @owner: common name of who asks
 * @any: it may ask for whomever it likes
 * @account: whose quota it shall be of, or "" for that of the client
 * @reservation: which reservation to draw from, or "" for any that serves
 * @client: whom it is for
 * @type: enum xmemd_type
 * @duration: ms, or XMEMD_UNLIMITED
 * @not_in_use: ms, or XMEMD_UNLIMITED
 * @act: what is to be done
 * @labels: what the allocation is called besides, an object of the request's body; or NULL
 * @demand: for the logic; its texts are of the request's body
 * @globs: of @demand, for free()
 * @excluded: likewise
 * @key: what tells it from other requests, or NULL
 */
struct xmemd_order {
	char name[XMEMD_NAME_TEXT], owner[XMEMD_CN_TEXT], account[XMEMD_NAME_TEXT];
	char reservation[XMEMD_NAME_TEXT];
	bool any;
	uint64_t client, duration, not_in_use;
	uint32_t type;
	enum xmemd_act act;
	json_t *labels;
	struct xmemd_demand demand;
	const char **globs, **excluded;
	const struct xmemd_idem_request *key;
};

/**
 * struct xmemd_decision - what was decided
 * @placement: where it goes
 * @terms: for how long
 * @account: whose quota it is of, or ""
 * @reservation: which reservation it draws from, or ""
 * @strategies: by which it was placed, in words
 */
struct xmemd_decision {
	struct xmemd_placement placement;
	struct xmemd_terms terms;
	char account[XMEMD_NAME_TEXT], reservation[XMEMD_NAME_TEXT];
	char strategies[XMEMD_STRATEGIES_TEXT];
};

int xmemd_decide_locked(struct xmemd_manager *manager, const struct xmemd_order *order,
			struct xmemd_decision *decision, struct xmemd_refusal *why);
int xmemd_decide_space_locked(struct xmemd_manager *manager, const struct xmemd_order *order,
			      struct xmemd_space *space, xmemd_space_fn each, void *arg,
			      struct xmemd_refusal *why);
void xmemd_order_free(struct xmemd_order *order);

#endif /* XMEMD_DECIDE_H */
