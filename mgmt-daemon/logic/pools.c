// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "logic/set.h"

static const struct {
	enum xmemd_bandwidth bandwidth;
	const char *name;
	uint32_t from_mbps;
} bandwidths[] = {
	{ XMEMD_BANDWIDTH_HIGH, "high", 100000 },
	{ XMEMD_BANDWIDTH_MEDIUM, "medium", 10000 },
	{ XMEMD_BANDWIDTH_LOW, "low", 1 },
	{ XMEMD_BANDWIDTH_ANY, "any", 0 },
};

#define BANDWIDTHS (sizeof(bandwidths) / sizeof(*bandwidths))

/**
 * xmemd_bandwidth_class() - the class of a rate
 * @mbps: Mbit/s; 0: not known
 *
 * Return: the class; XMEMD_BANDWIDTH_ANY for a rate that is not known.
 */
enum xmemd_bandwidth xmemd_bandwidth_class(uint32_t mbps)
{
	size_t i;

	for (i = 0; mbps < bandwidths[i].from_mbps; i++)
		;
	return bandwidths[i].bandwidth;
}

/**
 * xmemd_bandwidth_name() - the word for a bandwidth class
 * @bandwidth: the class
 *
 * Return: one of XMEMD_BANDWIDTH_WORDS.
 */
const char *xmemd_bandwidth_name(enum xmemd_bandwidth bandwidth)
{
	size_t i;

	for (i = 0; bandwidths[i].bandwidth != bandwidth; i++)
		;
	return bandwidths[i].name;
}

/**
 * xmemd_bandwidth_parse() - the bandwidth class of a word
 * @text: the word
 * @bandwidth: result
 *
 * Return: whether it is one of XMEMD_BANDWIDTH_WORDS.
 */
bool xmemd_bandwidth_parse(const char *text, enum xmemd_bandwidth *bandwidth)
{
	size_t i;

	for (i = 0; i < BANDWIDTHS; i++) {
		if (strcmp(bandwidths[i].name, text))
			continue;
		*bandwidth = bandwidths[i].bandwidth;
		return true;
	}
	return false;
}

/**
 * xmemd_pools_new() - an empty set
 *
 * Return: the set, or NULL without memory.
 */
struct xmemd_pools *xmemd_pools_new(void)
{
	struct xmemd_pools *pools = calloc(1, sizeof(*pools));

	if (pools)
		pools->all = pools->names = pools->spare = pools->nowhere = XMEMD_NONE;
	return pools;
}

/**
 * xmemd_pools_free() - free a set
 * @pools: the set, or NULL
 */
void xmemd_pools_free(struct xmemd_pools *pools)
{
	uint32_t i;

	if (!pools)
		return;
	for (i = 0; i < pools->slots; i++)
		free(pools->slot[i].texts);
	for (i = 0; i < XMEMD_TREES; i++)
		free(pools->node[i]);
	xmemd_domains_free(pools);
	free(pools->slot);
	free(pools);
}

/* FNV-1a and a final mix: spreads names evenly, the same on every machine. */
static uint64_t hash(const char *text)
{
	uint64_t h = 14695981039346656037ULL;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211ULL;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	return h ^ h >> 33;
}

static int grow(struct xmemd_pools *pools)
{
	uint32_t room = pools->room ? pools->room * 2 : 16, i;
	void *grown;

	grown = reallocarray(pools->slot, room, sizeof(*pools->slot));
	if (!grown)
		return -1;
	pools->slot = grown;
	for (i = 0; i < XMEMD_TREES; i++) {
		grown = reallocarray(pools->node[i], room, sizeof(*pools->node[i]));
		if (!grown)
			return -1;
		pools->node[i] = grown;
	}
	pools->room = room;
	return 0;
}

/* Free slots are chained by the left side of their node of names. */
static uint32_t new_slot(struct xmemd_pools *pools)
{
	uint32_t slot = pools->spare;

	if (slot != XMEMD_NONE) {
		pools->spare = pools->node[XMEMD_TREE_NAME][slot].left;
		return slot;
	}
	if (pools->slots == pools->room && grow(pools) < 0)
		return XMEMD_NONE;
	pools->slot[pools->slots].texts = NULL;
	return pools->slots++;
}

