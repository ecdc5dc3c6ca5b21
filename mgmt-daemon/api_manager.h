/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handlers of the role manager, for its table of routes. */
#ifndef XMEMD_API_MANAGER_H
#define XMEMD_API_MANAGER_H

#include "call.h"

/* api_pool.c, announced.c */
int xmemd_api_appliance_get(struct xmemd_call *call);
int xmemd_api_appliance_patch(struct xmemd_call *call);
int xmemd_api_announcements_post(struct xmemd_call *call);

/* api_alloc.c */
int xmemd_api_plans_post(struct xmemd_call *call);
int xmemd_api_space_post(struct xmemd_call *call);
int xmemd_api_alloc_patch(struct xmemd_call *call);
int xmemd_api_lease_put(struct xmemd_call *call);
int xmemd_api_explanation_get(struct xmemd_call *call);
int xmemd_api_restructure_post(struct xmemd_call *call);

/* api_people.c */
int xmemd_api_accounts_get(struct xmemd_call *call);
int xmemd_api_account_get(struct xmemd_call *call);
int xmemd_api_account_put(struct xmemd_call *call);
int xmemd_api_account_delete(struct xmemd_call *call);
int xmemd_api_clients_get(struct xmemd_call *call);
int xmemd_api_client_get(struct xmemd_call *call);
int xmemd_api_client_put(struct xmemd_call *call);
int xmemd_api_client_delete(struct xmemd_call *call);
int xmemd_api_policy_get(struct xmemd_call *call);
int xmemd_api_policy_put(struct xmemd_call *call);
int xmemd_api_reservations_get(struct xmemd_call *call);
int xmemd_api_reservations_post(struct xmemd_call *call);
int xmemd_api_reservation_get(struct xmemd_call *call);
int xmemd_api_reservation_delete(struct xmemd_call *call);

/* api_manager.c */
int xmemd_api_managers_get(struct xmemd_call *call);
int xmemd_api_recovery_post(struct xmemd_call *call);

#endif /* XMEMD_API_MANAGER_H */
