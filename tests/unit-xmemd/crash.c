// SPDX-License-Identifier: GPL-2.0-or-later
/* XMEMD_CRASH_AT=N: die at the Nth place between two steps that is passed. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crash.h"

void xmemd_crash_point(void)
{
	static atomic_long passed;
	const char *at = getenv("XMEMD_CRASH_AT");

	if (!at || atomic_fetch_add(&passed, 1) + 1 != strtol(at, NULL, 10))
		return;
	fprintf(stderr, "crash point %s\n", at);
	_exit(99);
}
