// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libsmartcols.h>

#include "hex.h"
#include "out.h"
#include "size.h"

#define CELL 512
#define COLUMNS_MAX 32

/**
 * adm_id_text() - a region's identity for people
 * @id: the identity
 * @out: the text: decimal as people choose them, hexadecimal as managers do
 *
 * Return: @out.
 */
const char *adm_id_text(uint64_t id, char out[ADM_ID_SIZE])
{
	snprintf(out, ADM_ID_SIZE, id <= UINT32_MAX ? "%" PRIu64 : "0x%016" PRIx64, id);
	return out;
}

/**
 * adm_json_u64() - a number for JSON
 * @value: the number
 *
 * Return: an integer, or hexadecimal text when JSON's integers are too small for it.
 */
json_t *adm_json_u64(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : adm_json_id(value);
}

/**
 * adm_json_id() - an identity for JSON
 * @id: the identity
 *
 * Return: text, 0x and 16 digits.
 */
json_t *adm_json_id(uint64_t id)
{
	char text[XMEM_ID_TEXT];

	return json_string(xmem_id_format(id, text));
}

/**
 * adm_set() - put a member into an object
 * @object: the object
 * @key: name of the member
 * @value: consumed
 */
void adm_set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void format_words(const json_t *array, char *out, size_t size)
{
	size_t i, len = 0;

	*out = 0;
	for (i = 0; i < json_array_size(array) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "," : "",
					json_string_value(json_array_get(array, i)));
}

static void format_labels(const json_t *object, char *out, size_t size)
{
	const char *key;
	json_t *value;
	size_t len = 0;

	*out = 0;
	json_object_foreach ((json_t *)object, key, value) {
		if (len >= size)
			break;
		len += (size_t)snprintf(out + len, size - len, "%s%s=%s", len ? "," : "", key,
					json_string_value(value));
	}
}

static void format_duration(json_int_t seconds, char *out, size_t size)
{
	static const struct {
		json_int_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i, len = 0;
	int parts = 0;

	/* the two largest units say enough: 3d4h, 5m, 1h30m */
	for (i = 0; i < 4 && parts < 2; i++) {
		if (seconds < units[i].seconds && !(i == 3 && !parts)) {
			parts += parts > 0;
			continue;
		}
		len += (size_t)snprintf(out + len, size - len, "%" JSON_INTEGER_FORMAT "%c",
					seconds / units[i].seconds, units[i].unit);
		seconds %= units[i].seconds;
		parts++;
		if (!seconds)
			break;
	}
}

static void format_time(json_int_t seconds, char *out, size_t size)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!t)
		snprintf(out, size, "never");
	else
		strftime(out, size, "%F %T", localtime_r(&t, &tm));
}

static void format_number(unsigned int kind, json_int_t number, char *out, size_t size)
{
	char text[ADM_ID_SIZE];

	switch (kind & ~(unsigned int)ADM_SPARE) {
	case ADM_ID:
		snprintf(out, size, "%s", adm_id_text((uint64_t)number, text));
		break;
	case ADM_SIZE:
		snprintf(out, size, "%s", xmem_size_format((uint64_t)number, text));
		break;
	case ADM_TIME:
		format_time(number, out, size);
		break;
	case ADM_SECONDS:
		format_duration(number, out, size);
		break;
	case ADM_MS:
		if (number % 1000)
			snprintf(out, size, "%" JSON_INTEGER_FORMAT "ms", number);
		else
			snprintf(out, size, "%" JSON_INTEGER_FORMAT "s", number / 1000);
		break;
	default:
		snprintf(out, size, "%" JSON_INTEGER_FORMAT, number);
	}
}

/* A key with a dot is a member of a member. */
static const json_t *find_value(const json_t *object, const char *key)
{
	const char *dot = strchr(key, '.');
	char outer[64];

	if (!dot)
		return json_object_get(object, key);
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - key), key);
	return find_value(json_object_get(object, outer), dot + 1);
}

static const char *format_cell(const struct adm_column *column, const json_t *object,
			       char out[CELL])
{
	const json_t *value = find_value(object, column->key);

	*out = 0;
	if (json_is_string(value))
		snprintf(out, CELL, "%s", json_string_value(value));
	else if (json_is_boolean(value))
		snprintf(out, CELL, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		format_words(value, out, CELL);
	else if (json_is_object(value))
		format_labels(value, out, CELL);
	else if (json_is_real(value))
		snprintf(out, CELL, "%.2f", json_real_value(value));
	else if (json_is_integer(value))
		format_number(column->kind, json_integer_value(value), out, CELL);
	return out;
}

static int no_memory(struct adm *adm)
{
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, ENOMEM, "out of memory");
}

static bool right_aligned(unsigned int kind)
{
	kind &= ~(unsigned int)ADM_SPARE;
	return kind == ADM_NUMBER || kind == ADM_ID || kind == ADM_SIZE || kind == ADM_MS ||
	       kind == ADM_SECONDS;
}

