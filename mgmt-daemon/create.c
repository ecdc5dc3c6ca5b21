// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "change.h"
#include "crash.h"
#include "labels.h"
#include "legs.h"

/* How often an allocation is planned anew when appliances fail it on the way. */
#define PLANS_MAX 3

static int fill_leg(struct xmemd_leg *leg, const struct xmemd_placement *placement, unsigned int i,
		    struct xmemd_refusal *why)
{
	leg->size = placement->leg[i].size;
	leg->drawn = placement->leg[i].drawn;
	leg->state = XMEMD_LEG_COMING;
	memcpy(leg->appliance, placement->leg[i].appliance, sizeof(leg->appliance));
	memcpy(leg->why, placement->leg[i].why, sizeof(leg->why));
	if (xmemd_manager_random(&leg->region, why) < 0)
		return -1;
	if (gnutls_rnd(GNUTLS_RND_KEY, leg->token, sizeof(leg->token)) < 0)
		return xmemd_refuse(why, 500, "no random numbers");
	return 0;
}

/**
 * xmemd_create_legs() - legs as they were decided, still to be made
 * @leg: result
 * @placement: the decision
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_create_legs(struct xmemd_leg *leg, const struct xmemd_placement *placement,
		      struct xmemd_refusal *why)
{
	unsigned int i;

	for (i = 0; i < placement->legs; i++)
		if (fill_leg(&leg[i], placement, i, why) < 0)
			return -1;
	return 0;
}

static struct xmemd_alloc *make_alloc(const struct xmemd_order *order,
				      const struct xmemd_decision *decision,
				      struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = xmemd_alloc_new(decision->placement.legs);

	if (!alloc) {
		xmemd_refuse(why, 500, "out of memory");
		return NULL;
	}
	memcpy(alloc->name, order->name, sizeof(alloc->name));
	memcpy(alloc->owner, order->owner, sizeof(alloc->owner));
	memcpy(alloc->account, decision->account, sizeof(alloc->account));
	memcpy(alloc->reservation, decision->reservation, sizeof(alloc->reservation));
	memcpy(alloc->strategies, decision->strategies, sizeof(alloc->strategies));
	memcpy(alloc->why, decision->placement.why, sizeof(alloc->why));
	alloc->size = decision->placement.size;
	alloc->layout = decision->placement.layout;
	alloc->client = order->client;
	alloc->type = order->type;
	alloc->duration = decision->terms.duration;
	alloc->not_in_use = decision->terms.not_in_use;
	alloc->labels = xmemd_labels_keep(order->labels);
	alloc->left.ends = alloc->duration;
	alloc->left.idle = alloc->not_in_use;
	alloc->created = (uint64_t)time(NULL);
	alloc->epoch = 1;
	alloc->state = XMEMD_CREATING;
	if (xmemd_manager_random(&alloc->id, why) < 0 ||
	    xmemd_create_legs(alloc->leg, &decision->placement, why) < 0) {
		xmemd_alloc_put(alloc);
		return NULL;
	}
	return alloc;
}

/*
 * Decide, and have the model know of it at once: its room, quota and name are taken
 * from now on, so that who decides next sees them. Then write it down.
 */
static int plan(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		const struct xmemd_order *order, struct xmemd_alloc **result,
		struct xmemd_refusal *why)
{
	struct xmemd_decision *decision = malloc(sizeof(*decision));
	struct xmemd_alloc *alloc = NULL;

	if (!decision)
		return xmemd_refuse(why, 500, "out of memory");
	if (xmemd_manager_lock_claimed(manager, claim, why) < 0) {
		free(decision);
		return -1;
	}
	if (xmemd_model_find_locked(&manager->model, order->name))
		xmemd_refuse_as(why, 409, XMEMD_WHY_EXISTS, "there is an allocation \"%s\" already",
				order->name);
	else if (xmemd_decide_locked(manager, order, decision, why) == 0)
		alloc = make_alloc(order, decision, why);
	if (alloc && xmemd_model_set_locked(&manager->model, xmemd_alloc_hold(alloc), 0) < 0) {
		xmemd_refuse(why, 500, "out of memory");
		xmemd_alloc_put(alloc);
		alloc = NULL;
	}
	if (alloc)
		xmemd_legs_promise(manager, alloc, 1);
	xmemd_model_unlock(&manager->model);
	free(decision);
	*result = alloc;
	return alloc ? 0 : -1;
}

