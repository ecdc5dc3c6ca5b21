// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logic/search.h"
#include "size.h"

static enum xmemd_verdict of_state(const struct xmemd_slot *s)
{
	if (s->facts.admission == XMEMD_POOL_PENDING)
		return XMEMD_IS_PENDING;
	if (s->facts.admission == XMEMD_POOL_DRAINED)
		return XMEMD_IS_DRAINED;
	if (!s->facts.up)
		return XMEMD_IS_DOWN;
	return s->facts.healthy ? XMEMD_FITS : XMEMD_IS_UNHEALTHY;
}

static enum xmemd_verdict of_limits(const struct xmemd_search *search, const struct xmemd_slot *s)
{
	const struct xmemd_demand *demand = search->demand;

	if (s->own.min_priority > demand->priority)
		return XMEMD_IS_KEPT;
	if (demand->need_backing && !s->own.backing)
		return XMEMD_NO_BACKING;
	if (demand->need_class && (search->class == XMEMD_NONE || s->class != search->class))
		return XMEMD_OTHER_CLASS;
	if (demand->max_load && s->own.load > demand->max_load)
		return XMEMD_TOO_BUSY;
	if (demand->max_latency_ns && s->own.latency > demand->max_latency_ns)
		return XMEMD_TOO_LATE;
	return s->own.bandwidth < demand->min_bandwidth_mbps ? XMEMD_TOO_NARROW : XMEMD_FITS;
}

/**
 * xmemd_verdict() - what speaks against an appliance
 * @search: the search; its @need is what has to fit
 * @candidate: the appliance
 *
 * Return: XMEMD_FITS, or the first reason.
 */
enum xmemd_verdict xmemd_verdict(struct xmemd_search *search,
				 const struct xmemd_candidate *candidate)
{
	const struct xmemd_slot *s = &search->pools->slot[candidate->slot];
	const struct xmemd_demand *demand = search->demand;
	enum xmemd_verdict verdict = s->usable ? XMEMD_FITS : of_state(s);

	if (verdict == XMEMD_FITS)
		verdict = of_limits(search, s);
	if (verdict != XMEMD_FITS)
		return verdict;
	if (candidate->held && !demand->restructure)
		return XMEMD_HOLDS_ONE;
	if (demand->max_distance &&
	    xmemd_search_distance(search, candidate->slot) > demand->max_distance)
		return XMEMD_TOO_FAR;
	verdict = xmemd_names_verdict(search, candidate->slot);
	if (verdict != XMEMD_FITS)
		return verdict;
	if (demand->apart && xmemd_search_spread(search, candidate->slot))
		return XMEMD_SAME_DOMAIN;
	return candidate->piece < search->need ? XMEMD_TOO_SMALL : XMEMD_FITS;
}

/**
 * xmemd_verdict_below() - does something speak against all of a subtree?
 * @search: the search
 * @sum: of the subtree
 *
 * Return: whether.
 */
bool xmemd_verdict_below(const struct xmemd_search *search, const struct xmemd_sum *sum)
{
	const struct xmemd_demand *demand = search->demand;

	return sum->piece < search->need || sum->min_priority > demand->priority ||
	       (demand->need_backing && !sum->backing) ||
	       (demand->need_class &&
		(search->class == XMEMD_NONE || !(sum->classes & xmemd_bit(search->class)))) ||
	       (demand->max_load && sum->load > demand->max_load) ||
	       (demand->max_latency_ns && sum->latency > demand->max_latency_ns) ||
	       sum->bandwidth < demand->min_bandwidth_mbps ||
	       (demand->apart && demand->spread == XMEMD_DOMAIN_SITE &&
		!(sum->sites & search->free_sites));
}

static const char *word_of(const char *text)
{
	return text && *text ? text : "not known";
}

static void write_small(const struct xmemd_search *search, const struct xmemd_candidate *c,
			char *out, size_t size)
{
	char open[XMEM_SIZE_TEXT], piece[XMEM_SIZE_TEXT], need[XMEM_SIZE_TEXT];
	char reserved[XMEM_SIZE_TEXT];
	const struct xmemd_slot *s = &search->pools->slot[c->slot];
	int len;

	len = snprintf(out, size, "free %s, largest piece %s, wanted %s",
		       xmem_size_format(c->open, open), xmem_size_format(c->piece, piece),
		       xmem_size_format(search->need, need));
	if (s->reserved > c->draw && (size_t)len < size)
		snprintf(out + len, size - (size_t)len, "; %s more is reserved for others",
			 xmem_size_format(s->reserved - c->draw, reserved));
}

