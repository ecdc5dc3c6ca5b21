/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers for Prometheus, in its text format. */
#ifndef XMEMD_METRICS_H
#define XMEMD_METRICS_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct xmemd_metrics - a text being written
 * @text: so far
 * @len: of that
 * @room: for that
 * @failed: memory ran out
 */
struct xmemd_metrics {
	char *text;
	size_t len, room;
	int failed;
};

void xmemd_metrics_family(struct xmemd_metrics *metrics, const char *name, const char *type,
			  const char *help);
void xmemd_metrics_value(struct xmemd_metrics *metrics, const char *name,
			 const char *const labels[][2], double value);

#endif /* XMEMD_METRICS_H */
