// SPDX-License-Identifier: GPL-2.0-or-later
#include "logic/search.h"

/* How often a lot may fall on an appliance that does not qualify before all are counted. */
#define LOTS_MAX 64

/* splitmix64: the same lots from the same seed, everywhere */
static uint64_t lot_below(uint64_t *state, uint64_t end)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return (uint64_t)((__extension__(unsigned __int128) z * end) >> 64);
}

/* Whether a slot is one of those between which the lots decide. */
static bool in_the_hat(struct xmemd_search *search, unsigned int ring, uint32_t slot)
{
	struct xmemd_candidate c = xmemd_search_candidate(search, slot);

	/* what a nearer tree holds is drawn from that */
	if (ring && xmemd_search_distance(search, slot) < search->tree[ring].floor)
		return false;
	return xmemd_search_qualifies(search, &c) &&
	       xmemd_score_of(search, &c, false) == search->best;
}

/* Draws from the trees by place, again and again until one qualifies. */
static uint32_t draw_lot(struct xmemd_search *search, uint64_t *state, uint32_t but)
{
	uint32_t from[XMEMD_SEARCH_TREES], size[XMEMD_SEARCH_TREES], slot;
	uint64_t all = 0, lot;
	unsigned int ring, tries;

	for (ring = 0; ring < search->trees; ring++) {
		from[ring] = xmemd_tree_rank(search->pools, search->tree[ring].kind,
					     search->tree[ring].root, search->need);
		size[ring] = search->pools->node[search->tree[ring].kind][search->tree[ring].root]
				     .sum.count -
			     from[ring];
		all += size[ring];
	}
	for (tries = 0; all && tries < LOTS_MAX; tries++) {
		lot = lot_below(state, all);
		for (ring = 0; lot >= size[ring]; ring++)
			lot -= size[ring];
		slot = xmemd_tree_select(search->pools, search->tree[ring].kind,
					 search->tree[ring].root, from[ring] + (uint32_t)lot);
		if (slot != but && in_the_hat(search, ring, slot))
			return slot;
	}
	return XMEMD_NONE;
}

/* All that have the best score, for when they are few among many. */
static void fill_hat(struct xmemd_search *search, unsigned int ring, struct xmemd_below here,
		     size_t *count)
{
	const struct xmemd_node *node;
	uint64_t open;

	if (here.bound > search->best || here.bound == XMEMD_SCORE_MAX)
		return;
	node = &search->pools->node[search->tree[ring].kind][here.slot];
	open = search->pools->slot[here.slot].open;
	fill_hat(search, ring, xmemd_search_below(search, ring, node->left, here.least, open),
		 count);
	if (in_the_hat(search, ring, here.slot))
		search->hat[(*count)++] = here.slot;
	fill_hat(search, ring, xmemd_search_below(search, ring, node->right, open, here.most),
		 count);
}

static void draw_from(const uint32_t *hat, size_t count, uint64_t *state, uint32_t drawn[2])
{
	size_t first, second;

	first = lot_below(state, count);
	drawn[0] = hat[first];
	drawn[1] = XMEMD_NONE;
	if (count == 1)
		return;
	second = lot_below(state, count - 1);
	drawn[1] = hat[second + (second >= first)];
}

/* Two of those with the best score. */
static void draw_two(struct xmemd_search *search, uint64_t state, uint32_t drawn[2])
{
	struct xmemd_candidate c;
	unsigned int ring;
	size_t i = 0, count = 0;

	while (xmemd_search_loose(search, &i, &c))
		if (xmemd_score_of(search, &c, false) == search->best)
			search->hat[count++] = c.slot;
	if (!count) {
		drawn[0] = draw_lot(search, &state, XMEMD_NONE);
		if (drawn[0] != XMEMD_NONE)
			drawn[1] = draw_lot(search, &state, drawn[0]);
		if (drawn[1] != XMEMD_NONE)
			return;
	}
	for (ring = 0; ring < xmemd_search_trees(search); ring++)
		fill_hat(search, ring, xmemd_search_whole(search, ring), &count);
	draw_from(search->hat, count, &state, drawn);
}

/**
 * xmemd_search_lot() - two by lot of those with the best score, and the better one of these
 * @search: the search, with the best score found
 * @lot: number of the lots
 * @found: result
 * @rival: the other one, or XMEMD_NONE
 */
void xmemd_search_lot(struct xmemd_search *search, uint64_t lot, struct xmemd_candidate *found,
		      uint32_t *rival)
{
	uint32_t drawn[2] = { XMEMD_NONE, XMEMD_NONE };
	struct xmemd_candidate other;
	xmemd_score mine, its;

	draw_two(search, search->demand->seed + lot * 0xd1342543de82ef95ULL, drawn);
	*found = xmemd_search_candidate(search, drawn[0]);
	*rival = drawn[1];
	if (drawn[1] == XMEMD_NONE)
		return;
	other = xmemd_search_candidate(search, drawn[1]);
	mine = xmemd_score_of(search, found, true);
	its = xmemd_score_of(search, &other, true);
	if (mine < its || (mine == its && xmemd_search_before(search, found, &other)))
		return;
	*rival = found->slot;
	*found = other;
}
