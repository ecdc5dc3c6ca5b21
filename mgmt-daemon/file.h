/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files, whole. */
#ifndef XMEMD_FILE_H
#define XMEMD_FILE_H

#include <stddef.h>

#include "refusal.h"

int xmemd_file_read(const char *path, size_t max, char **text, size_t *size,
		    struct xmemd_refusal *why);

#endif /* XMEMD_FILE_H */
