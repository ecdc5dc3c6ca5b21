// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "logic/search.h"

/**
 * xmemd_search_before() - which of two with the same score comes first
 * @search: the search
 * @a: an appliance
 * @b: another
 *
 * Return: whether @a does.
 */
bool xmemd_search_before(const struct xmemd_search *search, const struct xmemd_candidate *a,
			 const struct xmemd_candidate *b)
{
	if (a->open != b->open)
		return (a->open < b->open) == search->least_first;
	return strcmp(search->pools->slot[a->slot].facts.name,
		      search->pools->slot[b->slot].facts.name) < 0;
}

/**
 * xmemd_search_loose() - go through what is not in the trees
 * @search: the search
 * @i: 0 at first
 * @c: the next one that qualifies: reserved room, regions that are there, names from a list
 *
 * Return: whether there was one more.
 */
bool xmemd_search_loose(struct xmemd_search *search, size_t *i, struct xmemd_candidate *c)
{
	size_t k;

	while (*i < search->specials) {
		*c = search->special[(*i)++];
		if (search->only_reserved)
			c->piece = xmemd_min(c->piece, c->draw);
		if (!c->taken && xmemd_verdict(search, c) == XMEMD_FITS)
			return true;
	}
	while (search->by_list && !search->only_reserved &&
	       *i - search->specials < search->listed) {
		k = (*i)++ - search->specials;
		if (xmemd_get_bit(search->skip, search->list[k]))
			continue;
		*c = xmemd_search_candidate(search, search->list[k]);
		if (xmemd_verdict(search, c) == XMEMD_FITS)
			return true;
	}
	return false;
}

/**
 * xmemd_search_trees() - how many trees there are to look at
 * @search: the search
 *
 * Return: how many.
 */
unsigned int xmemd_search_trees(const struct xmemd_search *search)
{
	return search->by_list || search->only_reserved ? 0 : search->trees;
}

/**
 * xmemd_search_below() - look at a subtree
 * @search: the search
 * @ring: index of the tree
 * @slot: root of the subtree, or XMEMD_NONE
 * @least: no less open memory in it
 * @most: no more open memory in it
 *
 * Return: the subtree; its bound is XMEMD_SCORE_MAX when nothing in it can qualify.
 */
struct xmemd_below xmemd_search_below(struct xmemd_search *search, unsigned int ring, uint32_t slot,
				      uint64_t least, uint64_t most)
{
	struct xmemd_below b = { slot, least, most, XMEMD_SCORE_MAX };
	const struct xmemd_sum *sum;

	if (slot == XMEMD_NONE || most < search->need || least > search->at_most)
		return b;
	search->looked++;
	sum = &search->pools->node[search->tree[ring].kind][slot].sum;
	if (!xmemd_verdict_below(search, sum))
		b.bound = xmemd_score_below(search, sum, search->tree[ring].floor, least, most);
	return b;
}

/**
 * xmemd_search_qualifies() - may a slot of a tree be chosen?
 * @search: the search
 * @c: the appliance
 *
 * Return: whether.
 */
bool xmemd_search_qualifies(struct xmemd_search *search, const struct xmemd_candidate *c)
{
	return c->open <= search->at_most && !xmemd_get_bit(search->skip, c->slot) &&
	       xmemd_verdict(search, c) == XMEMD_FITS;
}

/* The best score below; the side with the better bound goes first. */
static void best_below(struct xmemd_search *search, unsigned int ring, struct xmemd_below here)
{
	const struct xmemd_node *node;
	struct xmemd_candidate c;
	struct xmemd_below first, then, side;
	xmemd_score score;
	uint64_t open;

	if (here.bound >= search->best)
		return;
	node = &search->pools->node[search->tree[ring].kind][here.slot];
	open = search->pools->slot[here.slot].open;
	c = (struct xmemd_candidate){ .slot = here.slot,
				      .open = open,
				      .piece = search->pools->slot[here.slot].own.piece };
	score = xmemd_score_of(search, &c, false);
	if (score < search->best && xmemd_search_qualifies(search, &c))
		search->best = score;
	first = xmemd_search_below(search, ring, node->right, open, here.most);
	then = xmemd_search_below(search, ring, node->left, here.least, open);
	if (then.bound < first.bound || (then.bound == first.bound && search->least_first)) {
		side = first;
		first = then;
		then = side;
	}
	best_below(search, ring, first);
	best_below(search, ring, then);
}

