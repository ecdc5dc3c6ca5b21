// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "change.h"

static bool has_region(const struct xmemd_alloc *alloc, const char *appliance, uint64_t region)
{
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		if (!strcmp(alloc->leg[i].appliance, appliance) &&
		    (!region || alloc->leg[i].region == region))
			return true;
	return false;
}

/**
 * xmemd_fail() - write down that an allocation lost a region
 * @manager: the manager
 * @name: the allocation; fails if it is ready and still has the region
 * @appliance: where the region was
 * @region: which, or 0 for any there
 * @reason: in words
 * @why: refusal
 *
 * Return: 1 if it failed by this, 0 if not, or -1 with @why set.
 */
int xmemd_fail(struct xmemd_manager *manager, const char *name, const char *appliance,
	       uint64_t region, const char *reason, struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc, *failed = NULL;
	struct xmemd_claim claim;
	int ret = 0;

	/* what somebody changes now is looked at again in the next round */
	if (xmemd_manager_claim(manager, &claim, "alloc/", name, why) < 0)
		return 0;
	alloc = xmemd_model_alloc(&manager->model, name);
	if (alloc && alloc->state == XMEMD_READY && has_region(alloc, appliance, region)) {
		failed = xmemd_alloc_copy(alloc, alloc->legs);
		ret = failed ? 1 : xmemd_refuse(why, 500, "out of memory");
	}
	if (failed) {
		failed->state = XMEMD_FAILED;
		snprintf(failed->reason, sizeof(failed->reason), "%s", reason);
		if (xmemd_manager_write(manager, &claim, failed, NULL, why) < 0)
			ret = -1;
	}
	if (ret > 0) {
		fprintf(stderr, SD_WARNING "allocation %s failed: %s\n", name, reason);
		xmemd_manager_tell(manager, "alloc.failed", alloc, reason);
	}
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return ret;
}
