// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "crash.h"
#include "events.h"
#include "legs.h"
#include "remote.h"

/**
 * xmemd_manager_heard_down() - an appliance does not answer
 * @manager: the manager
 * @appliance: the appliance
 * @error: why not
 */
void xmemd_manager_heard_down(struct xmemd_manager *manager, const char *appliance,
			      const char *error)
{
	if (xmemd_model_down(&manager->model, appliance, error))
		xmemd_event(manager->daemon, "appliance.down", appliance,
			    json_pack("{s:s}", "error", error));
}

/**
 * xmemd_manager_ask() - ask an appliance how it is, and remember
 * @manager: the manager
 * @appliance: the appliance
 */
void xmemd_manager_ask(struct xmemd_manager *manager, const char *appliance)
{
	struct xmemd_appliance_status status;
	struct xmemd_appliance known;
	struct xmemd_refusal why = {};
	json_t *body = NULL;
	struct xmem_err err;

	if (xmemd_model_appliance(&manager->model, appliance, &known, &why) < 0)
		return;
	if (xmemd_remote_ask(manager->config, known.url, &status, &body, &err) < 0)
		xmemd_manager_heard_down(manager, appliance, err.text);
	else if (xmemd_model_heard(&manager->model, appliance, &status, false))
		xmemd_event(manager->daemon, "appliance.up", appliance, NULL);
	if (xmemd_appliance_moved(manager, appliance, &why) < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	json_decref(body);
}

/**
 * xmemd_legs_promise() - take room for legs that are coming, or give it back
 * @manager: the manager, its model locked
 * @alloc: the allocation
 * @sign: 1 takes, -1 gives back
 */
void xmemd_legs_promise(struct xmemd_manager *manager, const struct xmemd_alloc *alloc, int sign)
{
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		if (alloc->leg[i].state == XMEMD_LEG_COMING)
			xmemd_pools_promise(manager->model.pools, alloc->leg[i].appliance,
					    sign * (int64_t)alloc->leg[i].size);
}

/*
 * Return 1 when another plan may do better: the appliance does not answer, or lost
 * its room or the region since it was asked.
 */
static int refuse_leg(struct xmemd_manager *manager, const char *appliance,
		      const struct xmem_err *err, struct xmemd_refusal *why)
{
	bool again = err->kind == XMEM_ERR_UNREACHABLE || err->status == 404 ||
		     err->status == 503 || err->status == 507;

	if (err->kind == XMEM_ERR_UNREACHABLE)
		xmemd_manager_heard_down(manager, appliance, err->text);
	else
		xmemd_manager_ask(manager, appliance);
	xmemd_refusal_detail(why, "%s: %s", appliance, err->text);
	xmemd_refuse(why, err->status == 507 ? 507 : 503, "appliance %s failed: %s", appliance,
		     err->text);
	return again ? 1 : -1;
}

/**
 * xmemd_leg_make() - have one region made, if it is not there, and its grant, anew
 * @manager: the manager
 * @claim: of the allocation
 * @alloc: the allocation; its leg takes the epoch of its grant
 * @i: the leg, with its token
 * @why: refusal
 *
 * Return: 0; 1 when another plan may do better, -1 when not, both with @why set.
 */
int xmemd_leg_make(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		   struct xmemd_alloc *alloc, unsigned int i, struct xmemd_refusal *why)
{
	const struct xmemd_remote_as as = xmemd_manager_as(manager, claim->term);
	const struct xmemd_remote_want want = {
		.alloc = alloc,
		.index = i,
		.grant = true,
	};
	struct xmemd_leg *leg = &alloc->leg[i];
	struct xmemd_remote_answer answer;
	struct xmemd_appliance appliance;
	struct xmem_err err;

	if (xmemd_model_appliance(&manager->model, leg->appliance, &appliance, why) < 0)
		return 1;
	xmemd_crash_point();
	if (xmemd_remote_region_put(&as, appliance.url, &want, &answer, &err) < 0)
		return refuse_leg(manager, leg->appliance, &err, why);
	leg->epoch = answer.epoch;
	if (answer.has_pool)
		xmemd_model_room(&manager->model, leg->appliance, &answer.pool);
	return 0;
}

/**
 * xmemd_legs_make() - have the regions and grants made that are coming
 * @manager: the manager
 * @claim: of the allocation
 * @alloc: the allocation, written down; its legs take the epochs of their grants
 * @why: refusal
 *
 * Return: 0; 1 when another plan may do better, -1 when not, both with @why set.
 */
int xmemd_legs_make(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		    struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < alloc->legs && !ret; i++) {
		if (alloc->leg[i].state != XMEMD_LEG_COMING)
			continue;
		ret = xmemd_leg_make(manager, claim, alloc, i, why);
		xmemd_crash_point();
	}
	return ret;
}

