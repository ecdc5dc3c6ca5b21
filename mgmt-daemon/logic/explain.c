// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "logic/search.h"
#include "size.h"

struct words {
	char *out;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *words, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (words->len + 1 >= words->size)
		return;
	if (words->len) {
		words->out[words->len++] = ';';
		words->out[words->len++] = ' ';
	}
	va_start(ap, fmt);
	n = vsnprintf(words->out + words->len, words->size - words->len, fmt, ap);
	va_end(ap);
	words->len = xmemd_min(words->len + (size_t)n, words->size - 1);
}

static const char *label_of(const struct xmemd_slot *s, enum xmemd_label label)
{
	const char *text = s->facts.where.label[label];

	return text && *text ? text : "?";
}

static void say_near(const struct xmemd_search *search, uint32_t slot, struct words *words)
{
	const struct xmemd_slot *s = &search->pools->slot[slot];

	switch (xmemd_search_distance(search, slot)) {
	case XMEMD_SAME_NUMA:
		say(words, "near: same switch, rack and NUMA node %s",
		    label_of(s, XMEMD_LABEL_NUMA));
		break;
	case XMEMD_SAME_SWITCH:
		say(words, "near: same switch %s", label_of(s, XMEMD_LABEL_SWITCH));
		break;
	case XMEMD_SAME_RACK:
		say(words, "near: same rack %s", label_of(s, XMEMD_LABEL_RACK));
		break;
	case XMEMD_SAME_SITE:
		say(words, "near: same site %s, nothing nearer", label_of(s, XMEMD_LABEL_SITE));
		break;
	default:
		say(words, "near: nothing that is known to be near");
	}
}

static void say_spread(const struct xmemd_search *search, uint32_t slot, struct words *words)
{
	const char *domain = xmemd_domain_name(search->demand->spread);
	unsigned int others = xmemd_search_spread(search, slot);

	if (others)
		say(words, "spread: %u other regions in its %s, no %s has fewer", others, domain,
		    domain);
	else
		say(words, "spread: no other region in its %s", domain);
}

static void say_latency(const struct xmemd_slot *s, struct words *words)
{
	if (!s->facts.latency_ns)
		say(words, "low-latency: not known of any that qualifies");
	else
		say(words, "low-latency: %u ns", s->facts.latency_ns);
}

static void say_class(const struct xmemd_search *search, const struct xmemd_slot *s,
		      struct words *words)
{
	const char *class = s->facts.class && *s->facts.class ? s->facts.class : "none";
	const char *wanted = search->demand->class;

	if (!wanted || !*wanted)
		say(words, "class: none is asked for");
	else if (search->class != XMEMD_NONE && s->class == search->class)
		say(words, "class: %s, as wanted", class);
	else
		say(words, "class: %s, none that is %s qualifies", class, wanted);
}

static void say_bandwidth(const struct xmemd_search *search, const struct xmemd_slot *s,
			  struct words *words)
{
	enum xmemd_bandwidth its = xmemd_bandwidth_class(s->facts.bandwidth_mbps);
	enum xmemd_bandwidth mine = search->demand->bandwidth;

	if (mine == XMEMD_BANDWIDTH_ANY)
		say(words, "same-bandwidth: the client's class is not known");
	else if (its == mine)
		say(words, "same-bandwidth: %s, like the client", xmemd_bandwidth_name(its));
	else
		say(words, "same-bandwidth: %s, the client's is %s",
		    its == XMEMD_BANDWIDTH_ANY ? "not known" : xmemd_bandwidth_name(its),
		    xmemd_bandwidth_name(mine));
}

static void say_lots(const struct xmemd_search *search, uint32_t rival, struct words *words)
{
	char open[XMEM_SIZE_TEXT];

	if (rival == XMEMD_NONE)
		say(words, "two-choices: the only one");
	else
		say(words, "two-choices: drawn by lot with %s (%s free, load %u)",
		    search->pools->slot[rival].facts.name,
		    xmem_size_format(search->pools->slot[rival].open, open),
		    search->pools->slot[rival].own.load);
}

static void say_strategy(const struct xmemd_search *search, enum xmemd_strategy strategy,
			 const struct xmemd_candidate *c, uint32_t rival, struct words *words)
{
	const struct xmemd_slot *s = &search->pools->slot[c->slot];
	char open[XMEM_SIZE_TEXT];

	xmem_size_format(c->open, open);
	switch (strategy) {
	case XMEMD_BEST_FIT:
		say(words, "best-fit: %s free", open);
		break;
	case XMEMD_MOST_FREE:
		say(words, "most-free: %s free", open);
		break;
	case XMEMD_TWO_CHOICES:
		say_lots(search, rival, words);
		break;
	case XMEMD_NEAR:
		say_near(search, c->slot, words);
		break;
	case XMEMD_BACKING:
		say(words, "backing: %s",
		    s->own.backing ? "present" : "none that qualifies has a backing store");
		break;
	case XMEMD_LOW_LOAD:
		say(words, "low-load: %u of 1000", s->own.load);
		break;
	case XMEMD_LOW_LATENCY:
		say_latency(s, words);
		break;
	case XMEMD_HIGH_BANDWIDTH:
		say(words, "high-bandwidth: %u Mbit/s", s->facts.bandwidth_mbps);
		break;
	case XMEMD_SAME_BANDWIDTH:
		say_bandwidth(search, s, words);
		break;
	case XMEMD_CLASS:
		say_class(search, s, words);
		break;
	case XMEMD_SPREAD:
		say_spread(search, c->slot, words);
		break;
	case XMEMD_STRATEGIES:
		break;
	}
}

/**
 * xmemd_explain_leg() - why a leg is where it is, in words
 * @search: the search, in the state in which it found it
 * @chosen: where it is
 * @rival: the other one that was drawn by lot, or XMEMD_NONE
 * @size: bytes of the leg
 * @out: the words: what the strategies say, in their rank
 * @len: room for them
 */
void xmemd_explain_leg(const struct xmemd_search *search, const struct xmemd_candidate *chosen,
		       uint32_t rival, uint64_t size, char *out, size_t len)
{
	struct words words = { out, len, 0 };
	char text[XMEM_SIZE_TEXT];
	unsigned int i;

	*out = 0;
	if (search->demand->restructure)
		say(&words, chosen->held >= size ? "stays where it is" : "moves here");
	else if (chosen->draw)
		say(&words, "%s of it are reserved for it here",
		    xmem_size_format(xmemd_min(chosen->draw, size), text));
	for (i = 0; i < search->all; i++)
		say_strategy(search, search->strategy[i], chosen, rival, &words);
	if (!search->all)
		say(&words, "most free of all: %s", xmem_size_format(chosen->open, text));
}
