/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices of this machine's memory that vanish with their last user. */
#ifndef XMEMADM_RAMDEV_H
#define XMEMADM_RAMDEV_H

#include <stdint.h>
#include <sys/types.h>

#include "adm.h"

int adm_ramdev_check(struct adm *adm);
int adm_ramdev_new(struct adm *adm, uint64_t size, dev_t *dev);

#endif /* XMEMADM_RAMDEV_H */
