// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "fields.h"
#include "hex.h"
#include "label.h"
#include "ask.h"
#include "out.h"
#include "size.h"
#include "word.h"

#define SECOND 1000
#define LIST_TEXT 1024

static const struct adm_option *find_option(const struct adm_option *options, const char *name)
{
	while (strcmp(options->name, name))
		options++;
	return options;
}

/* Adds the words of an option to a refusal. */
static void append_words(struct adm *adm, const char *words)
{
	char copy[512], *rest = copy, *word;
	const char *comma = "";

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, "|"))) {
		xmem_err_append(&adm->err, "%s%s", comma, word);
		comma = ", ";
	}
}

/**
 * adm_choice() - whether a value is one of an option's words
 * @adm: for the refusal
 * @options: options of the command
 * @option: name of the option
 * @value: one value
 *
 * Options without words, or with names of what there is, take any.
 *
 * Return: 0 or a negative errno.
 */
int adm_choice(struct adm *adm, const struct adm_option *options, const char *option,
	       const char *value)
{
	const char *words = find_option(options, option)->words, *p = words;
	size_t len;

	if (!words || strchr(words, '@'))
		return 0;
	words = p += *p == ',';
	for (; *p; p += len + (p[len] == '|')) {
		len = strcspn(p, "|");
		if (strlen(value) == len && !strncmp(p, value, len))
			return 0;
	}
	adm_usage(adm, "--%s %.64s: possible are ", option, value);
	append_words(adm, words);
	return -EINVAL;
}

static void put(json_t *object, const char *key, json_t *value)
{
	const char *dot = strchr(key, '.');
	char outer[64];
	json_t *inner;

	if (!dot) {
		json_object_set_new(object, key, value);
		return;
	}
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - key), key);
	inner = json_object_get(object, outer);
	if (!inner) {
		inner = json_object();
		json_object_set_new(object, outer, inner);
	}
	json_object_set_new(inner, dot + 1, value);
}

static void clear(json_t *object, const char *key)
{
	const char *dot = strchr(key, '.');
	char outer[64];

	if (!dot) {
		json_object_del(object, key);
		return;
	}
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - key), key);
	json_object_del(json_object_get(object, outer), dot + 1);
}

static int read_list(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		     const struct adm_field *field, json_t **result)
{
	char copy[LIST_TEXT], *rest, *word;
	json_t *list = json_array();
	const char *text;
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && (text = adm_value_n(args, field->option, i)); i++) {
		if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
			rc = adm_usage(adm, "--%s is too long", field->option);
		rest = copy;
		while (!rc && (word = strsep(&rest, ","))) {
			if (!*word)
				rc = adm_usage(adm, "--%s %.64s: an empty word; possible is %s",
					       field->option, text,
					       find_option(options, field->option)->value);
			else
				rc = adm_choice(adm, options, field->option, word);
			json_array_append_new(list, json_string(word));
		}
	}
	*result = list;
	return rc;
}

static int read_texts(const struct adm_args *args, const struct adm_field *field, json_t **result)
{
	const char *text;
	unsigned int i;

	*result = json_array();
	for (i = 0; (text = adm_value_n(args, field->option, i)); i++)
		json_array_append_new(*result, json_string(text));
	return 0;
}

static int read_size(struct adm *adm, const struct adm_field *field, const char *text,
		     json_t **result)
{
	char min[XMEM_SIZE_TEXT], max[XMEM_SIZE_TEXT];
	uint64_t bytes;
	int rc = xmem_size_parse(text, &bytes, &adm->err);

	if (rc)
		return rc;
	if (bytes < field->min || bytes > field->max)
		return adm_usage(adm, "--%s %.32s: possible is %s to %s", field->option, text,
				 xmem_size_format(field->min, min),
				 xmem_size_format(field->max, max));
	*result = adm_json_u64(bytes);
	return 0;
}

static int read_seconds(struct adm *adm, const struct adm_field *field, const char *text,
			json_t **result)
{
	uint64_t ms;
	int rc = xmem_duration_parse(text, &ms, &adm->err);

	if (rc)
		return rc;
	if (ms % SECOND || ms / SECOND < field->min || ms / SECOND > field->max)
		return adm_usage(adm, "--%s %.32s: possible is %llus to %llud, in whole seconds",
				 field->option, text, (unsigned long long)field->min,
				 (unsigned long long)field->max / 86400);
	*result = json_integer((json_int_t)(ms / SECOND));
	return 0;
}

