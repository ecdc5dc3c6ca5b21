// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <linux/xmem_appliance.h>

#include "labels.h"
#include "meta.h"
#include "record.h"

#define META(NAME, TYPE, REQUIRED, FIELD, MAX, CHOICES)                                      \
	{                                                                                    \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct xmemd_meta, FIELD), MAX, \
			CHOICES                                                              \
	}

static const struct xmemd_field fields[] = {
	META("name", NAME, true, name, 0, NULL),
	META("owner", WORDS, true, owner, XMEMD_CN_TEXT - 1, NULL),
	META("account", WORDS, false, account, XMEMD_NAME_TEXT - 1, NULL),
	META("client", ID, true, client, 0, NULL),
	META("size", SIZE, true, size, 0, NULL),
	META("layout", CHOICE, true, layout, 0, xmemd_layouts),
	META("type", CHOICE, true, type, 0, xmemd_types),
	META("epoch", NUMBER, true, epoch, UINT32_MAX, NULL),
	META("index", NUMBER, true, index, XMEM_LEGS_MAX - 1, NULL),
	META("count", NUMBER, true, count, XMEM_LEGS_MAX, NULL),
	META("duration", COUNT, true, duration, 0, NULL),
	META("not_in_use", COUNT, true, not_in_use, 0, NULL),
	META("created", COUNT, false, created, 0, NULL),
	META("strategies", WORDS, false, strategies, XMEMD_STRATEGIES_TEXT - 1, NULL),
	META("labels", OBJECT, false, labels, 0, NULL),
};

/* What of an allocation is there and will be: what goes has no place any more. */
static void count_legs(const struct xmemd_alloc *alloc, struct xmemd_meta *meta)
{
	unsigned int i;

	for (i = 0; i < alloc->legs; i++) {
		if (alloc->leg[i].state == XMEMD_LEG_GOING)
			continue;
		meta->size += alloc->leg[i].size;
		meta->count++;
	}
}

/**
 * xmemd_meta_write() - what a region is told
 * @alloc: its allocation
 * @index: which leg it is
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_meta_write(const struct xmemd_alloc *alloc, unsigned int index)
{
	struct xmemd_meta meta = {
		.client = alloc->client,
		.duration = alloc->duration,
		.not_in_use = alloc->not_in_use,
		.created = alloc->created,
		.layout = alloc->layout,
		.type = alloc->type,
		.epoch = alloc->epoch,
		.index = index,
		.labels = alloc->labels,
	};
	char *text;

	memcpy(meta.name, alloc->name, sizeof(meta.name));
	memcpy(meta.owner, alloc->owner, sizeof(meta.owner));
	memcpy(meta.account, alloc->account, sizeof(meta.account));
	memcpy(meta.strategies, alloc->strategies, sizeof(meta.strategies));
	count_legs(alloc, &meta);
	text = xmemd_record_text(xmemd_fields_write(XMEMD_FIELDS(fields), &meta));
	/* many labels, a name all of quotation marks: what can be done without is left out then */
	if (text && strlen(text) > XMEM_APPLIANCE_META_MAX) {
		free(text);
		meta.labels = NULL;
		text = xmemd_record_text(xmemd_fields_write(XMEMD_FIELDS(fields), &meta));
	}
	if (text && strlen(text) > XMEM_APPLIANCE_META_MAX) {
		free(text);
		meta.strategies[0] = 0;
		text = xmemd_record_text(xmemd_fields_write(XMEMD_FIELDS(fields), &meta));
	}
	return text;
}

/**
 * xmemd_meta_read() - read what a region says
 * @object: what it says
 * @meta: result; borrows from @object
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_meta_read(const json_t *object, struct xmemd_meta *meta, struct xmemd_refusal *why)
{
	*meta = (struct xmemd_meta){};
	if (xmemd_fields_read(XMEMD_FIELDS(fields), object, meta, why) < 0 ||
	    xmemd_labels_check(meta->labels, why) < 0)
		return -1;
	if (!meta->count || meta->index >= meta->count)
		return xmemd_refuse(why, 400, "region %u of %u cannot be", meta->index,
				    meta->count);
	return 0;
}
