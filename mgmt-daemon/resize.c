// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "crash.h"
#include "legs.h"
#include "record.h"
#include "size.h"

/* Without the legs that did not come, or have gone. */
static struct xmemd_alloc *without(const struct xmemd_alloc *alloc, enum xmemd_leg_state state)
{
	struct xmemd_alloc *copy;
	unsigned int legs = alloc->legs;

	while (legs && alloc->leg[legs - 1].state == state)
		legs--;
	copy = xmemd_alloc_copy(alloc, legs);
	if (copy) {
		copy->size = xmemd_alloc_sum(copy);
		copy->layout = legs > 1 ? XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE;
	}
	return copy;
}

static int write_without(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_alloc *alloc, enum xmemd_leg_state state,
			 struct xmemd_refusal *why)
{
	struct xmemd_alloc *copy = without(alloc, state);

	if (!copy)
		return xmemd_refuse(why, 500, "out of memory");
	return xmemd_manager_write(manager, claim, copy, NULL, why);
}

/**
 * xmemd_resize_settle() - undo what was growing, finish what was shrinking
 * @manager: the manager
 * @claim: its claim
 * @alloc: the allocation
 * @why: refusal, or what it waits for
 *
 * Return: 1 when nothing is left to do, 0 when appliances do not answer, or -1 with @why set.
 */
int xmemd_resize_settle(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	const struct xmemd_leg *last = &alloc->leg[alloc->legs - 1];

	if (!alloc->legs || last->state == XMEMD_LEG_THERE)
		return 1;
	if (xmemd_manager_confirm(manager, claim, why) < 0)
		return -1;
	/* regions that were coming were shown to nobody: their appliance need not answer now */
	if (xmemd_legs_destroy(manager, claim, alloc, last->state, why) &&
	    last->state == XMEMD_LEG_GOING)
		return 0;
	return write_without(manager, claim, alloc, last->state, why) < 0 ? -1 : 1;
}

/* What the new regions are to be like: as the old ones, elsewhere. */
static int decide_grow(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
		       uint64_t bytes, struct xmemd_decision *decision, struct xmemd_refusal *why)
{
	struct xmemd_held held[XMEM_LEGS_MAX];
	char strategies[XMEMD_STRATEGIES_TEXT], *word, *save = NULL;
	struct xmemd_order order = {
		.any = true,
		.client = alloc->client,
		.type = alloc->type,
		.duration = XMEMD_UNLIMITED,
		.not_in_use = XMEMD_UNLIMITED,
		.act = XMEMD_ACT_RESIZE,
		.demand = { .size = bytes, .layout = XMEMD_LAYOUT_AUTO, .held = held },
	};
	struct xmemd_demand *demand = &order.demand;
	unsigned int i;

	memcpy(order.owner, alloc->owner, sizeof(order.owner));
	if (xmemd_model_account_locked(&manager->model, alloc->account))
		memcpy(order.account, alloc->account, sizeof(order.account));
	memcpy(strategies, alloc->strategies, sizeof(strategies));
	for (word = strtok_r(strategies, ",", &save); word; word = strtok_r(NULL, ",", &save))
		if (demand->strategies < XMEMD_STRATEGIES &&
		    xmemd_strategy_parse(word, &demand->strategy[demand->strategies]))
			demand->strategies++;
	for (i = 0; i < alloc->legs; i++)
		held[i] = (struct xmemd_held){ alloc->leg[i].appliance, alloc->leg[i].size };
	demand->helds = alloc->legs;
	demand->max_regions = XMEM_LEGS_MAX - alloc->legs;
	/* draws come from the reservation that it has, or from any that serves if it has none */
	memcpy(order.reservation, alloc->reservation, sizeof(order.reservation));
	if (alloc->reservation[0] &&
	    !xmemd_index_get(&manager->model.reservations, alloc->reservation))
		order.reservation[0] = 0;
	return xmemd_decide_locked(manager, &order, decision, why);
}

static struct xmemd_alloc *add_legs(const struct xmemd_alloc *alloc,
				    const struct xmemd_decision *decision,
				    struct xmemd_refusal *why)
{
	struct xmemd_alloc *grown = xmemd_alloc_copy(alloc, alloc->legs + decision->placement.legs);

