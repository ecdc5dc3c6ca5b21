// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "logic/search.h"
#include "size.h"

/* Pieces to choose from, largest first, and the fewest of them that hold it all. */
struct pieces {
	struct xmemd_candidate piece[XMEM_LEGS_MAX];
	unsigned int count;
};

static unsigned int least_regions(const struct xmemd_demand *demand)
{
	return demand->min_regions ? demand->min_regions : 1;
}

static int check_regions(const struct xmemd_demand *demand, struct xmemd_refusal *why)
{
	char size[XMEM_SIZE_TEXT], least[XMEM_SIZE_TEXT];
	unsigned int min = least_regions(demand), max = xmemd_most_regions(demand);

	if (demand->max_regions > XMEM_LEGS_MAX || demand->min_regions > XMEM_LEGS_MAX)
		return xmemd_refuse_field(why, "max_regions",
					  "more than %d regions; possible are 1 to %d",
					  XMEM_LEGS_MAX, XMEM_LEGS_MAX);
	if (min > max)
		return xmemd_refuse_field(why, "min_regions",
					  "at least %u regions do not go with at most %u", min,
					  max);
	if (min * XMEMD_CHUNK > demand->size + XMEMD_CHUNK - 1)
		return xmemd_refuse_field(why, "min_regions", "%u regions need at least %s, not %s",
					  min, xmem_size_format(min * XMEMD_CHUNK, least),
					  xmem_size_format(demand->size, size));
	return 0;
}

static int check_strategies(const struct xmemd_demand *demand, struct xmemd_refusal *why)
{
	unsigned int i, seen = 0;

	if (demand->strategies > XMEMD_STRATEGIES)
		return xmemd_refuse_field(why, "strategies",
					  "more than %d strategies; possible are %s",
					  XMEMD_STRATEGIES, XMEMD_STRATEGY_WORDS);
	for (i = 0; i < demand->strategies; i++) {
		if (demand->strategy[i] >= XMEMD_STRATEGIES)
			return xmemd_refuse_field(why, "strategies",
						  "strategy is unknown; possible are %s",
						  XMEMD_STRATEGY_WORDS);
		if (seen & 1U << demand->strategy[i])
			return xmemd_refuse_field(why, "strategies", "strategy %s is named twice",
						  xmemd_strategy_name(demand->strategy[i]));
		seen |= 1U << demand->strategy[i];
	}
	return 0;
}

static int check(const struct xmemd_demand *demand, struct xmemd_refusal *why)
{
	char max[XMEM_SIZE_TEXT];

	if (!demand->size || demand->size > XMEMD_SIZE_MAX)
		return xmemd_refuse_field(why, "size",
					  "size is out of bounds; possible are 1 to %s",
					  xmem_size_format(XMEMD_SIZE_MAX, max));
	if (demand->layout != XMEMD_LAYOUT_AUTO && demand->layout != XMEM_LAYOUT_SINGLE &&
	    demand->layout != XMEM_LAYOUT_CONCAT)
		return xmemd_refuse_field(why, "layout",
					  "layout is unknown; possible are auto, single, concat");
	if (demand->need_class && !(demand->class && *demand->class))
		return xmemd_refuse_field(why, "class",
					  "a hardware class is required, but none is named");
	if (check_regions(demand, why) < 0)
		return -1;
	return check_strategies(demand, why);
}

static void add_leg(struct xmemd_search *search, struct xmemd_placement *placement,
		    const struct xmemd_candidate *c, uint32_t rival, uint64_t size)
{
	unsigned int i = placement->legs++;

	snprintf(placement->leg[i].appliance, sizeof(placement->leg[i].appliance), "%s",
		 search->pools->slot[c->slot].facts.name);
	placement->leg[i].size = size;
	placement->leg[i].stays = search->demand->restructure && c->held >= size;
	placement->leg[i].drawn = placement->leg[i].stays ? 0 : xmemd_min(size, c->draw);
	xmemd_explain_leg(search, c, rival, size, placement->leg[i].why,
			  sizeof(placement->leg[i].why));
	xmemd_search_take(search, c);
}

static bool place_single(struct xmemd_search *search, struct xmemd_placement *placement)
{
	struct xmemd_candidate c;
	uint32_t rival;

	if (!xmemd_search_find(search, placement->size, 0, &c, &rival))
		return false;
	placement->layout = XMEM_LAYOUT_SINGLE;
	add_leg(search, placement, &c, rival, placement->size);
	snprintf(placement->why, sizeof(placement->why), "one region: one appliance holds it all");
	return true;
}

/* Is there so much at all, wherever it is? A full cluster is not searched for pieces. */
static bool exists(const struct xmemd_search *search, uint64_t size)
{
	uint64_t sum = search->pools->sum.open;
	size_t i;

	for (i = 0; i < search->specials; i++)
		sum += search->special[i].open + search->special[i].held;
	return sum >= size;
}

