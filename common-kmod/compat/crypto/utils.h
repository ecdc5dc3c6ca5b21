/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_CRYPTO_UTILS_H
#define _XMEM_COMPAT_CRYPTO_UTILS_H

#if __has_include_next(<crypto/utils.h>)
#include_next <crypto/utils.h>
#else
#include <crypto/algapi.h>
#endif

#endif
