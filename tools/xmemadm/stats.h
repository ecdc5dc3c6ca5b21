/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xmemadm dev stats: what the interfaces of a device did. */
#ifndef XMEMADM_STATS_H
#define XMEMADM_STATS_H

#include "adm.h"
#include "nl_client.h"

uint64_t adm_latency_quantile(const uint64_t *buckets, unsigned int percent);
int adm_print_stats(struct adm *adm, const struct xmem_dev *dev);

#endif /* XMEMADM_STATS_H */
