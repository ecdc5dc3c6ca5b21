/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output. A command makes JSON objects; with -j they are printed as they are,
 * without it the columns say how the same objects become a table.
 */
#ifndef XMEMADM_OUT_H
#define XMEMADM_OUT_H

#include <stdint.h>
#include <jansson.h>

#include "adm.h"

enum adm_kind {
	ADM_TEXT,
	ADM_NUMBER,
	ADM_ID,	     /* a region: small ones are decimal */
	ADM_SIZE,    /* bytes */
	ADM_TIME,    /* seconds since 1970; 0 is never */
	ADM_MS,	     /* milliseconds */
	ADM_SECONDS, /* a span of time */
	ADM_WORDS,   /* array of strings */
	ADM_SPARE =
		0x100, /* beside one of these: left out of a table where it is empty in all rows */
};

/*
 * A column of a table or a line of a description; a table of them ends with an empty
 * one. A key with a dot is a member of a member; labels (an object) become KEY=VALUE.
 */
struct adm_column {
	const char *key, *title;
	unsigned int kind; /* of enum adm_kind */
};

/* A list inside an object: a table, or without @columns lines that begin with @title. */
struct adm_section {
	const char *key, *title;
	const struct adm_column *columns;
};

#define ADM_ID_SIZE 24

const char *adm_id_text(uint64_t id, char out[ADM_ID_SIZE]);
json_t *adm_json_u64(uint64_t value);
json_t *adm_json_id(uint64_t id);
void adm_set(json_t *object, const char *key, json_t *value);

int adm_print_list(struct adm *adm, json_t *rows, const struct adm_column *columns);
int adm_print_object(struct adm *adm, json_t *object, const struct adm_column *columns,
		     const char *list, const struct adm_column *list_columns);
int adm_print_sections(struct adm *adm, json_t *object, const struct adm_column *columns,
		       const struct adm_section *sections);
int adm_print_line(struct adm *adm, json_t *object, const char *text);

#endif /* XMEMADM_OUT_H */
