/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon and the roles of daemons and callers. */
#ifndef XMEMD_DAEMON_H
#define XMEMD_DAEMON_H

#include "alloc.h"
#include "config.h"

#ifndef XMEM_VERSION
#define XMEM_VERSION "0.1"
#endif

/* Roles: what a daemon does, and what a caller's certificate (OU) says of it. */
enum xmemd_role {
	XMEMD_ROLE_ADMIN = 1 << 0,
	XMEMD_ROLE_MANAGER = 1 << 1,
	XMEMD_ROLE_APPLIANCE = 1 << 2,
	XMEMD_ROLE_CLIENT = 1 << 3,
	XMEMD_ROLE_VIEWER = 1 << 4, /* sees all but secrets, changes nothing */
};

struct xmemd_call;
struct xmemd_events;
struct xmemd_manager;
struct xmemd_server;
struct xmemd_self;
struct xmemd_fence;
struct xmemd_announcers;

/**
 * struct xmemd - the daemon; nothing in it changes while requests are served
 * @config: configuration
 * @roles: XMEMD_ROLE_MANAGER, XMEMD_ROLE_APPLIANCE and XMEMD_ROLE_CLIENT
 * @cn: common name of its own certificate
 * @manager: the role manager, or NULL
 * @fence: against managers that were deposed, in the role appliance, or NULL
 * @self: what it says of its machine
 * @announcers: what tells that to managers, and renews leases
 * @events: what happened lately, or NULL in tests that do not look at it
 * @server: what serves, or NULL
 * @before: called once a request is known to be good, before its handler, in the
 *	same thread: 0 goes on, 1 has answered (forwarded, or the same key again), -1
 *	has refused; NULL goes on
 */
struct xmemd {
	struct xmem_config config;
	unsigned int roles;
	char cn[XMEMD_CN_TEXT];
	struct xmemd_manager *manager;
	struct xmemd_fence *fence;
	struct xmemd_self *self;
	struct xmemd_announcers *announcers;
	struct xmemd_events *events;
	struct xmemd_server *server;
	int (*before)(struct xmemd_call *call);
};

#endif /* XMEMD_DAEMON_H */
