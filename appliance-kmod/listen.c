// SPDX-License-Identifier: GPL-2.0-only
/*
 * The listeners: one for IPv4, one for IPv6, each on all addresses of all RDMA
 * devices, also of those that come later. The form of a request is looked at
 * here; what it means is for conn.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/in.h>
#include <linux/in6.h>
#include <net/net_namespace.h>
#include <rdma/rdma_cm.h>

#include "conn.h"
#include "listen.h"
#include "stats.h"
#include "wire.h"

#define BACKLOG	128

static struct rdma_cm_id *listeners[2];
static u16 listen_port;
static bool closed;

/* A value other than 0 makes the CM destroy the new connection. */
static int listen_request(struct rdma_cm_id *id, const struct rdma_conn_param *param)
{
	unsigned int reason;
	u64 detail = 0;

	if (xmema_listen_closed())
		reason = XMEM_REJECT_SHUTDOWN;
	else
		reason = xmem_wire_check_connect(param->private_data, param->private_data_len,
						 &detail);
	if (!reason)
		reason = xmema_conn_request(id, param);
	if (!reason)
		return 0;
	xmema_conn_reject(id, reason, detail);
	return -ECONNREFUSED;
}

static int listen_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	xmema_stats_control_call();
	if (event->event == RDMA_CM_EVENT_CONNECT_REQUEST)
		return listen_request(id, &event->param.conn);
	return 0;
}

static struct rdma_cm_id *listener_new(struct sockaddr *addr)
{
	struct rdma_cm_id *id;
	int ret;

	id = rdma_create_id(&init_net, listen_event, NULL, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(id))
		return id;
	/* else the one of IPv6 takes IPv4 as well, and its port */
	ret = rdma_set_afonly(id, 1);
	if (!ret)
		ret = rdma_bind_addr(id, addr);
	if (!ret)
		ret = rdma_listen(id, BACKLOG);
	if (ret) {
		rdma_destroy_id(id);
		return ERR_PTR(ret);
	}
	return id;
}

static int listener_open(unsigned int i, struct sockaddr *addr)
{
	struct rdma_cm_id *id = listener_new(addr);

	if (IS_ERR(id))
		return PTR_ERR(id);
	listeners[i] = id;
	return 0;
}

/**
 * xmema_listen_open() - begin to take connects
 * @port: RDMA CM port
 *
 * A machine may have one of the two internet protocols switched off.
 *
 * Return: 0 or a negative error.
 */
int xmema_listen_open(u16 port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int ret, ret6;

	listen_port = port;
	ret = listener_open(0, (struct sockaddr *)&v4);
	ret6 = listener_open(1, (struct sockaddr *)&v6);
	if (ret && ret6) {
		pr_err("cannot listen on RDMA port %u: errors %d (IPv4), %d (IPv6)\n", port, ret,
		       ret6);
		return ret;
	}
	if (ret || ret6)
		pr_notice("not listening on IPv%c: error %d\n", ret ? '4' : '6', ret ?: ret6);
	return 0;
}

/**
 * xmema_listen_port() - where clients connect
 *
 * Return: the RDMA CM port.
 */
u16 xmema_listen_port(void)
{
	return listen_port;
}

/**
 * xmema_listen_closed() - whether the module is being unloaded
 *
 * Return: true if connects are to be refused for that.
 */
bool xmema_listen_closed(void)
{
	return READ_ONCE(closed);
}

/**
 * xmema_listen_close() - take no more connects; waits for those being looked at
 */
void xmema_listen_close(void)
{
	unsigned int i;

	WRITE_ONCE(closed, true);
	for (i = 0; i < ARRAY_SIZE(listeners); i++)
		if (listeners[i])
			rdma_destroy_id(listeners[i]);
}