/* What was planned did not come to anything. */
static void drop_plan(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		      const struct xmemd_alloc *alloc)
{
	struct xmemd_refusal ignored = {};

	if (xmemd_manager_lock_claimed(manager, claim, &ignored) < 0)
		return;
	xmemd_model_drop_locked(&manager->model, alloc->name);
	xmemd_model_unlock(&manager->model);
}

static void give_promise(struct xmemd_manager *manager, const struct xmemd_alloc *alloc)
{
	xmemd_model_lock(&manager->model);
	xmemd_legs_promise(manager, alloc, -1);
	xmemd_model_unlock(&manager->model);
}

/**
 * xmemd_create_roll_back() - undo the creation of an allocation
 * @manager: the manager
 * @claim: its claim
 * @alloc: the allocation, creating
 * @why: refusal
 *
 * Does not wait for appliances that are down: nobody has the tokens, and what they
 * hold is found by our mark and by no record when they come back.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_create_roll_back(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			   const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	if (xmemd_manager_confirm(manager, claim, why) < 0)
		return -1;
	xmemd_legs_destroy(manager, claim, alloc, XMEMD_LEG_THERE, why);
	return xmemd_manager_forget(manager, claim, alloc->name, why);
}

/* All is made: say so, and in the same commit that the request was answered. */
static int write_ready(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		       const struct xmemd_order *order, struct xmemd_alloc **alloc,
		       struct xmemd_refusal *why)
{
	struct xmemd_alloc *ready = xmemd_alloc_copy(*alloc, (*alloc)->legs);
	struct xmemd_kv_op also = { .expect = XMEMD_KV_ANY };
	char *text = NULL;
	unsigned int i;
	int ret;

	if (!ready)
		return xmemd_refuse(why, 500, "out of memory");
	ready->state = XMEMD_READY;
	for (i = 0; i < ready->legs; i++)
		ready->leg[i].state = XMEMD_LEG_THERE;
	if (order->key) {
		text = xmemd_idem_record(order->key, order->name);
		also.key = order->key->key;
		also.value = text;
	}
	ret = xmemd_manager_write(manager, claim, xmemd_alloc_hold(ready), text ? &also : NULL,
				  why);
	if (!ret && text)
		xmemd_idem_feed(&manager->idem, order->key->key, text);
	free(text);
	xmemd_alloc_put(*alloc);
	*alloc = ready;
	return ret;
}

/* Return: 0; 1 when another plan may do better, -1 when not, both with @why set. */
static int make(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		const struct xmemd_order *order, struct xmemd_alloc **alloc,
		struct xmemd_refusal *why)
{
	struct xmemd_refusal ignored = {};
	int ret;

	xmemd_crash_point();
	if (xmemd_manager_write(manager, claim, xmemd_alloc_hold(*alloc), NULL, why) < 0) {
		give_promise(manager, *alloc);
		drop_plan(manager, claim, *alloc);
		return -1;
	}
	ret = xmemd_legs_make(manager, claim, *alloc, why);
	give_promise(manager, *alloc);
	if (!ret)
		ret = write_ready(manager, claim, order, alloc, why);
	if (ret && xmemd_create_roll_back(manager, claim, *alloc, &ignored) < 0)
		ret = -1;
	xmemd_refusal_clear(&ignored);
	xmemd_crash_point();
	return ret;
}

/**
 * xmemd_create() - make an allocation
 * @manager: the manager
 * @order: what is asked for
 * @result: the allocation, for xmemd_alloc_put()
 * @why: refusal
 *
 * Return: 0 with the allocation ready, or -1 with @why set and nothing of it left.
 */
int xmemd_create(struct xmemd_manager *manager, const struct xmemd_order *order,
		 struct xmemd_alloc **result, struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_claim claim;
	int ret = 1, n;

	xmemd_janitor_wait(manager);
	if (xmemd_manager_claim(manager, &claim, "alloc/", order->name, why) < 0)
		return -1;
	for (n = 0; n < PLANS_MAX && ret > 0; n++) {
		xmemd_refusal_clear(why);
		xmemd_alloc_put(alloc);
		alloc = NULL;
		ret = plan(manager, &claim, order, &alloc, why);
		if (!ret && !n)
			xmemd_manager_tell(manager, "alloc.created", alloc, NULL);
		if (!ret)
			ret = make(manager, &claim, order, &alloc, why);
	}
	if (!ret) {
		xmemd_lease_begin(manager, alloc);
		xmemd_manager_tell(manager, "alloc.ready", alloc, NULL);
		*result = xmemd_alloc_hold(alloc);
	} else if (alloc) {
		xmemd_manager_tell(manager, "alloc.failed", alloc, why->text);
	}
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return ret ? -1 : 0;
}
