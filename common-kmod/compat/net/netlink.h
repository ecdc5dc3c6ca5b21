/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_NET_NETLINK_H
#define _XMEM_COMPAT_NET_NETLINK_H

#include <linux/version.h>
#include_next <net/netlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define nla_strscpy nla_strlcpy
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
/* the member was not const */
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, _range) {		\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),	\
	.validation_type = NLA_VALIDATE_RANGE_PTR,	\
	.range = (void *)(_range),			\
}
#endif

#endif
