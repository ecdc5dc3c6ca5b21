/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_NET_NETLINK_H
#define _XMEM_COMPAT_NET_NETLINK_H

#include <linux/version.h>
#include_next <net/netlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define nla_strscpy nla_strlcpy
#endif

#endif
