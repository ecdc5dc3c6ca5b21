/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Labels say where a machine stands and what it is: site=lab,rack=r1,switch=s2. The
 * allocation logic knows site, rack, switch, numa and class; others are free.
 */
#ifndef XMEM_LABEL_H
#define XMEM_LABEL_H

#include <stdbool.h>
#include <jansson.h>

#include "err.h"

#define XMEM_LABELS_MAX 16
#define XMEM_LABEL_KEY_TEXT 32
#define XMEM_LABELS_TEXT                                                                       \
	"at most 16 of KEY=VALUE with commas, KEY of 1 to 31 and VALUE of 1 to 63 characters " \
	"of A-Z a-z 0-9 . _ -, the first a letter or a digit"

bool xmem_label_is_key(const char *key);
int xmem_labels_check(const char *text, struct xmem_err *err);
int xmem_labels_json(const char *text, json_t **labels, struct xmem_err *err);

#endif /* XMEM_LABEL_H */