/* The first appliance of a direction that has the best score, or XMEMD_NONE. */
static uint32_t first_below(struct xmemd_search *search, unsigned int ring, struct xmemd_below here,
			    bool from_left)
{
	const struct xmemd_node *node;
	struct xmemd_candidate c;
	struct xmemd_below left, right;
	uint32_t found;

	if (here.bound > search->best || here.bound == XMEMD_SCORE_MAX)
		return XMEMD_NONE;
	node = &search->pools->node[search->tree[ring].kind][here.slot];
	c = (struct xmemd_candidate){ .slot = here.slot,
				      .open = search->pools->slot[here.slot].open,
				      .piece = search->pools->slot[here.slot].own.piece };
	left = xmemd_search_below(search, ring, node->left, here.least, c.open);
	right = xmemd_search_below(search, ring, node->right, c.open, here.most);
	found = first_below(search, ring, from_left ? left : right, from_left);
	if (found != XMEMD_NONE)
		return found;
	if (xmemd_score_of(search, &c, false) == search->best && xmemd_search_qualifies(search, &c))
		return here.slot;
	return first_below(search, ring, from_left ? right : left, from_left);
}

/**
 * xmemd_search_whole() - look at a tree
 * @search: the search
 * @ring: index of the tree
 *
 * Return: the tree, but for those that have too little open memory.
 */
struct xmemd_below xmemd_search_whole(struct xmemd_search *search, unsigned int ring)
{
	return xmemd_search_below(search, ring, search->tree[ring].root, search->need, UINT64_MAX);
}

/* Among those with least open memory the first name is at the far end of its kind. */
static uint32_t first_of(struct xmemd_search *search, unsigned int ring)
{
	uint32_t found =
		first_below(search, ring, xmemd_search_whole(search, ring), search->least_first);

	if (found == XMEMD_NONE || !search->least_first)
		return found;
	search->at_most = search->pools->slot[found].open;
	found = first_below(search, ring, xmemd_search_whole(search, ring), false);
	search->at_most = UINT64_MAX;
	return found;
}

static void find_best(struct xmemd_search *search)
{
	struct xmemd_candidate c;
	xmemd_score score;
	unsigned int ring;
	size_t i = 0;

	search->best = XMEMD_SCORE_MAX;
	while (xmemd_search_loose(search, &i, &c)) {
		score = xmemd_score_of(search, &c, false);
		if (score < search->best)
			search->best = score;
	}
	for (ring = 0; ring < xmemd_search_trees(search); ring++)
		best_below(search, ring, xmemd_search_whole(search, ring));
}

/* The first one of those that have the best score. */
static bool find_first(struct xmemd_search *search, struct xmemd_candidate *found)
{
	struct xmemd_candidate c;
	bool any = false;
	unsigned int ring;
	uint32_t slot;
	size_t i = 0;

	while (xmemd_search_loose(search, &i, &c)) {
		if (xmemd_score_of(search, &c, false) != search->best ||
		    (any && !xmemd_search_before(search, &c, found)))
			continue;
		*found = c;
		any = true;
	}
	for (ring = 0; ring < xmemd_search_trees(search); ring++) {
		slot = first_of(search, ring);
		if (slot == XMEMD_NONE)
			continue;
		c = xmemd_search_candidate(search, slot);
		if (any && !xmemd_search_before(search, &c, found))
			continue;
		*found = c;
		any = true;
	}
	return any;
}

/**
 * xmemd_search_find() - the appliance that is liked best
 * @search: the search
 * @need: bytes of the region, xmemd_search_whole chunks
 * @lot: number of the lots, if it comes to lots
 * @found: result
 * @rival: the other one that was drawn, or XMEMD_NONE
 *
 * Return: whether there is one.
 */
bool xmemd_search_find(struct xmemd_search *search, uint64_t need, uint64_t lot,
		       struct xmemd_candidate *found, uint32_t *rival)
{
	*rival = XMEMD_NONE;
	search->need = need;
	find_best(search);
	if (search->best == XMEMD_SCORE_MAX)
		return false;
	if (!search->lots)
		return find_first(search, found);
	xmemd_search_lot(search, lot, found, rival);
	return true;
}

/**
 * xmemd_search_largest() - the appliance with the largest piece, of those that may be used
 * @search: the search
 * @found: result
 *
 * Return: whether there is one with at least a chunk.
 */
bool xmemd_search_largest(struct xmemd_search *search, struct xmemd_candidate *found)
{
	bool least_first = search->least_first, any = false;

	search->need = XMEMD_CHUNK;
	search->by_piece = true;
	search->least_first = false;
	find_best(search);
	if (search->best != XMEMD_SCORE_MAX)
		any = find_first(search, found);
	search->by_piece = false;
	search->least_first = least_first;
	return any;
}
