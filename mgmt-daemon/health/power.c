// SPDX-License-Identifier: GPL-2.0-or-later
/* Mains, batteries and uninterruptible supplies: /sys/class/power_supply. */
#include <stdio.h>
#include <string.h>

#include "health/readers.h"

#define SUPPLIES "/sys/class/power_supply"

static bool read_supply(const struct xmemd_files *files, const char *name, void *arg)
{
	struct xmemd_health *health = arg;
	struct xmemd_health_supply *out = &health->supply[health->supplies];
	char path[512], scope[XMEMD_HEALTH_NAME] = "";

	if (health->supplies == XMEMD_HEALTH_SUPPLIES) {
		xmemd_files_note(files, SUPPLIES ": more than %d; the others are left out",
				 XMEMD_HEALTH_SUPPLIES);
		return false;
	}
	/* the battery of a mouse is of no interest */
	snprintf(path, sizeof(path), SUPPLIES "/%s/scope", name);
	if (xmemd_files_text(files, path, scope, sizeof(scope)) && !strcmp(scope, "Device"))
		return true;
	*out = (struct xmemd_health_supply){ .online = XMEMD_HEALTH_NONE,
					     .capacity = XMEMD_HEALTH_NONE,
					     .microwatts = XMEMD_HEALTH_NONE,
					     .alarm = XMEMD_HEALTH_NONE };
	snprintf(path, sizeof(path), SUPPLIES "/%s/type", name);
	if (!xmemd_files_text(files, path, out->type, sizeof(out->type)))
		return true;
	snprintf(out->name, sizeof(out->name), "%.120s", name);
	snprintf(path, sizeof(path), SUPPLIES "/%s/online", name);
	xmemd_files_number(files, path, &out->online);
	snprintf(path, sizeof(path), SUPPLIES "/%s/status", name);
	xmemd_files_text(files, path, out->status, sizeof(out->status));
	snprintf(path, sizeof(path), SUPPLIES "/%s/capacity", name);
	xmemd_files_number(files, path, &out->capacity);
	snprintf(path, sizeof(path), SUPPLIES "/%s/power_now", name);
	xmemd_files_number(files, path, &out->microwatts);
	health->supplies++;
	return true;
}

/**
 * xmemd_health_read_power() - read the sources of power
 * @files: where
 * @health: result
 */
void xmemd_health_read_power(const struct xmemd_files *files, struct xmemd_health *health)
{
	xmemd_files_walk(files, SUPPLIES, "", read_supply, health);
}
