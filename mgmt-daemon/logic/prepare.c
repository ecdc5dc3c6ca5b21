// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "logic/search.h"

static int compare_special(const void *pa, const void *pb)
{
	const struct xmemd_candidate *a = pa, *b = pb;

	return a->slot < b->slot ? -1 : a->slot > b->slot;
}

static void add_special(struct xmemd_search *search, const char *name, uint64_t draw, uint64_t held)
{
	uint32_t slot = xmemd_tree_find(search->pools, name);

	if (slot == XMEMD_NONE)
		return;
	search->special[search->specials++] =
		(struct xmemd_candidate){ .slot = slot, .draw = draw, .held = held };
}

/* Sorts the special appliances and adds up what is said of the same one twice. */
static void merge_specials(struct xmemd_search *search)
{
	struct xmemd_candidate *to = search->special, *from = to, *end = to + search->specials;

	qsort(to, search->specials, sizeof(*to), compare_special);
	for (; from < end; to++) {
		*to = *from;
		while (++from < end && from->slot == to->slot) {
			to->draw += from->draw;
			to->held += from->held;
		}
	}
	search->specials = (size_t)(to - search->special);
}

/* What a demand may have where room is reserved for it, or where it has a region already. */
static void derive_special(const struct xmemd_search *search, struct xmemd_candidate *c)
{
	const struct xmemd_slot *s = &search->pools->slot[c->slot];
	uint64_t present = xmemd_less(s->facts.free, s->promised);

	c->draw = xmemd_min(c->draw, xmemd_min(s->reserved, present));
	c->open = xmemd_less(present, s->reserved - c->draw);
	c->piece = xmemd_chunks_down(xmemd_min(s->facts.largest, c->open));
	c->draw = xmemd_min(xmemd_chunks_down(c->draw), c->piece);
	if (search->demand->restructure && c->held > c->piece)
		c->piece = c->held;
}

static int find_specials(struct xmemd_search *search)
{
	const struct xmemd_demand *demand = search->demand;
	size_t i, most = demand->draws + demand->helds;

	if (!most)
		return 0;
	search->special = calloc(most, sizeof(*search->special));
	if (!search->special)
		return -1;
	for (i = 0; i < demand->draws; i++)
		add_special(search, demand->draw[i].appliance, demand->draw[i].bytes, 0);
	for (i = 0; i < demand->helds; i++)
		add_special(search, demand->held[i].appliance, 0, demand->held[i].bytes);
	merge_specials(search);
	for (i = 0; i < search->specials; i++) {
		derive_special(search, &search->special[i]);
		xmemd_set_bit(search->skip, search->special[i].slot);
	}
	return 0;
}

static void add_tree(struct xmemd_search *search, enum xmemd_tree kind, uint32_t root,
		     enum xmemd_distance floor)
{
	if (root == XMEMD_NONE)
		return;
	search->tree[search->trees].kind = kind;
	search->tree[search->trees].root = root;
	search->tree[search->trees].floor = floor;
	search->trees++;
}

/*
 * With regions spread over sites, each site is looked at by itself: in one tree those of
 * a site that has its region already would be in the way of the others. Return whether.
 */
static bool add_sites(struct xmemd_search *search)
{
	const struct xmemd_pools *pools = search->pools;
	enum xmemd_distance floor = search->trees ? XMEMD_ELSEWHERE : XMEMD_SAME_NUMA;
	unsigned int nearer = search->trees;
	uint32_t i, number;

	if (search->demand->spread != XMEMD_DOMAIN_SITE ||
	    nearer + pools->of_kind[XMEMD_TREE_SITE] > XMEMD_SEARCH_TREES)
		return false;
	for (i = 0; i < pools->keys; i++) {
		number = pools->by_key[i];
		if (pools->domain[number].kind == XMEMD_TREE_SITE &&
		    !(nearer && number == search->client[XMEMD_TREE_SITE]))
			add_tree(search, XMEMD_TREE_SITE, pools->domain[number].root, floor);
	}
	return true;
}

