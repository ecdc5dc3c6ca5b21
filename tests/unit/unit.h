/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all unit tests include. */
#ifndef XMEM_UNIT_H
#define XMEM_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define assert_contains(text, part)                                                 \
	do {                                                                        \
		if (!strstr((text), (part)))                                        \
			fail_msg("\"%s\" does not contain \"%s\"", (text), (part)); \
	} while (0)

/* A program's exit code and what it printed. */
struct run {
	int status;
	char out[16384], err[4096];
};

/* Runs the shell command made of @fmt; $XMEMADM in it is the program under test. */
void run(struct run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A directory that exists until the test ends; for setup and teardown of cmocka. */
int make_dir(void **state);
int remove_dir(void **state);

#endif /* XMEM_UNIT_H */
