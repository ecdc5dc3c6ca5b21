// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

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
		    json_string_length(value) >= XMEMD_LABEL_VALUE_TEXT)
			return xmemd_refuse_field(why, "labels", "\"labels\" must be %s",
						  XMEM_LABELS_TEXT);
	return 0;
}

/**
 * xmemd_labels_keep() - labels as an object keeps them
 * @labels: object, or NULL
 *
 * Return: a reference of them, or NULL if there are none: no labels are not said at all.
 */
json_t *xmemd_labels_keep(json_t *labels)
{
	return json_object_size(labels) ? json_incref(labels) : NULL;
}

/**
 * xmemd_label_want() - take one more label by which to filter
 * @wanted: those so far, room for XMEM_LABELS_MAX
 * @count: how many
 * @text: KEY=VALUE
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (400).
 */
int xmemd_label_want(struct xmemd_label_wanted *wanted, unsigned int *count, const char *text,
		     struct xmemd_refusal *why)
{
	struct xmemd_label_wanted next = {};
	const size_t len = strcspn(text, "=");
	unsigned int i;

	if (*count == XMEM_LABELS_MAX)
		return xmemd_refuse_field(why, "label", "query \"label\" may be given %d times",
					  XMEM_LABELS_MAX);
	if (text[len] && len < sizeof(next.key) && strlen(text + len + 1) < sizeof(next.value)) {
		memcpy(next.key, text, len);
		strcpy(next.value, text + len + 1);
	}
	if (!xmem_label_is_key(next.key))
		return xmemd_refuse_field(
			why, "label",
			"query \"label\" must be KEY=VALUE, KEY of 1 to 31 "
			"characters of A-Z a-z 0-9 . _ -, the first a letter or a "
			"digit, VALUE of at most 63 bytes");
	for (i = 0; i < *count; i++)
		if (!strcmp(wanted[i].key, next.key))
			return xmemd_refuse_field(
				why, "label", "query \"label\" has the key \"%s\" twice", next.key);
	wanted[(*count)++] = next;
	return 0;
}

/**
 * xmemd_labels_match() - has an object all these labels?
 * @labels: its labels, or NULL
 * @wanted: what it must have
 * @count: how many of them
 *
 * Return: whether it has.
 */
bool xmemd_labels_match(const json_t *labels, const struct xmemd_label_wanted *wanted,
			unsigned int count)
{
	const char *value;
	unsigned int i;

	for (i = 0; i < count; i++) {
		value = json_string_value(json_object_get(labels, wanted[i].key));
		if (!value || strcmp(value, wanted[i].value))
			return false;
	}
	return true;
}
