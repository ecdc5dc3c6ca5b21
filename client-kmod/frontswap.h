/* SPDX-License-Identifier: GPL-2.0-only */
/* The data interface frontswap, on kernels that have the hook for modules. */
#ifndef _XMEMC_FRONTSWAP_H
#define _XMEMC_FRONTSWAP_H

#ifdef XMEMC_HAVE_FRONTSWAP
int xmemc_frontswap_module_init(void);
void xmemc_frontswap_module_exit(void);
#else
static inline int xmemc_frontswap_module_init(void)
{
	return 0;
}

static inline void xmemc_frontswap_module_exit(void)
{
}
#endif

#endif /* _XMEMC_FRONTSWAP_H */
