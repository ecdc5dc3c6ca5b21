/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be seen in /sys/block/xmemN/xmem/. */
#ifndef _XMEMC_SYSFS_H
#define _XMEMC_SYSFS_H

#include <linux/sysfs.h>

extern const struct attribute_group *xmemc_sysfs_groups[];

#endif /* _XMEMC_SYSFS_H */
