/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are there whole, as they were or as they shall be, whatever happens meanwhile. */
#ifndef XMEM_REPLACE_H
#define XMEM_REPLACE_H

#include <stddef.h>
#include <sys/types.h>

int xmem_file_replace(const char *path, mode_t mode, const void *data, size_t size);

#endif /* XMEM_REPLACE_H */
