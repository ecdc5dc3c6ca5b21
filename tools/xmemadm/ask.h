/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the managers that the configuration names: the first one that answers.
 * A request that creates carries a key, so that it is safe to ask the next manager.
 */
#ifndef XMEMADM_ASK_H
#define XMEMADM_ASK_H

#include <jansson.h>

#include "adm.h"
#include "http.h"
#include "out.h"

#define ADM_NAME_TEXT "possible are 1 to 63 of A-Z a-z 0-9 . _ -, the first one a letter or a digit"

int adm_manager(struct adm *adm, const char *method, const char *path, const char *name, json_t *in,
		json_t **out);
int adm_manager_create(struct adm *adm, const char *path, json_t *in, json_t **out);
int adm_manager_each(struct adm *adm, int (*fn)(struct adm *adm, struct xmem_http *http, void *arg),
		     void *arg);
int adm_manager_list(struct adm *adm, const char *path, const char *key,
		     const struct adm_column *columns);
int adm_manager_done(struct adm *adm, json_t *answer, const char *verb, const char *name);
int adm_check_name(struct adm *adm, const char *name);
int adm_client_id(struct adm *adm, uint64_t *id);

#endif /* XMEMADM_ASK_H */
