/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Managers as DNS knows them: records SRV of _xmem._tcp.DOMAIN (RFC 2782). */
#ifndef XMEM_SRV_H
#define XMEM_SRV_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* More than anybody has; the best of them are taken, see managers.h. */
#define XMEM_SRV_MAX 64

/**
 * struct xmem_srv - a machine that a record names
 * @host: its name
 * @port: where it listens
 * @priority: lower ones are asked first
 * @weight: share among those of one priority
 */
struct xmem_srv {
	char host[256];
	unsigned int port, priority, weight;
};

int xmem_srv_read(const unsigned char *answer, size_t size, struct xmem_srv *list, size_t *count,
		  struct xmem_err *err);
void xmem_srv_order(struct xmem_srv *list, size_t count, unsigned int (*random)(void));
uint32_t xmem_srv_ttl(const unsigned char *answer, size_t size);
int xmem_srv_ask(const char *domain, char *urls, size_t size, uint32_t *ttl, struct xmem_err *err);
int xmem_srv_urls(const char *domain, char *urls, size_t size, struct xmem_err *err);

#endif /* XMEM_SRV_H */
