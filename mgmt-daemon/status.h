/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an appliance says of itself, as JSON: GET /v1/pool, announcements, answers to changes. */
#ifndef XMEMD_STATUS_H
#define XMEMD_STATUS_H

#include <jansson.h>

#include "appliance.h"
#include "refusal.h"

int xmemd_status_read(const json_t *object, struct xmemd_appliance_status *status,
		      struct xmemd_refusal *why);
int xmemd_status_read_pool(const json_t *object, struct xmemd_pool_status *pool,
			   struct xmemd_refusal *why);

#endif /* XMEMD_STATUS_H */
