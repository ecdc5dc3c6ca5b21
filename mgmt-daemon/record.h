/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is written down, as text: one record per object, compact JSON. The keys are
 * manager, appliance/NAME, alloc/NAME, account/NAME, client/NAME, reservation/NAME,
 * policy and idem/CN/KEY. The same for every engine.
 */
#ifndef XMEMD_RECORD_H
#define XMEMD_RECORD_H

#include <jansson.h>

#include "alloc.h"
#include "appliance.h"
#include "fields.h"
#include "logic/reservation.h"
#include "refusal.h"

extern const struct xmemd_choice xmemd_states[], xmemd_types[], xmemd_leases[],
	xmemd_appliance_states[], xmemd_domains[], xmemd_bandwidths[], xmemd_distances[];

/**
 * struct xmemd_manager_record - whose the store is
 * @cn: common name of the managers' certificates
 * @owner: mark of their regions
 */
struct xmemd_manager_record {
	char cn[XMEMD_CN_TEXT];
	uint64_t owner;
};

char *xmemd_record_alloc(const struct xmemd_alloc *alloc);
struct xmemd_alloc *xmemd_record_read_alloc(const json_t *object, struct xmemd_refusal *why);

char *xmemd_record_appliance(const struct xmemd_appliance *appliance);
int xmemd_record_read_appliance(const json_t *object, struct xmemd_appliance *appliance,
				struct xmemd_refusal *why);

char *xmemd_record_reservation(const struct xmemd_reservation *reservation);
int xmemd_record_read_reservation(const json_t *object, struct xmemd_reservation *reservation,
				  struct xmemd_refusal *why);

char *xmemd_record_manager(const struct xmemd_manager_record *manager);
int xmemd_record_read_manager(const json_t *object, struct xmemd_manager_record *manager,
			      struct xmemd_refusal *why);

char *xmemd_record_text(json_t *object);

#endif /* XMEMD_RECORD_H */
