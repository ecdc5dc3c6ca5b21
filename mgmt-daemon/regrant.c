// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "legs.h"
#include "regrant.h"

static bool is_unknown(const struct xmemd_leg *leg)
{
	static const uint8_t none[XMEM_TOKEN_BYTES];

	return leg->state == XMEMD_LEG_THERE && !memcmp(leg->token, none, sizeof(none));
}

/**
 * xmemd_regrant_needed() - are tokens of an allocation unknown?
 * @alloc: the allocation
 *
 * Return: whether any is.
 */
bool xmemd_regrant_needed(const struct xmemd_alloc *alloc)
{
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		if (is_unknown(&alloc->leg[i]))
			return true;
	return false;
}

static int grant(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		 struct xmemd_alloc *alloc, unsigned int i, struct xmemd_refusal *why)
{
	struct xmemd_leg *leg = &alloc->leg[i];

	if (gnutls_rnd(GNUTLS_RND_KEY, leg->token, sizeof(leg->token)) < 0)
		return xmemd_refuse(why, 500, "no random numbers");
	return xmemd_leg_make(manager, claim, alloc, i, why) ? -1 : 0;
}

static int regrant(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		   const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_alloc *granted;
	struct xmemd_legs_use use;
	unsigned int i;

	xmemd_legs_ask(manager, alloc, &use);
	if (use.used)
		return xmemd_refuse_as(
			why, 409, XMEMD_WHY_IN_USE,
			"allocation \"%s\" was recovered while a client is attached, "
			"and its tokens are not known; detach it there first",
			alloc->name);
	granted = xmemd_alloc_copy(alloc, alloc->legs);
	if (!granted)
		return xmemd_refuse(why, 500, "out of memory");
	for (i = 0; i < granted->legs; i++) {
		if (is_unknown(&granted->leg[i]) && grant(manager, claim, granted, i, why) < 0) {
			xmemd_alloc_put(granted);
			return -1;
		}
	}
	return xmemd_manager_write(manager, claim, granted, NULL, why);
}

/**
 * xmemd_regrant() - make new grants where tokens are unknown
 * @manager: the manager
 * @name: the allocation
 * @asker: who asks
 * @result: what it is now, for xmemd_alloc_put()
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_regrant(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		  struct xmemd_alloc **result, struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_claim claim;
	int ret;

	if (xmemd_manager_claim(manager, &claim, "alloc/", name, why) < 0)
		return -1;
	ret = xmemd_find_own(manager, name, asker, &alloc, why);
	if (!ret && xmemd_regrant_needed(alloc))
		ret = regrant(manager, &claim, alloc, why);
	*result = ret < 0 ? NULL : xmemd_model_alloc(&manager->model, name);
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return *result ? 0 : -1;
}
