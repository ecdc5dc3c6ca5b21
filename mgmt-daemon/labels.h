/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels in requests; what they mean is in label.h. */
#ifndef XMEMD_LABELS_H
#define XMEMD_LABELS_H

#include <stdbool.h>
#include <jansson.h>

#include "label.h"
#include "refusal.h"

#define XMEMD_LABEL_VALUE_TEXT 64

/**
 * struct xmemd_label_wanted - a label by which a list is filtered
 * @key: its key
 * @value: what it must be
 */
struct xmemd_label_wanted {
	char key[XMEM_LABEL_KEY_TEXT], value[XMEMD_LABEL_VALUE_TEXT];
};

int xmemd_labels_check(const json_t *labels, struct xmemd_refusal *why);
json_t *xmemd_labels_keep(json_t *labels);
int xmemd_label_want(struct xmemd_label_wanted *wanted, unsigned int *count, const char *text,
		     struct xmemd_refusal *why);
bool xmemd_labels_match(const json_t *labels, const struct xmemd_label_wanted *wanted,
			unsigned int count);

#endif /* XMEMD_LABELS_H */
