/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role client: as long as a device is attached here, the lease of its allocation
 * is renewed. Never on the way of data: a device goes on without this daemon, and
 * without any manager.
 */
#ifndef XMEMD_RENEW_H
#define XMEMD_RENEW_H

#include <stdatomic.h>
#include <stdint.h>
#include <jansson.h>

#include "config.h"
#include "nl_client.h"
#include "refusal.h"

struct xmemd_renewer;

int xmemd_renew_start(const struct xmem_config *config, int stop, const atomic_bool *stopping,
		      struct xmemd_renewer **renewerp, struct xmemd_refusal *why);
void xmemd_renew_stop(struct xmemd_renewer *renewer);

bool xmemd_renew_is_made_of(const struct xmem_dev *dev, const json_t *allocation);
uint64_t xmemd_renew_period(const json_t *answer, uint64_t longest);

#endif /* XMEMD_RENEW_H */