static uint32_t *root_of(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t slot)
{
	uint32_t number;

	if (tree == XMEMD_TREE_ALL)
		return &pools->all;
	number = pools->slot[slot].domain[tree];
	return number == XMEMD_NONE ? NULL : &pools->domain[number].root;
}

static void count(struct xmemd_pools *pools, uint32_t slot, int sign)
{
	const struct xmemd_slot *s = &pools->slot[slot];
	uint64_t factor = (uint64_t)(int64_t)sign;

	if (!s->usable)
		return;
	pools->sum.usable += (size_t)factor;
	pools->sum.memory += factor * s->facts.memory;
	pools->sum.free += factor * s->facts.free;
	pools->sum.open += factor * s->open;
}

/* The group of a usable slot may be another one after each change. */
static void join_group(struct xmemd_pools *pools, struct xmemd_slot *s)
{
	s->group = xmemd_group_join(pools, s);
	memset(s->own.groups, 0, sizeof(s->own.groups));
	s->own.groups[s->group / 64] = 1ULL << s->group % 64;
}

static void link_trees(struct xmemd_pools *pools, uint32_t slot)
{
	enum xmemd_tree tree;
	uint32_t *root;

	if (!pools->slot[slot].usable)
		return;
	join_group(pools, &pools->slot[slot]);
	for (tree = XMEMD_TREE_ALL; tree < XMEMD_TREE_NAME; tree++) {
		root = root_of(pools, tree, slot);
		if (!root)
			continue;
		pools->of_kind[tree] += *root == XMEMD_NONE;
		pools->placed[tree]++;
		xmemd_tree_add(pools, tree, root, slot);
	}
}

static void unlink_trees(struct xmemd_pools *pools, uint32_t slot)
{
	enum xmemd_tree tree;
	uint32_t *root;

	if (!pools->slot[slot].usable)
		return;
	xmemd_group_leave(pools, pools->slot[slot].group);
	for (tree = XMEMD_TREE_ALL; tree < XMEMD_TREE_NAME; tree++) {
		root = root_of(pools, tree, slot);
		if (!root)
			continue;
		xmemd_tree_remove(pools, tree, root, slot);
		pools->placed[tree]--;
		pools->of_kind[tree] -= *root == XMEMD_NONE;
	}
}

static void refresh_trees(struct xmemd_pools *pools, uint32_t slot)
{
	enum xmemd_tree tree;
	uint32_t *root;

	for (tree = XMEMD_TREE_ALL; tree < XMEMD_TREE_NAME; tree++) {
		root = root_of(pools, tree, slot);
		if (root)
			xmemd_tree_refresh(pools, tree, *root, slot);
	}
}

/* What follows from the facts and from what is promised and reserved. */
static void derive(struct xmemd_pools *pools, struct xmemd_slot *s)
{
	const struct xmemd_pool_facts *facts = &s->facts;
	s->usable = facts->admission == XMEMD_POOL_ADMITTED && facts->up && facts->healthy;
	s->open = xmemd_less(xmemd_less(facts->free, s->promised), s->reserved);
	s->own = (struct xmemd_sum){
		.piece = xmemd_chunks_down(xmemd_min(facts->largest, s->open)),
		.classes = s->class == XMEMD_NONE ? 0 : xmemd_bit(s->class),
		.sites = xmemd_bit(pools->domain[s->domain[XMEMD_TREE_SITE]].bit),
		.latency = facts->latency_ns ? facts->latency_ns : UINT32_MAX,
		.bandwidth = facts->bandwidth_mbps,
		.count = 1,
		.load = (uint16_t)xmemd_min(facts->load, UINT16_MAX),
		.min_priority = (uint16_t)xmemd_min(facts->min_priority, UINT16_MAX),
		.bandwidths = (uint8_t)(1U << xmemd_bandwidth_class(facts->bandwidth_mbps)),
		.backing = facts->backing,
	};
}

static const char *copy(char **end, const char *text)
{
	char *start = *end;

	if (!text)
		return NULL;
	*end = stpcpy(start, text) + 1;
	return start;
}

