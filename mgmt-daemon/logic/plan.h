/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocation logic: (pools, demand) -> placement or refusal. A pure function:
 * no input but its arguments, no output but its results, the same for the same.
 *
 * Strategies are ranked. The first one decides; appliances that it finds alike are
 * told apart by the second, and so on. "Alike" is a matter of classes: load in
 * tenths, latency and bandwidth in powers of two, free memory in eighths of a power
 * of two. A strategy that stands alone looks at the exact value, and so does what comes
 * last after two-choices. What is still equal goes to the one with most free memory (with
 * best-fit: the least), then by name.
 */
#ifndef XMEMD_LOGIC_PLAN_H
#define XMEMD_LOGIC_PLAN_H

#include <linux/xmem.h>
#include <linux/xmem_appliance.h>

#include "logic/pools.h"
#include "refusal.h"

#define XMEMD_CHUNK ((uint64_t)XMEM_APPLIANCE_CHUNK_SIZE)
/* Largest allocation, 1 PiB: far beyond any pool, and sums of 64 of them do not overflow. */
#define XMEMD_SIZE_MAX (1ULL << 50)
/* What a request may ask for beside the layouts of linux/xmem.h. */
#define XMEMD_LAYOUT_AUTO UINT32_MAX

#define XMEMD_WHY_TEXT 320
/* Appliances that a refusal names one by one; the others are counted by reason. */
#define XMEMD_NAMED_MAX 16
/* Lists of allowed appliances: of the request, the client, the account, the policy. */
#define XMEMD_ALLOW_MAX 4

enum xmemd_strategy {
	XMEMD_BEST_FIT,	   /* "best-fit": the least free memory that still holds it in one piece */
	XMEMD_MOST_FREE,   /* "most-free" */
	XMEMD_TWO_CHOICES, /* "two-choices": two drawn by lot; what follows decides between them */
	XMEMD_NEAR,	   /* "near": see enum xmemd_distance */
	XMEMD_BACKING,	   /* "backing": a backing store is present */
	XMEMD_LOW_LOAD,	   /* "low-load" */
	XMEMD_LOW_LATENCY, /* "low-latency" */
	XMEMD_HIGH_BANDWIDTH, /* "high-bandwidth" */
	XMEMD_SAME_BANDWIDTH, /* "same-bandwidth": the client's class, or next to it */
	XMEMD_CLASS,	      /* "class": the hardware class that is asked for */
	XMEMD_SPREAD,	      /* "spread": where the allocation has the fewest regions, by domain */
	XMEMD_STRATEGIES
};

/* How far an appliance is from the client. As a limit, 0 is none. */
enum xmemd_distance {
	XMEMD_DISTANCE_ANY,
	XMEMD_SAME_NUMA, /* same switch and rack, and same NUMA label */
	XMEMD_SAME_SWITCH,
	XMEMD_SAME_RACK,
	XMEMD_SAME_SITE,
	XMEMD_ELSEWHERE, /* or not known */
};

/* What fails as a whole. Appliances without the label are a domain each. */
enum xmemd_domain {
	XMEMD_DOMAIN_APPLIANCE,
	XMEMD_DOMAIN_SITE,
	XMEMD_DOMAIN_RACK,
	XMEMD_DOMAIN_SWITCH,
	XMEMD_DOMAINS
};

/**
 * struct xmemd_globs - a list of names with * ? [ ]
 * @glob: the patterns
 * @count: how many; 0 as an allow list: no limit
 */
struct xmemd_globs {
	const char *const *glob;
	size_t count;
};

/**
 * struct xmemd_draw - reserved room that this demand may have
 * @appliance: where
 * @bytes: how much
 */
struct xmemd_draw {
	const char *appliance;
	uint64_t bytes;
};

/**
 * struct xmemd_held - a region that the allocation has already
 * @appliance: where
 * @bytes: its size
 *
 * Counts for the strategy spread and for apart. Its appliance gets no second region,
 * unless the demand is a restructuring: then it may stay where it is.
 */
struct xmemd_held {
	const char *appliance;
	uint64_t bytes;
};

