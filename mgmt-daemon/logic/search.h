/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for the appliance that a demand likes best, for the parts of the logic only.
 *
 * Each appliance has a score: what the ranked strategies say of it, the first in the
 * highest bits, lower is better. A subtree has a bound: the score of an appliance that
 * would be the best of it in every respect. The search leaves out each subtree whose
 * bound is not below the best score that was found, so the result is exact, and what is
 * looked at grows with the logarithm of the set unless what is wanted is rare.
 */
#ifndef XMEMD_LOGIC_SEARCH_H
#define XMEMD_LOGIC_SEARCH_H

#include "logic/set.h"

__extension__ typedef unsigned __int128 xmemd_score;
#define XMEMD_SCORE_MAX (~(xmemd_score)0)

/* Trees that a search looks at: the near ones and, for a spread over sites, one per site. */
#define XMEMD_SEARCH_TREES 67

/* Why an appliance is out, from "nobody may" to "not this one now". */
enum xmemd_verdict {
	XMEMD_FITS,
	XMEMD_IS_PENDING,
	XMEMD_IS_DRAINED,
	XMEMD_IS_DOWN,
	XMEMD_IS_UNHEALTHY,
	XMEMD_IS_KEPT,
	XMEMD_NOT_ALLOWED,
	XMEMD_IS_EXCLUDED,
	XMEMD_HOLDS_ONE,
	XMEMD_NO_BACKING,
	XMEMD_OTHER_CLASS,
	XMEMD_TOO_FAR,
	XMEMD_TOO_BUSY,
	XMEMD_TOO_LATE,
	XMEMD_TOO_NARROW,
	XMEMD_SAME_DOMAIN,
	XMEMD_TOO_SMALL,
	XMEMD_VERDICTS
};

/**
 * struct xmemd_candidate - an appliance, as this demand sees it
 * @slot: the appliance
 * @open: bytes that the demand may have there
 * @piece: largest region that it may have there
 * @draw: bytes of it that are reserved for the demand
 * @held: bytes of the region that a restructuring finds there
 * @taken: it has got a leg
 */
struct xmemd_candidate {
	uint32_t slot;
	uint64_t open, piece, draw, held;
	bool taken;
};

/**
 * struct xmemd_search - a demand on its way to a placement
 * @pools: the set
 * @demand: the demand
 * @strategy: ranked; those after two-choices decide between the two
 * @strategies: how many there are before two-choices
 * @after: index of the first one after two-choices
 * @all: how many there are
 * @lots: two-choices is among them
 * @least_first: what is equal goes to the one with least open memory
 * @class: number of the wanted hardware class
 * @client: numbers of the client's site, rack and switch
 * @tree: trees to look at, from near to far; @floor is the distance that they begin at
 * @trees: how many
 * @skip: bit per slot: not in the trees for this search
 * @known: bit per slot: @match is valid
 * @match: bit per slot: the lists of names permit it
 * @hat: room for the slots between which lots decide
 * @list: if the lists of names permit few: these slots, instead of the trees
 * @listed: how many
 * @by_list: whether
 * @special: appliances where the demand may have more than anybody
 * @specials: how many
 * @used: regions per domain of the kind that the demand spreads over
 * @domains_used: domains with a region
 * @spread_floor: fewest regions in a domain
 * @floor_sites: sites that have so many, as bits of the sums
 * @free_sites: sites that have none
 * @grouped: @group_score is used
 * @group_score: what the strategies say of each group
 * @need: bytes of the region looked for
 * @by_piece: look for the largest piece, whatever the strategies say
 * @only_reserved: use nothing but reserved room
 * @best: best score so far
 * @at_most: leave out what has more open memory
 * @looked: nodes looked at, since the search began
 */
struct xmemd_search {
	const struct xmemd_pools *pools;
	const struct xmemd_demand *demand;
	enum xmemd_strategy strategy[XMEMD_STRATEGIES];
	unsigned int strategies, after, all;
	bool lots, least_first;
	uint32_t class, client[XMEMD_TREE_NAME];
	struct {
		enum xmemd_tree kind;
		uint32_t root;
		enum xmemd_distance floor;
	} tree[XMEMD_SEARCH_TREES];
	unsigned int trees;
	uint64_t *skip, *known, *match;
	uint32_t *hat;
	uint32_t *list;
	size_t listed;
	bool by_list;
	struct xmemd_candidate *special;
	size_t specials;
	uint16_t *used;
	uint32_t domains_used;
	unsigned int spread_floor;
	uint64_t floor_sites, free_sites;
	bool grouped;
	xmemd_score group_score[XMEMD_GROUPS];
	uint64_t need;
	bool by_piece, only_reserved;
	xmemd_score best;
	uint64_t at_most;
	uint64_t looked;
};

