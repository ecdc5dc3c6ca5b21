/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens are in nobody's hands but the store's and the client's. What a manager
 * rebuilt from the appliances has none; it gets new ones when somebody wants to
 * attach, and not earlier: a new grant cuts the client off that uses the old one.
 */
#ifndef XMEMD_REGRANT_H
#define XMEMD_REGRANT_H

#include "change.h"

bool xmemd_regrant_needed(const struct xmemd_alloc *alloc);
int xmemd_regrant(struct xmemd_manager *manager, const char *name, const struct xmemd_asker *asker,
		  struct xmemd_alloc **result, struct xmemd_refusal *why);

#endif /* XMEMD_REGRANT_H */
