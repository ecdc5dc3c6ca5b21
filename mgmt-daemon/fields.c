// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/xmem.h>
#include <linux/xmem_appliance.h>

#include "alloc.h"
#include "fields.h"
#include "hex.h"
#include "plan.h"
#include "size.h"
#include "word.h"

const struct xmemd_choice xmemd_layouts[] = {
	{ "single", XMEM_LAYOUT_SINGLE },
	{ "concat", XMEM_LAYOUT_CONCAT },
	{},
};

const struct xmemd_choice xmemd_layouts_wanted[] = {
	{ "auto", XMEMD_LAYOUT_AUTO },
	{ "single", XMEM_LAYOUT_SINGLE },
	{ "concat", XMEM_LAYOUT_CONCAT },
	{},
};

const struct xmemd_choice xmemd_rights[] = {
	{ "read", XMEM_APPLIANCE_RIGHT_READ },
	{ "write", XMEM_APPLIANCE_RIGHT_WRITE },
	{ "read-write", XMEM_APPLIANCE_RIGHT_READ | XMEM_APPLIANCE_RIGHT_WRITE },
	{},
};

/**
 * xmemd_choice_word() - the word for a number
 * @choices: the list
 * @value: the number
 *
 * Return: the word, "unknown" for a number that is not in the list.
 */
const char *xmemd_choice_word(const struct xmemd_choice *choices, uint32_t value)
{
	for (; choices->word; choices++)
		if (choices->value == value)
			return choices->word;
	return "unknown";
}

static int refuse_field(struct xmemd_refusal *why, const char *name, const char *must)
{
	return xmemd_refuse_field(why, name, "\"%s\" must be %s", name, must);
}

static int read_name(const char *name, const json_t *value, char *out, struct xmemd_refusal *why)
{
	const char *text = json_string_value(value);

	if (!text || !xmem_word_is_name(text))
		return refuse_field(why, name,
				    "1 to 63 characters of A-Z a-z 0-9 . _ -, the first a letter "
				    "or digit");
	snprintf(out, XMEMD_NAME_TEXT, "%s", text);
	return 0;
}

/* https://HOST:PORT and nothing behind it: paths are added to it. */
static bool is_url(const char *text)
{
	static const char scheme[] = "https://";
	static const char host_chars[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
	const char *host = text + strlen(scheme), *end;
	char address[XMEM_ADDRESS_MAX + 1];
	uint16_t port;
	size_t len;

	if (strlen(text) >= XMEMD_URL_TEXT || strncmp(text, scheme, strlen(scheme)))
		return false;
	if (*host == '[') {
		end = strchr(++host, ']');
		len = end ? (size_t)(end - host) : 0;
		if (!len || len >= sizeof(address))
			return false;
		memcpy(address, host, len);
		address[len] = 0;
		if (!strchr(address, ':') || !xmem_word_is_address(address))
			return false;
		end++;
	} else {
		len = strspn(host, host_chars);
		if (!len)
			return false;
		end = host + len;
	}
	return *end == ':' && xmem_word_port(end + 1, &port);
}

static int read_url(const char *name, const json_t *value, char *out, struct xmemd_refusal *why)
{
	const char *text = json_string_value(value);

	if (!text || !is_url(text))
		return refuse_field(why, name,
				    "https://HOST:PORT without a path, at most 255 characters");
	snprintf(out, XMEMD_URL_TEXT, "%s", text);
	return 0;
}

static int read_label(const char *name, const json_t *value, char *out, struct xmemd_refusal *why)
{
	const char *text = json_string_value(value), *p;

	for (p = text; p && *p; p++)
		if (*p < ' ' || *p > '~')
			break;
	if (!text || *p || p - text > XMEM_APPLIANCE_LABEL_MAX)
		return refuse_field(why, name, "text of at most 63 printable ASCII characters");
	snprintf(out, XMEM_APPLIANCE_LABEL_MAX + 1, "%s", text);
	return 0;
}

static int read_size(const char *name, const json_t *value, uint64_t *out,
		     struct xmemd_refusal *why)
{
	const char *text = json_string_value(value);
	struct xmem_err err;
	uint64_t size = 0;

	if (text) {
		if (xmem_size_parse(text, &size, &err) < 0)
			return xmemd_refuse_field(why, name, "\"%s\": %s", name, err.text);
	} else if (json_is_integer(value) && json_integer_value(value) > 0) {
		size = (uint64_t)json_integer_value(value);
	} else if (!json_is_integer(value)) {
		return refuse_field(why, name,
				    "a whole number of bytes or a string such as \"256M\"");
	}
	if (!size || size > XMEMD_SIZE_MAX)
		return refuse_field(why, name, "from 1 byte to 1P");
	*out = size;
	return 0;
}

static int read_id(const char *name, const json_t *value, uint64_t *out, struct xmemd_refusal *why)
{
	const char *text = json_string_value(value);
	struct xmem_err err;

	if (!text)
		return refuse_field(why, name, "a string of hexadecimal digits such as \"0x1f\"");
	if (xmem_id_parse(name, text, out, &err) < 0)
		return xmemd_refuse_field(why, name, "%s", err.text);
	return 0;
}

static int read_token(const char *name, const json_t *value, uint8_t *out,
		      struct xmemd_refusal *why)
{
	const char *text = json_string_value(value);
	struct xmem_err err;

	if (!text)
		return refuse_field(why, name, "a string of 32 hexadecimal digits");
	if (xmem_token_parse(text, out, &err) < 0)
		return xmemd_refuse_field(why, name, "%s", err.text);
	return 0;
}

static int read_number(const struct xmemd_field *field, const json_t *value, uint32_t *out,
		       struct xmemd_refusal *why)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || number > field->max)
		return xmemd_refuse_field(why, field->name,
					  "\"%s\" must be a whole number from 0 to %u", field->name,
					  field->max);
	*out = (uint32_t)number;
	return 0;
}

