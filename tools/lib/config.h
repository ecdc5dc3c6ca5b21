/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one configuration file of xmemd and xmemadm, /etc/xmem/xmem.conf:
 *
 *	[tls]
 *	ca = PATH, cert = PATH, key = PATH
 *	[daemon]
 *	roles = manager, appliance	(one or both)
 *	listen = ADDRESS:PORT		(port 7708 without one; [ADDRESS]:PORT for IPv6)
 *	[manager]
 *	database = PATH
 *	[appliance]
 *	name = NAME			(default: the host's name)
 *	rdma-address = ADDRESS		(where clients connect to; needed by the role appliance)
 *	port = PORT			(RDMA CM port told to clients; default: the module's)
 *	[client]
 *	manager = https://HOST:PORT
 *	name = NAME			(default: the host's name)
 *	id = HEX			(default: made from /etc/machine-id)
 */
#ifndef XMEM_CONFIG_H
#define XMEM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define XMEM_CONFIG_PATH "/etc/xmem/xmem.conf"
#define XMEM_CONFIG_VALUE 256
#define XMEM_DAEMON_PORT 7708

/* Fields that the file does not set hold the default, or are empty (0) without one. */
struct xmem_config {
	struct {
		char ca[XMEM_CONFIG_VALUE], cert[XMEM_CONFIG_VALUE], key[XMEM_CONFIG_VALUE];
	} tls;
	struct {
		bool manager, appliance;
		char address[64]; /* default "::", which takes IPv4 as well */
		uint16_t port;
	} daemon;
	struct {
		char database[XMEM_CONFIG_VALUE];
	} manager;
	struct {
		char name[64], rdma_address[64];
		uint16_t port; /* 0: the module's */
	} appliance;
	struct {
		char manager[XMEM_CONFIG_VALUE], name[64];
		uint64_t id; /* 0: xmem_identity_default() */
	} client;
};

void xmem_config_defaults(struct xmem_config *config);
int xmem_config_read(const char *path, struct xmem_config *config, struct xmem_err *err);

#endif /* XMEM_CONFIG_H */
