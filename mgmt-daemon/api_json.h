/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manager's objects as the API shows them. */
#ifndef XMEMD_API_JSON_H
#define XMEMD_API_JSON_H

#include "call.h"
#include "decide.h"
#include "manager.h"

json_t *xmemd_json_alloc(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			 bool reasons);
json_t *xmemd_json_appliance_locked(struct xmemd_manager *manager,
				    const struct xmemd_appliance_entry *entry);
json_t *xmemd_json_person_locked(const struct xmemd_person *person);
json_t *xmemd_json_reservation_locked(const struct xmemd_reserved *reserved);
json_t *xmemd_json_decision(const struct xmemd_decision *decision);

const char *xmemd_path_name(struct xmemd_call *call);
const char *xmemd_call_scope(const struct xmemd_call *call);
int xmemd_reply(struct xmemd_call *call, json_t *object);
int xmemd_reply_state(struct xmemd_call *call, const char *name, const char *state);

#endif /* XMEMD_API_JSON_H */
