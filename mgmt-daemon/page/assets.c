// SPDX-License-Identifier: GPL-2.0-or-later
/* The Makefile knows what this is made of. */
#include <stdlib.h>
#include <string.h>

#include "page/assets.h"

#define ASSET(SYMBOL, PATH)                                                               \
	__asm__(".pushsection .rodata\n" #SYMBOL "_begin: .incbin \"" PATH "\"\n" #SYMBOL \
		"_end:\n.popsection\n");                                                  \
	extern const char SYMBOL##_begin[], SYMBOL##_end[]

ASSET(asset_index, "page/index.html");
ASSET(asset_script, "page/status.js");
ASSET(asset_style, "page/status.css");
ASSET(asset_icon, "page/icon.svg");
ASSET(asset_openapi, "../Documentation/api/openapi.yaml");

static const struct xmemd_asset assets[] = {
	{ "index.html", "text/html; charset=utf-8", asset_index_begin, asset_index_end },
	{ "status.js", "text/javascript; charset=utf-8", asset_script_begin, asset_script_end },
	{ "status.css", "text/css; charset=utf-8", asset_style_begin, asset_style_end },
	{ "icon.svg", "image/svg+xml", asset_icon_begin, asset_icon_end },
	{ "openapi.yaml", "application/yaml", asset_openapi_begin, asset_openapi_end },
};

/**
 * xmemd_asset_find() - find a file
 * @name: its name
 *
 * Return: the file, or NULL.
 */
const struct xmemd_asset *xmemd_asset_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(assets) / sizeof(*assets); i++)
		if (!strcmp(assets[i].name, name))
			return &assets[i];
	return NULL;
}

/**
 * xmemd_asset_text() - a copy of a file
 * @asset: the file
 *
 * Return: its text with a zero behind it, to be freed; NULL without memory.
 */
char *xmemd_asset_text(const struct xmemd_asset *asset)
{
	return strndup(asset->begin, (size_t)(asset->end - asset->begin));
}
