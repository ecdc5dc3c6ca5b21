/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_HEX_H
#define _XMEM_COMPAT_LINUX_HEX_H

#if __has_include_next(<linux/hex.h>)
#include_next <linux/hex.h>
#else
#include <linux/kernel.h>
#endif

#endif
