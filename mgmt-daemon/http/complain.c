// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "complain.h"
#include "guard.h"

#define WINDOW_MS 10000
#define LINES_PER_WINDOW 20

static struct {
	pthread_mutex_t lock;
	uint64_t begin;
	unsigned int lines, silent;
} window = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* May a line be written, and how many were not before it? */
static bool may_write(unsigned int *silent)
{
	uint64_t now = xmemd_now_ms();
	bool may;

	pthread_mutex_lock(&window.lock);
	*silent = 0;
	if (!window.begin || now - window.begin >= WINDOW_MS) {
		*silent = window.silent;
		window.begin = now;
		window.lines = 0;
		window.silent = 0;
	}
	may = window.lines < LINES_PER_WINDOW;
	if (may)
		window.lines++;
	else
		window.silent++;
	pthread_mutex_unlock(&window.lock);
	return may;
}

/**
 * xmemd_complain() - write a line to the log, unless there were too many lately
 * @fmt: the line, without its end
 */
void xmemd_complain(const char *fmt, ...)
{
	unsigned int silent;
	char line[1024], *p;
	va_list ap;

	if (!may_write(&silent))
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	if (silent)
		fprintf(stderr, SD_WARNING "%u lines like the following were left out\n", silent);
	fprintf(stderr, SD_WARNING "%s\n", line);
}