/* From near to far; only where distance matters are there several. */
static void find_trees(struct xmemd_search *search, bool near)
{
	static const enum xmemd_tree kinds[] = { XMEMD_TREE_SWITCH, XMEMD_TREE_RACK,
						 XMEMD_TREE_SITE };
	static const enum xmemd_distance floors[] = { XMEMD_SAME_NUMA, XMEMD_SAME_RACK,
						      XMEMD_SAME_SITE };
	enum xmemd_distance limit = search->demand->max_distance;
	const struct xmemd_pools *pools = search->pools;
	uint32_t number;
	int i;

	if (limit == XMEMD_DISTANCE_ANY)
		limit = XMEMD_ELSEWHERE;
	for (i = 0; i < 3; i++) {
		number = xmemd_domain_find(pools, kinds[i], &search->demand->where);
		search->client[kinds[i]] = number;
		if (number != XMEMD_NONE && (near || limit < XMEMD_ELSEWHERE) && floors[i] <= limit)
			add_tree(search, kinds[i], pools->domain[number].root, floors[i]);
	}
	if (limit == XMEMD_ELSEWHERE && !add_sites(search))
		add_tree(search, XMEMD_TREE_ALL, pools->all,
			 search->trees ? XMEMD_ELSEWHERE : XMEMD_SAME_NUMA);
}

/* Which strategies there are, before and after two-choices. */
static bool find_strategies(struct xmemd_search *search)
{
	const struct xmemd_demand *demand = search->demand;
	bool near = false;
	unsigned int i;

	for (i = 0; i < demand->strategies; i++) {
		search->strategy[i] = demand->strategy[i];
		near |= demand->strategy[i] == XMEMD_NEAR;
		if (demand->strategy[i] == XMEMD_BEST_FIT)
			search->least_first = true;
		else if (demand->strategy[i] == XMEMD_MOST_FREE)
			search->least_first = false;
		if (demand->strategy[i] == XMEMD_TWO_CHOICES && !search->lots) {
			search->lots = true;
			search->strategies = i;
			search->after = i + 1;
		}
	}
	search->all = i;
	if (!search->lots)
		search->strategies = search->after = i;
	return near;
}

/* Fewest regions in a domain, and which sites have so many, and which have none. */
static void find_floor(struct xmemd_search *search)
{
	const struct xmemd_pools *pools = search->pools;
	enum xmemd_tree kind = xmemd_domain_kind(search->demand);
	unsigned int floor = UINT16_MAX;
	uint32_t i;

	search->spread_floor = 0;
	if (kind != XMEMD_TREE_SITE && search->domains_used < pools->of_kind[kind])
		return;
	if (pools->placed[kind] < pools->placed[XMEMD_TREE_ALL] ||
	    (kind == XMEMD_TREE_SITE && pools->nowhere != XMEMD_NONE))
		floor = 0;
	search->floor_sites = search->free_sites = xmemd_bit(XMEMD_NONE);
	for (i = 0; i < pools->domains; i++)
		if (pools->domain[i].name && pools->domain[i].kind == kind &&
		    pools->domain[i].root != XMEMD_NONE && search->used[i] < floor)
			floor = search->used[i];
	for (i = 0; kind == XMEMD_TREE_SITE && i < pools->domains; i++) {
		if (!pools->domain[i].name || pools->domain[i].kind != kind)
			continue;
		if (search->used[i] == floor)
			search->floor_sites |= xmemd_bit(pools->domain[i].bit);
		if (!search->used[i])
			search->free_sites |= xmemd_bit(pools->domain[i].bit);
	}
	search->spread_floor = floor;
}

