/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that wait: until a time, until something can be read, or until the daemon
 * ends. The clock is CLOCK_BOOTTIME: setting the date neither delays nor hastens
 * anything, and after a suspend what was due meanwhile is done at once, not a whole
 * interval later.
 */
#ifndef XMEMD_NAP_H
#define XMEMD_NAP_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct xmemd_nap - where a thread waits
 * @timer: rings at a time
 * @stop: can be read when the daemon ends; the caller's
 */
struct xmemd_nap {
	int timer, stop;
};

int xmemd_nap_init(struct xmemd_nap *nap, int stop);
void xmemd_nap_done(struct xmemd_nap *nap);
bool xmemd_nap(struct xmemd_nap *nap, uint64_t until, int fd, bool *readable);
uint64_t xmemd_nap_jitter(uint64_t ms);

#endif /* XMEMD_NAP_H */