/**
 * struct xmemd_below - a subtree on the way
 * @slot: its root, or XMEMD_NONE
 * @least: no less open memory in it
 * @most: no more open memory in it
 * @bound: no better score in it
 */
struct xmemd_below {
	uint32_t slot;
	uint64_t least, most;
	xmemd_score bound;
};

/* prepare.c */
int xmemd_search_begin(struct xmemd_search *search, const struct xmemd_pools *pools,
		       const struct xmemd_demand *demand);
void xmemd_search_end(struct xmemd_search *search);
void xmemd_search_take(struct xmemd_search *search, const struct xmemd_candidate *candidate);
void xmemd_search_untake(struct xmemd_search *search, const struct xmemd_candidate *candidate);
struct xmemd_candidate xmemd_search_candidate(const struct xmemd_search *search, uint32_t slot);

/* search.c */
bool xmemd_search_find(struct xmemd_search *search, uint64_t need, uint64_t lot,
		       struct xmemd_candidate *found, uint32_t *rival);
bool xmemd_search_largest(struct xmemd_search *search, struct xmemd_candidate *found);
bool xmemd_search_before(const struct xmemd_search *search, const struct xmemd_candidate *a,
			 const struct xmemd_candidate *b);
bool xmemd_search_loose(struct xmemd_search *search, size_t *i, struct xmemd_candidate *c);
unsigned int xmemd_search_trees(const struct xmemd_search *search);
struct xmemd_below xmemd_search_whole(struct xmemd_search *search, unsigned int ring);
struct xmemd_below xmemd_search_below(struct xmemd_search *search, unsigned int ring, uint32_t slot,
				      uint64_t least, uint64_t most);
bool xmemd_search_qualifies(struct xmemd_search *search, const struct xmemd_candidate *c);

/* lots.c */
void xmemd_search_lot(struct xmemd_search *search, uint64_t lot, struct xmemd_candidate *found,
		      uint32_t *rival);

/* verdict.c: what speaks against an appliance */
enum xmemd_verdict xmemd_verdict(struct xmemd_search *search,
				 const struct xmemd_candidate *candidate);
bool xmemd_verdict_below(const struct xmemd_search *search, const struct xmemd_sum *sum);
void xmemd_verdict_text(const struct xmemd_search *search, const struct xmemd_candidate *candidate,
			enum xmemd_verdict verdict, char *out, size_t size);
int xmemd_verdict_refuse(struct xmemd_search *search, uint64_t size, struct xmemd_refusal *why);

/* score.c: how much the strategies like it */
void xmemd_score_groups(struct xmemd_search *search);
xmemd_score xmemd_score_of(const struct xmemd_search *search,
			   const struct xmemd_candidate *candidate, bool deciding);
xmemd_score xmemd_score_below(const struct xmemd_search *search, const struct xmemd_sum *sum,
			      enum xmemd_distance floor, uint64_t least, uint64_t most);
enum xmemd_distance xmemd_search_distance(const struct xmemd_search *search, uint32_t slot);
unsigned int xmemd_search_spread(const struct xmemd_search *search, uint32_t slot);

/* names.c: lists of names */
int xmemd_names_begin(struct xmemd_search *search);
enum xmemd_verdict xmemd_names_verdict(struct xmemd_search *search, uint32_t slot);

/* explain.c: why a leg is where it is */
void xmemd_explain_leg(const struct xmemd_search *search, const struct xmemd_candidate *chosen,
		       uint32_t rival, uint64_t size, char *out, size_t len);

static inline xmemd_score xmemd_lower(xmemd_score a, xmemd_score b)
{
	return a < b ? a : b;
}

static inline enum xmemd_tree xmemd_domain_kind(const struct xmemd_demand *demand)
{
	return demand->spread == XMEMD_DOMAIN_SITE   ? XMEMD_TREE_SITE
	       : demand->spread == XMEMD_DOMAIN_RACK ? XMEMD_TREE_RACK
						     : XMEMD_TREE_SWITCH;
}

static inline unsigned int xmemd_most_regions(const struct xmemd_demand *demand)
{
	if (demand->layout == XMEM_LAYOUT_SINGLE)
		return 1;
	return demand->max_regions ? demand->max_regions : XMEM_LEGS_MAX;
}

static inline bool xmemd_get_bit(const uint64_t *bits, uint32_t number)
{
	return bits[number / 64] >> (number % 64) & 1;
}

static inline void xmemd_set_bit(uint64_t *bits, uint32_t number)
{
	bits[number / 64] |= 1ULL << (number % 64);
}

static inline void xmemd_clear_bit(uint64_t *bits, uint32_t number)
{
	bits[number / 64] &= ~(1ULL << (number % 64));
}

#endif /* XMEMD_LOGIC_SEARCH_H */
