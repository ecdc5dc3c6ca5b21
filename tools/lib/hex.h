/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identities ("0x1f…", not 0) and tokens (32 hexadecimal digits) as text. */
#ifndef XMEM_HEX_H
#define XMEM_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define XMEM_TOKEN_BYTES 16
#define XMEM_TOKEN_TEXT (2 * XMEM_TOKEN_BYTES + 1)
#define XMEM_ID_TEXT 19

int xmem_id_parse(const char *what, const char *text, uint64_t *id, struct xmem_err *err);
const char *xmem_id_format(uint64_t id, char out[XMEM_ID_TEXT]);
int xmem_token_parse(const char *text, uint8_t token[XMEM_TOKEN_BYTES], struct xmem_err *err);
const char *xmem_token_format(const uint8_t token[XMEM_TOKEN_BYTES], char out[XMEM_TOKEN_TEXT]);

#endif /* XMEM_HEX_H */
