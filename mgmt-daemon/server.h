/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTPS with certificates on both sides, and JSON. */
#ifndef XMEMD_SERVER_H
#define XMEMD_SERVER_H

#include "daemon.h"
#include "refusal.h"

struct xmemd_server;

int xmemd_server_start(struct xmemd *daemon, struct xmemd_server **serverp,
		       struct xmemd_refusal *why);
void xmemd_server_stop(struct xmemd_server *server);

#endif /* XMEMD_SERVER_H */
