// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "logic/lease.h"
#include "logic/span.h"

static const char *const states[] = {
	[XMEMD_LEASE_ACTIVE] = "active",
	[XMEMD_LEASE_WARNED] = "warned",
	[XMEMD_LEASE_GRACE] = "grace",
	[XMEMD_LEASE_EXPIRED] = "expired",
};

#define STATES (sizeof(states) / sizeof(*states))

/**
 * xmemd_lease_state_name() - the word for a state
 * @state: the state
 *
 * Return: the word.
 */
const char *xmemd_lease_state_name(enum xmemd_lease_state state)
{
	return states[state];
}

/**
 * xmemd_lease_state_parse() - the state of a word
 * @text: the word
 * @state: result
 *
 * Return: whether it is one of active, warned, grace, expired.
 */
bool xmemd_lease_state_parse(const char *text, enum xmemd_lease_state *state)
{
	size_t i;

	for (i = 0; i < STATES; i++) {
		if (strcmp(states[i], text))
			continue;
		*state = (enum xmemd_lease_state)i;
		return true;
	}
	return false;
}

/* XMEMD_UNLIMITED and XMEMD_NEVER are the same number: what has no limit never ends. */
static uint64_t later(uint64_t when, uint64_t ms)
{
	uint64_t sum;

	return __builtin_add_overflow(when, ms, &sum) ? XMEMD_NEVER : sum;
}

