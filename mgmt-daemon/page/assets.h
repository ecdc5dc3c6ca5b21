/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are part of the program: the status page and the description of the API. */
#ifndef XMEMD_ASSETS_H
#define XMEMD_ASSETS_H

#include <stddef.h>

/**
 * struct xmemd_asset - a file
 * @name: as requests name it
 * @type: its media type
 * @begin: its first byte
 * @end: behind its last one
 */
struct xmemd_asset {
	const char *name, *type;
	const char *begin, *end;
};

const struct xmemd_asset *xmemd_asset_find(const char *name);
char *xmemd_asset_text(const struct xmemd_asset *asset);

#endif /* XMEMD_ASSETS_H */
