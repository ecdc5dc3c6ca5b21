// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/xmem.h>
#include <linux/xmem_appliance.h>

#include "alloc.h"
#include "duration.h"
#include "fields.h"
#include "hex.h"
#include "logic/plan.h"
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

static int read_text(const char *name, const json_t *value, size_t max, char *out,
		     struct xmemd_refusal *why)
{
	const char *text = json_string_value(value), *p;

	for (p = text; p && *p; p++)
		if (*p < ' ' || *p > '~')
			break;
	if (!text || *p || (size_t)(p - text) > max)
		return xmemd_refuse_field(
			why, name, "\"%s\" must be text of at most %zu printable ASCII characters",
			name, max);
	snprintf(out, max + 1, "%s", text);
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

static bool is_zero(const json_t *value)
{
	return json_is_integer(value) && !json_integer_value(value);
}

static int read_time(const char *name, const json_t *value, uint64_t *out,
		     struct xmemd_refusal *why)
{
	const char *text = json_string_value(value);
	json_int_t number = json_integer_value(value);
	uint64_t ms = 0;

	if (text && xmem_duration_parse(text, &ms, NULL) < 0)
		return refuse_field(why, name,
				    "seconds or a time such as \"90s\", \"10m\", \"12h\"");
	if (!text && (!json_is_integer(value) || number < 0))
		return refuse_field(why, name,
				    "seconds or a time such as \"90s\", \"10m\", \"12h\"");
	if (!text)
		ms = number > XMEMD_TIME_MAX ? UINT64_MAX : (uint64_t)number * 1000;
	if (ms / 1000 > XMEMD_TIME_MAX)
		return refuse_field(why, name, "at most ten years");
	*out = (ms + 999) / 1000;
	return 0;
}

static int read_count(const char *name, const json_t *value, uint64_t *out,
		      struct xmemd_refusal *why)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return refuse_field(why, name, "a whole number from 0 on");
	*out = (uint64_t)json_integer_value(value);
	/* "no limit" is the largest number here and there */
	if (*out == INT64_MAX)
		*out = UINT64_MAX;
	return 0;
}

static int read_bool(const char *name, const json_t *value, bool *out, struct xmemd_refusal *why)
{
	if (!json_is_boolean(value))
		return refuse_field(why, name, "true or false");
	*out = json_is_true(value);
	return 0;
}

static int read_nested(const struct xmemd_field *field, json_t *value, json_t **out,
		       struct xmemd_refusal *why)
{
	bool object = field->type == XMEMD_FIELD_OBJECT;

	if (object ? !json_is_object(value) : !json_is_array(value))
		return refuse_field(why, field->name, object ? "an object" : "an array");
	*out = value;
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

	for (choice = field->choices; choice->word && len < sizeof(possible); choice++) {
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

static int read_field(const struct xmemd_field *field, json_t *value, void *out,
		      struct xmemd_refusal *why)
{
	void *to = (char *)out + field->offset;

	switch (field->type) {
	case XMEMD_FIELD_NAME:
		return read_name(field->name, value, to, why);
	case XMEMD_FIELD_URL:
		return read_url(field->name, value, to, why);
	case XMEMD_FIELD_LABEL:
		return read_text(field->name, value, XMEM_APPLIANCE_LABEL_MAX, to, why);
	case XMEMD_FIELD_WORDS:
		return read_text(field->name, value, field->max, to, why);
	case XMEMD_FIELD_BYTES:
		*(uint64_t *)to = 0;
		return is_zero(value) ? 0 : read_size(field->name, value, to, why);
	case XMEMD_FIELD_TIME:
		return read_time(field->name, value, to, why);
	case XMEMD_FIELD_COUNT:
		return read_count(field->name, value, to, why);
	case XMEMD_FIELD_BOOL:
		return read_bool(field->name, value, to, why);
	case XMEMD_FIELD_OBJECT:
	case XMEMD_FIELD_ARRAY:
		return read_nested(field, value, to, why);
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
	char possible[512] = "";
	size_t i, len = 0;

	for (i = 0; i < count && len < sizeof(possible); i++)
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

static json_t *write_count(uint64_t number)
{
	return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

static json_t *write_field(const struct xmemd_field *field, const void *from)
{
	char id[XMEM_ID_TEXT], token[XMEM_TOKEN_TEXT];

	switch (field->type) {
	case XMEMD_FIELD_NAME:
	case XMEMD_FIELD_URL:
	case XMEMD_FIELD_LABEL:
	case XMEMD_FIELD_WORDS:
		return json_string(from);
	case XMEMD_FIELD_ID:
		return json_string(xmem_id_format(*(const uint64_t *)from, id));
	case XMEMD_FIELD_TOKEN:
		return json_string(xmem_token_format(from, token));
	case XMEMD_FIELD_NUMBER:
		return json_integer(*(const uint32_t *)from);
	case XMEMD_FIELD_CHOICE:
		return json_string(xmemd_choice_word(field->choices, *(const uint32_t *)from));
	case XMEMD_FIELD_SIZE:
	case XMEMD_FIELD_BYTES:
	case XMEMD_FIELD_TIME:
	case XMEMD_FIELD_COUNT:
		return write_count(*(const uint64_t *)from);
	case XMEMD_FIELD_BOOL:
		return json_boolean(*(const bool *)from);
	case XMEMD_FIELD_OBJECT:
	case XMEMD_FIELD_ARRAY:
		return json_deep_copy(*(json_t *const *)from);
	}
	return NULL;
}

/* What an object without the field would be read as. */
static bool is_nothing(const struct xmemd_field *field, const json_t *value)
{
	if (field->required)
		return false;
	return !value || is_zero(value) || json_is_false(value) ||
	       (json_is_string(value) && !json_string_length(value));
}

/**
 * xmemd_fields_write() - write an object that xmemd_fields_read() reads
 * @fields: its fields
 * @count: how many
 * @in: structure that has the values; optional ones that are 0 or empty are left out
 *
 * Return: the object, or NULL without memory.
 */
json_t *xmemd_fields_write(const struct xmemd_field *fields, size_t count, const void *in)
{
	json_t *object = json_object(), *value;
	size_t i;

	for (i = 0; object && i < count; i++) {
		value = write_field(&fields[i], (const char *)in + fields[i].offset);
		if (is_nothing(&fields[i], value))
			json_decref(value);
		else
			json_object_set_new(object, fields[i].name, value);
	}
	return object;
}
