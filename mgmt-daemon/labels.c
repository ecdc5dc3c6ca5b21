// SPDX-License-Identifier: GPL-2.0-or-later
#include "label.h"
#include "labels.h"

/**
 * xmemd_labels_check() - may somebody have these labels?
 * @labels: object, or NULL
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (400).
 */
int xmemd_labels_check(const json_t *labels, struct xmemd_refusal *why)
{
	const char *key;
	json_t *value;

	if (json_object_size(labels) > XMEM_LABELS_MAX)
		return xmemd_refuse_field(why, "labels", "\"labels\" must be at most %d",
					  XMEM_LABELS_MAX);
	json_object_foreach ((json_t *)labels, key, value)
		if (!xmem_label_is_key(key) || !json_is_string(value) ||
		    json_string_length(value) > 63)
			return xmemd_refuse_field(why, "labels", "\"labels\" must be %s",
						  XMEM_LABELS_TEXT);
	return 0;
}
