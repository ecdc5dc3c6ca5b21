/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this daemon says of its machine, in each of its roles: to managers by
 * announcements, and to whoever asks.
 */
#ifndef XMEMD_SELF_H
#define XMEMD_SELF_H

#include <jansson.h>

#include "daemon.h"
#include "refusal.h"

int xmemd_self_new(struct xmemd *daemon, struct xmemd_refusal *why);
void xmemd_self_free(struct xmemd_self *self);

json_t *xmemd_self_health(struct xmemd_self *self);
json_t *xmemd_self_json(struct xmemd_self *self, enum xmemd_role role);
int xmemd_self_describe(struct xmemd_self *self, json_t *object);

/* The roles that a daemon can have, and their words. */
#define XMEMD_SELF_ROLES 3
extern const enum xmemd_role xmemd_self_roles[XMEMD_SELF_ROLES];
const char *xmemd_self_role_word(enum xmemd_role role);

#endif /* XMEMD_SELF_H */