	if (!grown) {
		xmemd_refuse(why, 500, "out of memory");
		return NULL;
	}
	memcpy(grown->reservation, decision->reservation, sizeof(grown->reservation));
	if (!decision->reservation[0])
		memcpy(grown->reservation, alloc->reservation, sizeof(grown->reservation));
	grown->layout = XMEM_LAYOUT_CONCAT;
	grown->epoch++;
	if (xmemd_create_legs(&grown->leg[alloc->legs], &decision->placement, why) < 0) {
		xmemd_alloc_put(grown);
		return NULL;
	}
	return grown;
}

/* Decide and take the room at once, as for a new allocation. */
static struct xmemd_alloc *plan_grow(struct xmemd_manager *manager, const struct xmemd_claim *claim,
				     const struct xmemd_alloc *alloc, uint64_t bytes,
				     struct xmemd_refusal *why)
{
	struct xmemd_decision *decision;
	struct xmemd_alloc *grown = NULL;
	uint64_t revision;

	if (alloc->legs >= XMEM_LEGS_MAX) {
		xmemd_refuse(why, 409,
			     "allocation \"%s\" has %d regions already, as many as can be",
			     alloc->name, XMEM_LEGS_MAX);
		return NULL;
	}
	decision = malloc(sizeof(*decision));
	if (!decision || xmemd_manager_lock_claimed(manager, claim, why) < 0) {
		if (!decision)
			xmemd_refuse(why, 500, "out of memory");
		free(decision);
		return NULL;
	}
	if (decide_grow(manager, alloc, bytes, decision, why) == 0)
		grown = add_legs(alloc, decision, why);
	if (grown) {
		revision = xmemd_model_find_locked(&manager->model, alloc->name)->revision;
		xmemd_model_set_locked(&manager->model, xmemd_alloc_hold(grown), revision);
		xmemd_legs_promise(manager, grown, 1);
	}
	xmemd_model_unlock(&manager->model);
	free(decision);
	return grown;
}

static int grow_back(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		     const struct xmemd_alloc *alloc)
{
	struct xmemd_refusal ignored = {};
	int ret;

	if (xmemd_manager_lock_claimed(manager, claim, &ignored) < 0)
		return -1;
	ret = xmemd_model_set_locked(
		&manager->model, xmemd_alloc_copy(alloc, alloc->legs),
		xmemd_model_find_locked(&manager->model, alloc->name)->revision);
	xmemd_model_unlock(&manager->model);
	return ret;
}

static int write_grown(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		       const struct xmemd_alloc *grown, struct xmemd_refusal *why)
{
	struct xmemd_alloc *there = xmemd_alloc_copy(grown, grown->legs);
	unsigned int i;

	if (!there)
		return xmemd_refuse(why, 500, "out of memory");
	for (i = 0; i < there->legs; i++)
		there->leg[i].state = XMEMD_LEG_THERE;
	there->size = xmemd_alloc_sum(there);
	return xmemd_manager_write(manager, claim, there, NULL, why);
}

static int grow(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		const struct xmemd_alloc *alloc, uint64_t size, struct xmemd_refusal *why)
{
	struct xmemd_refusal ignored = {};
	struct xmemd_alloc *grown;
	int ret;

	grown = plan_grow(manager, claim, alloc, size - alloc->size, why);
	if (!grown)
		return -1;
	xmemd_crash_point();
	ret = xmemd_manager_write(manager, claim, xmemd_alloc_hold(grown), NULL, why);
	if (!ret) {
		ret = xmemd_legs_make(manager, claim, grown, why);
		if (!ret)
			ret = write_grown(manager, claim, grown, why);
		if (ret)
			xmemd_resize_settle(manager, claim, grown, &ignored);
	} else {
		grow_back(manager, claim, alloc);
	}
	xmemd_model_lock(&manager->model);
	xmemd_legs_promise(manager, grown, -1);
	xmemd_model_unlock(&manager->model);
	xmemd_refusal_clear(&ignored);
	xmemd_alloc_put(grown);
	return ret ? -1 : 0;
}

/* How many legs make up a size exactly; the refusal names those that would do. */
static int legs_of(const struct xmemd_alloc *alloc, uint64_t size, unsigned int *legs,
		   struct xmemd_refusal *why)
{
	char possible[256] = "", text[XMEM_SIZE_TEXT], wanted[XMEM_SIZE_TEXT];
	uint64_t sum = 0;
	size_t len = 0;

