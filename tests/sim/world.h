/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up cluster: appliances in racks, clients at places, allocations that come and go. */
#ifndef XMEM_SIM_WORLD_H
#define XMEM_SIM_WORLD_H

#include "logic/plan.h"

#define GIB (1ULL << 30)
#define RACK_SIZE 32

struct machine {
	char name[24], site[16], rack[16], leaf[16];
	struct xmemd_pool_facts facts;
	uint64_t used;
	uint32_t traffic; /* Mbit/s that its regions cause */
	uint32_t racks;	  /* number of its rack, from 0 */
};

/* A region, in the order of its allocation. */
struct piece {
	uint32_t machine;
	uint64_t size;
};

struct allocation {
	unsigned int pieces;
	struct piece *piece;
	uint64_t size;
	uint32_t traffic;
};

struct world {
	struct machine *machine;
	uint32_t machines, racks;
	uint64_t memory, used;
	struct allocation *live;
	size_t lives, room;
	struct xmemd_pools *pools;
	uint64_t random;
};

int world_make(struct world *world, uint32_t machines, uint64_t seed);
void world_free(struct world *world);
uint64_t world_random(struct world *world);
uint64_t world_below(struct world *world, uint64_t end);
uint64_t world_size(struct world *world);
void world_client(struct world *world, struct xmemd_demand *demand);
int world_add(struct world *world, const struct xmemd_placement *placement);
void world_claim(struct world *world, const struct xmemd_placement *placement);
void world_remove(struct world *world, size_t which);
const char *world_check(const struct world *world);

#endif /* XMEM_SIM_WORLD_H */
