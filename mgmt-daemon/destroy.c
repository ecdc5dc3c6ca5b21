// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "crash.h"
#include "legs.h"

/**
 * xmemd_find_own() - look up an allocation that somebody asks for
 * @manager: the manager
 * @name: the allocation
 * @asker: who
 * @alloc: result, for xmemd_alloc_put()
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (404, 403).
 */
int xmemd_find_own(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		   struct xmemd_alloc **alloc, struct xmemd_refusal *why)
{
	*alloc = xmemd_model_alloc(&manager->model, name);
	if (!*alloc)
		return xmemd_refuse(why, 404, "there is no allocation \"%s\"", name);
	if (!asker->owner || !strcmp((*alloc)->owner, asker->owner))
		return 0;
	xmemd_refuse(why, 403, "allocation \"%s\" belongs to \"%s\"", name, (*alloc)->owner);
	xmemd_alloc_put(*alloc);
	*alloc = NULL;
	return -1;
}

static void write_reason(const struct xmemd_refusal *why, char reason[XMEMD_REASON_TEXT])
{
	size_t i, len = 0;

	reason[0] = 0;
	for (i = 0; i < json_array_size(why->details) && len < XMEMD_REASON_TEXT; i++)
		len += (size_t)snprintf(reason + len, XMEMD_REASON_TEXT - len, "%s%s",
					i ? "; " : "waits for ",
					json_string_value(json_array_get(why->details, i)));
}

static int write_destroying(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			    const struct xmemd_alloc *alloc, const char *reason,
			    struct xmemd_refusal *why)
{
	struct xmemd_alloc *changed = xmemd_alloc_copy(alloc, alloc->legs);

	if (!changed)
		return xmemd_refuse(why, 500, "out of memory");
	changed->state = XMEMD_DESTROYING;
	snprintf(changed->reason, sizeof(changed->reason), "%s", reason);
	return xmemd_manager_write(manager, claim, changed, NULL, why);
}

/**
 * xmemd_destroy_finish() - go on with a destruction
 * @manager: the manager
 * @claim: its claim
 * @alloc: the allocation, destroying
 * @why: refusal, or what it waits for
 *
 * Return: 1 when it is gone, 0 when appliances do not answer (see details), or -1
 * with @why set.
 */
int xmemd_destroy_finish(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	char reason[XMEMD_REASON_TEXT];

	if (!xmemd_legs_destroy(manager, claim, alloc, XMEMD_LEG_THERE, why)) {
		if (xmemd_manager_forget(manager, claim, alloc->name, why) < 0)
			return -1;
		xmemd_crash_point();
		xmemd_manager_tell(manager, "alloc.destroyed", alloc, NULL);
		return 1;
	}
	write_reason(why, reason);
	if (strcmp(reason, alloc->reason) &&
	    write_destroying(manager, claim, alloc, reason, why) < 0)
		return -1;
	return 0;
}

/**
 * xmemd_change_goes_on() - say of a change that is written down that it will be finished
 * @why: what stopped it for now; becomes one of the details of what it waits for
 *
 * The janitor goes on with it. To refuse it would be wrong: it is not as it was.
 *
 * Return: 0.
 */
int xmemd_change_goes_on(struct xmemd_refusal *why)
{
	xmemd_refusal_detail(why, "%s", why->text);
	return 0;
}

/**
 * xmemd_destroy_claimed() - destroy an allocation whose claim is held
 * @manager: the manager
 * @claim: its claim
 * @alloc: the allocation
 * @why: refusal, or what it waits for
 *
 * Return: 1 when it is gone, 0 when that waits for something (see details), or -1 with
 * @why set and nothing changed.
 */
int xmemd_destroy_claimed(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			  const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_alloc *now;
	int ret;

	xmemd_crash_point();
	if (alloc->state != XMEMD_DESTROYING &&
	    write_destroying(manager, claim, alloc, "", why) < 0)
		return -1;
	now = xmemd_model_alloc(&manager->model, alloc->name);
	if (!now)
		return 1;
	ret = xmemd_destroy_finish(manager, claim, now, why);
	xmemd_alloc_put(now);
	return ret < 0 ? xmemd_change_goes_on(why) : ret;
}

/**
 * xmemd_destroy() - destroy an allocation
 * @manager: the manager
 * @name: the allocation
 * @asker: who asks, and whether it insists although a client is connected
 * @why: refusal, or what it waits for
 *
 * Return: 1 when it is gone, 0 when that waits for something (see details), or -1 with
 * @why set and nothing changed.
 */
int xmemd_destroy(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		  struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_claim claim;
	int ret;

	if (xmemd_manager_claim(manager, &claim, "alloc/", name, why) < 0)
		return -1;
	ret = xmemd_find_own(manager, name, asker, &alloc, why);
	if (!ret && alloc->state == XMEMD_READY && !asker->force)
		ret = xmemd_legs_refuse_used(manager, alloc, 0, why);
	if (!ret)
		ret = xmemd_destroy_claimed(manager, &claim, alloc, why);
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return ret;
}
