// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "label.h"
#include "word.h"

#define LIST_TEXT 1024

/**
 * xmem_label_is_key() - whether a text can be the key of a label
 * @key: the text
 *
 * Return: true for a name of at most 31 characters.
 */
bool xmem_label_is_key(const char *key)
{
	return xmem_word_is_name(key) && strlen(key) < XMEM_LABEL_KEY_TEXT;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	for (len = strlen(text); len && isspace((unsigned char)text[len - 1]); len--)
		text[len - 1] = 0;
	return text;
}

static int add_label(json_t *labels, char *text, struct xmem_err *err)
{
	char *value = strchr(text, '=');

	if (value)
		*value++ = 0;
	if (!value || !xmem_label_is_key(text) || !xmem_word_is_name(value))
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "\"%.32s%s%.64s\" is no label; possible are " XMEM_LABELS_TEXT,
				    text, value ? "=" : "", value ? value : "");
	if (json_object_get(labels, text))
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL, "label \"%.32s\" is given twice",
				    text);
	if (json_object_size(labels) == XMEM_LABELS_MAX)
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL, "too many labels; possible are %d",
				    XMEM_LABELS_MAX);
	return json_object_set_new(labels, text, json_string(value)) ? -ENOMEM : 0;
}

/**
 * xmem_labels_json() - read labels
 * @text: KEY=VALUE[,KEY=VALUE...]; the empty text has none
 * @labels: result, a new object; NULL after an error
 * @err: tells what would be possible
 *
 * Return: 0 or a negative errno.
 */
int xmem_labels_json(const char *text, json_t **labels, struct xmem_err *err)
{
	char copy[LIST_TEXT], *rest = copy, *word;
	int rc = 0;

	*labels = NULL;
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "the labels are too long; possible are %d bytes",
				    LIST_TEXT - 1);
	*labels = json_object();
	while (*text && !rc && (word = strsep(&rest, ",")))
		rc = add_label(*labels, trim(word), err);
	if (!rc)
		return 0;
	json_decref(*labels);
	*labels = NULL;
	return rc;
}

/**
 * xmem_labels_check() - whether a text is a list of labels
 * @text: the text
 * @err: tells what would be possible
 *
 * Return: 0 or a negative errno.
 */
int xmem_labels_check(const char *text, struct xmem_err *err)
{
	json_t *labels;
	int rc = *text ? xmem_labels_json(text, &labels, err) : -EINVAL;

	if (!rc)
		json_decref(labels);
	return rc;
}
