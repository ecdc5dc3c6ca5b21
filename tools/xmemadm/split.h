/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of a batch, cut into words as a shell would cut it. */
#ifndef XMEMADM_SPLIT_H
#define XMEMADM_SPLIT_H

#include "adm.h"

#define ADM_SPLIT_MAX 128

int adm_split(struct adm *adm, char *line, char *words[ADM_SPLIT_MAX + 1]);

#endif /* XMEMADM_SPLIT_H */
