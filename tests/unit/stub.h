/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server with canned answers, tests/unit/https-stub, and certificates to reach it. */
#ifndef XMEM_STUB_H
#define XMEM_STUB_H

#include <sys/types.h>

#include "unit.h"

/**
 * struct stub - a server that runs
 * @pid: its process
 * @in: it ends when this is closed
 * @out: what it was asked, a line each
 * @url: where it is
 */
struct stub {
	pid_t pid;
	int in, out;
	char url[64];
};

/* Makes a CA in @dir, and certificates m (manager) and c (client); 0 if it could. */
int stub_pki(const char *dir);

/* Starts a server with the certificate m of @dir; @mode: "normal", "follower". */
bool stub_start(struct stub *stub, const char *dir, const char *mode);
void stub_stop(struct stub *stub);

/* What it was asked since the last call, at most so much. */
const char *stub_asked(struct stub *stub);

/* Writes @dir/@name, a configuration for xmemadm. */
void stub_config(const char *dir, const char *name, const char *managers);

#endif /* XMEM_STUB_H */
