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

enum xmemd_field_type {
	XMEMD_FIELD_NAME,   /* char[XMEMD_NAME_TEXT] */
	XMEMD_FIELD_URL,    /* char[XMEMD_URL_TEXT], https://HOST:PORT */
	XMEMD_FIELD_LABEL,  /* char[64], printable ASCII */
	XMEMD_FIELD_SIZE,   /* uint64_t, bytes or "256M" */
	XMEMD_FIELD_ID,	    /* uint64_t, "0x…" */
	XMEMD_FIELD_TOKEN,  /* uint8_t[16], 32 hexadecimal digits */
	XMEMD_FIELD_NUMBER, /* uint32_t up to @max */
	XMEMD_FIELD_CHOICE, /* uint32_t, one of @choices */
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
 * @max: largest number
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

#endif /* XMEMD_FIELDS_H */