static uint64_t until(uint64_t when, uint64_t now)
{
	return when == XMEMD_NEVER ? XMEMD_NEVER : when > now ? when - now : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool by_duration(const struct xmemd_lease *lease)
{
	return lease->ends <= lease->idle;
}

/* A short span is warned of late, or it would be warned of all the time. */
static uint64_t warn_before(uint64_t end, uint64_t span, const struct xmemd_lease_rules *rules)
{
	return end == XMEMD_NEVER ? XMEMD_NEVER : end - least(end, least(rules->warn, span / 4));
}

static uint64_t warn_at(const struct xmemd_lease *lease, const struct xmemd_lease_rules *rules)
{
	return least(warn_before(lease->ends, rules->duration, rules),
		     warn_before(lease->idle, rules->not_in_use, rules));
}

/**
 * xmemd_lease_start() - a lease begins
 * @lease: the lease
 * @rules: what was agreed
 * @now: the time
 */
void xmemd_lease_start(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		       uint64_t now)
{
	*lease = (struct xmemd_lease){
		.state = XMEMD_LEASE_ACTIVE,
		.ends = later(now, rules->duration),
		.idle = later(now, rules->not_in_use),
		.over = XMEMD_NEVER,
	};
}

static void explain(const struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		    struct xmemd_lease_step *step)
{
	char span[XMEMD_SPAN_TEXT], left[XMEMD_SPAN_TEXT];

	xmemd_span_format(by_duration(lease) ? rules->duration : rules->not_in_use, span);
	xmemd_span_format(step->left, left);
	if (by_duration(lease) && step->left)
		snprintf(step->cause, sizeof(step->cause), "its duration of %s ends in %s", span,
			 left);
	else if (by_duration(lease))
		snprintf(step->cause, sizeof(step->cause), "its duration of %s is over", span);
	else if (step->left)
		snprintf(step->cause, sizeof(step->cause),
			 "not renewed for %s it counts as not in use, which is in %s", span, left);
	else
		snprintf(step->cause, sizeof(step->cause), "it was not renewed for %s", span);
}

/* One step at a time, so that nothing ends without its grace, however late the look is. */
static void advance(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules, uint64_t now,
		    struct xmemd_lease_step *step)
{
	bool ended = least(lease->ends, lease->idle) <= now;

	switch (lease->state) {
	case XMEMD_LEASE_ACTIVE:
	case XMEMD_LEASE_WARNED:
		if (ended) {
			lease->state = XMEMD_LEASE_GRACE;
			lease->over = later(now, rules->grace);
			step->what = XMEMD_LEASE_END;
		} else if (lease->state == XMEMD_LEASE_ACTIVE && warn_at(lease, rules) <= now) {
			lease->state = XMEMD_LEASE_WARNED;
			step->what = XMEMD_LEASE_WARN;
		}
		break;
	case XMEMD_LEASE_GRACE:
		if (lease->over > now)
			break;
		lease->state = XMEMD_LEASE_EXPIRED;
		step->what =
			rules->type == XMEMD_PERSISTENT ? XMEMD_LEASE_KEEP : XMEMD_LEASE_DESTROY;
		break;
	case XMEMD_LEASE_EXPIRED:
		/* said again until it is gone: the one who heard it first may have died */
		if (rules->type == XMEMD_VOLATILE)
			step->what = XMEMD_LEASE_DESTROY;
		break;
	}
}

/**
 * xmemd_lease_look() - what is to be done about a lease now, and when to look again
 * @lease: the lease; its state follows
 * @rules: what was agreed
 * @now: the time
 * @step: result
 *
 * Look again at once after anything but XMEMD_LEASE_NOTHING is also right: everything but
 * XMEMD_LEASE_DESTROY is said once.
 */
void xmemd_lease_look(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		      uint64_t now, struct xmemd_lease_step *step)
{
	uint64_t end = least(lease->ends, lease->idle);

	*step = (struct xmemd_lease_step){ .what = XMEMD_LEASE_NOTHING, .left = until(end, now) };
	advance(lease, rules, now, step);
	switch (lease->state) {
	case XMEMD_LEASE_ACTIVE:
		step->next = warn_at(lease, rules);
		break;
	case XMEMD_LEASE_WARNED:
		step->next = end;
		break;
	case XMEMD_LEASE_GRACE:
		step->next = lease->over;
		break;
	case XMEMD_LEASE_EXPIRED:
		step->next = XMEMD_NEVER;
		break;
	}
	if (step->what != XMEMD_LEASE_NOTHING)
		explain(lease, rules, step);
}

static int refuse_gone(struct xmemd_refusal *why)
{
	return xmemd_refuse(why, 409,
			    "the lease is expired and the allocation is volatile: it is being "
			    "destroyed");
}

/* A warning of the duration stands when something else has been put right. */
static void settle(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules, uint64_t now)
{
	bool warned = lease->state == XMEMD_LEASE_WARNED;

	lease->over = XMEMD_NEVER;
	lease->state =
		warned && warn_at(lease, rules) <= now ? XMEMD_LEASE_WARNED : XMEMD_LEASE_ACTIVE;
}

/**
 * xmemd_lease_renew() - the client says that it uses the allocation
 * @lease: the lease
 * @rules: what was agreed
 * @now: the time
 * @why: refusal
 *
 * Return: 0, or -1 with @why set when it is too late.
 */
int xmemd_lease_renew(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		      uint64_t now, struct xmemd_refusal *why)
{
	char span[XMEMD_SPAN_TEXT];

	if (lease->state == XMEMD_LEASE_EXPIRED && rules->type == XMEMD_VOLATILE)
		return refuse_gone(why);
	if (lease->ends <= now)
		return xmemd_refuse(
			why, 409,
			"its duration of %s is over; a renewal does not prolong it, a new "
			"duration does",
			xmemd_span_format(rules->duration, span));
	lease->idle = later(now, rules->not_in_use);
	settle(lease, rules, now);
	return 0;
}

/**
 * xmemd_lease_change() - something else is agreed
 * @lease: the lease
 * @rules: what is agreed now
 * @prolong: the duration is a new one, and begins now
 * @now: the time
 * @why: refusal
 *
 * It counts as a renewal.
 *
 * Return: 0, or -1 with @why set when it is too late.
 */
int xmemd_lease_change(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
		       bool prolong, uint64_t now, struct xmemd_refusal *why)
{
	struct xmemd_lease changed = *lease;

	if (prolong)
		changed.ends = later(now, rules->duration);
	if (xmemd_lease_renew(&changed, rules, now, why) < 0)
		return -1;
	*lease = changed;
	return 0;
}

/**
 * xmemd_lease_shift() - time has passed in which nobody could renew
 * @lease: the lease
 * @ms: how much; added to all that is left
 *
 * For a manager that was stopped: what its clock counted meanwhile is not held against
 * anybody.
 */
void xmemd_lease_shift(struct xmemd_lease *lease, uint64_t ms)
{
	lease->ends = later(lease->ends, ms);
	lease->idle = later(lease->idle, ms);
	lease->over = later(lease->over, ms);
}

/**
 * xmemd_lease_left() - what is left, to be stored
 * @lease: the lease
 * @now: the time
 * @left: result
 */
void xmemd_lease_left(const struct xmemd_lease *lease, uint64_t now, struct xmemd_lease_left *left)
{
	*left = (struct xmemd_lease_left){
		.state = lease->state,
		.ends = until(lease->ends, now),
		.idle = until(lease->idle, now),
	};
}

/**
 * xmemd_lease_resume() - go on with a lease that was stored
 * @lease: the lease
 * @rules: what was agreed
 * @left: what was stored
 * @now: the time, of another clock than the one before
 *
 * What was not over gets at least the grace: nobody could renew while no manager was
 * there. A grace that had begun begins anew.
 */
void xmemd_lease_resume(struct xmemd_lease *lease, const struct xmemd_lease_rules *rules,
			const struct xmemd_lease_left *left, uint64_t now)
{
	bool runs = left->state == XMEMD_LEASE_ACTIVE || left->state == XMEMD_LEASE_WARNED;
	uint64_t floor = runs ? rules->grace : 0;

	*lease = (struct xmemd_lease){
		.state = left->state,
		.ends = later(now, most(left->ends, floor)),
		.idle = later(now, most(left->idle, floor)),
		.over = left->state == XMEMD_LEASE_GRACE ? later(now, rules->grace) : XMEMD_NEVER,
	};
}
