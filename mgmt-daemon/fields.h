/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of a JSON object, by table: name, type, bounds, and where the value goes
 * in a C structure. What the table does not name is refused.
 */
#ifndef XMEMD_FIELDS_H
#define XMEMD_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "refusal.h"

/* Ten years, in seconds: longer than any of this will run. */
#define XMEMD_TIME_MAX 315360000LL

enum xmemd_field_type {
	XMEMD_FIELD_NAME,   /* char[XMEMD_NAME_TEXT] */
	XMEMD_FIELD_URL,    /* char[XMEMD_URL_TEXT], https://HOST:PORT */
	XMEMD_FIELD_LABEL,  /* char[64], printable ASCII */
	XMEMD_FIELD_SIZE,   /* uint64_t, bytes or "256M" */
	XMEMD_FIELD_ID,	    /* uint64_t, "0x…" */
	XMEMD_FIELD_TOKEN,  /* uint8_t[16], 32 hexadecimal digits */
	XMEMD_FIELD_NUMBER, /* uint32_t up to @max */
	XMEMD_FIELD_CHOICE, /* uint32_t, one of @choices */
	XMEMD_FIELD_WORDS,  /* char[@max + 1], printable ASCII */
	XMEMD_FIELD_BYTES,  /* uint64_t, as a size, or 0 */
	XMEMD_FIELD_TIME,   /* uint64_t, seconds or "10m", or 0 */
	XMEMD_FIELD_COUNT,  /* uint64_t */
	XMEMD_FIELD_BOOL,   /* bool */
	XMEMD_FIELD_OBJECT, /* json_t *, borrowed from what is read; copied when written */
	XMEMD_FIELD_ARRAY,  /* json_t *, as an object */
};

/**
 * struct xmemd_choice - a word and the number it stands for
 * @word: the word; NULL ends a list
 * @value: the number
 */
struct xmemd_choice {
	const char *word;
	uint32_t value;
};

/**
 * struct xmemd_field - a field of an object
 * @name: its name
 * @type: its type
 * @required: refuse an object without it; otherwise the structure keeps what it has
 * @offset: of the value in the structure
 * @max: largest number, longest text
 * @choices: possible words
 */
struct xmemd_field {
	const char *name;
	enum xmemd_field_type type;
	bool required;
	size_t offset;
	uint32_t max;
	const struct xmemd_choice *choices;
};

extern const struct xmemd_choice xmemd_layouts[], xmemd_layouts_wanted[], xmemd_rights[];

const char *xmemd_choice_word(const struct xmemd_choice *choices, uint32_t value);
int xmemd_fields_read(const struct xmemd_field *fields, size_t count, const json_t *object,
		      void *out, struct xmemd_refusal *why);
json_t *xmemd_fields_write(const struct xmemd_field *fields, size_t count, const void *in);

/* A table and its length, as the two above take them. */
#define XMEMD_FIELDS(fields) (fields), sizeof(fields) / sizeof(*(fields))

#endif /* XMEMD_FIELDS_H */
