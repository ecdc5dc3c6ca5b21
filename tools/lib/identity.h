/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who this machine is as a client, when the configuration does not say it. */
#ifndef XMEM_IDENTITY_H
#define XMEM_IDENTITY_H

#include <stdint.h>

#include "err.h"

#define XMEM_MACHINE_ID "/etc/machine-id"

int xmem_identity_from(const char *machine_id, uint64_t *id, struct xmem_err *err);
int xmem_identity_default(uint64_t *id, struct xmem_err *err);

#endif /* XMEM_IDENTITY_H */
