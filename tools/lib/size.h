/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes in bytes as people write and read them: 4096, 512M, 1.5G, 2GiB. */
#ifndef XMEM_SIZE_H
#define XMEM_SIZE_H

#include <stdint.h>

#include "err.h"

#define XMEM_SIZE_TEXT 16

int xmem_size_parse(const char *text, uint64_t *bytes, struct xmem_err *err);
const char *xmem_size_format(uint64_t bytes, char out[XMEM_SIZE_TEXT]);

#endif /* XMEM_SIZE_H */
