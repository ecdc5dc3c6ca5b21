// SPDX-License-Identifier: GPL-2.0-or-later
#include "logic/search.h"

/* The answer comes in the order of names. */
static void add_up(struct xmemd_search *search, struct xmemd_space *space, xmemd_space_fn each,
		   void *arg)
{
	const struct xmemd_pools *pools = search->pools;
	struct xmemd_candidate c;
	bool told = !each;
	uint64_t open;
	uint32_t i;

	search->need = XMEMD_CHUNK;
	for (i = 0; i < pools->sum.appliances; i++) {
		c = xmemd_search_candidate(
			search, xmemd_tree_select(pools, XMEMD_TREE_NAME, pools->names, i));
		if (xmemd_verdict(search, &c) != XMEMD_FITS)
			continue;
		open = xmemd_chunks_down(c.open);
		space->appliances++;
		space->sum += open;
		if (c.piece > space->largest)
			space->largest = c.piece;
		told = told || each(pools->slot[c.slot].facts.name, open, c.piece, arg);
	}
}

/**
 * xmemd_space() - how much room there is for a demand
 * @pools: the appliances
 * @demand: whose room; its size is not looked at
 * @space: result
 * @each: is told each appliance that has room, in the order of names; or NULL
 * @arg: for @each
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_space(const struct xmemd_pools *pools, const struct xmemd_demand *demand,
		struct xmemd_space *space, xmemd_space_fn each, void *arg,
		struct xmemd_refusal *why)
{
	struct xmemd_search search;
	struct xmemd_candidate c;
	unsigned int i;

	*space = (struct xmemd_space){};
	if (xmemd_search_begin(&search, pools, demand) < 0) {
		xmemd_search_end(&search);
		return xmemd_refuse(why, 500, "out of memory");
	}
	add_up(&search, space, each, arg);
	for (i = 0; i < xmemd_most_regions(demand) && xmemd_search_largest(&search, &c); i++) {
		space->in_regions += c.piece;
		xmemd_search_take(&search, &c);
	}
	xmemd_search_end(&search);
	return 0;
}
