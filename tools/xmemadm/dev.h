/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices as people name them. */
#ifndef XMEMADM_DEV_H
#define XMEMADM_DEV_H

#include "adm.h"
#include "nl_client.h"

int adm_dev_find(struct adm *adm, struct xmem_nl *nl, const char *text, struct xmem_dev *dev);

#endif /* XMEMADM_DEV_H */
