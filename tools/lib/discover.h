/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which managers to ask, in which order: those that the configuration names, or
 * those that DNS names; see managers.h for how that is written.
 */
#ifndef XMEM_DISCOVER_H
#define XMEM_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "managers.h"

#define XMEM_DISCOVER_URL 256

/**
 * struct xmem_discover - managers, and for how long that holds
 * @managers: URL,… or srv:DOMAIN
 * @count: how many are known
 * @url: the managers in the order in which to ask them
 * @again: when DNS is to be asked again, in milliseconds of CLOCK_BOOTTIME
 * @stale: DNS did not answer when it was asked last; these are the ones known before
 * @why: in words, when @stale
 *
 * CLOCK_BOOTTIME: what DNS said expires while the machine is suspended, too, and
 * does not when somebody sets the time of day.
 */
struct xmem_discover {
	char managers[1024];
	unsigned int count;
	char url[XMEM_MANAGERS_MAX][XMEM_DISCOVER_URL];
	uint64_t again;
	bool stale;
	struct xmem_err why;
};

int xmem_discover_init(struct xmem_discover *discover, const char *managers, struct xmem_err *err);
int xmem_discover(struct xmem_discover *discover, struct xmem_err *err);

/* xmem_discover() at another time and with another DNS, for tests. */
typedef int (*xmem_discover_ask_fn)(const char *domain, char *urls, size_t size, uint32_t *ttl,
				    struct xmem_err *err);
int xmem_discover_at(struct xmem_discover *discover, uint64_t now, xmem_discover_ask_fn ask,
		     struct xmem_err *err);

#endif /* XMEM_DISCOVER_H */
