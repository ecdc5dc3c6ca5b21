/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of xmemadm that come when they are asked for: what needs large libraries is in
 * shared objects beside the program. Objects among it register themselves when their
 * part is loaded.
 */
#ifndef XMEMADM_PARTS_H
#define XMEMADM_PARTS_H

#include <stdbool.h>

bool adm_is_part(const char *object);
bool adm_part_load(const char *object);
const char *adm_part_error(void);
void adm_parts_load(void);
void *adm_part_symbol(const char *file, const char *name);

#endif /* XMEMADM_PARTS_H */
