// SPDX-License-Identifier: GPL-2.0-or-later
/* Load and processors: /proc/loadavg, /sys/devices/system/cpu/online. */
#include <stdio.h>
#include <stdlib.h>

#include "health/readers.h"

#define ONLINE "/sys/devices/system/cpu/online"
#define CPUS_MAX 65536

/* "0-3,8,10-11"; 0 if it is nothing like that. */
static uint64_t count_list(const char *text)
{
	unsigned long first, last;
	uint64_t count = 0;
	char *end;

	for (;; text = end + 1) {
		first = strtoul(text, &end, 10);
		last = first;
		if (end == text)
			return 0;
		if (*end == '-') {
			text = end + 1;
			last = strtoul(text, &end, 10);
		}
		if (end == text || last < first || last >= CPUS_MAX)
			return 0;
		count += last - first + 1;
		if (*end != ',')
			return *end ? 0 : count;
	}
}

/**
 * xmemd_health_read_load() - read load and number of processors
 * @files: where
 * @health: result
 */
void xmemd_health_read_load(const struct xmemd_files *files, struct xmemd_health *health)
{
	char text[XMEMD_FILES_TEXT];
	unsigned int whole, part;

	health->cpus = XMEMD_HEALTH_NONE;
	health->load = XMEMD_HEALTH_NONE;
	if (xmemd_files_text(files, ONLINE, text, sizeof(text))) {
		health->cpus = count_list(text);
		if (!health->cpus) {
			xmemd_files_note(files, ONLINE ": \"%.40s\" is no list of processors",
					 text);
			health->cpus = XMEMD_HEALTH_NONE;
		}
	}
	if (!xmemd_files_text(files, "/proc/loadavg", text, sizeof(text)))
		return;
	if (sscanf(text, "%6u.%2u ", &whole, &part) != 2) {
		xmemd_files_note(files, "/proc/loadavg: \"%.40s\" is no load", text);
		return;
	}
	if (health->cpus == XMEMD_HEALTH_NONE)
		return;
	health->load = (whole * 1000ULL + part * 10ULL) / health->cpus;
	if (health->load > 1000)
		health->load = 1000;
}
