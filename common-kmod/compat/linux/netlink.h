/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_NETLINK_H
#define _XMEM_COMPAT_LINUX_NETLINK_H

#include <linux/version.h>
#include_next <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT
/*
 * The text has no place in the old struct netlink_ext_ack and is read when the
 * request's handler has returned; eight requests at once can fail at one line
 * of code before the words of one of them are another's.
 */
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {				\
	static char __text[8][80];						\
	static atomic_t __next;							\
	char *__msg = __text[(unsigned int)atomic_inc_return(&__next) % 8];	\
	struct netlink_ext_ack *__extack = (extack);				\
										\
	snprintf(__msg, sizeof(__text[0]), fmt, ##args);			\
	if (__extack)								\
		__extack->_msg = __msg;						\
} while (0)
#endif

#endif
