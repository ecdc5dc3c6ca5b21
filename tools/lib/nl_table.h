/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the attribute tables of the two families are written down. */
#ifndef XMEM_NL_TABLE_H
#define XMEM_NL_TABLE_H

#include "nl.h"

#define XMEM_NL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define XMEM_NL_FIELD(STRUCT, TYPE, NAME, FIELD)                                           \
	{                                                                                  \
		.name = (NAME), .type = XMEM_NL_##TYPE, .offset = offsetof(STRUCT, FIELD), \
		.size = sizeof(((STRUCT *)0)->FIELD)                                       \
	}

#define XMEM_NL_FIELD_HAS(STRUCT, TYPE, NAME, FIELD, HAS)                                  \
	{                                                                                  \
		.name = (NAME), .type = XMEM_NL_##TYPE, .offset = offsetof(STRUCT, FIELD), \
		.size = sizeof(((STRUCT *)0)->FIELD), .has = offsetof(STRUCT, HAS) + 1     \
	}

#define XMEM_NL_FIELD_TOLD(STRUCT, TYPE, NAME, FIELD)                                      \
	{                                                                                  \
		.name = (NAME), .type = XMEM_NL_##TYPE, .offset = offsetof(STRUCT, FIELD), \
		.size = sizeof(((STRUCT *)0)->FIELD), .told = true                         \
	}

#define XMEM_NL_SET(NAME, ATTRS)                                                  \
	{                                                                         \
		.name = (NAME), .attrs = (ATTRS), .max = XMEM_NL_COUNT(ATTRS) - 1 \
	}

/* xmem_nl_msg() and xmem_nl_put() in one; NULL if it does not fit. */
struct nl_msg *xmem_nl_request(struct xmem_nl *nl, uint8_t cmd, int flags,
			       const struct xmem_nl_set *set, const void *object,
			       const uint16_t *attrs, size_t count);

#endif /* XMEM_NL_TABLE_H */
