/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_HEX_H
#define _XMEM_COMPAT_LINUX_HEX_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <linux/kernel.h>
#else
#include_next <linux/hex.h>
#endif

#endif
