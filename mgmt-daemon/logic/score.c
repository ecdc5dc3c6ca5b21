// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "logic/search.h"

/* What the strategies look at: of an appliance, or of the best that could be in a subtree. */
struct traits {
	unsigned int distance, spread, gap;
	uint32_t latency, bandwidth, load;
	bool class, backing;
	uint64_t least, most; /* open memory */
};

static unsigned int log2_of(uint64_t value)
{
	return value ? 63 - (unsigned int)__builtin_clzll(value) : 0;
}

/* Eighths of a power of two, of a number of chunks: below 512 for all sizes. */
static unsigned int eighths(uint64_t bytes)
{
	uint64_t chunks = bytes / XMEMD_CHUNK;
	unsigned int log = log2_of(chunks);

	if (log < 3)
		return (unsigned int)chunks;
	return (log - 2) * 8 + (unsigned int)(chunks >> (log - 3) & 7);
}

/* A strategy's word in so many bits; lower is better. The last one says it exactly. */
static uint64_t part(enum xmemd_strategy strategy, const struct traits *t, bool exact,
		     unsigned int *bits)
{
	*bits = exact ? 32 : 6;
	switch (strategy) {
	case XMEMD_LOW_LOAD:
		return exact ? t->load : xmemd_min(t->load / 100, 63);
	case XMEMD_LOW_LATENCY:
		return exact ? t->latency : log2_of(t->latency);
	case XMEMD_HIGH_BANDWIDTH:
		return exact ? UINT32_MAX - t->bandwidth
			     : 32 - log2_of(t->bandwidth) - !!t->bandwidth;
	case XMEMD_BEST_FIT:
		*bits = exact ? 0 : 9; /* exactly: that is the order of the tree */
		return exact ? 0 : eighths(t->least);
	case XMEMD_MOST_FREE:
		*bits = exact ? 0 : 9;
		return exact ? 0 : 511 - eighths(t->most);
	case XMEMD_NEAR:
		*bits = 3;
		return t->distance;
	case XMEMD_BACKING:
		*bits = 1;
		return !t->backing;
	case XMEMD_SAME_BANDWIDTH:
		*bits = 2;
		return t->gap;
	case XMEMD_CLASS:
		*bits = 1;
		return !t->class;
	case XMEMD_SPREAD:
		*bits = 8;
		return xmemd_min(t->spread, 255);
	case XMEMD_TWO_CHOICES:
	case XMEMD_STRATEGIES:
		break;
	}
	*bits = 0;
	return 0;
}

/*
 * The words of strategies one after the other. A restructuring compares in classes
 * only, and prefers what need not be moved among equals: so nothing is moved for little.
 */
static xmemd_score join(const struct xmemd_search *search, const struct traits *t, bool deciding,
			bool moves)
{
	unsigned int i = deciding ? search->after : 0;
	unsigned int end = deciding ? search->all : search->strategies, bits;
	bool exactly = (deciding || !search->lots) && !search->demand->restructure;
	xmemd_score score = 0;
	uint64_t word;

	for (; i < end; i++) {
		word = part(search->strategy[i], t, exactly && i + 1 == end, &bits);
		score = score << bits | word;
	}
	return score << 1 | moves;
}

/**
 * xmemd_search_distance() - how far an appliance is from the client
 * @search: the search
 * @slot: the appliance
 *
 * Return: the distance.
 */
enum xmemd_distance xmemd_search_distance(const struct xmemd_search *search, uint32_t slot)
{
	const struct xmemd_slot *s = &search->pools->slot[slot];
	const char *mine = search->demand->where.label[XMEMD_LABEL_NUMA];
	const char *its = s->facts.where.label[XMEMD_LABEL_NUMA];
	bool same[XMEMD_TREE_NAME];
	enum xmemd_tree kind;

