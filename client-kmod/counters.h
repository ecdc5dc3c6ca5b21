/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface counts, the same for all, one set per CPU. */
#ifndef _XMEMC_COUNTERS_H
#define _XMEMC_COUNTERS_H

#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/percpu.h>

enum xmemc_count {
	XMEMC_STORES,	/* pages taken */
	XMEMC_LOADS,	/* pages asked for */
	XMEMC_HITS,	/* pages given */
	XMEMC_MISSES,	/* pages that were not there */
	XMEMC_STAGED,	/* pages given that were still on their way out */
	XMEMC_DROPS,	/* pages not taken, or thrown away to make room */
	XMEMC_ERRORS,	/* pages that could not be read or written */
	XMEMC_PASSED,	/* pages of a read-ahead, left to the block device */
	XMEMC_COUNTS
};

/* Bucket n counts what took less than 2^n microseconds, the last one all the rest. */
#define XMEMC_LATENCY_BUCKETS	24

/**
 * struct xmemc_counters - counters of an interface
 * @count: by enum xmemc_count
 * @store: how long stores took for their callers
 * @load: the same for loads
 */
struct xmemc_counters {
	u64 count[XMEMC_COUNTS];
	u64 store[XMEMC_LATENCY_BUCKETS];
	u64 load[XMEMC_LATENCY_BUCKETS];
};

static inline unsigned int xmemc_latency_bucket(ktime_t begin)
{
	s64 us = ktime_us_delta(ktime_get(), begin);

	return min(fls64(us), XMEMC_LATENCY_BUCKETS - 1);
}

void xmemc_counters_sum(const struct xmemc_counters __percpu *counters,
			struct xmemc_counters *sum);

#endif /* _XMEMC_COUNTERS_H */
