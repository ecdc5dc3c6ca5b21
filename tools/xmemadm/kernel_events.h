/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both modules of this machine tell, as it happens. */
#ifndef XMEMADM_KERNEL_EVENTS_H
#define XMEMADM_KERNEL_EVENTS_H

#include <poll.h>

#include "adm.h"
#include "nl.h"

/**
 * struct adm_kernel_events - the two sockets
 * @appliance: of xmem_appliance, NULL where it is not loaded
 * @client: of xmem, likewise
 */
struct adm_kernel_events {
	struct xmem_nl *appliance, *client;
};

int adm_kernel_events_open(struct adm *adm, struct adm_kernel_events *events);
int adm_kernel_events_take(struct adm *adm, const struct adm_kernel_events *events);
unsigned int adm_kernel_events_fds(const struct adm_kernel_events *events, struct pollfd fds[2]);
void adm_kernel_events_close(struct adm_kernel_events *events);

#endif /* XMEMADM_KERNEL_EVENTS_H */
