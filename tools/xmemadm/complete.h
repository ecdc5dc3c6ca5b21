/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could be typed next, for shells: xmemadm help --complete WORD... */
#ifndef XMEMADM_COMPLETE_H
#define XMEMADM_COMPLETE_H

#include "adm.h"

int adm_complete(struct adm *adm, int argc, char **argv);
void adm_complete_names(struct adm *adm, const char *kind, const char *begin);
void adm_complete_word(const char *word, const char *begin);

#endif /* XMEMADM_COMPLETE_H */
