/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where managers are: https://HOST:PORT[,https://HOST:PORT...], tried in that order,
 * or srv:DOMAIN, which DNS answers for _xmem._tcp.DOMAIN.
 */
#ifndef XMEM_MANAGERS_H
#define XMEM_MANAGERS_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define XMEM_MANAGERS_MAX 16
#define XMEM_MANAGERS_TEXT "at most 16 of https://HOST:PORT with commas, or srv:DOMAIN"

bool xmem_managers_is_url(const char *text);
const char *xmem_managers_srv(const char *text);
int xmem_managers_check(const char *text, struct xmem_err *err);
const char *xmem_managers_next(const char *text, char *url, size_t size);

#endif /* XMEM_MANAGERS_H */