static void use_domain(struct xmemd_search *search, uint32_t slot, int more)
{
	uint32_t number;

	if (!search->used)
		return;
	number = search->pools->slot[slot].domain[xmemd_domain_kind(search->demand)];
	if (number == XMEMD_NONE || number == search->pools->nowhere)
		return;
	search->domains_used -= !!search->used[number];
	search->used[number] = (uint16_t)(search->used[number] + more);
	search->domains_used += !!search->used[number];
	find_floor(search);
}

static int begin_spread(struct xmemd_search *search)
{
	size_t i;

	if (search->demand->spread == XMEMD_DOMAIN_APPLIANCE)
		return 0;
	search->used = calloc(search->pools->domains + 1, sizeof(*search->used));
	if (!search->used)
		return -1;
	find_floor(search);
	for (i = 0; i < search->specials; i++)
		if (search->special[i].held && !search->demand->restructure)
			use_domain(search, search->special[i].slot, 1);
	return 0;
}

/**
 * xmemd_search_begin() - prepare a search
 * @search: to be ended by xmemd_search_end() in any case
 * @pools: the set
 * @demand: checked before
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_search_begin(struct xmemd_search *search, const struct xmemd_pools *pools,
		       const struct xmemd_demand *demand)
{
	bool near;

	*search = (struct xmemd_search){ .pools = pools, .demand = demand, .at_most = UINT64_MAX };
	near = find_strategies(search);
	search->class = xmemd_class_find(pools, demand->class);
	find_trees(search, near);
	search->skip = calloc(pools->slots / 64 + 1, sizeof(*search->skip));
	if (!search->skip || find_specials(search) < 0 || begin_spread(search) < 0 ||
	    xmemd_names_begin(search) < 0)
		return -1;
	xmemd_score_groups(search);
	/* nothing fails for lack of memory from here on */
	if (search->lots)
		search->hat = reallocarray(NULL, pools->slots + 1, sizeof(*search->hat));
	return search->lots && !search->hat ? -1 : 0;
}

/**
 * xmemd_search_end() - free what a search holds
 * @search: the search
 */
void xmemd_search_end(struct xmemd_search *search)
{
	free(search->skip);
	free(search->known);
	free(search->match);
	free(search->list);
	free(search->hat);
	free(search->special);
	free(search->used);
}

/**
 * xmemd_search_candidate() - an appliance, as the demand sees it
 * @search: the search
 * @slot: the appliance
 *
 * Return: what it may have there.
 */
struct xmemd_candidate xmemd_search_candidate(const struct xmemd_search *search, uint32_t slot)
{
	const struct xmemd_slot *s = &search->pools->slot[slot];
	const struct xmemd_candidate key = { .slot = slot, .open = s->open, .piece = s->own.piece };
	const struct xmemd_candidate *special = NULL;

	if (search->specials)
		special = bsearch(&key, search->special, search->specials, sizeof(key),
				  compare_special);
	return special ? *special : key;
}

static void set_taken(struct xmemd_search *search, const struct xmemd_candidate *candidate,
		      bool taken)
{
	struct xmemd_candidate *special = NULL;

	if (search->specials)
		special = bsearch(candidate, search->special, search->specials, sizeof(*special),
				  compare_special);
	if (special)
		special->taken = taken;
	else if (taken)
		xmemd_set_bit(search->skip, candidate->slot);
	else
		xmemd_clear_bit(search->skip, candidate->slot);
	use_domain(search, candidate->slot, taken ? 1 : -1);
}

/**
 * xmemd_search_take() - an appliance gets a leg, and no second one
 * @search: the search
 * @candidate: the appliance
 */
void xmemd_search_take(struct xmemd_search *search, const struct xmemd_candidate *candidate)
{
	set_taken(search, candidate, true);
}

/**
 * xmemd_search_untake() - the leg was only a thought
 * @search: the search
 * @candidate: the appliance
 */
void xmemd_search_untake(struct xmemd_search *search, const struct xmemd_candidate *candidate)
{
	set_taken(search, candidate, false);
}
