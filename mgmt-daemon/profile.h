/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles of clients, accounts and the cluster, as JSON says them. */
#ifndef XMEMD_PROFILE_H
#define XMEMD_PROFILE_H

#include <stdbool.h>
#include <jansson.h>

#include "alloc.h"
#include "logic/account.h"
#include "refusal.h"

/**
 * struct xmemd_profile_record - a profile and what is said with it
 * @profile: limits and preferences; its texts are borrowed from the object
 * @globs: allowed appliances of the profile, for free()
 * @name: of the client or account
 * @account: of the client, or ""
 * @id: of the client
 * @admit: appliances are admitted at once (policy)
 * @known_only: clients without a record are refused (policy)
 * @warn: ms before the end of a lease (policy)
 * @grace: ms after it (policy)
 */
struct xmemd_profile_record {
	struct xmemd_profile profile;
	const char **globs;
	char name[XMEMD_NAME_TEXT], account[XMEMD_NAME_TEXT];
	uint64_t id;
	bool admit, known_only;
	uint64_t warn, grace;
};

enum xmemd_profile_of {
	XMEMD_OF_CLIENT,
	XMEMD_OF_ACCOUNT,
	XMEMD_OF_POLICY
};

int xmemd_profile_read(enum xmemd_profile_of of, const json_t *object,
		       struct xmemd_profile_record *record, struct xmemd_refusal *why);
int xmemd_strategies_read(const char *name, const json_t *array, enum xmemd_strategy *strategy,
			  unsigned int *count, struct xmemd_refusal *why);
int xmemd_globs_read(const char *name, const json_t *array, const char ***globs, size_t *count,
		     struct xmemd_refusal *why);

#endif /* XMEMD_PROFILE_H */
