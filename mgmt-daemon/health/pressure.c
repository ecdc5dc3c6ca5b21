// SPDX-License-Identifier: GPL-2.0-or-later
/* Pressure stall information: /proc/pressure, where the kernel keeps it. */
#include <stdio.h>
#include <string.h>

#include "health/readers.h"

/* "some avg10=0.12 avg60=1.30 avg300=0.00 total=17" */
static bool read_line(const char *text, const char *word, uint64_t *avg10, uint64_t *avg60)
{
	unsigned int whole10, part10, whole60, part60;
	const char *line = strstr(text, word);

	if (!line || (line != text && line[-1] != '\n') ||
	    sscanf(line + strlen(word), " avg10=%3u.%2u avg60=%3u.%2u ", &whole10, &part10,
		   &whole60, &part60) != 4 ||
	    whole10 > 100 || whole60 > 100)
		return false;
	*avg10 = whole10 * 100 + part10;
	*avg60 = whole60 * 100 + part60;
	return true;
}

static void read_pressure(const struct xmemd_files *files, const char *path,
			  struct xmemd_health_pressure *out)
{
	char text[1024];

	*out = (struct xmemd_health_pressure){ XMEMD_HEALTH_NONE, XMEMD_HEALTH_NONE,
					       XMEMD_HEALTH_NONE, XMEMD_HEALTH_NONE };
	if (!xmemd_files_text(files, path, text, sizeof(text)))
		return;
	if (!read_line(text, "some", &out->some10, &out->some60) ||
	    !read_line(text, "full", &out->full10, &out->full60))
		xmemd_files_note(files, "%s: has no lines of averages for some and full", path);
}

/**
 * xmemd_health_read_pressure() - read how long tasks waited
 * @files: where
 * @health: result
 */
void xmemd_health_read_pressure(const struct xmemd_files *files, struct xmemd_health *health)
{
	read_pressure(files, "/proc/pressure/memory", &health->pressure_memory);
	read_pressure(files, "/proc/pressure/io", &health->pressure_io);
}