/* Whether a column is shown: not a spare one that is empty everywhere. */
static bool shown(const struct adm_column *column, const json_t *rows)
{
	char cell[CELL];
	size_t row;

	if (!(column->kind & ADM_SPARE))
		return true;
	for (row = 0; row < json_array_size(rows); row++)
		if (*format_cell(column, json_array_get(rows, row), cell))
			return true;
	return false;
}

static int add_row(struct libscols_table *table, const json_t *object,
		   const struct adm_column *const *columns, size_t count)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char cell[CELL];
	size_t i;

	for (i = 0; line && i < count; i++)
		if (scols_line_set_data(line, i, format_cell(columns[i], object, cell)))
			return -1;
	return line ? 0 : -1;
}

static int print_table(struct adm *adm, const json_t *rows, const struct adm_column *columns)
{
	const struct adm_column *used[COLUMNS_MAX];
	struct libscols_table *table = scols_new_table();
	size_t row, count = 0;
	int rc = 0;

	if (!table)
		return no_memory(adm);
	for (; columns->key && count < COLUMNS_MAX; columns++) {
		if (!shown(columns, rows))
			continue;
		used[count++] = columns;
		if (!scols_table_new_column(table, columns->title, 0,
					    right_aligned(columns->kind) ? SCOLS_FL_RIGHT : 0))
			rc = no_memory(adm);
	}
	for (row = 0; !rc && row < json_array_size(rows); row++)
		if (add_row(table, json_array_get(rows, row), used, count))
			rc = no_memory(adm);
	if (!rc && json_array_size(rows))
		scols_print_table(table);
	scols_unref_table(table);
	return rc;
}

static int print_json(struct adm *adm, const json_t *value)
{
	size_t flags = adm->pretty ? JSON_INDENT(4) : JSON_COMPACT;

	if (json_dumpf(value, stdout, flags | JSON_ENCODE_ANY))
		return xmem_err_set(&adm->err, XMEM_ERR_USAGE, EIO, "cannot write the output");
	putchar('\n');
	return 0;
}

/**
 * adm_print_list() - print a list of objects
 * @adm: the run
 * @rows: array of objects, consumed
 * @columns: how to show them as a table
 *
 * Return: 0 or a negative errno.
 */
int adm_print_list(struct adm *adm, json_t *rows, const struct adm_column *columns)
{
	int rc;

	if (adm->collect) {
		json_decref(adm->collected);
		adm->collected = rows;
		return 0;
	}
	rc = adm->json ? print_json(adm, rows) : print_table(adm, rows, columns);
	json_decref(rows);
	return rc;
}

/**
 * adm_print_sections() - print an object and the lists in it
 * @adm: the run
 * @object: consumed
 * @columns: its members, one a line
 * @sections: members that are lists, also of members; ends with an empty one
 *
 * Return: 0 or a negative errno.
 */
int adm_print_sections(struct adm *adm, json_t *object, const struct adm_column *columns,
		       const struct adm_section *sections)
{
	char cell[CELL];
	int rc = 0;

	if (adm->json) {
		rc = print_json(adm, object);
		json_decref(object);
		return rc;
	}
	for (; columns->key; columns++)
		if (*format_cell(columns, object, cell))
			printf("%-16s %s\n", columns->title, cell);
	for (; !rc && sections->key; sections++) {
		const json_t *list = find_value(object, sections->key);
		size_t i;

		if (!json_array_size(list))
			continue;
		putchar('\n');
		/* a list of texts is lines, a list of objects a table */
		for (i = 0; !sections->columns && i < json_array_size(list); i++)
			printf("%s%s\n", sections->title,
			       json_string_value(json_array_get(list, i)));
		if (sections->columns)
			rc = print_table(adm, list, sections->columns);
	}
	json_decref(object);
	return rc;
}

/**
 * adm_print_object() - print one object
 * @adm: the run
 * @object: consumed
 * @columns: its members, one a line
 * @list: key of a member that is a list of objects, printed as a table; or NULL
 * @list_columns: columns of that table
 *
 * Return: 0 or a negative errno.
 */
int adm_print_object(struct adm *adm, json_t *object, const struct adm_column *columns,
		     const char *list, const struct adm_column *list_columns)
{
	const struct adm_section sections[] = { { list, "", list_columns }, { 0 } };

	return adm_print_sections(adm, object, columns, sections);
}

/**
 * adm_print_line() - say what was done
 * @adm: the run
 * @object: for -j, consumed
 * @text: for people
 *
 * Return: 0 or a negative errno.
 */
int adm_print_line(struct adm *adm, json_t *object, const char *text)
{
	int rc = 0;

	if (adm->json)
		rc = print_json(adm, object);
	else
		puts(text);
	json_decref(object);
	return rc;
}
