/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_FS_H
#define _XMEM_COMPAT_LINUX_FS_H

#include <linux/version.h>
#include_next <linux/fs.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define mnt_idmap user_namespace
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
/* a dentry stayed because somebody had a reference */
#define d_make_persistent(dentry, inode) d_add(dget(dentry), inode)
#define kill_anon_super kill_litter_super
#endif
#endif