static void write_limit(const struct xmemd_search *search, const struct xmemd_slot *s,
			enum xmemd_verdict verdict, char *out, size_t size)
{
	const struct xmemd_demand *demand = search->demand;

	if (verdict == XMEMD_OTHER_CLASS)
		snprintf(out, size, "hardware class %s, wanted %s", word_of(s->facts.class),
			 word_of(demand->class));
	else if (verdict == XMEMD_TOO_BUSY)
		snprintf(out, size, "load %u of 1000, at most %u wanted", s->own.load,
			 demand->max_load);
	else if (verdict == XMEMD_TOO_LATE && !s->facts.latency_ns)
		snprintf(out, size, "latency not known, at most %u ns wanted",
			 demand->max_latency_ns);
	else if (verdict == XMEMD_TOO_LATE)
		snprintf(out, size, "latency %u ns, at most %u wanted", s->facts.latency_ns,
			 demand->max_latency_ns);
	else if (verdict == XMEMD_TOO_NARROW)
		snprintf(out, size, "bandwidth %u Mbit/s, at least %u wanted",
			 s->facts.bandwidth_mbps, demand->min_bandwidth_mbps);
	else
		snprintf(out, size, "kept for priority %u and above, not for %u",
			 s->own.min_priority, demand->priority);
}

/**
 * xmemd_verdict_text() - a verdict in words
 * @search: the search
 * @candidate: the appliance
 * @verdict: what speaks against it
 * @out: the words
 * @size: room for them
 */
void xmemd_verdict_text(const struct xmemd_search *search, const struct xmemd_candidate *candidate,
			enum xmemd_verdict verdict, char *out, size_t size)
{
	const struct xmemd_slot *s = &search->pools->slot[candidate->slot];
	const struct xmemd_demand *demand = search->demand;

	switch (verdict) {
	case XMEMD_IS_PENDING:
		snprintf(out, size, "pending: nobody has admitted it");
		break;
	case XMEMD_IS_DRAINED:
		snprintf(out, size, "drained: it gets no new regions");
		break;
	case XMEMD_IS_DOWN:
		snprintf(out, size, "down: %s", word_of(s->facts.why_not));
		break;
	case XMEMD_IS_UNHEALTHY:
		snprintf(out, size, "unhealthy: %s", word_of(s->facts.why_not));
		break;
	case XMEMD_NOT_ALLOWED:
		snprintf(out, size, "not one of the allowed appliances");
		break;
	case XMEMD_IS_EXCLUDED:
		snprintf(out, size, "excluded by the request");
		break;
	case XMEMD_HOLDS_ONE:
		snprintf(out, size, "has a region of this allocation already");
		break;
	case XMEMD_NO_BACKING:
		snprintf(out, size, "no backing store");
		break;
	case XMEMD_TOO_FAR:
		snprintf(out, size, "too far: %s, at most %s wanted",
			 xmemd_distance_name(xmemd_search_distance(search, candidate->slot)),
			 xmemd_distance_name(demand->max_distance));
		break;
	case XMEMD_SAME_DOMAIN:
		snprintf(out, size, "its %s has a region of this allocation already",
			 xmemd_domain_name(demand->spread));
		break;
	case XMEMD_TOO_SMALL:
		write_small(search, candidate, out, size);
		break;
	default:
		write_limit(search, s, verdict, out, size);
	}
}

/* What is counted while a refusal is written. */
struct tally {
	size_t of[XMEMD_VERDICTS];
	uint32_t first[XMEMD_VERDICTS];
	size_t usable;
	uint64_t sum;
};

static void detail(const struct xmemd_search *search, const struct xmemd_candidate *c,
		   enum xmemd_verdict verdict, struct xmemd_refusal *why)
{
	char text[256];

	xmemd_verdict_text(search, c, verdict, text, sizeof(text));
	xmemd_refusal_detail(why, "%s: %s", search->pools->slot[c->slot].facts.name, text);
}

/* What fits here fits a part only: for the refusal that is too small. */
static enum xmemd_verdict judge(struct xmemd_search *search, const struct xmemd_candidate *c)
{
	enum xmemd_verdict verdict = xmemd_verdict(search, c);

	return verdict == XMEMD_FITS ? XMEMD_TOO_SMALL : verdict;
}

