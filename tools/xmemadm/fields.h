/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that become members of a request's JSON, by table. */
#ifndef XMEMADM_FIELDS_H
#define XMEMADM_FIELDS_H

#include <jansson.h>

#include "adm.h"
#include "args.h"

enum adm_field_kind {
	ADM_F_TEXT,    /* as it is */
	ADM_F_NAME,    /* a name as everything has it */
	ADM_F_WORD,    /* one of the option's words */
	ADM_F_LIST,    /* words with commas, or the option several times; array */
	ADM_F_TEXTS,   /* texts, the option several times; array */
	ADM_F_SIZE,    /* bytes */
	ADM_F_SECONDS, /* a span of time */
	ADM_F_NUMBER,  /* whole number */
	ADM_F_ID,      /* hexadecimal identity */
	ADM_F_LABELS,  /* KEY=VALUE with commas; object */
	ADM_F_FLAG,    /* true when the option is given, or yes and no when it has a value */
	ADM_F_ZONE,    /* +HH:MM or -HH:MM; minutes_east or minutes_west */
};

/**
 * struct adm_field - a member of a request
 * @option: name of the option
 * @key: name of the member; with a dot it is in another one
 * @kind: what its value is
 * @min: smallest number, size (bytes) or span (seconds) that is possible
 * @max: largest one
 *
 * A table of them ends with an empty one.
 */
struct adm_field {
	const char *option, *key;
	enum adm_field_kind kind;
	uint64_t min, max;
};

int adm_fields_read(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		    const struct adm_field *fields, json_t *object);
int adm_fields_change(struct adm *adm, const struct adm_args *args,
		      const struct adm_option *options, const struct adm_field *fields,
		      json_t *object);
int adm_choice(struct adm *adm, const struct adm_option *options, const char *option,
	       const char *value);

#endif /* XMEMADM_FIELDS_H */
