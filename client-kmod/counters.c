// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/string.h>
#include "counters.h"

/**
 * xmemc_counters_sum() - add up the counters of all CPUs
 * @counters: the counters
 * @sum: where they go
 */
void xmemc_counters_sum(const struct xmemc_counters __percpu *counters,
			struct xmemc_counters *sum)
{
	unsigned int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct xmemc_counters *c = per_cpu_ptr(counters, cpu);

		for (i = 0; i < XMEMC_COUNTS; i++)
			sum->count[i] += c->count[i];
		for (i = 0; i < XMEMC_LATENCY_BUCKETS; i++) {
			sum->store[i] += c->store[i];
			sum->load[i] += c->load[i];
		}
	}
}
