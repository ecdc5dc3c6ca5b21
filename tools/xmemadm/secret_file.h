/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of keys and certificates: whole or not at all, and never overwritten by accident. */
#ifndef XMEMADM_SECRET_FILE_H
#define XMEMADM_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "adm.h"

int adm_file_free(struct adm *adm, const char *path, bool force);
int adm_file_write(struct adm *adm, const char *path, mode_t mode, const void *data, size_t size);

#endif /* XMEMADM_SECRET_FILE_H */
