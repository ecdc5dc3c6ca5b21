// SPDX-License-Identifier: GPL-2.0-or-later
/* What the role manager serves. Documentation/api/openapi.yaml says the same. */
#include "api_manager.h"
#include "call.h"

#define ADMIN XMEMD_ROLE_ADMIN
#define MANAGER XMEMD_ROLE_MANAGER
#define APPLIANCE XMEMD_ROLE_APPLIANCE
#define CLIENT XMEMD_ROLE_CLIENT
#define VIEWER XMEMD_ROLE_VIEWER

static const struct xmemd_route routes[] = {
	{ "GET", "/", MANAGER, ADMIN | VIEWER, 0, xmemd_api_page_get },
	{ "GET", "/page/{file}", MANAGER, ADMIN | VIEWER, 0, xmemd_api_page_get },

	{ "GET", "/v1/appliances", MANAGER, ADMIN | MANAGER | APPLIANCE | VIEWER,
	  XMEMD_TAKES_PAGE | XMEMD_TAKES_STATE, xmemd_api_appliances_get },
	{ "POST", "/v1/appliances", MANAGER, ADMIN, XMEMD_TAKES_BODY, xmemd_api_appliances_post },
	{ "GET", "/v1/appliances/{name}", MANAGER, ADMIN | MANAGER | APPLIANCE | VIEWER, 0,
	  xmemd_api_appliance_get },
	{ "PATCH", "/v1/appliances/{name}", MANAGER, ADMIN, XMEMD_TAKES_BODY,
	  xmemd_api_appliance_patch },
	{ "DELETE", "/v1/appliances/{name}", MANAGER, ADMIN, XMEMD_TAKES_FORCE,
	  xmemd_api_appliance_delete },
	{ "POST", "/v1/announcements", MANAGER, APPLIANCE | CLIENT, XMEMD_TAKES_BODY,
	  xmemd_api_announcements_post },

	{ "POST", "/v1/space", MANAGER, ADMIN | CLIENT | VIEWER, XMEMD_TAKES_BODY,
	  xmemd_api_space_post },
	{ "POST", "/v1/plans", MANAGER, ADMIN | CLIENT | VIEWER, XMEMD_TAKES_BODY,
	  xmemd_api_plans_post },
	{ "GET", "/v1/allocations", MANAGER, ADMIN | CLIENT | VIEWER,
	  XMEMD_TAKES_PAGE | XMEMD_TAKES_LABEL, xmemd_api_allocs_get },
	{ "POST", "/v1/allocations", MANAGER, ADMIN | CLIENT,
	  XMEMD_TAKES_BODY | XMEMD_TAKES_DRY_RUN | XMEMD_TAKES_KEY, xmemd_api_allocs_post },
	{ "GET", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT | VIEWER, 0,
	  xmemd_api_alloc_get },
	{ "PATCH", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT,
	  XMEMD_TAKES_BODY | XMEMD_TAKES_FORCE, xmemd_api_alloc_patch },
	{ "DELETE", "/v1/allocations/{name}", MANAGER, ADMIN | CLIENT, XMEMD_TAKES_FORCE,
	  xmemd_api_alloc_delete },
	{ "GET", "/v1/allocations/{name}/attachment", MANAGER, ADMIN | CLIENT, 0,
	  xmemd_api_attachment_get },
	{ "PUT", "/v1/allocations/{name}/lease", MANAGER, ADMIN | CLIENT, XMEMD_TAKES_BODY,
	  xmemd_api_lease_put },
	{ "GET", "/v1/allocations/{name}/explanation", MANAGER, ADMIN | CLIENT | VIEWER, 0,
	  xmemd_api_explanation_get },
	{ "POST", "/v1/allocations/{name}/restructure", MANAGER, ADMIN | CLIENT, XMEMD_TAKES_BODY,
	  xmemd_api_restructure_post },

	{ "GET", "/v1/reservations", MANAGER, ADMIN | VIEWER, XMEMD_TAKES_PAGE,
	  xmemd_api_reservations_get },
	{ "POST", "/v1/reservations", MANAGER, ADMIN, XMEMD_TAKES_BODY | XMEMD_TAKES_DRY_RUN,
	  xmemd_api_reservations_post },
	{ "GET", "/v1/reservations/{name}", MANAGER, ADMIN | VIEWER, 0, xmemd_api_reservation_get },
	{ "DELETE", "/v1/reservations/{name}", MANAGER, ADMIN, 0, xmemd_api_reservation_delete },
	{ "GET", "/v1/accounts", MANAGER, ADMIN | VIEWER, XMEMD_TAKES_PAGE,
	  xmemd_api_accounts_get },
	{ "GET", "/v1/accounts/{name}", MANAGER, ADMIN | VIEWER, 0, xmemd_api_account_get },
	{ "PUT", "/v1/accounts/{name}", MANAGER, ADMIN, XMEMD_TAKES_BODY, xmemd_api_account_put },
	{ "DELETE", "/v1/accounts/{name}", MANAGER, ADMIN, 0, xmemd_api_account_delete },
	{ "GET", "/v1/clients", MANAGER, ADMIN | VIEWER, XMEMD_TAKES_PAGE, xmemd_api_clients_get },
	{ "GET", "/v1/clients/{name}", MANAGER, ADMIN | VIEWER, 0, xmemd_api_client_get },
	{ "PUT", "/v1/clients/{name}", MANAGER, ADMIN, XMEMD_TAKES_BODY, xmemd_api_client_put },
	{ "DELETE", "/v1/clients/{name}", MANAGER, ADMIN, 0, xmemd_api_client_delete },
	{ "GET", "/v1/policy", MANAGER, ADMIN | VIEWER, 0, xmemd_api_policy_get },
	{ "PUT", "/v1/policy", MANAGER, ADMIN, XMEMD_TAKES_BODY, xmemd_api_policy_put },
	{ "GET", "/v1/managers", MANAGER, ADMIN | MANAGER | APPLIANCE | CLIENT | VIEWER, 0,
	  xmemd_api_managers_get },
	{ "POST", "/v1/recovery", MANAGER, ADMIN, XMEMD_TAKES_BODY, xmemd_api_recovery_post },
};

const struct xmemd_route_table xmemd_routes_manager = {
	routes,
	sizeof(routes) / sizeof(*routes),
};