static size_t room_for(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* Copies facts and all of their texts into one piece of memory. */
static char *copy_facts(struct xmemd_pool_facts *to, const struct xmemd_pool_facts *from)
{
	size_t size = room_for(from->name) + room_for(from->why_not) + room_for(from->class);
	char *texts, *end;
	int i;

	for (i = 0; i < XMEMD_LABELS; i++)
		size += room_for(from->where.label[i]);
	texts = end = malloc(size);
	if (!texts)
		return NULL;
	*to = *from;
	/* whatever an appliance says of itself: sums of thousands do not overflow */
	to->memory = xmemd_min(from->memory, XMEMD_SIZE_MAX);
	to->free = xmemd_min(from->free, XMEMD_SIZE_MAX);
	to->largest = xmemd_min(from->largest, XMEMD_SIZE_MAX);
	to->name = copy(&end, from->name);
	to->why_not = copy(&end, from->why_not);
	to->class = copy(&end, from->class);
	for (i = 0; i < XMEMD_LABELS; i++)
		to->where.label[i] = copy(&end, from->where.label[i]);
	return texts;
}

/* The parts of an update that can fail; domains and class are held by @s afterwards. */
static int prepare(struct xmemd_pools *pools, struct xmemd_slot *s,
		   const struct xmemd_pool_facts *facts)
{
	enum xmemd_tree tree;
	bool failed = false;

	*s = (struct xmemd_slot){ .class = XMEMD_NONE, .priority = hash(facts->name) };
	for (tree = XMEMD_TREE_ALL; tree < XMEMD_TREE_NAME; tree++)
		s->domain[tree] = XMEMD_NONE;
	s->texts = copy_facts(&s->facts, facts);
	failed = !s->texts || xmemd_class_get(pools, facts->class, &s->class) < 0;
	for (tree = XMEMD_TREE_SITE; !failed && tree < XMEMD_TREE_NAME; tree++)
		failed = xmemd_domain_get(pools, tree, &facts->where, &s->domain[tree]) < 0;
	return failed ? -1 : 0;
}

static void release(struct xmemd_pools *pools, struct xmemd_slot *s)
{
	enum xmemd_tree tree;

	for (tree = XMEMD_TREE_SITE; tree < XMEMD_TREE_NAME; tree++)
		xmemd_domain_put(pools, s->domain[tree]);
	xmemd_class_put(pools, s->class);
	free(s->texts);
	s->texts = NULL;
}

static bool same_place(const struct xmemd_slot *a, const struct xmemd_slot *b)
{
	return a->usable == b->usable && a->open == b->open &&
	       !memcmp(a->domain, b->domain, sizeof(a->domain));
}

/* Puts @with in the place of what the slot holds; touches the order only if that changes. */
static void replace(struct xmemd_pools *pools, uint32_t slot, const struct xmemd_slot *with)
{
	struct xmemd_slot *s = &pools->slot[slot], next = *with;

	derive(pools, &next);
	count(pools, slot, -1);
	if (s->usable && same_place(s, &next)) {
		xmemd_group_leave(pools, s->group);
		*s = next;
		join_group(pools, s);
		refresh_trees(pools, slot);
	} else {
		unlink_trees(pools, slot);
		*s = next;
		link_trees(pools, slot);
	}
	count(pools, slot, 1);
}

static int add(struct xmemd_pools *pools, const struct xmemd_pool_facts *facts)
{
	uint32_t slot = new_slot(pools);
	struct xmemd_slot *s;

	if (slot == XMEMD_NONE)
		return -1;
	s = &pools->slot[slot];
	if (prepare(pools, s, facts) < 0) {
		release(pools, s);
		pools->node[XMEMD_TREE_NAME][slot].left = pools->spare;
		pools->spare = slot;
		return -1;
	}
	derive(pools, s);
	pools->sum.appliances++;
	count(pools, slot, 1);
	link_trees(pools, slot);
	xmemd_tree_add(pools, XMEMD_TREE_NAME, &pools->names, slot);
	return 0;
}

/**
 * xmemd_pools_put() - an appliance is new, or something about it has changed
 * @pools: the set
 * @facts: all that is known of it; texts are copied, sizes above 1 PiB count as that
 *
 * What is promised and reserved there stays as it is; for a new one both are 0.
 *
 * Return: 0, or -1 without memory: then nothing has changed.
 */
int xmemd_pools_put(struct xmemd_pools *pools, const struct xmemd_pool_facts *facts)
{
	uint32_t slot = xmemd_tree_find(pools, facts->name);
	struct xmemd_slot next, old;

	if (slot == XMEMD_NONE)
		return add(pools, facts);
	if (prepare(pools, &next, facts) < 0) {
		release(pools, &next);
		return -1;
	}
	old = pools->slot[slot];
	next.promised = old.promised;
	next.reserved = old.reserved;
	replace(pools, slot, &next);
	release(pools, &old);
	return 0;
}

/**
 * xmemd_pools_remove() - forget an appliance
 * @pools: the set
 * @name: of the appliance
 *
 * Return: whether it was there.
 */
bool xmemd_pools_remove(struct xmemd_pools *pools, const char *name)
{
	uint32_t slot = xmemd_tree_find(pools, name);

	if (slot == XMEMD_NONE)
		return false;
	count(pools, slot, -1);
	unlink_trees(pools, slot);
	xmemd_tree_remove(pools, XMEMD_TREE_NAME, &pools->names, slot);
	release(pools, &pools->slot[slot]);
	pools->sum.appliances--;
	pools->node[XMEMD_TREE_NAME][slot].left = pools->spare;
	pools->spare = slot;
	return true;
}

static uint64_t add_signed(uint64_t value, int64_t change)
{
	uint64_t sum;

	if (change < 0)
		return xmemd_less(value, -(uint64_t)change);
	return __builtin_add_overflow(value, (uint64_t)change, &sum) ? UINT64_MAX : sum;
}

/**
 * xmemd_pools_promise() - regions are on the way to an appliance, or not any more
 * @pools: the set
 * @name: of the appliance
 * @bytes: more (or, below 0, less) than before
 *
 * A region is promised from its plan until facts that have it in them are put, or until
 * it is given up. In between its room is nobody else's.
 *
 * Return: whether the appliance is known.
 */
bool xmemd_pools_promise(struct xmemd_pools *pools, const char *name, int64_t bytes)
{
	uint32_t slot = xmemd_tree_find(pools, name);
	struct xmemd_slot next;

	if (slot == XMEMD_NONE)
		return false;
	next = pools->slot[slot];
	next.promised = add_signed(next.promised, bytes);
	replace(pools, slot, &next);
	return true;
}

/**
 * xmemd_pools_reserve() - room on an appliance is set aside, or not any more
 * @pools: the set
 * @name: of the appliance
 * @bytes: more (or, below 0, less) than before
 *
 * Return: whether the appliance is known.
 */
bool xmemd_pools_reserve(struct xmemd_pools *pools, const char *name, int64_t bytes)
{
	uint32_t slot = xmemd_tree_find(pools, name);
	struct xmemd_slot next;

	if (slot == XMEMD_NONE)
		return false;
	next = pools->slot[slot];
	next.reserved = add_signed(next.reserved, bytes);
	replace(pools, slot, &next);
	return true;
}

/**
 * xmemd_pools_get() - look at an appliance
 * @pools: the set
 * @name: of the appliance
 * @view: result
 *
 * Return: whether it is known.
 */
bool xmemd_pools_get(const struct xmemd_pools *pools, const char *name,
		     struct xmemd_pool_view *view)
{
	uint32_t slot = xmemd_tree_find(pools, name);
	const struct xmemd_slot *s;

	if (slot == XMEMD_NONE)
		return false;
	s = &pools->slot[slot];
	*view = (struct xmemd_pool_view){
		.facts = s->facts,
		.promised = s->promised,
		.reserved = s->reserved,
		.open = s->open,
		.piece = s->usable ? s->own.piece : 0,
		.usable = s->usable,
	};
	return true;
}

/**
 * xmemd_pools_sum() - the set as a whole
 * @pools: the set
 * @sum: result
 */
void xmemd_pools_sum(const struct xmemd_pools *pools, struct xmemd_pools_sum *sum)
{
	*sum = pools->sum;
	sum->largest =
		pools->all == XMEMD_NONE ? 0 : pools->node[XMEMD_TREE_ALL][pools->all].sum.piece;
}

/**
 * xmemd_pools_bytes() - memory that the set takes, but for the texts
 * @pools: the set
 *
 * Return: bytes.
 */
size_t xmemd_pools_bytes(const struct xmemd_pools *pools)
{
	return sizeof(*pools) +
	       pools->room * (sizeof(*pools->slot) + XMEMD_TREES * sizeof(struct xmemd_node)) +
	       pools->domains * (sizeof(*pools->domain) + sizeof(*pools->by_key)) +
	       pools->classes * sizeof(*pools->class);
}
