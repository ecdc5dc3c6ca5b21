/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner mark that a manager puts on its regions: the upper half follows from
 * the name in its certificate, so that an appliance can tell whose request it is;
 * the lower half is random and made once per database, so that a manager with a
 * new, empty database does not take the regions of the old one for leaked ones.
 */
#ifndef XMEMD_OWNER_H
#define XMEMD_OWNER_H

#include <stdbool.h>
#include <stdint.h>

uint64_t xmemd_owner_make(const char *cn, uint32_t random);
bool xmemd_owner_is(uint64_t owner, const char *cn);

#endif /* XMEMD_OWNER_H */