static int destroy_leg(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		       const struct xmemd_leg *leg, struct xmemd_refusal *why)
{
	const struct xmemd_remote_as as = xmemd_manager_as(manager, claim->term);
	struct xmemd_remote_answer answer;
	struct xmemd_refusal unknown = {};
	struct xmemd_appliance appliance;
	struct xmem_err err;

	if (xmemd_model_appliance(&manager->model, leg->appliance, &appliance, &unknown) < 0)
		return 0;
	xmemd_crash_point();
	if (xmemd_remote_region_del(&as, appliance.url, leg->region, &answer, &err) < 0) {
		if (err.kind == XMEM_ERR_UNREACHABLE)
			xmemd_manager_heard_down(manager, leg->appliance, err.text);
		xmemd_refusal_detail(why, "%s: %s", leg->appliance, err.text);
		return 1;
	}
	if (answer.has_pool)
		xmemd_model_room(&manager->model, leg->appliance, &answer.pool);
	return 0;
}

/**
 * xmemd_legs_destroy() - have regions destroyed
 * @manager: the manager
 * @claim: of the allocation
 * @alloc: the allocation
 * @state: only those in this state; XMEMD_LEG_THERE: all of them
 * @why: takes in its details what appliances say that did not do it
 *
 * An appliance that was forgotten by force is skipped: should it come back, its
 * regions are found by their mark.
 *
 * Return: how many appliances did not do it.
 */
int xmemd_legs_destroy(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		       const struct xmemd_alloc *alloc, enum xmemd_leg_state state,
		       struct xmemd_refusal *why)
{
	unsigned int i;
	int left = 0;

	for (i = 0; i < alloc->legs; i++)
		if (state == XMEMD_LEG_THERE || alloc->leg[i].state == state)
			left += destroy_leg(manager, claim, &alloc->leg[i], why);
	xmemd_crash_point();
	return left;
}

/**
 * xmemd_legs_describe() - tell regions that are there what their allocation has become
 * @manager: the manager
 * @claim: of the allocation
 * @alloc: the allocation, written down
 *
 * Only recovery reads it, and takes the newest that any region knows: one that cannot
 * be told now is no reason to refuse.
 */
void xmemd_legs_describe(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_alloc *alloc)
{
	const struct xmemd_remote_as as = xmemd_manager_as(manager, claim->term);
	struct xmemd_remote_want want = { .alloc = alloc };
	struct xmemd_remote_answer answer;
	struct xmemd_refusal why = {};
	struct xmemd_appliance appliance;
	struct xmem_err err;

	for (want.index = 0; want.index < alloc->legs; want.index++) {
		const struct xmemd_leg *leg = &alloc->leg[want.index];

		if (leg->state != XMEMD_LEG_THERE ||
		    xmemd_model_appliance(&manager->model, leg->appliance, &appliance, &why) < 0)
			continue;
		xmemd_crash_point();
		if (xmemd_remote_region_put(&as, appliance.url, &want, &answer, &err) < 0)
			fprintf(stderr,
				SD_NOTICE "%s does not know yet what allocation %s became: %s\n",
				leg->appliance, alloc->name, err.text);
	}
}

struct asking {
	struct xmemd_manager *manager;
	const struct xmemd_alloc *alloc;
	struct xmemd_legs_use *use;
	bool unknown[XMEM_LEGS_MAX];
};

static void ask_leg(size_t index, void *arg)
{
	struct asking *asking = arg;
	const struct xmemd_leg *leg = &asking->alloc->leg[index];
	struct xmemd_appliance appliance;
	struct xmemd_refusal why = {};
	struct xmem_err err;

	asking->unknown[index] =
		xmemd_model_appliance(&asking->manager->model, leg->appliance, &appliance, &why) <
			0 ||
		xmemd_remote_sessions(asking->manager->config, appliance.url, leg->region,
				      &asking->use->sessions[index], &err) < 0;
}

/**
 * xmemd_legs_ask() - ask the appliances who uses an allocation
 * @manager: the manager
 * @alloc: the allocation
 * @use: result
 */
void xmemd_legs_ask(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
		    struct xmemd_legs_use *use)
{
	struct asking asking = { .manager = manager, .alloc = alloc, .use = use };
	unsigned int i;

	*use = (struct xmemd_legs_use){};
	xmemd_remote_each(alloc->legs, ask_leg, &asking);
	for (i = 0; i < alloc->legs; i++) {
		use->unknown += asking.unknown[i];
		use->used += use->sessions[i] > 0;
	}
}

/**
 * xmemd_legs_refuse_used() - memory that somebody pages to is not taken away by a slip
 * @manager: the manager
 * @alloc: the allocation
 * @first: of the legs that are to go
 * @why: refusal
 *
 * An appliance that does not answer cannot be asked; its regions can be given up all the same.
 *
 * Return: 0, or -1 with @why set (409).
 */
int xmemd_legs_refuse_used(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			   unsigned int first, struct xmemd_refusal *why)
{
	struct xmemd_legs_use use;
	unsigned int i;
	int ret = 0;

	xmemd_legs_ask(manager, alloc, &use);
	for (i = first; i < alloc->legs; i++) {
		if (!use.sessions[i])
			continue;
		xmemd_refusal_detail(why, "leg %u on %s: sessions: %llu", i,
				     alloc->leg[i].appliance, (unsigned long long)use.sessions[i]);
		ret = xmemd_refuse_as(
			why, 409, XMEMD_WHY_IN_USE,
			"allocation \"%s\" is in use: a client is connected; detach it "
			"there first, or %s it by force",
			alloc->name, first ? "shrink" : "destroy");
	}
	return ret;
}
