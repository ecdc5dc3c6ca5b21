/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the role manager adds to /metrics. */
#ifndef XMEMD_METRICS_MANAGER_H
#define XMEMD_METRICS_MANAGER_H

struct xmemd;
struct xmemd_metrics;

void xmemd_manager_measure(struct xmemd *daemon, struct xmemd_metrics *metrics);

#endif /* XMEMD_METRICS_MANAGER_H */
