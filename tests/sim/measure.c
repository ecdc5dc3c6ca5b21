// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <time.h>

#include "measure.h"

static int compare_double(const void *pa, const void *pb)
{
	const double *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

static int compare_number(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

/* 0: all have the same; 1: one has it all. Sorts the values. */
double measure_gini(double *values, size_t count)
{
	double weighted = 0, sum = 0;
	size_t i;

	qsort(values, count, sizeof(*values), compare_double);
	for (i = 0; i < count; i++) {
		weighted += (double)(i + 1) * values[i];
		sum += values[i];
	}
	if (sum <= 0)
		return 0;
	return 2 * weighted / ((double)count * sum) - ((double)count + 1) / (double)count;
}

double measure_max_by_mean(const double *values, size_t count)
{
	double max = 0, sum = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		max = values[i] > max ? values[i] : max;
		sum += values[i];
	}
	return sum > 0 ? max * (double)count / sum : 0;
}

/* Sorts the values. */
uint32_t measure_quantile(uint32_t *values, size_t count, double share)
{
	size_t i = (size_t)(share * (double)count);

	if (!count)
		return 0;
	qsort(values, count, sizeof(*values), compare_number);
	return values[i < count ? i : count - 1];
}

/* Time on the processor: what other programs do meanwhile is not counted. */
uint64_t measure_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}
