/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the allocation logic knows of the appliances, indexed for its decisions.
 *
 * Nothing here reads a clock, a file or the network, and nothing locks: the caller
 * holds its lock around every call. A set that holds the same appliances with the
 * same facts gives the same plans, in whatever order they came.
 *
 *	free	what the appliance said last
 *	open	free - promised - reserved: what anybody may have
 *	piece	the largest region that anybody may have there: min(largest, open) in whole chunks
 */
#ifndef XMEMD_LOGIC_POOLS_H
#define XMEMD_LOGIC_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Admitted by an administrator or by policy? Only that makes its memory count. */
enum xmemd_admission {
	XMEMD_POOL_PENDING, /* announced itself, nobody has admitted it */
	XMEMD_POOL_ADMITTED,
	XMEMD_POOL_DRAINED, /* keeps what it has, gets no new regions */
};

/* The labels that the logic understands, from the widest place to the narrowest. */
enum xmemd_label {
	XMEMD_LABEL_SITE,
	XMEMD_LABEL_RACK, /* rack and switch are names within a site */
	XMEMD_LABEL_SWITCH,
	XMEMD_LABEL_NUMA,
	XMEMD_LABELS
};

/**
 * struct xmemd_where - a place, as labels give it
 * @label: by enum xmemd_label; NULL or empty: not known, which is near to nothing
 */
struct xmemd_where {
	const char *label[XMEMD_LABELS];
};

/* Bandwidth in classes, by the rate of the link or as a profile says. */
enum xmemd_bandwidth {
	XMEMD_BANDWIDTH_ANY,	/* not known, or no wish */
	XMEMD_BANDWIDTH_LOW,	/* below 10 Gbit/s */
	XMEMD_BANDWIDTH_MEDIUM, /* 10 up to, not including, 100 Gbit/s */
	XMEMD_BANDWIDTH_HIGH,	/* 100 Gbit/s and more */
};

/**
 * struct xmemd_pool_facts - an appliance, as it is said to be
 * @name: the appliance; everything else may change
 * @admission: see there
 * @up: it answers, or announced itself lately
 * @healthy: no threshold is exceeded
 * @why_not: if it is down or unhealthy: why, in words; may be NULL
 * @memory: bytes that it lends at all
 * @free: bytes in no region
 * @largest: largest region that it could make now, bytes
 * @where: its labels
 * @class: hardware class, free text; NULL or empty: none
 * @load: 0 idle … 1000 saturated
 * @latency_ns: of a small read from there; 0: not known, which is the worst
 * @bandwidth_mbps: of its link; 0: not known, which is the worst
 * @backing: it can keep regions on a backing store
 * @min_priority: it is kept for requests of at least this priority; 0: for all
 */
struct xmemd_pool_facts {
	const char *name;
	enum xmemd_admission admission;
	bool up, healthy, backing;
	const char *why_not;
	uint64_t memory, free, largest;
	struct xmemd_where where;
	const char *class;
	unsigned int load, min_priority;
	uint32_t latency_ns, bandwidth_mbps;
};

/**
 * struct xmemd_pool_view - an appliance in the set
 * @facts: as given; the texts live until it is put again or removed
 * @promised: bytes of regions on the way there
 * @reserved: bytes of reservations that are not drawn yet
 * @open: bytes that anybody may have
 * @piece: largest region that anybody may have; 0 unless @usable
 * @usable: admitted, up and healthy
 */
struct xmemd_pool_view {
	struct xmemd_pool_facts facts;
	uint64_t promised, reserved, open, piece;
	bool usable;
};

/**
 * struct xmemd_pools_sum - the set as a whole
 * @appliances: in the set
 * @usable: admitted, up and healthy; what follows is of these
 * @memory: bytes lent
 * @free: bytes in no region
 * @open: bytes that anybody may have
 * @largest: largest piece that anybody may have in one region
 */
struct xmemd_pools_sum {
	size_t appliances, usable;
	uint64_t memory, free, open, largest;
};

struct xmemd_pools;

struct xmemd_pools *xmemd_pools_new(void);
void xmemd_pools_free(struct xmemd_pools *pools);
int xmemd_pools_put(struct xmemd_pools *pools, const struct xmemd_pool_facts *facts);
bool xmemd_pools_remove(struct xmemd_pools *pools, const char *name);
bool xmemd_pools_promise(struct xmemd_pools *pools, const char *name, int64_t bytes);
bool xmemd_pools_reserve(struct xmemd_pools *pools, const char *name, int64_t bytes);
bool xmemd_pools_get(const struct xmemd_pools *pools, const char *name,
		     struct xmemd_pool_view *view);
void xmemd_pools_sum(const struct xmemd_pools *pools, struct xmemd_pools_sum *sum);
size_t xmemd_pools_bytes(const struct xmemd_pools *pools);

enum xmemd_bandwidth xmemd_bandwidth_class(uint32_t mbps);
const char *xmemd_bandwidth_name(enum xmemd_bandwidth bandwidth);
bool xmemd_bandwidth_parse(const char *text, enum xmemd_bandwidth *bandwidth);

#endif /* XMEMD_LOGIC_POOLS_H */
