/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a set of pools, for the parts of the logic only.
 *
 * Each usable appliance is in up to four trees: one of all, one of its site, one of
 * its rack, one of its switch, each ordered by open memory. A node knows the best of
 * everything below it (struct xmemd_sum), so a search can leave out a subtree that
 * holds nothing as good as what it has. One more tree orders all appliances by name.
 *
 * The trees are treaps. Priorities are a hash of the name, so the shape follows from
 * what is in them and not from the order in which it came.
 */
#ifndef XMEMD_LOGIC_SET_H
#define XMEMD_LOGIC_SET_H

#include "logic/plan.h"

#define XMEMD_NONE UINT32_MAX

enum xmemd_tree {
	XMEMD_TREE_ALL,
	XMEMD_TREE_SITE,
	XMEMD_TREE_RACK,
	XMEMD_TREE_SWITCH,
	XMEMD_TREE_NAME,
	XMEMD_TREES
};

/*
 * Appliances that the strategies cannot tell apart, but for place and free memory, are a
 * group. A subtree knows its groups, so its bound is that of an appliance that exists:
 * the lowest load of one and the lowest latency of another would promise too much.
 */
#define XMEMD_GROUPS 256
#define XMEMD_GROUP_OTHERS (XMEMD_GROUPS - 1) /* when there are more: bounds promise too much */
#define XMEMD_GROUP_WORDS (XMEMD_GROUPS / 64)

/**
 * struct xmemd_group - what its members have in common
 * @class: number of the hardware class, or XMEMD_NONE
 * @load: class of load, see score.c
 * @latency: class of latency
 * @bandwidth: class of bandwidth
 * @tier: enum xmemd_bandwidth
 * @backing: backing store present
 */
struct xmemd_group {
	uint32_t class;
	uint8_t load, latency, bandwidth, tier : 7, backing : 1;
};

/**
 * struct xmemd_sum - the best of each property of some appliances
 * @piece: largest
 * @classes: hardware classes, a bit each; bit 63 stands for many
 * @sites: sites, likewise; bit 63 for those without one, too
 * @latency: lowest; UINT32_MAX: not known
 * @bandwidth: highest
 * @count: how many appliances
 * @load: lowest
 * @min_priority: lowest
 * @groups: groups, a bit each
 * @bandwidths: bandwidth classes, a bit each
 * @backing: one has a backing store
 */
struct xmemd_sum {
	uint64_t piece, classes, sites, groups[XMEMD_GROUP_WORDS];
	uint32_t latency, bandwidth, count;
	uint16_t load, min_priority;
	uint8_t bandwidths;
	bool backing;
};

struct xmemd_node {
	uint32_t left, right;
	struct xmemd_sum sum;
};

/**
 * struct xmemd_slot - an appliance
 * @facts: as given; @texts owns what it points to
 * @texts: memory of all its texts
 * @promised: see struct xmemd_pool_view
 * @reserved: likewise
 * @open: likewise
 * @priority: of its nodes
 * @domain: number of its site, rack and switch (enum xmemd_tree), or XMEMD_NONE
 * @class: number of its hardware class, or XMEMD_NONE
 * @group: number of its group
 * @own: it alone, as a sum
 * @usable: it is in the trees beside that of names
 */
struct xmemd_slot {
	struct xmemd_pool_facts facts;
	char *texts;
	uint64_t promised, reserved, open, priority;
	uint32_t domain[XMEMD_TREE_NAME], class, group;
	struct xmemd_sum own;
	bool usable;
};

/* A site, a rack or a switch: the tree of its usable appliances. */
struct xmemd_domain_tree {
	enum xmemd_tree kind;
	char *name, *site; /* site: of a rack or switch; name NULL: this number is free */
	uint32_t root, slots;
	uint32_t bit; /* of a site, in the sums */
};

struct xmemd_pools {
	struct xmemd_slot *slot;
	struct xmemd_node *node[XMEMD_TREES];
	uint32_t slots, room, spare; /* used ever, allocated, first of the free list */
	uint32_t all, names;
	struct xmemd_domain_tree *domain;
	uint32_t domains;
	uint32_t *by_key; /* numbers of domains, ordered by kind and key */
	uint32_t keys;
	uint32_t of_kind[XMEMD_TREES]; /* domains with usable slots */
	uint32_t placed[XMEMD_TREES];  /* usable slots that are in a domain of the kind */
	struct {
		char *text;
		uint32_t slots;
	} * class;
	uint32_t classes;
	struct xmemd_group group[XMEMD_GROUPS];
	uint32_t members[XMEMD_GROUPS]; /* usable slots */
	uint32_t groups;		/* numbers in use or used before */
	uint32_t nowhere;		/* number of the site that has no name, or XMEMD_NONE */
	struct xmemd_pools_sum sum;	/* but its largest */
};

/* tree.c: a treap of slots */
int xmemd_tree_compare(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t a,
		       uint32_t b);
void xmemd_tree_add(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t *root, uint32_t slot);
void xmemd_tree_remove(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t *root,
		       uint32_t slot);
void xmemd_tree_refresh(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root,
			uint32_t slot);
uint32_t xmemd_tree_find(const struct xmemd_pools *pools, const char *name);
uint32_t xmemd_tree_rank(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root,
			 uint64_t open);
uint32_t xmemd_tree_name_rank(const struct xmemd_pools *pools, const char *prefix, size_t len,
			      bool after);
uint32_t xmemd_tree_select(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root,
			   uint32_t index);

/* domain.c: sites, racks, switches and hardware classes by number */
int xmemd_domain_get(struct xmemd_pools *pools, enum xmemd_tree kind,
		     const struct xmemd_where *where, uint32_t *number);
void xmemd_domain_put(struct xmemd_pools *pools, uint32_t number);
uint32_t xmemd_domain_find(const struct xmemd_pools *pools, enum xmemd_tree kind,
			   const struct xmemd_where *where);
int xmemd_class_get(struct xmemd_pools *pools, const char *text, uint32_t *number);
void xmemd_class_put(struct xmemd_pools *pools, uint32_t number);
uint32_t xmemd_class_find(const struct xmemd_pools *pools, const char *text);
void xmemd_domains_free(struct xmemd_pools *pools);

/* group.c */
void xmemd_group_of(const struct xmemd_slot *slot, struct xmemd_group *group);
uint32_t xmemd_group_join(struct xmemd_pools *pools, const struct xmemd_slot *slot);
void xmemd_group_leave(struct xmemd_pools *pools, uint32_t number);
uint8_t xmemd_load_class(uint32_t load);
uint8_t xmemd_latency_class(uint32_t ns);
uint8_t xmemd_bandwidth_rank(uint32_t mbps);

static inline uint64_t xmemd_bit(uint32_t number)
{
	return 1ULL << (number < 63 ? number : 63);
}

static inline uint64_t xmemd_chunks_down(uint64_t bytes)
{
	return bytes / XMEMD_CHUNK * XMEMD_CHUNK;
}

static inline uint64_t xmemd_less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t xmemd_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif /* XMEMD_LOGIC_SET_H */
