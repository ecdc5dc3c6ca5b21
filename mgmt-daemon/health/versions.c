// SPDX-License-Identifier: GPL-2.0-or-later
/* Versions of the kernel and of our modules. */
#include <stdio.h>

#include "health/readers.h"

const char *const xmemd_health_modules[XMEMD_HEALTH_MODULES] = { "xmem", "xmem_appliance",
								 "xmem_hooks" };

/* A module without a version has the checksum of its source, or is just there. */
static void read_module(const struct xmemd_files *files, const char *name,
			char out[XMEMD_HEALTH_NAME])
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (!xmemd_files_exists(files, path))
		return;
	snprintf(path, sizeof(path), "/sys/module/%s/version", name);
	if (xmemd_files_text(files, path, out, XMEMD_HEALTH_NAME))
		return;
	snprintf(path, sizeof(path), "/sys/module/%s/srcversion", name);
	if (!xmemd_files_text(files, path, out, XMEMD_HEALTH_NAME))
		snprintf(out, XMEMD_HEALTH_NAME, "loaded");
}

/**
 * xmemd_health_read_versions() - read what runs
 * @files: where
 * @health: result
 */
void xmemd_health_read_versions(const struct xmemd_files *files, struct xmemd_health *health)
{
	struct xmemd_health_versions *versions = &health->versions;
	size_t i;

	xmemd_files_text(files, "/proc/sys/kernel/osrelease", versions->kernel,
			 sizeof(versions->kernel));
	for (i = 0; i < XMEMD_HEALTH_MODULES; i++)
		read_module(files, xmemd_health_modules[i], versions->module[i]);
}