	for (kind = XMEMD_TREE_SITE; kind < XMEMD_TREE_NAME; kind++)
		same[kind] = search->client[kind] != XMEMD_NONE &&
			     search->client[kind] == s->domain[kind];
	if (same[XMEMD_TREE_SWITCH] && same[XMEMD_TREE_RACK] && mine && *mine && its &&
	    !strcmp(mine, its))
		return XMEMD_SAME_NUMA;
	if (same[XMEMD_TREE_SWITCH])
		return XMEMD_SAME_SWITCH;
	if (same[XMEMD_TREE_RACK])
		return XMEMD_SAME_RACK;
	return same[XMEMD_TREE_SITE] ? XMEMD_SAME_SITE : XMEMD_ELSEWHERE;
}

static enum xmemd_tree tree_of(enum xmemd_domain domain)
{
	return domain == XMEMD_DOMAIN_SITE   ? XMEMD_TREE_SITE
	       : domain == XMEMD_DOMAIN_RACK ? XMEMD_TREE_RACK
					     : XMEMD_TREE_SWITCH;
}

/**
 * xmemd_search_spread() - regions that the allocation has in an appliance's domain
 * @search: the search
 * @slot: the appliance
 *
 * Return: how many.
 */
unsigned int xmemd_search_spread(const struct xmemd_search *search, uint32_t slot)
{
	uint32_t number;

	if (!search->used)
		return 0;
	number = search->pools->slot[slot].domain[tree_of(search->demand->spread)];
	return number == XMEMD_NONE ? 0 : search->used[number];
}

/* How far the nearest of some bandwidth classes is from the client's; 3: not known. */
static unsigned int gap(const struct xmemd_search *search, unsigned int bandwidths)
{
	enum xmemd_bandwidth mine = search->demand->bandwidth, its;
	unsigned int best = 3, apart;

	if (mine == XMEMD_BANDWIDTH_ANY)
		return 0;
	for (its = XMEMD_BANDWIDTH_LOW; its <= XMEMD_BANDWIDTH_HIGH; its++) {
		apart = its > mine ? its - mine : mine - its;
		if (bandwidths & 1U << its && apart < best)
			best = apart;
	}
	return best;
}

/**
 * xmemd_score_of() - what the strategies say of an appliance
 * @search: the search
 * @c: the appliance
 * @deciding: the strategies after two-choices, not those before it
 *
 * Room that is reserved for the demand comes before all of them.
 *
 * Return: the score; lower is better.
 */
xmemd_score xmemd_score_of(const struct xmemd_search *search, const struct xmemd_candidate *c,
			   bool deciding)
{
	const struct xmemd_slot *s = &search->pools->slot[c->slot];
	const struct traits t = {
		.distance = xmemd_search_distance(search, c->slot),
		.spread = xmemd_search_spread(search, c->slot),
		.gap = gap(search, s->own.bandwidths),
		.latency = s->own.latency,
		.bandwidth = s->own.bandwidth,
		.load = s->own.load,
		.class = search->class != XMEMD_NONE && s->class == search->class,
		.backing = s->own.backing,
		.least = c->open,
		.most = c->open,
	};
	xmemd_score reserved = c->draw >= search->need ? 0 : c->draw ? 1 : 2;

	if (search->by_piece)
		return ~c->piece;
	return join(search, &t, deciding, c->held < search->need) | reserved << 120;
}

/**
 * xmemd_score_below() - the best score that there could be in a subtree
 * @search: the search
 * @sum: of the subtree
 * @floor: least distance in this tree
 * @least: no less open memory in it
 * @most: no more open memory in it
 *
 * Return: the bound.
 */
xmemd_score xmemd_score_below(const struct xmemd_search *search, const struct xmemd_sum *sum,
			      enum xmemd_distance floor, uint64_t least, uint64_t most)
{
	const bool sites = search->demand->spread == XMEMD_DOMAIN_SITE;
	const struct traits t = {
		.distance = floor,
		.spread = search->spread_floor +
			  (sites && search->used && !(sum->sites & search->floor_sites)),
		.gap = gap(search, sum->bandwidths),
		.latency = sum->latency,
		.bandwidth = sum->bandwidth,
		.load = sum->load,
		.class = search->class != XMEMD_NONE && sum->classes & xmemd_bit(search->class),
		.backing = sum->backing,
		.least = least,
		.most = most,
	};

	if (search->by_piece)
		return ~sum->piece;
	return join(search, &t, false, true) | (xmemd_score)2 << 120;
}
