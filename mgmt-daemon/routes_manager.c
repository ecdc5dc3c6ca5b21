// SPDX-License-Identifier: GPL-2.0-or-later
/* What the role manager serves. Documentation/api/openapi.yaml says the same. */
#include "call.h"

#define ADMIN XMEMD_ROLE_ADMIN
#define MANAGER XMEMD_ROLE_MANAGER
#define APPLIANCE XMEMD_ROLE_APPLIANCE
#define CLIENT XMEMD_ROLE_CLIENT
#define VIEWER XMEMD_ROLE_VIEWER

static const struct xmemd_route routes[] = {
	{ "GET", "/", MANAGER, ADMIN | VIEWER, 0, xmemd_api_page_get },
	{ "GET", "/page/{file}", MANAGER, ADMIN | VIEWER, 0, xmemd_api_page_get },

	{ "GET", "/v1/appliances", MANAGER, ADMIN | MANAGER | APPLIANCE | VIEWER, XMEMD_TAKES_PAGE,
	  xmemd_api_appliances_get },
	{ "POST", "/v1/appliances", MANAGER, ADMIN, XMEMD_TAKES_BODY, xmemd_api_appliances_post },
	{ "DELETE", "/v1/appliances/{name}", MANAGER, ADMIN, XMEMD_TAKES_FORCE,
	  xmemd_api_appliance_delete },

	{ "GET", "/v1/allocations", MANAGER, ADMIN | CLIENT | VIEWER, XMEMD_TAKES_PAGE,
	  xmemd_api_allocs_get },
	{ "POST", "/v1/allocations", MANAGER, ADMIN | CLIENT, XMEMD_TAKES_BODY,
	  xmemd_api_allocs_post },
	{ "GET", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT | VIEWER, 0,
	  xmemd_api_alloc_get },
	{ "DELETE", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT, XMEMD_TAKES_FORCE,
	  xmemd_api_alloc_delete },
	{ "GET", "/v1/allocations/{name}/attachment", MANAGER, ADMIN | CLIENT, 0,
	  xmemd_api_attachment_get },
};

const struct xmemd_route_table xmemd_routes_manager = {
	routes,
	sizeof(routes) / sizeof(*routes),
};
