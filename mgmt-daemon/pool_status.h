/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the role appliance says of its memory. Answers overtake each other on their
 * way: @boot and @serial tell which one is newer.
 */
#ifndef XMEMD_POOL_STATUS_H
#define XMEMD_POOL_STATUS_H

#include <jansson.h>

#include "config.h"
#include "err.h"

json_t *xmemd_pool_status(const struct xmem_config *config, struct xmem_err *err);

#endif /* XMEMD_POOL_STATUS_H */
