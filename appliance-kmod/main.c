// SPDX-License-Identifier: GPL-2.0-only
/*
 * xmem_appliance: lends memory of this machine to clients, who use it by RDMA
 * READ and RDMA WRITE. This module keeps the books; see Documentation/.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>

#include "conn.h"
#include "device.h"
#include "listen.h"
#include "nl.h"
#include "pool.h"
#include "region.h"
#include "stats.h"

static char *memory = "0";
module_param(memory, charp, 0444);
MODULE_PARM_DESC(memory, "Memory to lend, such as 512M or 16G, a multiple of 2M (default 0)");

static ushort port = XMEM_WIRE_PORT;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "RDMA CM port to listen on (default 7707)");

struct xmema_stats xmema_stats;

static int pool_fill(void)
{
	struct netlink_ext_ack extack = {};
	unsigned long long bytes;
	char *end;
	int ret;

	bytes = memparse(memory, &end);
	if (end == memory || *end) {
		pr_err("memory=%s: not a size; 512M, 16G and 1T are\n", memory);
		return -EINVAL;
	}
	ret = xmema_pool_resize(bytes, &extack);
	if (ret)
		pr_err("memory=%s: %s\n", memory, extack._msg);
	return ret;
}

static int __init xmema_init(void)
{
	int ret;

	if (!port) {
		pr_err("port=0: a port between 1 and 65535 is needed\n");
		return -EINVAL;
	}
	xmema_pool_init();
	ret = pool_fill();
	if (ret)
		return ret;
	ret = xmema_conn_init();
	if (ret)
		goto err_pool;
	ret = xmema_device_init();
	if (ret)
		goto err_conn;
	ret = xmema_listen_open(port);
	if (ret)
		goto err_device;
	ret = xmema_nl_init();
	if (ret)
		goto err_listen;
	pr_info("lends %llu MiB, listens on RDMA port %u\n", xmema_pool_bytes() >> 20, port);
	return 0;

err_listen:
	xmema_listen_close();
err_device:
	xmema_device_exit();
err_conn:
	xmema_conn_exit();
err_pool:
	xmema_pool_release();
	return ret;
}

static void __exit xmema_exit(void)
{
	xmema_nl_exit();
	xmema_listen_close();
	xmema_region_destroy_all();
	/* the connections are gone; this waits until what they left has run */
	xmema_conn_exit();
	xmema_device_exit();
	xmema_pool_release();
}

module_init(xmema_init);
module_exit(xmema_exit);

MODULE_DESCRIPTION("External memory: the appliance, which lends memory over RDMA");
MODULE_AUTHOR("The xmem authors");
MODULE_LICENSE("GPL");
