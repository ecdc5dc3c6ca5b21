/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dev attach asks the module for: from the command line, or from the manager. */
#ifndef XMEMADM_ATTACH_H
#define XMEMADM_ATTACH_H

#include "adm.h"
#include "args.h"
#include "nl_client.h"

extern const struct adm_option adm_attach_options[];

int adm_attach_request(struct adm *adm, const struct adm_args *args, struct xmem_dev *want);
int adm_attach_from_json(struct adm *adm, const json_t *answer, struct xmem_dev *want);
int adm_attach_leg(struct adm *adm, const char *text, struct xmem_leg *leg);

#endif /* XMEMADM_ATTACH_H */
