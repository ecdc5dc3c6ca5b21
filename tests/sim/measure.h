/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers about numbers. */
#ifndef XMEM_SIM_MEASURE_H
#define XMEM_SIM_MEASURE_H

#include <stddef.h>
#include <stdint.h>

double measure_gini(double *values, size_t count);
double measure_max_by_mean(const double *values, size_t count);
uint32_t measure_quantile(uint32_t *values, size_t count, double share);
uint64_t measure_now(void);

#endif /* XMEM_SIM_MEASURE_H */
