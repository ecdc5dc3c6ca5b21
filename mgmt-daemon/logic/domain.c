// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "logic/set.h"

static const char *text_of(const struct xmemd_where *where, enum xmemd_label label)
{
	return where->label[label] ? where->label[label] : "";
}

/*
 * Racks and switches are names within their site; without a site they are names
 * within the site that has no name. That site has a number, too, so that each appliance
 * is in the tree of one site. Return false for a place that is not known.
 */
static bool key_parts(enum xmemd_tree kind, const struct xmemd_where *where, const char **site,
		      const char **name)
{
	*site = text_of(where, XMEMD_LABEL_SITE);
	*name = kind == XMEMD_TREE_SITE	  ? *site
		: kind == XMEMD_TREE_RACK ? text_of(where, XMEMD_LABEL_RACK)
					  : text_of(where, XMEMD_LABEL_SWITCH);
	return **name;
}

static int compare_key(const struct xmemd_domain_tree *domain, enum xmemd_tree kind,
		       const char *site, const char *name)
{
	int order;

	if (domain->kind != kind)
		return domain->kind < kind ? -1 : 1;
	order = strcmp(domain->name, name);
	return order ? order : strcmp(domain->site, site);
}

/* Where it is among the keys, or would be. */
static uint32_t key_place(const struct xmemd_pools *pools, enum xmemd_tree kind, const char *site,
			  const char *name, bool *found)
{
	uint32_t low = 0, high = pools->keys, middle;
	int order;

	*found = false;
	while (low < high) {
		middle = (low + high) / 2;
		order = compare_key(&pools->domain[pools->by_key[middle]], kind, site, name);
		if (!order) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * xmemd_domain_find() - the number of a place
 * @pools: the set
 * @kind: XMEMD_TREE_SITE, _RACK or _SWITCH
 * @where: the place
 *
 * Return: its number, or XMEMD_NONE when it is not known or no appliance is there.
 */
uint32_t xmemd_domain_find(const struct xmemd_pools *pools, enum xmemd_tree kind,
			   const struct xmemd_where *where)
{
	const char *site, *name;
	uint32_t place;
	bool found;

	if (!key_parts(kind, where, &site, &name))
		return XMEMD_NONE;
	place = key_place(pools, kind, site, name, &found);
	return found ? pools->by_key[place] : XMEMD_NONE;
}

/* Numbers of places that are gone are used again, so there are no more than places at once. */
static uint32_t new_number(struct xmemd_pools *pools)
{
	void *domain, *keys;
	uint32_t i;

	for (i = 0; i < pools->domains; i++)
		if (!pools->domain[i].name)
			return i;
	domain = reallocarray(pools->domain, pools->domains + 1, sizeof(*pools->domain));
	if (!domain)
		return XMEMD_NONE;
	pools->domain = domain;
	keys = reallocarray(pools->by_key, pools->domains + 1, sizeof(*pools->by_key));
	if (!keys)
		return XMEMD_NONE;
	pools->by_key = keys;
	pools->domain[pools->domains].name = NULL;
	return pools->domains++;
}

/* The bits of sites in the sums: the lowest that no other site has, else the shared one. */
static uint32_t free_bit(const struct xmemd_pools *pools)
{
	uint64_t taken = 0;
	uint32_t i;

	for (i = 0; i < pools->domains; i++)
		if (pools->domain[i].name && pools->domain[i].kind == XMEMD_TREE_SITE)
			taken |= xmemd_bit(pools->domain[i].bit);
	for (i = 0; i < 63 && taken & xmemd_bit(i); i++)
		;
	return i;
}

/**
 * xmemd_domain_get() - the number of a place, for one more slot
 * @pools: the set
 * @kind: XMEMD_TREE_SITE, _RACK or _SWITCH
 * @where: the place
 * @number: result; XMEMD_NONE for a place that is not known
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_domain_get(struct xmemd_pools *pools, enum xmemd_tree kind,
		     const struct xmemd_where *where, uint32_t *number)
{
	const char *site, *name;
	struct xmemd_domain_tree *domain;
	uint32_t place;
	bool found;

	*number = XMEMD_NONE;
	if (!key_parts(kind, where, &site, &name) && kind != XMEMD_TREE_SITE)
		return 0;
	place = key_place(pools, kind, site, name, &found);
	if (found) {
		*number = pools->by_key[place];
		pools->domain[*number].slots++;
		return 0;
	}
	*number = new_number(pools);
	if (*number == XMEMD_NONE)
		return -1;
	domain = &pools->domain[*number];
	*domain = (struct xmemd_domain_tree){ .kind = kind, .root = XMEMD_NONE, .slots = 1 };
	if (kind == XMEMD_TREE_SITE)
		domain->bit = *name ? free_bit(pools) : XMEMD_NONE;
	domain->name = strdup(name);
	domain->site = domain->name ? strdup(site) : NULL;
	if (!domain->site) {
		free(domain->name);
		domain->name = NULL;
		*number = XMEMD_NONE;
		return -1;
	}
	memmove(pools->by_key + place + 1, pools->by_key + place,
		(pools->keys - place) * sizeof(*pools->by_key));
	pools->by_key[place] = *number;
	pools->keys++;
	if (kind == XMEMD_TREE_SITE && !*name)
		pools->nowhere = *number;
	return 0;
}

/**
 * xmemd_domain_put() - a slot has left a place
 * @pools: the set
 * @number: of the place, or XMEMD_NONE
 */
void xmemd_domain_put(struct xmemd_pools *pools, uint32_t number)
{
	struct xmemd_domain_tree *domain;
	uint32_t i;

	if (number == XMEMD_NONE || --pools->domain[number].slots)
		return;
	domain = &pools->domain[number];
	for (i = 0; pools->by_key[i] != number; i++)
		;
	pools->keys--;
	memmove(pools->by_key + i, pools->by_key + i + 1,
		(pools->keys - i) * sizeof(*pools->by_key));
	if (pools->nowhere == number)
		pools->nowhere = XMEMD_NONE;
	free(domain->site);
	free(domain->name);
	domain->name = NULL;
}

/**
 * xmemd_class_find() - the number of a hardware class
 * @pools: the set
 * @text: its name; NULL or empty: none
 *
 * Return: its number, or XMEMD_NONE when no appliance is of it.
 */
uint32_t xmemd_class_find(const struct xmemd_pools *pools, const char *text)
{
	uint32_t i;

	for (i = 0; text && *text && i < pools->classes; i++)
		if (pools->class[i].text && !strcmp(pools->class[i].text, text))
			return i;
	return XMEMD_NONE;
}

/**
 * xmemd_class_get() - the number of a hardware class, for one more slot
 * @pools: the set
 * @text: its name; NULL or empty: none
 * @number: result; XMEMD_NONE for none
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_class_get(struct xmemd_pools *pools, const char *text, uint32_t *number)
{
	uint32_t i;
	void *grown;

	*number = xmemd_class_find(pools, text);
	if (*number != XMEMD_NONE) {
		pools->class[*number].slots++;
		return 0;
	}
	if (!text || !*text)
		return 0;
	for (i = 0; i < pools->classes && pools->class[i].text; i++)
		;
	if (i == pools->classes) {
		grown = reallocarray(pools->class, i + 1, sizeof(*pools->class));
		if (!grown)
			return -1;
		pools->class = grown;
		pools->class[pools->classes++].text = NULL;
	}
	pools->class[i].text = strdup(text);
	if (!pools->class[i].text)
		return -1;
	pools->class[i].slots = 1;
	*number = i;
	return 0;
}

/**
 * xmemd_class_put() - a slot has left a hardware class
 * @pools: the set
 * @number: of the class, or XMEMD_NONE
 */
void xmemd_class_put(struct xmemd_pools *pools, uint32_t number)
{
	if (number == XMEMD_NONE || --pools->class[number].slots)
		return;
	free(pools->class[number].text);
	pools->class[number].text = NULL;
}

/**
 * xmemd_domains_free() - free all places and classes
 * @pools: the set
 */
void xmemd_domains_free(struct xmemd_pools *pools)
{
	uint32_t i;

	for (i = 0; i < pools->domains; i++) {
		if (!pools->domain[i].name)
			continue;
		free(pools->domain[i].site);
		free(pools->domain[i].name);
	}
	for (i = 0; i < pools->classes; i++)
		free(pools->class[i].text);
	free(pools->domain);
	free(pools->by_key);
	free(pools->class);
}
