/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of leases. An allocation ends by its duration (which only a new duration
 * changes), or because nobody renewed it for its not-in-use threshold, whichever is
 * first. Before the end it is warned; after the end comes a time of grace; then a
 * volatile allocation is destroyed and a persistent one is kept as expired.
 *
 *	active --warn before the end--> warned --end--> grace --grace over--> expired
 *	   ^______________ renewed ________|_____________|  (persistent: also from expired)
 *
 * All times are milliseconds of one monotonic clock of the manager, given by the
 * caller. What is stored is what was left (xmemd_lease_left), and a manager that takes
 * over starts with that, but never with less than the grace (xmemd_lease_resume).
 */
#ifndef XMEMD_LOGIC_LEASE_H
#define XMEMD_LOGIC_LEASE_H

#include "logic/account.h"

#define XMEMD_NEVER UINT64_MAX

/* Stored as their numbers: never renumber. */
enum xmemd_lease_state {
	XMEMD_LEASE_ACTIVE = 0,
	XMEMD_LEASE_WARNED = 1,
	XMEMD_LEASE_GRACE = 2,
	XMEMD_LEASE_EXPIRED = 3,
};

/* What the caller has to do, once. */
enum xmemd_lease_do {
	XMEMD_LEASE_NOTHING,
	XMEMD_LEASE_WARN,    /* tell (event alloc.warned): it ends soon */
	XMEMD_LEASE_END,     /* tell: it ended, the grace runs */
	XMEMD_LEASE_DESTROY, /* volatile: destroy it */
	XMEMD_LEASE_KEEP,    /* persistent: tell (event alloc.expired), keep it */
};

/**
 * struct xmemd_lease_rules - what was agreed
 * @type: decides how it ends
 * @duration: ms from its begin, or XMEMD_UNLIMITED
 * @not_in_use: ms without a renewal, or XMEMD_UNLIMITED
 * @warn: ms before the end; at most a quarter of the span is used
 * @grace: ms after the end
 */
struct xmemd_lease_rules {
	enum xmemd_type type;
	uint64_t duration, not_in_use, warn, grace;
};

/**
 * struct xmemd_lease - where an allocation is in its lease
 * @state: as the caller knows it; changed by xmemd_lease_look()
 * @ends: when the duration is over, or XMEMD_NEVER
 * @idle: when it counts as not in use, or XMEMD_NEVER
 * @over: when its grace is over, or XMEMD_NEVER as long as that has not begun
 */
struct xmemd_lease {
	enum xmemd_lease_state state;
	uint64_t ends, idle, over;
};

/**
 * struct xmemd_lease_left - what is stored
 * @state: as it was
 * @ends: ms left of the duration, 0 when it is over, or XMEMD_NEVER
 * @idle: ms left until it counts as not in use, likewise
 */
struct xmemd_lease_left {
	enum xmemd_lease_state state;
	uint64_t ends, idle;
};

/**
 * struct xmemd_lease_step - what a look said
 * @what: to be done now
 * @next: when to look again, or XMEMD_NEVER
 * @left: ms until the end; 0: it is over; or XMEMD_NEVER
 * @cause: "its duration of 1h ends in 5m", "it was not renewed for 10m"; empty with nothing
 */
struct xmemd_lease_step {
	enum xmemd_lease_do what;
	uint64_t next, left;
	char cause[176];
};

void xmemd_lease_start(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		       uint64_t now);
void xmemd_lease_look(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		      uint64_t now, struct xmemd_lease_step *step);
int xmemd_lease_renew(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		      uint64_t now, struct xmemd_refusal *why);
int xmemd_lease_change(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		       bool prolong, uint64_t now, struct xmemd_refusal *why);
void xmemd_lease_shift(struct xmemd_lease *lease, uint64_t ms);
void xmemd_lease_left(const struct xmemd_lease *lease, uint64_t now, struct xmemd_lease_left *left);
void xmemd_lease_resume(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
			const struct xmemd_lease_left *left, uint64_t now);
const char *xmemd_lease_state_name(enum xmemd_lease_state state);
bool xmemd_lease_state_parse(const char *text, enum xmemd_lease_state *state);

#endif /* XMEMD_LOGIC_LEASE_H */