static int read_choice(const struct xmemd_field *field, const json_t *value, uint32_t *out,
		       struct xmemd_refusal *why)
{
	const struct xmemd_choice *choice;
	const char *text = json_string_value(value);
	char possible[128] = "";
	size_t len = 0;

	for (choice = field->choices; choice->word; choice++) {
		if (text && !strcmp(text, choice->word)) {
			*out = choice->value;
			return 0;
		}
		len += (size_t)snprintf(possible + len, sizeof(possible) - len, "%s\"%s\"",
					len ? ", " : "", choice->word);
	}
	return xmemd_refuse_field(why, field->name, "\"%s\" must be one of %s", field->name,
				  possible);
}

static int read_field(const struct xmemd_field *field, const json_t *value, void *out,
		      struct xmemd_refusal *why)
{
	void *to = (char *)out + field->offset;

	switch (field->type) {
	case XMEMD_FIELD_NAME:
		return read_name(field->name, value, to, why);
	case XMEMD_FIELD_URL:
		return read_url(field->name, value, to, why);
	case XMEMD_FIELD_LABEL:
		return read_label(field->name, value, to, why);
	case XMEMD_FIELD_SIZE:
		return read_size(field->name, value, to, why);
	case XMEMD_FIELD_ID:
		return read_id(field->name, value, to, why);
	case XMEMD_FIELD_TOKEN:
		return read_token(field->name, value, to, why);
	case XMEMD_FIELD_NUMBER:
		return read_number(field, value, to, why);
	case XMEMD_FIELD_CHOICE:
		return read_choice(field, value, to, why);
	}
	return -1;
}

static int refuse_unknown(const struct xmemd_field *fields, size_t count, const char *key,
			  struct xmemd_refusal *why)
{
	char possible[256] = "";
	size_t i, len = 0;

	for (i = 0; i < count; i++)
		len += (size_t)snprintf(possible + len, sizeof(possible) - len, "%s%s",
					len ? ", " : "", fields[i].name);
	return xmemd_refuse_field(why, key, "field \"%.64s\" is unknown; possible are %s", key,
				  possible);
}

/**
 * xmemd_fields_read() - read an object
 * @fields: its fields
 * @count: how many
 * @object: the object
 * @out: structure that takes the values, with the defaults in it
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (400).
 */
int xmemd_fields_read(const struct xmemd_field *fields, size_t count, const json_t *object,
		      void *out, struct xmemd_refusal *why)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_object(object))
		return xmemd_refuse(why, 400, "the body must be a JSON object");
	json_object_foreach ((json_t *)object, key, value) {
		for (i = 0; i < count && strcmp(key, fields[i].name); i++)
			;
		if (i == count)
			return refuse_unknown(fields, count, key, why);
		if (read_field(&fields[i], value, out, why) < 0)
			return -1;
	}
	for (i = 0; i < count; i++)
		if (fields[i].required && !json_object_get(object, fields[i].name))
			return xmemd_refuse_field(why, fields[i].name, "field \"%s\" is missing",
						  fields[i].name);
	return 0;
}
