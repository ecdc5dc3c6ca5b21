/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of xmemadm that come when they are asked for: objects that need large libraries
 * are shared objects beside the program, and register themselves when they are loaded.
 */
#ifndef XMEMADM_PARTS_H
#define XMEMADM_PARTS_H

#include <stdbool.h>

bool adm_is_part(const char *object);
bool adm_part_load(const char *object);
const char *adm_part_error(void);
void adm_parts_load(void);
void *adm_library_symbol(const char *library, const char *name);

#endif /* XMEMADM_PARTS_H */
