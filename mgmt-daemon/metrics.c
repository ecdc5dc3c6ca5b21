// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "metrics.h"

static void put(struct xmemd_metrics *metrics, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct xmemd_metrics *metrics, const char *fmt, ...)
{
	va_list ap, again;
	char *grown;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(metrics->text ? metrics->text + metrics->len : NULL,
			metrics->text ? metrics->room - metrics->len : 0, fmt, ap);
	va_end(ap);
	if (len >= 0 && (!metrics->text || (size_t)len >= metrics->room - metrics->len)) {
		grown = realloc(metrics->text, metrics->room * 2 + (size_t)len + 4096);
		if (grown) {
			metrics->text = grown;
			metrics->room = metrics->room * 2 + (size_t)len + 4096;
			vsnprintf(grown + metrics->len, metrics->room - metrics->len, fmt, again);
		} else {
			metrics->failed = 1;
			len = 0;
		}
	}
	va_end(again);
	metrics->len += len > 0 ? (size_t)len : 0;
}

/**
 * xmemd_metrics_family() - begin a group of values
 * @metrics: the text
 * @name: of the group, xmem_THING_UNIT or xmem_THING_total
 * @type: gauge, counter or histogram
 * @help: one sentence without special characters
 *
 * Each group is begun once, and its values follow at once.
 */
void xmemd_metrics_family(struct xmemd_metrics *metrics, const char *name, const char *type,
			  const char *help)
{
	put(metrics, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_label(struct xmemd_metrics *metrics, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			put(metrics, "\\%c", *value);
		else if (*value == '\n')
			put(metrics, "\\n");
		else
			put(metrics, "%c", *value);
	}
}

/**
 * xmemd_metrics_value() - write a value
 * @metrics: the text
 * @name: of its group, or with _bucket, _sum or _count behind it
 * @labels: names and values, UTF-8; a name NULL ends them; NULL for none
 * @value: the value
 */
void xmemd_metrics_value(struct xmemd_metrics *metrics, const char *name,
			 const char *const labels[][2], double value)
{
	size_t i;

	put(metrics, "%s", name);
	for (i = 0; labels && labels[i][0]; i++) {
		put(metrics, "%s%s=\"", i ? "," : "{", labels[i][0]);
		put_label(metrics, labels[i][1]);
		put(metrics, "\"");
	}
	/* whole numbers of bytes as such */
	put(metrics,
	    value > -1e15 && value < 1e15 && value == (double)(int64_t)value ? "%s %.0f\n"
									     : "%s %.9g\n",
	    i ? "}" : "", value);
}
