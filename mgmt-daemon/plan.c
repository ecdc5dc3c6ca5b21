// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "size.h"

static uint64_t whole_chunks_down(uint64_t bytes)
{
	return bytes / XMEMD_CHUNK * XMEMD_CHUNK;
}

/* A pool as a candidate; pools that are down have nothing. */
struct candidate {
	size_t pool;
	const char *name;
	uint64_t free, largest;
};

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

/* Equal pools come in the order of their names, so that a plan can be foretold. */
static int most_free_first(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	int order = compare(a->free, b->free);

	return order ? order : strcmp(a->name, b->name);
}

static int largest_first(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	int order = compare(a->largest, b->largest);

	return order ? order : most_free_first(pa, pb);
}

static bool plan_single(struct candidate *c, size_t count, struct xmemd_plan *plan)
{
	size_t i;

	qsort(c, count, sizeof(*c), most_free_first);
	for (i = 0; i < count; i++) {
		if (c[i].largest < plan->size)
			continue;
		plan->layout = XMEM_LAYOUT_SINGLE;
		plan->legs = 1;
		plan->leg[0].pool = c[i].pool;
		plan->leg[0].size = plan->size;
		return true;
	}
	return false;
}

/*
 * One region per appliance, the largest it can make: what a second region on the
 * same appliance could have is not known from here.
 */
static bool plan_concat(struct candidate *c, size_t count, struct xmemd_plan *plan)
{
	uint64_t left = plan->size;
	size_t i;

	qsort(c, count, sizeof(*c), largest_first);
	plan->layout = XMEM_LAYOUT_CONCAT;
	plan->legs = 0;
	for (i = 0; i < count && i < XMEM_LEGS_MAX && left; i++) {
		uint64_t size = c[i].largest < left ? c[i].largest : left;

		if (!size)
			break;
		plan->leg[plan->legs].pool = c[i].pool;
		plan->leg[plan->legs].size = size;
		plan->legs++;
		left -= size;
	}
	return !left;
}

static int refuse_no_room(const struct xmemd_pool *pools, size_t count, struct xmemd_plan *plan,
			  uint32_t layout, struct xmemd_refusal *why)
{
	char free[XMEM_SIZE_TEXT], largest[XMEM_SIZE_TEXT], wanted[XMEM_SIZE_TEXT];
	uint64_t sum = 0;
	size_t i, up = 0;

	xmem_size_format(plan->size, wanted);
	if (!count)
		return xmemd_refuse(why, 507, "no room for %s: the manager knows no appliance",
				    wanted);
	for (i = 0; i < count; i++) {
		if (!pools[i].up) {
			xmemd_refusal_detail(why, "%s: down: %s", pools[i].name, pools[i].error);
			continue;
		}
		up++;
		sum += pools[i].largest;
		xmemd_refusal_detail(why, "%s: free %s, largest piece %s, wanted %s", pools[i].name,
				     xmem_size_format(pools[i].free, free),
				     xmem_size_format(pools[i].largest, largest), wanted);
	}
	if (!up)
		return xmemd_refuse(why, 503, "no room for %s: no appliance is up", wanted);
	if (layout == XMEM_LAYOUT_SINGLE && sum >= plan->size)
		return xmemd_refuse(why, 507, "no room for %s in one piece; layout concat would do",
				    wanted);
	if (sum >= plan->size)
		return xmemd_refuse(why, 507, "no room for %s in at most %d pieces", wanted,
				    XMEM_LEGS_MAX);
	return xmemd_refuse(why, 507, "no room for %s", wanted);
}

static int check_want(const struct xmemd_want *want, struct xmemd_refusal *why)
{
	char max[XMEM_SIZE_TEXT];

	if (!want->size || want->size > XMEMD_SIZE_MAX)
		return xmemd_refuse(why, 400, "size is out of bounds; possible are 1 to %s",
				    xmem_size_format(XMEMD_SIZE_MAX, max));
	if (want->layout != XMEMD_LAYOUT_AUTO && want->layout != XMEM_LAYOUT_SINGLE &&
	    want->layout != XMEM_LAYOUT_CONCAT)
		return xmemd_refuse(why, 400,
				    "layout is unknown; possible are auto, single, concat");
	return 0;
}

/**
 * xmemd_plan_make() - decide where an allocation goes
 * @pools: state of the appliances
 * @count: how many
 * @want: what is asked for
 * @plan: result
 * @why: refusal, with what each appliance lacked
 *
 * One region on the appliance with most free memory that can hold it; else, unless
 * the layout asked for is single, several by concat, the largest pieces first.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_plan_make(const struct xmemd_pool *pools, size_t count, const struct xmemd_want *want,
		    struct xmemd_plan *plan, struct xmemd_refusal *why)
{
	struct candidate *candidates;
	size_t i, n = 0;
	bool done;

	if (check_want(want, why) < 0)
		return -1;
	plan->size = whole_chunks_down(want->size + XMEMD_CHUNK - 1);
	candidates = calloc(count ? count : 1, sizeof(*candidates));
	if (!candidates)
		return xmemd_refuse(why, 500, "out of memory");
	for (i = 0; i < count; i++) {
		if (!pools[i].up)
			continue;
		candidates[n].pool = i;
		candidates[n].name = pools[i].name;
		candidates[n].free = pools[i].free;
		candidates[n].largest = whole_chunks_down(pools[i].largest);
		n++;
	}
	done = plan_single(candidates, n, plan) ||
	       (want->layout != XMEM_LAYOUT_SINGLE && plan_concat(candidates, n, plan));
	free(candidates);
	return done ? 0 : refuse_no_room(pools, count, plan, want->layout, why);
}
