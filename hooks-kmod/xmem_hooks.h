/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands between the kernel's hooks and those who serve them. A kernel that has
 * frontswap and cleancache never lets go of what was registered with it, so that part
 * is a module of its own, which stays when the others are unloaded.
 */
#ifndef _XMEM_HOOKS_H
#define _XMEM_HOOKS_H

#include <linux/cleancache.h>
#include <linux/frontswap.h>

int xmem_hooks_set_frontswap(const struct frontswap_ops *ops);
void xmem_hooks_clear_frontswap(void);
void xmem_hooks_set_cleancache(const struct cleancache_ops *ops);
void xmem_hooks_clear_cleancache(void);

#endif /* _XMEM_HOOKS_H */
