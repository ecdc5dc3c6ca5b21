// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "call.h"
#include "page/assets.h"

static int reply_asset(struct xmemd_call *call, const struct xmemd_asset *asset)
{
	call->text = xmemd_asset_text(asset);
	call->type = asset->type;
	return call->text ? 0 : -1;
}

/**
 * xmemd_api_page_get() - GET / and GET /page/{file}
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_page_get(struct xmemd_call *call)
{
	const char *name = call->arg[0][0] ? call->arg[0] : "index.html";
	const struct xmemd_asset *asset = xmemd_asset_find(name);

	if (asset)
		return reply_asset(call, asset);
	return xmemd_refuse(&call->why, 404, "the status page has no file \"%.64s\"", name);
}

/**
 * xmemd_api_openapi_get() - GET /v1/openapi.yaml
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_openapi_get(struct xmemd_call *call)
{
	return reply_asset(call, xmemd_asset_find("openapi.yaml"));
}
