/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocation logic: (pools, request) -> plan or refusal. A pure function: no
 * input but its arguments, no output but its results, the same for the same.
 */
#ifndef XMEMD_PLAN_H
#define XMEMD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/xmem.h>
#include <linux/xmem_appliance.h>

#include "logic/plan.h"
#include "refusal.h"

/**
 * struct xmemd_pool - what the allocation logic knows of an appliance
 * @name: the appliance
 * @up: it answered
 * @error: why not
 * @free: memory in no region, bytes
 * @largest: largest region that it could make now, bytes
 */
struct xmemd_pool {
	const char *name;
	bool up;
	const char *error;
	uint64_t free, largest;
};

/**
 * struct xmemd_want - what is asked for
 * @size: bytes
 * @layout: XMEMD_LAYOUT_AUTO, XMEM_LAYOUT_SINGLE or XMEM_LAYOUT_CONCAT
 */
struct xmemd_want {
	uint64_t size;
	uint32_t layout;
};

/**
 * struct xmemd_plan - what to do
 * @size: bytes, whole chunks
 * @layout: XMEM_LAYOUT_SINGLE or XMEM_LAYOUT_CONCAT
 * @legs: how many regions
 * @leg: for each, the index of its pool and its size
 */
struct xmemd_plan {
	uint64_t size;
	uint32_t layout;
	unsigned int legs;
	struct {
		size_t pool;
		uint64_t size;
	} leg[XMEM_LEGS_MAX];
};

int xmemd_plan_make(const struct xmemd_pool *pools, size_t count, const struct xmemd_want *want,
		    struct xmemd_plan *plan, struct xmemd_refusal *why);

#endif /* XMEMD_PLAN_H */