static int read_number(struct adm *adm, const struct adm_args *args, const struct adm_field *field,
		       json_t **result)
{
	uint64_t number = 0;
	int rc = adm_number(adm, args, field->option, field->min, field->max, &number);

	if (!rc)
		*result = json_integer((json_int_t)number);
	return rc;
}

static int read_flag(struct adm *adm, const struct adm_option *options,
		     const struct adm_field *field, const char *text, json_t **result)
{
	int rc = 0;

	if (*text)
		rc = adm_choice(adm, options, field->option, text);
	if (!rc)
		*result = json_boolean(strcmp(text, "no") != 0);
	return rc;
}

static int read_value(struct adm *adm, const struct adm_args *args,
		      const struct adm_option *options, const struct adm_field *field,
		      json_t **result)
{
	const char *text = adm_value(args, field->option);
	uint64_t id;
	int rc = 0;

	switch (field->kind) {
	case ADM_F_LIST:
		return read_list(adm, args, options, field, result);
	case ADM_F_TEXTS:
		return read_texts(args, field, result);
	case ADM_F_SIZE:
		return read_size(adm, field, text, result);
	case ADM_F_SECONDS:
		return read_seconds(adm, field, text, result);
	case ADM_F_NUMBER:
		return read_number(adm, args, field, result);
	case ADM_F_FLAG:
		return read_flag(adm, options, field, text, result);
	case ADM_F_LABELS:
		rc = xmem_labels_json(text, result, &adm->err);
		return rc;
	case ADM_F_ID:
		rc = xmem_id_parse("client", text, &id, &adm->err);
		*result = rc ? NULL : adm_json_id(id);
		return rc;
	case ADM_F_NAME:
		rc = adm_check_name(adm, text);
		break;
	case ADM_F_WORD:
		rc = adm_choice(adm, options, field->option, text);
		break;
	default:
		break;
	}
	*result = rc ? NULL : json_string(text);
	if (!rc && !*result)
		rc = adm_usage(adm, "--%s: possible is text in UTF-8", field->option);
	return rc;
}

/* A zone is two members, of which one is there. */
static int read_zone(struct adm *adm, const char *text, json_t *object)
{
	unsigned int hours, minutes;
	char sign, rest;

	if (sscanf(text, "%c%2u:%2u%c", &sign, &hours, &minutes, &rest) != 3 || strlen(text) != 6 ||
	    (sign != '+' && sign != '-') || minutes > 59 ||
	    hours * 60 + minutes > (sign == '+' ? 14 * 60 : 12 * 60))
		return adm_usage(adm, "--zone %.32s: possible is -12:00 to +14:00, as +HH:MM",
				 text);
	json_object_del(object, "minutes_east");
	json_object_del(object, "minutes_west");
	put(object, sign == '+' ? "minutes_east" : "minutes_west",
	    json_integer((json_int_t)(hours * 60 + minutes)));
	return 0;
}

static int read_fields(struct adm *adm, const struct adm_args *args,
		       const struct adm_option *options, const struct adm_field *fields,
		       json_t *object, bool none)
{
	json_t *value;
	int rc = 0;

	for (; !rc && fields->option; fields++) {
		const char *text = adm_value(args, fields->option);

		if (!text)
			continue;
		value = NULL;
		if (none && !strcmp(text, "none")) {
			if (fields->kind == ADM_F_ZONE) {
				clear(object, "minutes_east");
				clear(object, "minutes_west");
			} else {
				clear(object, fields->key);
			}
			continue;
		}
		if (fields->kind == ADM_F_ZONE) {
			rc = read_zone(adm, text, object);
			continue;
		}
		rc = read_value(adm, args, options, fields, &value);
		if (!rc)
			put(object, fields->key, value);
		else
			json_decref(value);
	}
	return rc;
}

/**
 * adm_fields_read() - take options into a request
 * @adm: for refusals
 * @args: as given
 * @options: options of the command
 * @fields: which option goes where
 * @object: result; members of options that were not given are left alone
 *
 * Return: 0 or a negative errno.
 */
int adm_fields_read(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		    const struct adm_field *fields, json_t *object)
{
	return read_fields(adm, args, options, fields, object, false);
}

/**
 * adm_fields_change() - take options into an object that exists
 * @adm: for refusals
 * @args: as given
 * @options: options of the command
 * @fields: which option goes where
 * @object: the object; the value none takes a member away
 *
 * Return: 0 or a negative errno.
 */
int adm_fields_change(struct adm *adm, const struct adm_args *args,
		      const struct adm_option *options, const struct adm_field *fields,
		      json_t *object)
{
	return read_fields(adm, args, options, fields, object, true);
}