static void count_all(struct xmemd_search *search, struct tally *tally)
{
	const struct xmemd_pools *pools = search->pools;
	struct xmemd_candidate c;
	enum xmemd_verdict verdict;
	uint32_t slot;

	for (slot = 0; slot < pools->slots; slot++) {
		if (!pools->slot[slot].texts)
			continue;
		c = xmemd_search_candidate(search, slot);
		verdict = judge(search, &c);
		if (!tally->of[verdict]++ ||
		    xmemd_tree_compare(pools, XMEMD_TREE_NAME, slot, tally->first[verdict]) < 0)
			tally->first[verdict] = slot;
		tally->usable += pools->slot[slot].usable;
		if (verdict == XMEMD_TOO_SMALL)
			tally->sum += c.piece;
	}
}

static void name_all(struct xmemd_search *search, struct xmemd_refusal *why)
{
	const struct xmemd_pools *pools = search->pools;
	struct xmemd_candidate c;
	uint32_t i;

	for (i = 0; i < pools->sum.appliances; i++) {
		c = xmemd_search_candidate(
			search, xmemd_tree_select(pools, XMEMD_TREE_NAME, pools->names, i));
		detail(search, &c, judge(search, &c), why);
	}
}

/* The largest that are too small by name; each other reason as a number with an example. */
static void name_some(struct xmemd_search *search, const struct tally *tally,
		      struct xmemd_refusal *why)
{
	const uint64_t need = search->need;
	struct xmemd_candidate c;
	enum xmemd_verdict verdict;
	char text[256];
	size_t named = 0;

	while (named < XMEMD_NAMED_MAX && xmemd_search_largest(search, &c)) {
		search->need = need;
		detail(search, &c, XMEMD_TOO_SMALL, why);
		xmemd_search_take(search, &c);
		named++;
	}
	search->need = need;
	if (tally->of[XMEMD_TOO_SMALL] > named)
		xmemd_refusal_detail(why, "%zu more have too little room, too",
				     tally->of[XMEMD_TOO_SMALL] - named);
	for (verdict = XMEMD_IS_PENDING; verdict < XMEMD_TOO_SMALL; verdict++) {
		if (!tally->of[verdict])
			continue;
		c = xmemd_search_candidate(search, tally->first[verdict]);
		xmemd_verdict_text(search, &c, verdict, text, sizeof(text));
		xmemd_refusal_detail(why, "%zu others, such as %s: %s", tally->of[verdict],
				     search->pools->slot[c.slot].facts.name, text);
	}
}

/**
 * xmemd_verdict_refuse() - say that there is no room, and what each appliance lacks
 * @search: the search, with no leg taken
 * @size: bytes wanted
 * @why: the refusal
 *
 * Return: -1.
 */
int xmemd_verdict_refuse(struct xmemd_search *search, uint64_t size, struct xmemd_refusal *why)
{
	const struct xmemd_demand *demand = search->demand;
	struct tally tally = { .sum = 0 };
	char wanted[XMEM_SIZE_TEXT];

	xmem_size_format(size, wanted);
	if (!search->pools->sum.appliances)
		return xmemd_refuse(why, 507, "no room for %s: the manager knows no appliance",
				    wanted);
	search->need = size;
	count_all(search, &tally);
	if (search->pools->sum.appliances <= XMEMD_NAMED_MAX)
		name_all(search, why);
	else
		name_some(search, &tally, why);
	if (!tally.usable)
		return xmemd_refuse(
			why, tally.of[XMEMD_IS_DOWN] ? 503 : 507,
			"no room for %s: no appliance is %s", wanted,
			tally.of[XMEMD_IS_DOWN] == search->pools->sum.appliances ? "up" : "usable");
	if (!tally.of[XMEMD_TOO_SMALL])
		return xmemd_refuse(why, 507, "no room for %s: no appliance qualifies", wanted);
	if (demand->layout == XMEM_LAYOUT_SINGLE && tally.sum >= size)
		return xmemd_refuse(why, 507, "no room for %s in one piece; layout concat would do",
				    wanted);
	if (tally.sum >= size && demand->apart)
		return xmemd_refuse(why, 507,
				    "no room for %s in at most %u pieces, each in a "
				    "%s of its own",
				    wanted, xmemd_most_regions(demand),
				    xmemd_domain_name(demand->spread));
	if (tally.sum >= size)
		return xmemd_refuse(why, 507, "no room for %s in at most %u pieces", wanted,
				    xmemd_most_regions(demand));
	return xmemd_refuse(why, 507, "no room for %s", wanted);
}
