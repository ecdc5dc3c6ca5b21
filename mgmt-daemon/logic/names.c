// SPDX-License-Identifier: GPL-2.0-or-later
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "logic/search.h"

/*
 * If the lists of names permit at most so many, they are looked at one by one and
 * the trees are not needed. More than that, and the trees are faster.
 */
#define LIST_MAX 512

static bool matches(const struct xmemd_globs *globs, const char *name)
{
	size_t i;

	for (i = 0; i < globs->count; i++)
		if (!fnmatch(globs->glob[i], name, 0))
			return true;
	return false;
}

static bool allowed(const struct xmemd_demand *demand, const char *name)
{
	int i;

	for (i = 0; i < XMEMD_ALLOW_MAX; i++)
		if (demand->allow[i].count && !matches(&demand->allow[i], name))
			return false;
	return true;
}

/**
 * xmemd_names_verdict() - what the lists of names say of an appliance
 * @search: the search, which remembers the answer
 * @slot: the appliance
 *
 * Return: XMEMD_FITS, XMEMD_NOT_ALLOWED or XMEMD_IS_EXCLUDED.
 */
enum xmemd_verdict xmemd_names_verdict(struct xmemd_search *search, uint32_t slot)
{
	const struct xmemd_demand *demand = search->demand;
	const char *name = search->pools->slot[slot].facts.name;
	enum xmemd_verdict verdict = XMEMD_FITS;

	if (!search->known ||
	    (xmemd_get_bit(search->known, slot) && xmemd_get_bit(search->match, slot)))
		return XMEMD_FITS;
	if (!allowed(demand, name))
		verdict = XMEMD_NOT_ALLOWED;
	else if (matches(&demand->exclude, name))
		verdict = XMEMD_IS_EXCLUDED;
	xmemd_set_bit(search->known, slot);
	if (verdict == XMEMD_FITS)
		xmemd_set_bit(search->match, slot);
	return verdict;
}

/* The names that a pattern can match are among those with the prefix before its first * ? [ \ */
static void range_of(const struct xmemd_pools *pools, const char *glob, uint32_t *from,
		     uint32_t *to)
{
	size_t len = strcspn(glob, "*?[\\");

	*from = xmemd_tree_name_rank(pools, glob, len, false);
	*to = xmemd_tree_name_rank(pools, glob, len, true);
}

static uint64_t estimate(const struct xmemd_pools *pools, const struct xmemd_globs *globs)
{
	uint64_t sum = 0;
	uint32_t from, to;
	size_t i;

	for (i = 0; i < globs->count && sum <= LIST_MAX; i++) {
		range_of(pools, globs->glob[i], &from, &to);
		sum += to - from;
	}
	return sum;
}

static int list_names(struct xmemd_search *search, const struct xmemd_globs *globs, uint64_t max)
{
	const struct xmemd_pools *pools = search->pools;
	uint32_t from, to, slot;
	size_t i;

	search->list = calloc(max ? max : 1, sizeof(*search->list));
	if (!search->list)
		return -1;
	search->by_list = true;
	for (i = 0; i < globs->count; i++) {
		range_of(pools, globs->glob[i], &from, &to);
		for (; from < to; from++) {
			slot = xmemd_tree_select(pools, XMEMD_TREE_NAME, pools->names, from);
			/* patterns may overlap; the bit of known says that it was looked at */
			if (xmemd_get_bit(search->known, slot))
				continue;
			if (xmemd_names_verdict(search, slot) == XMEMD_FITS)
				search->list[search->listed++] = slot;
		}
	}
	return 0;
}

/**
 * xmemd_names_begin() - prepare the lists of names
 * @search: the search
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_names_begin(struct xmemd_search *search)
{
	const struct xmemd_demand *demand = search->demand;
	const struct xmemd_globs *shortest = NULL;
	uint64_t least = UINT64_MAX, count;
	bool any = demand->exclude.count;
	size_t words = search->pools->slots / 64 + 1;
	int i;

	for (i = 0; i < XMEMD_ALLOW_MAX; i++) {
		if (!demand->allow[i].count)
			continue;
		any = true;
		count = estimate(search->pools, &demand->allow[i]);
		if (count >= least)
			continue;
		least = count;
		shortest = &demand->allow[i];
	}
	if (!any)
		return 0;
	search->known = calloc(words, sizeof(*search->known));
	search->match = calloc(words, sizeof(*search->match));
	if (!search->known || !search->match)
		return -1;
	return shortest && least <= LIST_MAX ? list_names(search, shortest, least) : 0;
}
