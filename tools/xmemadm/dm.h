/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device mapper, by libdevmapper. A device is made in steps: created without a
 * table, a table loaded beside the one in use, and resumed, which puts the loaded one
 * to use. So everything that allocates is over before anything is suspended.
 */
#ifndef XMEMADM_DM_H
#define XMEMADM_DM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "adm.h"

#define ADM_DM_NAME 128 /* what the kernel takes, with the end */
#define ADM_DM_PARAMS 1024

struct adm_dm_info {
	bool exists;
	int open_count;
	dev_t dev;
};

/* Called for each device; a negative return ends the walk and is returned. */
typedef int (*adm_dm_fn)(struct adm *adm, const char *name, void *arg);

int adm_dm_has(struct adm *adm, const char *target);
int adm_dm_create(struct adm *adm, const char *name, const char *uuid);
int adm_dm_load(struct adm *adm, const char *name, uint64_t sectors, const char *target,
		const char *params);
int adm_dm_unload(struct adm *adm, const char *name);
int adm_dm_suspend(struct adm *adm, const char *name);
int adm_dm_resume(struct adm *adm, const char *name, bool hidden, uint32_t *cookie);
int adm_dm_remove(struct adm *adm, const char *name);
void adm_dm_settle(uint32_t cookie);

int adm_dm_info(struct adm *adm, const char *name, struct adm_dm_info *info);
int adm_dm_table(struct adm *adm, const char *name, char target[ADM_DM_NAME],
		 char params[ADM_DM_PARAMS], uint64_t *sectors);
int adm_dm_status(struct adm *adm, const char *name, char params[ADM_DM_PARAMS]);
int adm_dm_each(struct adm *adm, const char *uuid_prefix, adm_dm_fn fn, void *arg);

#endif /* XMEMADM_DM_H */
