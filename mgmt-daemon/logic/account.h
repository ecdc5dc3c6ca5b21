/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may have how much, when, for how long, and where: profiles of the cluster
 * (policy), of accounts and of clients, and the check of a request against them.
 *
 * A request is judged on each level that it belongs to: client, its account, the
 * policy of the cluster. Limits (quotas, windows, durations, allowed appliances,
 * distance) hold on every level: a client cannot have what its account may not.
 * Preferences (priority, bandwidth class, strategies) come from the nearest level
 * that has one.
 */
#ifndef XMEMD_LOGIC_ACCOUNT_H
#define XMEMD_LOGIC_ACCOUNT_H

#include "logic/plan.h"
#include "logic/window.h"

#define XMEMD_UNLIMITED UINT64_MAX
#define XMEMD_WINDOWS_MAX 16
#define XMEMD_PRIORITY_UNSET (-1)
#define XMEMD_PRIORITY_MAX 100
#define XMEMD_PRIORITY_DEFAULT 50
#define XMEMD_LEVELS_MAX 3

/* What becomes of an allocation that nobody uses any more. Stored as numbers: never renumber. */
enum xmemd_type {
	XMEMD_VOLATILE = 0,   /* destroyed */
	XMEMD_PERSISTENT = 1, /* kept, as expired */
	XMEMD_TYPES
};

/**
 * struct xmemd_profile - limits and preferences of a level; start with xmemd_profile_init()
 * @total: bytes of all allocations and reservations; XMEMD_UNLIMITED: no quota
 * @of_type: bytes of allocations of each type; 0 forbids the type
 * @max_duration: ms that an allocation may live without being prolonged; XMEMD_UNLIMITED
 * @max_not_in_use: ms without a renewal before it counts as not in use; XMEMD_UNLIMITED
 * @priority: 0 … XMEMD_PRIORITY_MAX, or XMEMD_PRIORITY_UNSET
 * @window: when it may create, grow and prolong
 * @windows: how many; 0: always
 * @utc_offset: minutes east of UTC that the windows are meant in
 * @bandwidth: bandwidth class of the client; XMEMD_BANDWIDTH_ANY: unset
 * @max_distance: farthest appliance; XMEMD_DISTANCE_ANY: unset
 * @appliances: allowed ones; no pattern: all
 * @strategy: ranked strategies for requests that name none
 * @strategies: how many; 0: unset
 */
struct xmemd_profile {
	uint64_t total, of_type[XMEMD_TYPES];
	uint64_t max_duration, max_not_in_use;
	int priority;
	struct xmemd_window window[XMEMD_WINDOWS_MAX];
	unsigned int windows;
	int utc_offset;
	enum xmemd_bandwidth bandwidth;
	enum xmemd_distance max_distance;
	struct xmemd_globs appliances;
	enum xmemd_strategy strategy[XMEMD_STRATEGIES];
	unsigned int strategies;
};

/**
 * struct xmemd_usage - what a level has
 * @total: bytes of allocations, and of reservations as far as they are not drawn
 * @of_type: bytes of allocations by type
 */
struct xmemd_usage {
	uint64_t total, of_type[XMEMD_TYPES];
};

/**
 * struct xmemd_level - a level that a request belongs to
 * @what: "client", "account" or "policy"
 * @name: its name; NULL for the policy
 * @profile: its limits
 * @usage: what it has now, without the request
 * @drawn: how many bytes of the request come from reservations that this level's usage has
 *	already: the client's own for the client; these and the account's for the account. Before
 *	the plan is made: the most that could be drawn; ask again with what the plan draws.
 */
struct xmemd_level {
	const char *what, *name;
	const struct xmemd_profile *profile;
	struct xmemd_usage usage;
	uint64_t drawn;
};

enum xmemd_act {
	XMEMD_ACT_CREATE,
	XMEMD_ACT_RESIZE,  /* @bytes: what it grows by; shrinking is never refused */
	XMEMD_ACT_RETYPE,  /* volatile to persistent or back; @bytes: its size */
	XMEMD_ACT_PROLONG, /* a new duration or not-in-use threshold; @bytes: 0 */
	XMEMD_ACT_RESERVE,
};

/**
 * struct xmemd_ask - a request, as far as accounts are concerned
 * @act: what is to be done
 * @type: of the allocation, after it
 * @bytes: more than before
 * @duration: ms; XMEMD_UNLIMITED: as long as permitted
 * @not_in_use: ms; XMEMD_UNLIMITED: as long as permitted
 */
struct xmemd_ask {
	enum xmemd_act act;
	enum xmemd_type type;
	uint64_t bytes;
	uint64_t duration, not_in_use;
};

/**
 * struct xmemd_terms - what the request gets
 * @duration: ms, or XMEMD_UNLIMITED
 * @not_in_use: ms, or XMEMD_UNLIMITED
 * @priority: 0 … XMEMD_PRIORITY_MAX
 */
struct xmemd_terms {
	uint64_t duration, not_in_use;
	int priority;
};

void xmemd_profile_init(struct xmemd_profile *profile);
int xmemd_profile_check(const struct xmemd_profile *profile, struct xmemd_refusal *why);
int xmemd_account_check(const struct xmemd_level *levels, size_t count, const struct xmemd_ask *ask,
			int64_t utc, struct xmemd_terms *terms, struct xmemd_refusal *why);
void xmemd_account_apply(const struct xmemd_level *levels, size_t count,
			 struct xmemd_demand *demand);

const char *xmemd_type_name(enum xmemd_type type);
bool xmemd_type_parse(const char *text, enum xmemd_type *type);

#endif /* XMEMD_LOGIC_ACCOUNT_H */