/**
 * struct xmemd_demand - what is asked for; all zero but @size and @layout is no other wish
 * @size: bytes
 * @layout: XMEMD_LAYOUT_AUTO, XMEM_LAYOUT_SINGLE or XMEM_LAYOUT_CONCAT
 * @min_regions: at least so many
 * @max_regions: at most so many; 0: XMEM_LEGS_MAX
 * @strategy: ranked
 * @strategies: how many; 0: most-free
 * @seed: for the lots of two-choices; same seed, same lots
 * @where: the client's place
 * @bandwidth: the client's class, for same-bandwidth
 * @class: wanted by the strategy class
 * @spread: domain that spread and @apart are about
 * @apart: refuse rather than put two regions into one domain
 * @need_backing: only appliances with a backing store
 * @need_class: only appliances of hardware class @class
 * @max_distance: only appliances that are not farther away; 0: any
 * @max_load: only appliances with at most this load; 0: any
 * @max_latency_ns: only appliances with at most this latency; 0: any
 * @min_bandwidth_mbps: only appliances with at least this bandwidth
 * @priority: 0 lowest; appliances may be kept for a higher one
 * @allow: an appliance has to match each list that is not empty
 * @exclude: and none of these
 * @draw: reserved room that may be used; it is used first
 * @draws: how many
 * @held: regions that the allocation has already
 * @helds: how many
 * @restructure: @held may stay or go; the placement is of the whole allocation
 */
struct xmemd_demand {
	uint64_t size;
	uint32_t layout;
	unsigned int min_regions, max_regions;
	enum xmemd_strategy strategy[XMEMD_STRATEGIES];
	unsigned int strategies;
	uint64_t seed;
	struct xmemd_where where;
	enum xmemd_bandwidth bandwidth;
	const char *class;
	enum xmemd_domain spread;
	bool apart, need_backing, need_class, restructure;
	enum xmemd_distance max_distance;
	unsigned int max_load, priority;
	uint32_t max_latency_ns, min_bandwidth_mbps;
	struct xmemd_globs allow[XMEMD_ALLOW_MAX], exclude;
	const struct xmemd_draw *draw;
	size_t draws;
	const struct xmemd_held *held;
	size_t helds;
};

/**
 * struct xmemd_placement - where it goes
 * @size: bytes, whole chunks
 * @layout: XMEM_LAYOUT_SINGLE or XMEM_LAYOUT_CONCAT
 * @legs: how many regions
 * @why: why so many regions, in words
 * @looked: nodes of the index that it took: a measure of the effort that no clock disturbs
 * @leg: each: the appliance, bytes, how many of them are drawn from reserved room, whether it
 *	is the region that is there already (restructure), and why it is there, in words
 */
struct xmemd_placement {
	uint64_t size;
	uint32_t layout;
	unsigned int legs;
	char why[XMEMD_WHY_TEXT];
	uint64_t looked;
	struct {
		char appliance[XMEM_NAME_MAX + 1];
		uint64_t size, drawn;
		bool stays;
		char why[XMEMD_WHY_TEXT];
	} leg[XMEM_LEGS_MAX];
};

/**
 * struct xmemd_space - room for a demand
 * @appliances: with room that the demand may use
 * @sum: bytes there, whole chunks
 * @largest: in one region
 * @in_regions: in at most as many regions as the demand permits
 */
struct xmemd_space {
	size_t appliances;
	uint64_t sum, largest, in_regions;
};

/* One appliance of an answer about space; stops when it returns anything but 0. */
typedef int (*xmemd_space_fn)(const char *appliance, uint64_t bytes, uint64_t largest, void *arg);

int xmemd_place(const struct xmemd_pools *pools, const struct xmemd_demand *demand,
		struct xmemd_placement *placement, struct xmemd_refusal *why);
int xmemd_space(const struct xmemd_pools *pools, const struct xmemd_demand *demand,
		struct xmemd_space *space, xmemd_space_fn each, void *arg,
		struct xmemd_refusal *why);

const char *xmemd_strategy_name(enum xmemd_strategy strategy);
bool xmemd_strategy_parse(const char *text, enum xmemd_strategy *strategy);
const char *xmemd_domain_name(enum xmemd_domain domain);
bool xmemd_domain_parse(const char *text, enum xmemd_domain *domain);
const char *xmemd_distance_name(enum xmemd_distance distance);
bool xmemd_distance_parse(const char *text, enum xmemd_distance *distance);

/* For messages: what could have been said. */
#define XMEMD_STRATEGY_WORDS                                                       \
	"best-fit, most-free, two-choices, near, backing, low-load, low-latency, " \
	"high-bandwidth, same-bandwidth, class, spread"
#define XMEMD_DOMAIN_WORDS "appliance, site, rack, switch"
#define XMEMD_DISTANCE_WORDS "any, numa, switch, rack, site"
#define XMEMD_BANDWIDTH_WORDS "any, low, medium, high"

#endif /* XMEMD_LOGIC_PLAN_H */
