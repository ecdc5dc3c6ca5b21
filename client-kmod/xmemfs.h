/* SPDX-License-Identifier: GPL-2.0-only */
/* The file system "xmem": one directory, a file for each device that is offered so. */
#ifndef _XMEMC_XMEMFS_H
#define _XMEMC_XMEMFS_H

#include <linux/list.h>

struct dentry;
struct xmemc_dev;

/**
 * struct xmemc_fs_file - a device's place in the directory
 * @list: among all that have one
 * @dentry: while the file system is mounted
 */
struct xmemc_fs_file {
	struct list_head list;
	struct dentry *dentry;
};

int xmemc_fs_add(struct xmemc_dev *dev);
void xmemc_fs_del(struct xmemc_dev *dev);

#ifdef XMEMC_HAVE_SWAPFILE
int xmemc_fs_module_init(void);
void xmemc_fs_module_exit(void);
#else
static inline int xmemc_fs_module_init(void)
{
	return 0;
}

static inline void xmemc_fs_module_exit(void)
{
}
#endif

#endif /* _XMEMC_XMEMFS_H */
