// SPDX-License-Identifier: GPL-2.0-or-later
/* What the role appliance serves. Documentation/api/openapi.yaml says the same. */
#include "call.h"

#define ADMIN XMEMD_ROLE_ADMIN
#define MANAGER XMEMD_ROLE_MANAGER
#define APPLIANCE XMEMD_ROLE_APPLIANCE
#define VIEWER XMEMD_ROLE_VIEWER

static const struct xmemd_route routes[] = {
	{ "GET", "/v1/pool", APPLIANCE, ADMIN | MANAGER | APPLIANCE | VIEWER, 0,
	  xmemd_api_pool_get },
	{ "GET", "/v1/health", APPLIANCE, ADMIN | MANAGER | APPLIANCE | VIEWER, 0,
	  xmemd_api_health_get },
	{ "GET", "/v1/regions", APPLIANCE, ADMIN | MANAGER | APPLIANCE | VIEWER, 0,
	  xmemd_api_regions_get },
	{ "GET", "/v1/regions/{region}", APPLIANCE, ADMIN | MANAGER | APPLIANCE | VIEWER, 0,
	  xmemd_api_region_get },
	{ "PUT", "/v1/regions/{region}", APPLIANCE, ADMIN | MANAGER,
	  XMEMD_TAKES_BODY | XMEMD_TAKES_TERM, xmemd_api_region_put },
	{ "DELETE", "/v1/regions/{region}", APPLIANCE, ADMIN | MANAGER, XMEMD_TAKES_TERM,
	  xmemd_api_region_delete },
	{ "PUT", "/v1/regions/{region}/grants/{client}", APPLIANCE, ADMIN | MANAGER,
	  XMEMD_TAKES_BODY | XMEMD_TAKES_TERM, xmemd_api_grant_put },
	{ "DELETE", "/v1/regions/{region}/grants/{client}", APPLIANCE, ADMIN | MANAGER,
	  XMEMD_TAKES_TERM, xmemd_api_grant_delete },
};

const struct xmemd_route_table xmemd_routes_appliance = {
	routes,
	sizeof(routes) / sizeof(*routes),
};
