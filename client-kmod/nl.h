/* SPDX-License-Identifier: GPL-2.0-only */
/* The netlink family "xmem"; see Documentation/netlink/xmem.md. */
#ifndef _XMEMC_NL_H
#define _XMEMC_NL_H

int xmemc_nl_module_init(void);
void xmemc_nl_module_exit(void);

#endif /* _XMEMC_NL_H */
