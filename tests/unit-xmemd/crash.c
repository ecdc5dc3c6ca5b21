// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XMEMD_CRASH_AT=N: die at the Nth place between two steps that is passed.
 * XMEMD_FREEZE_AT=N: stop there until somebody lets the process go on.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crash.h"

void xmemd_crash_point(void)
{
	static atomic_long passed;
	const char *die = getenv("XMEMD_CRASH_AT"), *freeze = getenv("XMEMD_FREEZE_AT");
	const char *at = die ? die : freeze;

	if (!at || atomic_fetch_add(&passed, 1) + 1 != strtol(at, NULL, 10))
		return;
	fprintf(stderr, "crash point %s\n", at);
	if (die)
		_exit(99);
	raise(SIGSTOP);
}
