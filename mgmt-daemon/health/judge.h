/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Healthy or not, and why not. A value on the edge must not make an appliance come
 * and go: what is wrong ends only when the value is well below its limit, and has
 * stayed there for a while. What becomes wrong counts at once.
 */
#ifndef XMEMD_HEALTH_JUDGE_H
#define XMEMD_HEALTH_JUDGE_H

#include "health/health.h"

#define XMEMD_JUDGE_REASONS 32

/**
 * struct xmemd_thresholds - from where on a machine is not healthy
 * @celsius: temperature of any sensor; a sensor's own critical one counts as well
 * @uncorrected: memory errors that could not be corrected, since the boot
 * @pressure: percent of the last ten seconds in which some task waited for memory
 *
 * 0 switches one of them off.
 */
struct xmemd_thresholds {
	uint32_t celsius, uncorrected, pressure;
};

/**
 * struct xmemd_reason - something that is wrong
 * @key: what it is about, the same at each look
 * @text: in words
 * @since_good: when it began to be well again, in milliseconds; 0 while it is not
 */
struct xmemd_reason {
	char key[160], text[256];
	uint64_t since_good;
};

/**
 * struct xmemd_judge - a verdict and what it needs to remember; zeroed at first
 * @count: how many things are wrong; the machine is healthy without any
 * @reason: these things
 */
struct xmemd_judge {
	unsigned int count;
	struct xmemd_reason reason[XMEMD_JUDGE_REASONS];
};

void xmemd_judge_look(struct xmemd_judge *judge, const struct xmemd_health *health,
		      const struct xmemd_thresholds *thresholds, uint64_t now);
int xmemd_judge_json(const struct xmemd_judge *judge, json_t *out);

#endif /* XMEMD_HEALTH_JUDGE_H */
