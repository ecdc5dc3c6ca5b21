/* SPDX-License-Identifier: GPL-2.0-only */
/* Attach one device at load, as module parameters say. */
#ifndef _XMEMC_PARAMS_H
#define _XMEMC_PARAMS_H

int xmemc_params_attach(void);

#endif /* _XMEMC_PARAMS_H */
