// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of the machine and of its NUMA nodes: /proc/meminfo, the meminfo of each node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/readers.h"

#define NODES "/sys/devices/system/node"

static bool read_node(const struct xmemd_tree *tree, const char *name, void *arg)
{
	struct xmemd_health *health = arg;
	struct xmemd_health_node *node = &health->node[health->nodes];
	char path[512], text[8192], *end;

	if (health->nodes == XMEMD_HEALTH_NODES) {
		xmemd_tree_note(tree, NODES ": more than %d nodes; the others are left out",
				XMEMD_HEALTH_NODES);
		return false;
	}
	node->id = strtoul(name + strlen("node"), &end, 10);
	if (*end || !name[strlen("node")])
		return true;
	snprintf(path, sizeof(path), NODES "/%s/meminfo", name);
	if (!xmemd_tree_text(tree, path, text, sizeof(text)))
		return true;
	if (xmemd_tree_kib(text, "MemTotal:", &node->total) &&
	    xmemd_tree_kib(text, "MemFree:", &node->free))
		health->nodes++;
	else
		xmemd_tree_note(tree, "%.128s: has no MemTotal and MemFree", path);
	return true;
}

/**
 * xmemd_health_read_memory() - read memory and NUMA nodes
 * @tree: where
 * @health: result
 */
void xmemd_health_read_memory(const struct xmemd_tree *tree, struct xmemd_health *health)
{
	struct xmemd_health_memory *memory = &health->memory;
	char text[16384];

	*memory = (struct xmemd_health_memory){ XMEMD_HEALTH_NONE, XMEMD_HEALTH_NONE,
						XMEMD_HEALTH_NONE };
	if (xmemd_tree_text(tree, "/proc/meminfo", text, sizeof(text))) {
		xmemd_tree_kib(text, "MemAvailable:", &memory->available);
		if (!xmemd_tree_kib(text, "MemTotal:", &memory->total) ||
		    !xmemd_tree_kib(text, "MemFree:", &memory->free))
			xmemd_tree_note(tree, "/proc/meminfo: has no MemTotal and MemFree");
	}
	xmemd_tree_walk(tree, NODES, "node", read_node, health);
}
