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

/* Eighths of a power of two, of a number of chunks: below 512 for all sizes. */
static unsigned int eighths(uint64_t bytes)
{
	uint64_t chunks = bytes / XMEMD_CHUNK;
	unsigned int log;

	if (chunks < 8)
		return (unsigned int)chunks;
	log = 63 - (unsigned int)__builtin_clzll(chunks);
	return (log - 2) * 8 + (unsigned int)(chunks >> (log - 3) & 7);
}

/* How a strategy looks: at classes, or at the exact value. */
static unsigned int bits_of(enum xmemd_strategy strategy, bool exact)
{
	switch (strategy) {
	case XMEMD_LOW_LOAD:
	case XMEMD_LOW_LATENCY:
	case XMEMD_HIGH_BANDWIDTH:
		return exact ? 32 : 6;
	case XMEMD_BEST_FIT:
	case XMEMD_MOST_FREE:
		return exact ? 0 : 9; /* exactly: that is the order of the tree */
	case XMEMD_NEAR:
		return 3;
	case XMEMD_SAME_BANDWIDTH:
		return 2;
	case XMEMD_BACKING:
	case XMEMD_CLASS:
		return 1;
	case XMEMD_SPREAD:
		return 8;
	default:
		return 0;
	}
}

/* A strategy's word; lower is better. */
static uint64_t word_of(enum xmemd_strategy strategy, const struct traits *t, bool exact)
{
	switch (strategy) {
	case XMEMD_LOW_LOAD:
		return exact ? t->load : xmemd_load_class(t->load);
	case XMEMD_LOW_LATENCY:
		return exact ? t->latency : xmemd_latency_class(t->latency);
	case XMEMD_HIGH_BANDWIDTH:
		return exact ? UINT32_MAX - t->bandwidth : xmemd_bandwidth_rank(t->bandwidth);
	case XMEMD_BEST_FIT:
		return exact ? 0 : eighths(t->least);
	case XMEMD_MOST_FREE:
		return exact ? 0 : 511 - eighths(t->most);
	case XMEMD_NEAR:
		return t->distance;
	case XMEMD_BACKING:
		return !t->backing;
	case XMEMD_SAME_BANDWIDTH:
		return t->gap;
	case XMEMD_CLASS:
		return !t->class;
	case XMEMD_SPREAD:
		return xmemd_min(t->spread, 255);
	default:
		return 0;
	}
}

#define OF_GROUP                                                                       \
	(1U << XMEMD_LOW_LOAD | 1U << XMEMD_LOW_LATENCY | 1U << XMEMD_HIGH_BANDWIDTH | \
	 1U << XMEMD_SAME_BANDWIDTH | 1U << XMEMD_CLASS | 1U << XMEMD_BACKING)
#define OF_PLACE (~OF_GROUP)
#define OF_ALL (~0U)

/*
 * What is looked at exactly: free memory where it is the last strategy; a strategy that
 * stands alone; and what decides between two that were drawn. With more than one, classes
 * leave something to the next. A restructuring moves nothing for little.
 */
static bool looks_exactly(const struct xmemd_search *search, unsigned int i, bool deciding)
{
	bool last = i + 1 == (deciding ? search->all : search->strategies);
	bool fit = search->strategy[i] == XMEMD_BEST_FIT || search->strategy[i] == XMEMD_MOST_FREE;

	if (!last || search->demand->restructure || (search->lots && !deciding))
		return false;
	return deciding || fit || search->strategies == 1;
}

/* The words of strategies one after the other; those that are not in @which are 0. */
static xmemd_score join(const struct xmemd_search *search, const struct traits *t, bool deciding,
			unsigned int which)
{
	unsigned int end = deciding ? search->all : search->strategies;
	unsigned int i = deciding ? search->after : 0;
	xmemd_score score = 0;
	bool exact;

	for (; i < end; i++) {
		exact = looks_exactly(search, i, deciding);
		score <<= bits_of(search->strategy[i], exact);
		if (which & 1U << search->strategy[i])
			score |= word_of(search->strategy[i], t, exact);
	}
	return score << 1;
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
	number = search->pools->slot[slot].domain[xmemd_domain_kind(search->demand)];
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
	bool moves = !search->demand->restructure || c->held < search->need;

	if (search->by_piece)
		return ~c->piece;
	return join(search, &t, deciding, OF_ALL) | moves | reserved << 120;
}

static void traits_below(const struct xmemd_search *search, const struct xmemd_sum *sum,
			 struct traits *t)
{
	t->gap = gap(search, sum->bandwidths);
	t->latency = sum->latency;
	t->bandwidth = sum->bandwidth;
	t->load = sum->load;
	t->class = search->class != XMEMD_NONE && sum->classes & xmemd_bit(search->class);
	t->backing = sum->backing;
}

/**
 * xmemd_score_groups() - say what the strategies say of each group
 * @search: the search
 */
void xmemd_score_groups(struct xmemd_search *search)
{
	const struct xmemd_pools *pools = search->pools;
	unsigned int i, which = 0;
	uint32_t g;

	for (i = 0; i < search->strategies; i++)
		which |= 1U << search->strategy[i];
	search->grouped =
		which & OF_GROUP && !(search->strategies == 1 && looks_exactly(search, 0, false));
	if (!search->grouped)
		return;
	for (g = 0; g < pools->groups; g++) {
		const struct xmemd_group *group = &pools->group[g];
		struct traits t = { .gap = gap(search, 1U << group->tier),
				    .class = search->class != XMEMD_NONE &&
					     group->class == search->class,
				    .backing = group->backing };
		/* the classes are known, the values are not: any value of the class will do */
		t.load = group->load * 100U;
		t.latency = 1U << group->latency;
		t.bandwidth = group->bandwidth > 31 ? 0 : 1U << (31 - group->bandwidth);
		search->group_score[g] = join(search, &t, false, OF_GROUP);
	}
}

static xmemd_score best_group(const struct xmemd_search *search, const struct xmemd_sum *sum)
{
	xmemd_score best = XMEMD_SCORE_MAX;
	struct traits t = {};
	unsigned int i, g;
	uint64_t bits;

	for (i = 0; i < XMEMD_GROUP_WORDS; i++) {
		for (bits = sum->groups[i]; bits; bits &= bits - 1) {
			g = i * 64 + (unsigned int)__builtin_ctzll(bits);
			if (g != XMEMD_GROUP_OTHERS && search->group_score[g] < best)
				best = search->group_score[g];
		}
	}
	if (!(sum->groups[XMEMD_GROUP_WORDS - 1] >> 63))
		return best;
	traits_below(search, sum, &t);
	return xmemd_lower(best, join(search, &t, false, OF_GROUP));
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
	const bool sites = search->used && search->demand->spread == XMEMD_DOMAIN_SITE;
	struct traits t = {
		.distance = floor,
		.spread = search->spread_floor + (sites && !(sum->sites & search->floor_sites)),
		.least = least,
		.most = most,
	};
	xmemd_score score;

	if (search->by_piece)
		return ~sum->piece;
	if (search->grouped) {
		score = join(search, &t, false, OF_PLACE) | best_group(search, sum);
	} else {
		traits_below(search, sum, &t);
		score = join(search, &t, false, OF_ALL);
	}
	return score | 1 | (xmemd_score)2 << 120;
}
