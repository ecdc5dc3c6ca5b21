// SPDX-License-Identifier: GPL-2.0-only
/* xmem: memory of other machines as a block device, by one-sided RDMA. */
#include <linux/module.h>
#include "dev.h"
#include "frontswap.h"
#include "nl.h"
#include "params.h"
#include "xmemfs.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int __init xmemc_init(void)
{
	int ret;

	ret = xmemc_leg_module_init();
	if (ret)
		return ret;
	ret = xmemc_block_module_init();
	if (ret)
		goto no_block;
	ret = xmemc_frontswap_module_init();
	if (ret)
		goto no_frontswap;
	ret = xmemc_nl_module_init();
	if (ret)
		goto no_netlink;
	ret = xmemc_params_attach();
	if (ret)
		goto no_device;
	ret = xmemc_fs_module_init();
	if (ret)
		goto no_device;
	return 0;

no_device:
	xmemc_nl_module_exit();
	xmemc_dev_detach_all();
no_netlink:
	xmemc_frontswap_module_exit();
no_frontswap:
	xmemc_block_module_exit();
no_block:
	xmemc_leg_module_exit();
	return ret;
}

static void __exit xmemc_exit(void)
{
	xmemc_fs_module_exit();
	xmemc_nl_module_exit();
	xmemc_dev_detach_all();
	xmemc_frontswap_module_exit();
	xmemc_block_module_exit();
	xmemc_leg_module_exit();
}

module_init(xmemc_init);
module_exit(xmemc_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("xmem: memory of other machines as a block device, by one-sided RDMA");
