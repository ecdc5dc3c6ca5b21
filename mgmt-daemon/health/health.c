// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/readers.h"

/**
 * xmemd_health_read() - read the health of a machine
 * @root: directory that has sys and proc, "" for this machine's own
 * @health: result
 *
 * Reads a few hundred small files at most and asks nobody; some sensors take
 * milliseconds to answer.
 */
void xmemd_health_read(const char *root, struct xmemd_health *health)
{
	const struct xmemd_files files = { root, &health->notes };

	*health = (struct xmemd_health){};
	xmemd_health_read_memory(&files, health);
	xmemd_health_read_edac(&files, health);
	xmemd_health_read_hwmon(&files, health);
	xmemd_health_read_power(&files, health);
	xmemd_health_read_rdma(&files, health);
	xmemd_health_read_pressure(&files, health);
	xmemd_health_read_load(&files, health);
	xmemd_health_read_versions(&files, health);
}