	for (*legs = 0; *legs < alloc->legs && sum < size; (*legs)++) {
		sum += alloc->leg[*legs].size;
		if (sum < alloc->size && len < sizeof(possible))
			len += (size_t)snprintf(possible + len, sizeof(possible) - len, "%s%s",
						len ? ", " : "", xmem_size_format(sum, text));
	}
	if (sum == size)
		return 0;
	for (; *legs + 1 < alloc->legs; (*legs)++) {
		sum += alloc->leg[*legs].size;
		if (len < sizeof(possible))
			len += (size_t)snprintf(possible + len, sizeof(possible) - len, "%s%s",
						len ? ", " : "", xmem_size_format(sum, text));
	}
	xmem_size_format(size, wanted);
	if (alloc->legs == 1)
		return xmemd_refuse_field(
			why, "size",
			"allocation \"%s\" cannot shrink to %s: it is one region, "
			"and only whole regions can be given up",
			alloc->name, wanted);
	return xmemd_refuse_field(
		why, "size",
		"allocation \"%s\" cannot shrink to %s: only whole regions can be "
		"given up, the last ones first; possible are %s",
		alloc->name, wanted, possible);
}

static int shrink(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		  const struct xmemd_alloc *alloc, uint64_t size, bool force,
		  struct xmemd_refusal *why)
{
	struct xmemd_alloc *going, *now;
	unsigned int i, legs;
	int ret;

	if (legs_of(alloc, size, &legs, why) < 0 ||
	    (!force && xmemd_legs_refuse_used(manager, alloc, legs, why) < 0))
		return -1;
	going = xmemd_alloc_copy(alloc, alloc->legs);
	if (!going)
		return xmemd_refuse(why, 500, "out of memory");
	for (i = legs; i < going->legs; i++)
		going->leg[i].state = XMEMD_LEG_GOING;
	going->size = size;
	going->layout = legs > 1 ? XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE;
	going->epoch++;
	xmemd_crash_point();
	if (xmemd_manager_write(manager, claim, going, NULL, why) < 0)
		return -1;
	now = xmemd_model_alloc(&manager->model, alloc->name);
	if (!now)
		return xmemd_refuse(why, 503, "the model was told anew meanwhile; try again");
	ret = xmemd_resize_settle(manager, claim, now, why);
	xmemd_alloc_put(now);
	return ret < 0 ? xmemd_change_goes_on(why) : ret;
}

static int resize(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		  const struct xmemd_alloc *alloc, uint64_t size, bool force,
		  struct xmemd_refusal *why)
{
	if (alloc->state != XMEMD_READY)
		return xmemd_refuse(why, 409, "allocation \"%s\" is %s and cannot change its size",
				    alloc->name, xmemd_choice_word(xmemd_states, alloc->state));
	if (alloc->legs && alloc->leg[alloc->legs - 1].state != XMEMD_LEG_THERE)
		return xmemd_refuse(
			why, 409,
			"allocation \"%s\" still waits for appliances to give up regions; "
			"try again",
			alloc->name);
	size = (size + XMEMD_CHUNK - 1) / XMEMD_CHUNK * XMEMD_CHUNK;
	if (size == alloc->size)
		return 1;
	if (size > alloc->size)
		return grow(manager, claim, alloc, size, why) < 0 ? -1 : 1;
	return shrink(manager, claim, alloc, size, force, why);
}

/**
 * xmemd_resize() - change the size of an allocation
 * @manager: the manager
 * @name: the allocation
 * @asker: who asks, and whether it insists although a client is connected
 * @size: bytes
 * @result: what it is now, for xmemd_alloc_put()
 * @why: refusal, or what it waits for
 *
 * It grows by regions at its end and shrinks by whole ones. A client that is attached
 * keeps the size that it has until it attaches anew.
 *
 * Return: 1 when it is done, 0 when giving up regions waits for something (see details), or
 * -1 with @why set and the size as it was.
 */
int xmemd_resize(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		 uint64_t size, struct xmemd_alloc **result, struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_claim claim;
	int ret;

	xmemd_janitor_wait(manager);
	if (xmemd_manager_claim(manager, &claim, "alloc/", name, why) < 0)
		return -1;
	ret = xmemd_find_own(manager, name, asker, &alloc, why);
	if (!ret)
		ret = resize(manager, &claim, alloc, size, asker->force, why);
	if (ret >= 0)
		*result = xmemd_model_alloc(&manager->model, name);
	if (ret >= 0 && !*result)
		ret = xmemd_refuse(why, 404, "there is no allocation \"%s\" any more", name);
	if (ret >= 0 && (*result)->size != alloc->size) {
		xmemd_manager_tell(manager, "alloc.resized", *result, NULL);
		xmemd_legs_describe(manager, &claim, *result);
	}
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return ret;
}
