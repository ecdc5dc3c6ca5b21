// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/**
 * xmemd_alloc_new() - an empty allocation
 * @legs: how many legs it has room for
 *
 * Return: the allocation with one reference, the caller's, or NULL without memory.
 */
struct xmemd_alloc *xmemd_alloc_new(unsigned int legs)
{
	struct xmemd_alloc *alloc = calloc(1, sizeof(*alloc) + legs * sizeof(*alloc->leg));

	if (!alloc)
		return NULL;
	atomic_init(&alloc->refs, 1);
	alloc->legs = legs;
	return alloc;
}

/**
 * xmemd_alloc_copy() - a copy that can be changed
 * @alloc: the allocation
 * @legs: how many legs the copy has; what is more than in @alloc is zero
 *
 * Return: the copy with one reference, the caller's, or NULL without memory.
 */
struct xmemd_alloc *xmemd_alloc_copy(const struct xmemd_alloc *alloc, unsigned int legs)
{
	unsigned int same = legs < alloc->legs ? legs : alloc->legs;
	struct xmemd_alloc *copy = xmemd_alloc_new(legs);

	if (!copy)
		return NULL;
	memcpy(&copy->name, &alloc->name,
	       offsetof(struct xmemd_alloc, leg) - offsetof(struct xmemd_alloc, name));
	json_incref(copy->labels);
	memcpy(copy->leg, alloc->leg, same * sizeof(*copy->leg));
	copy->legs = legs;
	return copy;
}

/**
 * xmemd_alloc_hold() - one more reference
 * @alloc: the allocation
 *
 * Return: @alloc.
 */
struct xmemd_alloc *xmemd_alloc_hold(struct xmemd_alloc *alloc)
{
	atomic_fetch_add_explicit(&alloc->refs, 1, memory_order_relaxed);
	return alloc;
}

/**
 * xmemd_alloc_put() - give a reference back
 * @alloc: the allocation, freed with its last one; NULL is nothing
 */
void xmemd_alloc_put(struct xmemd_alloc *alloc)
{
	if (!alloc || atomic_fetch_sub_explicit(&alloc->refs, 1, memory_order_acq_rel) > 1)
		return;
	/* its tokens are secrets */
	explicit_bzero(alloc->leg, alloc->legs * sizeof(*alloc->leg));
	json_decref(alloc->labels);
	free(alloc);
}

/**
 * xmemd_alloc_sum() - add up the legs that are there
 * @alloc: the allocation
 *
 * Return: bytes.
 */
uint64_t xmemd_alloc_sum(const struct xmemd_alloc *alloc)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		if (alloc->leg[i].state == XMEMD_LEG_THERE)
			sum += alloc->leg[i].size;
	return sum;
}
