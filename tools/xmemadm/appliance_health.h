/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The health of an appliance, from itself. */
#ifndef XMEMADM_APPLIANCE_HEALTH_H
#define XMEMADM_APPLIANCE_HEALTH_H

#include "adm.h"
#include "args.h"

int adm_appliance_health(struct adm *adm, const struct adm_args *args);

#endif /* XMEMADM_APPLIANCE_HEALTH_H */
