/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a region is told of its allocation, so that a manager that lost everything
 * knows it again (POST /v1/recovery): JSON of at most 1023 characters.
 */
#ifndef XMEMD_META_H
#define XMEMD_META_H

#include <jansson.h>

#include "alloc.h"
#include "refusal.h"

/**
 * struct xmemd_meta - what a region says
 * @name: of its allocation
 * @owner: who created that
 * @account: whose quota it is of
 * @strategies: by which it was placed
 * @client: whom it is for
 * @size: bytes of the whole allocation
 * @duration: as in struct xmemd_alloc
 * @not_in_use: likewise
 * @created: likewise
 * @layout: likewise
 * @type: likewise
 * @epoch: of the allocation when this was written
 * @index: which leg this is
 * @count: of how many
 * @labels: as in struct xmemd_alloc; borrowed
 */
struct xmemd_meta {
	char name[XMEMD_NAME_TEXT], owner[XMEMD_CN_TEXT], account[XMEMD_NAME_TEXT];
	char strategies[XMEMD_STRATEGIES_TEXT];
	uint64_t client, size, duration, not_in_use, created;
	uint32_t layout, type, epoch, index, count;
	json_t *labels;
};

char *xmemd_meta_write(const struct xmemd_alloc *alloc, unsigned int index);
int xmemd_meta_read(const json_t *object, struct xmemd_meta *meta, struct xmemd_refusal *why);

#endif /* XMEMD_META_H */
