/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one configuration file of xmemd and xmemadm, /etc/xmem/xmem.conf:
 *
 *	[tls]
 *	ca = PATH, cert = PATH, key = PATH
 *	crl = PATH			(revoked certificates; xmemadm pki revoke makes it)
 *	[daemon]
 *	roles = manager, appliance, client	(one or more)
 *	listen = ADDRESS:PORT		(port 7708 without one; [ADDRESS]:PORT for IPv6)
 *	url = https://HOST:PORT		(how managers reach this daemon; default: as it listens, or
 *					the first name in its certificate)
 *	connections = N, connections-per-address = N
 *	rate = N			(requests per second and peer)
 *	body = SIZE			(longest request)
 *	[manager]
 *	name = NAME			(default: the host's name)
 *	url = https://HOST:PORT		(how others reach this manager)
 *	database = PATH			(SQLite)
 *	etcd = URL[,URL...]		(instead of a database)
 *	etcd-prefix = /TEXT
 *	[appliance]
 *	name = NAME			(default: the host's name)
 *	rdma-address = ADDRESS		(where clients connect to; needed by the role appliance)
 *	port = PORT			(RDMA CM port told to clients; default: the module's)
 *	labels = KEY=VALUE[,...]
 *	managers = MANAGERS, announce-interval = TIME
 *	terms = PATH			(which manager decides, remembered)
 *	temperature = N, ecc-uncorrected = N, memory-pressure = N	(unhealthy from there on)
 *	[client]
 *	managers = MANAGERS		(manager is the same key)
 *	name = NAME			(default: the host's name)
 *	id = HEX			(default: made from /etc/machine-id)
 *	account = NAME
 *	labels = KEY=VALUE[,...]	(where it stands; default: those of [appliance])
 *	renew-interval = TIME
 *
 * MANAGERS is https://HOST:PORT[,...] or srv:DOMAIN, see managers.h; labels are in label.h.
 */
#ifndef XMEM_CONFIG_H
#define XMEM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define XMEM_CONFIG_PATH "/etc/xmem/xmem.conf"
#define XMEM_CONFIG_VALUE 256
#define XMEM_CONFIG_LIST 1024 /* room for a list of URLs or labels */
#define XMEM_DAEMON_PORT 7708

/* Fields that the file does not set hold the default, or are empty (0) without one. */
struct xmem_config {
	struct {
		char ca[XMEM_CONFIG_VALUE], cert[XMEM_CONFIG_VALUE], key[XMEM_CONFIG_VALUE];
		char crl[XMEM_CONFIG_VALUE];
	} tls;
	struct {
		bool manager, appliance, client;
		char address[64]; /* default "::", which takes IPv4 as well */
		char url[XMEM_CONFIG_VALUE];
		uint16_t port;
		uint32_t connections; /* at most so many at a time */
		uint32_t connections_per_address;
		uint32_t rate; /* requests per second of one peer */
		uint64_t body; /* bytes of the longest request */
	} daemon;
	struct {
		char name[64], url[XMEM_CONFIG_VALUE];
		char database[XMEM_CONFIG_VALUE];
		char etcd[XMEM_CONFIG_LIST], etcd_prefix[64];
	} manager;
	struct {
		char name[64], rdma_address[64];
		uint16_t port; /* 0: the module's */
		char labels[XMEM_CONFIG_LIST], managers[XMEM_CONFIG_LIST];
		char terms[XMEM_CONFIG_VALUE];
		uint64_t announce_ms;
		uint32_t temperature;	  /* degrees Celsius of the hottest sensor */
		uint32_t ecc_uncorrected; /* errors that memory could not correct */
		uint32_t memory_pressure; /* percent of time in the last 10 s (PSI, some) */
	} appliance;
	struct {
		char managers[XMEM_CONFIG_LIST], name[64], account[64];
		char labels[XMEM_CONFIG_LIST]; /* empty: the appliance's, on the same machine */
		uint64_t id;		       /* 0: xmem_identity_default() */
		uint64_t renew_ms;
	} client;
};

void xmem_config_defaults(struct xmem_config *config);
int xmem_config_read(const char *path, struct xmem_config *config, struct xmem_err *err);

#endif /* XMEM_CONFIG_H */
