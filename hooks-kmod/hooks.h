/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_HOOKS_PRIVATE_H
#define _XMEM_HOOKS_PRIVATE_H

#include <linux/init.h>
#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_FRONTSWAP)
void xmem_hooks_register_frontswap(void) __init;
#else
static inline void xmem_hooks_register_frontswap(void)
{
}
#endif

#if IS_ENABLED(CONFIG_CLEANCACHE)
int xmem_hooks_register_cleancache(void) __init;
#else
static inline int xmem_hooks_register_cleancache(void)
{
	return 0;
}
#endif

#endif /* _XMEM_HOOKS_PRIVATE_H */
