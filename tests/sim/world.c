// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* Three generations of hardware, as they pile up in a data centre. */
static const struct {
	const char *class;
	uint64_t memory;
	uint32_t mbps, latency_ns;
	bool backing;
	unsigned int share; /* per cent */
} kinds[] = {
	{ "gen1", 256 * GIB, 25000, 4200, false, 40 },
	{ "gen2", 512 * GIB, 100000, 2600, true, 40 },
	{ "gen3", 1024 * GIB, 200000, 1900, false, 20 },
};

#define SITES 4
#define RACKS_PER_LEAF 2
#define LEAST (8.0 * GIB)
#define MOST (1024.0 * GIB)

uint64_t world_random(struct world *world)
{
	uint64_t z = world->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

uint64_t world_below(struct world *world, uint64_t end)
{
	return world_random(world) % end;
}

static double uniform(struct world *world)
{
	return (double)(world_random(world) >> 11) / (double)(1ULL << 53);
}

/* Pareto with alpha 1 between the bounds: half of the bytes are asked for in large pieces. */
uint64_t world_size(struct world *world)
{
	double size = LEAST / (1.0 - uniform(world) * (1.0 - LEAST / MOST));

	return (uint64_t)size;
}

/* Some racks have many more clients than others: the k-th has 1/k of the first one's. */
static uint32_t popular_rack(struct world *world)
{
	double x = pow((double)world->racks + 1.0, uniform(world));
	uint32_t rack = (uint32_t)x - 1;

	/* spread over the sites */
	return (uint32_t)((uint64_t)rack * 2654435761ULL % world->racks);
}

void world_client(struct world *world, struct xmemd_demand *demand)
{
	const struct machine *m = &world->machine[popular_rack(world) * RACK_SIZE];
	static const enum xmemd_bandwidth classes[] = { XMEMD_BANDWIDTH_MEDIUM,
							XMEMD_BANDWIDTH_HIGH };

	demand->where = m->facts.where;
	demand->bandwidth = classes[world_below(world, 2)];
	demand->class = kinds[world_below(world, 3)].class;
}

/* Load follows traffic; latency rises with load as queues do. */
static void derive(struct machine *m, unsigned int kind)
{
	uint64_t load = 1000ULL * m->traffic / m->facts.bandwidth_mbps;

	m->facts.load = load > 1000 ? 1000 : (unsigned int)load;
	m->facts.latency_ns = kinds[kind].latency_ns * (1000 + m->facts.load) / 1000;
	m->facts.free = m->facts.memory - m->used;
	m->facts.largest = m->facts.free;
}

static unsigned int kind_of(const struct machine *m)
{
	unsigned int kind = 0;

	while (strcmp(kinds[kind].class, m->facts.class))
		kind++;
	return kind;
}

static int tell(struct world *world, struct machine *m)
{
	derive(m, kind_of(m));
	return xmemd_pools_put(world->pools, &m->facts);
}

static void make_machine(struct world *world, uint32_t number)
{
	struct machine *m = &world->machine[number];
	unsigned int kind = 0, dice = (unsigned int)world_below(world, 100);

	while (dice >= kinds[kind].share)
		dice -= kinds[kind++].share;
	m->racks = number / RACK_SIZE;
	snprintf(m->name, sizeof(m->name), "m%06u", number);
	snprintf(m->site, sizeof(m->site), "site%u", m->racks % SITES);
	snprintf(m->rack, sizeof(m->rack), "rack%u", m->racks);
	snprintf(m->leaf, sizeof(m->leaf), "leaf%u",
		 m->racks / (SITES * RACKS_PER_LEAF) * SITES + m->racks % SITES);
	m->facts = (struct xmemd_pool_facts){
		.name = m->name,
		.admission = XMEMD_POOL_ADMITTED,
		.up = true,
		.healthy = true,
		.backing = kinds[kind].backing,
		.memory = kinds[kind].memory,
		.where = { { m->site, m->rack, m->leaf, number % 2 ? "1" : "0" } },
		.class = kinds[kind].class,
		.bandwidth_mbps = kinds[kind].mbps,
	};
	world->memory += m->facts.memory;
}

int world_make(struct world *world, uint32_t machines, uint64_t seed)
{
	uint32_t i;

	*world = (struct world){ .random = seed, .machines = machines };
	world->racks = (machines + RACK_SIZE - 1) / RACK_SIZE;
	world->machine = calloc(machines, sizeof(*world->machine));
	world->pools = xmemd_pools_new();
	if (!world->machine || !world->pools)
		return -1;
	for (i = 0; i < machines; i++) {
		make_machine(world, i);
		if (tell(world, &world->machine[i]) < 0)
			return -1;
	}
	return 0;
}

void world_free(struct world *world)
{
	while (world->lives)
		world_remove(world, 0);
	xmemd_pools_free(world->pools);
	free(world->machine);
	free(world->live);
}

static uint32_t number_of(const char *name)
{
	return (uint32_t)strtoul(name + 1, NULL, 10);
}

/* What the manager does under its lock when it has decided: nobody else gets that room. */
void world_claim(struct world *world, const struct xmemd_placement *placement)
{
	unsigned int i;

	for (i = 0; i < placement->legs; i++)
		xmemd_pools_promise(world->pools, placement->leg[i].appliance,
				    (int64_t)placement->leg[i].size);
}

/* The appliances have made the regions and say how it is there now. */
int world_add(struct world *world, const struct xmemd_placement *placement)
{
	struct allocation *a;
	struct machine *m;
	unsigned int i;

	if (world->lives == world->room) {
		size_t room = world->room ? world->room * 2 : 1024;
		void *grown = reallocarray(world->live, room, sizeof(*world->live));

		if (!grown)
			return -1;
		world->live = grown;
		world->room = room;
	}
	a = &world->live[world->lives];
	*a = (struct allocation){ .pieces = placement->legs, .size = placement->size };
	a->traffic = (uint32_t)world_below(world, 4000) + 1;
	a->piece = calloc(a->pieces, sizeof(*a->piece));
	if (!a->piece)
		return -1;
	world->lives++;
	for (i = 0; i < a->pieces; i++) {
		a->piece[i].machine = number_of(placement->leg[i].appliance);
		a->piece[i].size = placement->leg[i].size;
		m = &world->machine[a->piece[i].machine];
		m->used += a->piece[i].size;
		m->traffic += a->traffic / a->pieces;
		xmemd_pools_promise(world->pools, m->name, -(int64_t)a->piece[i].size);
		if (tell(world, m) < 0)
			return -1;
	}
	world->used += a->size;
	return 0;
}

void world_remove(struct world *world, size_t which)
{
	struct allocation *a = &world->live[which];
	struct machine *m;
	unsigned int i;

	for (i = 0; i < a->pieces; i++) {
		m = &world->machine[a->piece[i].machine];
		m->used -= a->piece[i].size;
		m->traffic -= a->traffic / a->pieces;
		tell(world, m);
	}
	world->used -= a->size;
	free(a->piece);
	*a = world->live[--world->lives];
}

/* Return: NULL, or what does not agree. */
const char *world_check(const struct world *world)
{
	uint64_t *used = calloc(world->machines, sizeof(*used)), sum = 0, open = 0;
	struct xmemd_pools_sum all;
	struct xmemd_pool_view view;
	const char *wrong = NULL;
	unsigned int k;
	uint32_t i;
	size_t n;

	for (n = 0; n < world->lives; n++)
		for (k = 0; k < world->live[n].pieces; k++)
			used[world->live[n].piece[k].machine] += world->live[n].piece[k].size;
	for (i = 0; i < world->machines && !wrong; i++) {
		const struct machine *m = &world->machine[i];

		if (!xmemd_pools_get(world->pools, m->name, &view))
			wrong = "an appliance is lost";
		else if (used[i] != m->used || m->used > m->facts.memory)
			wrong = "an appliance has lent more than it has";
		else if (view.promised || view.open != m->facts.memory - m->used)
			wrong = "an appliance's open memory is not what its regions leave";
		sum += m->used;
		open += view.open;
	}
	xmemd_pools_sum(world->pools, &all);
	if (!wrong && (sum != world->used || all.open != open || all.memory != world->memory ||
		       all.usable != world->machines))
		wrong = "the sums do not agree";
	free(used);
	return wrong;
}
