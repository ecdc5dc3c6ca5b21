/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_NET_GENETLINK_H
#define _XMEM_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
/* the value is overwritten when the family is registered */
#define resv_start_op mcgrp_offset
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
/* of what it returns, the member attrs exists everywhere */
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

#endif
