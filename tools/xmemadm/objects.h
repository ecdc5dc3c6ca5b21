/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the modules know, as JSON; lists and events print the same objects. */
#ifndef XMEMADM_OBJECTS_H
#define XMEMADM_OBJECTS_H

#include <jansson.h>

#include "nl_appliance.h"
#include "nl_client.h"
#include "pagecache_stack.h"

json_t *adm_pool_json(const struct xmem_pool *pool);
json_t *adm_region_json(const struct xmem_region *region);
json_t *adm_grant_json(const struct xmem_grant *grant);
json_t *adm_session_json(const struct xmem_session *session);
json_t *adm_stats_json(const struct xmem_stats *stats);
json_t *adm_dev_json(const struct xmem_dev *dev);
json_t *adm_pagecache_json(const struct adm_pagecache *pc, const char *origin,
			   const struct xmem_dev *cache);

#endif /* XMEMADM_OBJECTS_H */
