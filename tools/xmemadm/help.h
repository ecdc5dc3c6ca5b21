/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help at each level, made from the tables that parse. */
#ifndef XMEMADM_HELP_H
#define XMEMADM_HELP_H

#include "adm.h"

bool adm_is_help(const char *word);
void adm_help_all(void);
void adm_help_object(const struct adm_object *object);
void adm_help_command(const struct adm_object *object, const struct adm_command *command);
void adm_help_rst(void);
void adm_help_possible(struct adm *adm, const struct adm_object *object);

#endif /* XMEMADM_HELP_H */
