/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The readers of health, each in a file of its name; see xmemd_health_read(). */
#ifndef XMEMD_HEALTH_READERS_H
#define XMEMD_HEALTH_READERS_H

#include "health/health.h"
#include "health/files.h"

void xmemd_health_read_memory(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_edac(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_hwmon(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_power(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_rdma(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_pressure(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_load(const struct xmemd_files *files, struct xmemd_health *health);
void xmemd_health_read_versions(const struct xmemd_files *files, struct xmemd_health *health);

extern const char *const xmemd_health_counters[XMEMD_HEALTH_COUNTERS];
extern const char *const xmemd_health_modules[XMEMD_HEALTH_MODULES];

#endif /* XMEMD_HEALTH_READERS_H */
