// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of the machine and of its NUMA nodes: /proc/meminfo, the meminfo of each node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/readers.h"

#define NODES "/sys/devices/system/node"

static bool read_node(const struct xmemd_files *files, const char *name, void *arg)
{
	struct xmemd_health *health = arg;
	struct xmemd_health_node *node = &health->node[health->nodes];
	char path[512], text[8192], *end;

	if (health->nodes == XMEMD_HEALTH_NODES) {
		xmemd_files_note(files, NODES ": more than %d nodes; the others are left out",
				 XMEMD_HEALTH_NODES);
		return false;
	}
	node->id = strtoul(name + strlen("node"), &end, 10);
	if (*end || !name[strlen("node")])
		return true;
	snprintf(path, sizeof(path), NODES "/%s/meminfo", name);
	if (!xmemd_files_text(files, path, text, sizeof(text)))
		return true;
	if (xmemd_files_kib(text, "MemTotal:", &node->total) &&
	    xmemd_files_kib(text, "MemFree:", &node->free))
		health->nodes++;
	else
		xmemd_files_note(files, "%.128s: has no MemTotal and MemFree", path);
	return true;
}

/**
 * xmemd_health_read_memory() - read memory and NUMA nodes
 * @files: where
 * @health: result
 */
void xmemd_health_read_memory(const struct xmemd_files *files, struct xmemd_health *health)
{
	struct xmemd_health_memory *memory = &health->memory;
	char text[16384];

	*memory = (struct xmemd_health_memory){ XMEMD_HEALTH_NONE, XMEMD_HEALTH_NONE,
						XMEMD_HEALTH_NONE };
	if (xmemd_files_text(files, "/proc/meminfo", text, sizeof(text))) {
		xmemd_files_kib(text, "MemAvailable:", &memory->available);
		if (!xmemd_files_kib(text, "MemTotal:", &memory->total) ||
		    !xmemd_files_kib(text, "MemFree:", &memory->free))
			xmemd_files_note(files, "/proc/meminfo: has no MemTotal and MemFree");
	}
	xmemd_files_walk(files, NODES, "node", read_node, health);
}
