/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_CRYPTO_UTILS_H
#define _XMEM_COMPAT_CRYPTO_UTILS_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#include <crypto/algapi.h>
#else
#include_next <crypto/utils.h>
#endif

#endif
