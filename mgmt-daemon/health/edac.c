// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory errors that the controllers counted: /sys/devices/system/edac/mc. */
#include <stdio.h>

#include "health/readers.h"

#define CONTROLLERS "/sys/devices/system/edac/mc"

static bool read_controller(const struct xmemd_files *files, const char *name, void *arg)
{
	struct xmemd_health *health = arg;
	struct xmemd_health_edac *edac = &health->edac[health->edacs];
	char path[512];

	if (name[2] < '0' || name[2] > '9')
		return true;
	if (health->edacs == XMEMD_HEALTH_EDACS) {
		xmemd_files_note(files, CONTROLLERS ": more than %d; the others are left out",
				 XMEMD_HEALTH_EDACS);
		return false;
	}
	*edac = (struct xmemd_health_edac){ .corrected = XMEMD_HEALTH_NONE,
					    .uncorrected = XMEMD_HEALTH_NONE };
	snprintf(edac->controller, sizeof(edac->controller), "%.60s", name);
	snprintf(path, sizeof(path), CONTROLLERS "/%s/mc_name", name);
	xmemd_files_text(files, path, edac->name, sizeof(edac->name));
	snprintf(path, sizeof(path), CONTROLLERS "/%s/ce_count", name);
	xmemd_files_number(files, path, &edac->corrected);
	snprintf(path, sizeof(path), CONTROLLERS "/%s/ue_count", name);
	xmemd_files_number(files, path, &edac->uncorrected);
	if (edac->corrected != XMEMD_HEALTH_NONE || edac->uncorrected != XMEMD_HEALTH_NONE)
		health->edacs++;
	return true;
}

/**
 * xmemd_health_read_edac() - read the counters of memory errors
 * @files: where
 * @health: result
 */
void xmemd_health_read_edac(const struct xmemd_files *files, struct xmemd_health *health)
{
	xmemd_files_walk(files, CONTROLLERS, "mc", read_controller, health);
}