/* How many of the largest pieces it takes; 0: too many, or there is not so much. */
static unsigned int fewest(struct xmemd_search *search, uint64_t size, struct pieces *pieces)
{
	unsigned int min = least_regions(search->demand), max = xmemd_most_regions(search->demand),
		     i;
	uint64_t sum = 0, largest;

	pieces->count = 0;
	if (!exists(search, size))
		return 0;
	while (pieces->count < max && (sum < size || pieces->count < min) &&
	       xmemd_search_largest(search, &pieces->piece[pieces->count])) {
		largest = xmemd_min(pieces->piece[pieces->count].piece, size);
		/* those that follow are no larger */
		if (sum + largest * (max - pieces->count) < size)
			break;
		sum += largest;
		xmemd_search_take(search, &pieces->piece[pieces->count]);
		pieces->count++;
	}
	for (i = 0; i < pieces->count; i++)
		xmemd_search_untake(search, &pieces->piece[i]);
	return sum >= size && pieces->count >= min ? pieces->count : 0;
}

/*
 * So many appliances have a piece of an equal share: then each leg is chosen like a
 * single region is. Return false when that turns out wrong.
 */
static bool place_equal(struct xmemd_search *search, unsigned int count,
			struct xmemd_placement *placement)
{
	uint64_t chunks = placement->size / XMEMD_CHUNK, size;
	struct xmemd_candidate c;
	uint32_t rival;
	unsigned int i;

	for (i = 0; i < count; i++) {
		size = (chunks / count + (i < chunks % count)) * XMEMD_CHUNK;
		if (!xmemd_search_find(search, size, i, &c, &rival))
			return false;
		add_leg(search, placement, &c, rival, size);
	}
	return true;
}

static void place_largest(struct xmemd_search *search, const struct pieces *pieces,
			  struct xmemd_placement *placement)
{
	uint64_t left = placement->size, size;
	unsigned int i, rest;

	for (i = 0; i < pieces->count; i++) {
		/* those that follow get a chunk each at least */
		rest = pieces->count - i - 1;
		size = xmemd_min(pieces->piece[i].piece, left - rest * XMEMD_CHUNK);
		search->need = size;
		add_leg(search, placement, &pieces->piece[i], XMEMD_NONE, size);
		left -= size;
	}
}

static void explain_number(const struct xmemd_demand *demand, const struct pieces *pieces,
			   bool equal, struct xmemd_placement *placement)
{
	char largest[XMEM_SIZE_TEXT];

	if (pieces->count <= least_regions(demand))
		snprintf(placement->why, sizeof(placement->why),
			 "%u regions: at least so many are wanted", pieces->count);
	else
		snprintf(placement->why, sizeof(placement->why),
			 "%u regions: the fewest that hold it, the largest piece is %s; %s",
			 pieces->count, xmem_size_format(pieces->piece[0].piece, largest),
			 equal ? "in equal shares" : "the largest pieces first");
}

static bool place_several(struct xmemd_search *search, struct xmemd_placement *placement)
{
	struct pieces pieces;
	unsigned int count = fewest(search, placement->size, &pieces);
	uint64_t share;
	bool equal;

	if (!count)
		return false;
	placement->layout = count > 1 ? XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE;
	share = (placement->size / XMEMD_CHUNK + count - 1) / count * XMEMD_CHUNK;
	equal = pieces.piece[count - 1].piece >= share;
	if (!equal)
		place_largest(search, &pieces, placement);
	else if (!place_equal(search, count, placement))
		return false;
	explain_number(search->demand, &pieces, equal, placement);
	return true;
}

static bool place(struct xmemd_search *search, struct xmemd_placement *placement)
{
	if (least_regions(search->demand) == 1 && place_single(search, placement))
		return true;
	return xmemd_most_regions(search->demand) > 1 && place_several(search, placement);
}

/**
 * xmemd_place() - decide where an allocation goes
 * @pools: the appliances
 * @demand: what is asked for
 * @placement: result
 * @why: refusal, with what each appliance lacked; of many, the closest ones by name and the
 *	others by number
 *
 * Room that is reserved for the demand is used first, if it holds all of it. One region
 * if possible and if no more are asked for, otherwise the fewest: each region is one more
 * machine whose loss is the loss of all. Several get equal shares, each on the appliance that the
 * strategies like best; where there are no equal shares, the largest pieces first.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_place(const struct xmemd_pools *pools, const struct xmemd_demand *demand,
		struct xmemd_placement *placement, struct xmemd_refusal *why)
{
	struct xmemd_search search;
	bool done = false;
	int ret = 0;

	if (check(demand, why) < 0)
		return -1;
	placement->size = xmemd_chunks_down(demand->size + XMEMD_CHUNK - 1);
	placement->legs = 0;
	if (xmemd_search_begin(&search, pools, demand) < 0) {
		ret = xmemd_refuse(why, 500, "out of memory");
		goto out;
	}
	search.only_reserved = demand->draws;
	if (search.only_reserved)
		done = place(&search, placement);
	search.only_reserved = false;
	if (!done && !place(&search, placement))
		ret = xmemd_verdict_refuse(&search, placement->size, why);
	placement->looked = search.looked;
out:
	xmemd_search_end(&search);
	return ret;
}
