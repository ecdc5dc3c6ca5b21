// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a connection. One worker (the leg's) opens, drains and closes a path;
 * the handlers of rdma_cm and of the completion queues only note what happened
 * and wake that worker, so nothing here needs a lock but the words in @why.
 *
 *   open:  for each queue, queue 0 first: resolve address and route, make CQ and
 *          QP, post the receive for the hello, connect, await hello.
 *   drain: queue pairs go to the error state, their completions are awaited,
 *          they are destroyed. After that no network card touches a page of a
 *          request any more.
 *   close: unmap, free the protection domain, destroy the rdma_cm ids. The ids go
 *          last: rdma_cm lets an RDMA device disappear when its last id is gone.
 *          They say goodbye to the appliance, so close waits until the port is up and
 *          packets have memory (see path_await_memory()): nobody can be reached before
 *          that anyway.
 *
 * Between drain and close the leg takes back its requests and unmaps their pages.
 */
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <rdma/ib_cm.h>
#include "path.h"

/*
 * The local ACK time-out is 4.096 us << 17, about 0.54 s. With 7 repetitions a
 * queue pair notices in 4.3 s that nobody answers; that is the time that I/O
 * to a dead appliance stalls before it is taken back.
 */
#define ACK_TIMEOUT		17
#define RETRY_COUNT		7
/* 7 means for ever; the appliance never lacks a receive, as nobody sends to it. */
#define RNR_RETRY_COUNT		7

#define RESOLVE_TIMEOUT_MS	2000
#define CONNECT_TIMEOUT_MS	3000
/* The keys of a whole region are registered between connect and hello. */
#define HELLO_TIMEOUT_MS	15000
#define READ_TIMEOUT_MS		6000

/* What has to be free for packets before a message is sent: some of full size. */
#define PROBE_PACKETS		16
#define PROBE_SIZE		4500
#define PROBE_INTERVAL		(HZ / 40)
/* After a connection broke, as often one after the other: memory came back for good. */
#define PROBE_STREAK		16

/* Beside the requests: one read of the path's own, and one to drain the queue. */
#define OWN_WRS			2
/* The hello, and one to drain the queue. */
#define RECV_WRS		2

/**
 * xmemc_path_break() - note that a path is broken
 * @path: the path
 * @fmt: why, in words; only the first reason is kept
 *
 * Any context. The owner is told once.
 */
void xmemc_path_break(struct xmemc_path *path, const char *fmt, ...)
{
	unsigned long flags;
	bool first;
	va_list args;

	spin_lock_irqsave(&path->lock, flags);
	first = !path->broken;
	if (first) {
		va_start(args, fmt);
		vscnprintf(path->why.text, sizeof(path->why.text), fmt, args);
		va_end(args);
		/* pairs with the barrier in the owner, between going live and looking at this */
		smp_store_mb(path->broken, true);
	}
	spin_unlock_irqrestore(&path->lock, flags);
	if (first) {
		wake_up(&path->wait);
		path->on_broken(path);
	}
}

/**
 * xmemc_path_why() - what went wrong first
 * @path: the path
 * @why: where the words go
 */
void xmemc_path_why(struct xmemc_path *path, struct xmemc_refusal *why)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lock, flags);
	*why = path->why;
	spin_unlock_irqrestore(&path->lock, flags);
}

/*
 * A step ended. For a failure this comes before xmemc_path_break() tells why: the
 * worker must see the result when it wakes; it reads the words after close only.
 */
static void queue_step(struct xmemc_queue *q, int result)
{
	/* a result that is there stays: the first one counts */
	cmpxchg(&q->step, 1, result);
	wake_up(&q->path->wait);
}

static void note_reject(struct xmemc_queue *q, struct rdma_cm_id *id, struct rdma_cm_event *ev)
{
	const struct xmem_wire_reject *r;
	u8 len = 0;

	r = rdma_consumer_reject_data(id, ev, &len);
	if (!r || len < sizeof(*r) || le32_to_cpu(r->magic) != XMEM_WIRE_MAGIC) {
		queue_step(q, -ECONNREFUSED);
		xmemc_path_break(q->path, "connection refused (%s)",
				 rdma_reject_msg(id, ev->status) ?: "no reason given");
		return;
	}
	q->path->reject = le16_to_cpu(r->reason);
	queue_step(q, -EACCES);
	switch (q->path->reject) {
	case XMEM_REJECT_VERSION:
	case XMEM_REJECT_EPOCH:
		xmemc_path_break(q->path, "refused: %s (%llu)",
				 xmem_wire_reason_text(q->path->reject), le64_to_cpu(r->detail));
		break;
	default:
		xmemc_path_break(q->path, "refused: %s", xmem_wire_reason_text(q->path->reject));
	}
}

static int cm_event(struct rdma_cm_id *id, struct rdma_cm_event *ev)
{
	struct xmemc_queue *q = id->context;

	switch (ev->event) {
	case RDMA_CM_EVENT_ADDR_RESOLVED:
	case RDMA_CM_EVENT_ROUTE_RESOLVED:
	case RDMA_CM_EVENT_ESTABLISHED:
		queue_step(q, 0);
		break;
	case RDMA_CM_EVENT_ADDR_ERROR:
		queue_step(q, -EHOSTUNREACH);
		xmemc_path_break(q->path, "no RDMA device reaches the address (error %d)",
				 ev->status);
		break;
	case RDMA_CM_EVENT_ROUTE_ERROR:
		queue_step(q, -EHOSTUNREACH);
		xmemc_path_break(q->path, "no route to the address (error %d)", ev->status);
		break;
	case RDMA_CM_EVENT_CONNECT_ERROR:
		queue_step(q, -ECONNREFUSED);
		xmemc_path_break(q->path, "connecting failed (error %d)", ev->status);
		break;
	case RDMA_CM_EVENT_UNREACHABLE:
		queue_step(q, -ETIMEDOUT);
		xmemc_path_break(q->path, "the appliance does not answer (error %d)", ev->status);
		break;
	case RDMA_CM_EVENT_REJECTED:
		note_reject(q, id, ev);
		break;
	case RDMA_CM_EVENT_DISCONNECTED:
		xmemc_path_break(q->path, "the appliance closed the connection");
		break;
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
		WRITE_ONCE(q->path->removed, true);
		wake_up(&q->path->wait);
		xmemc_path_break(q->path, "the RDMA device is removed");
		break;
	case RDMA_CM_EVENT_ADDR_CHANGE:
		xmemc_path_break(q->path, "the local address changed");
		break;
	default:
		break;
	}
	/* the worker destroys the id, never rdma_cm */
	return 0;
}

static void hello_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct xmemc_queue *q = container_of(wc->wr_cqe, struct xmemc_queue, hello_cqe);
	int ret = -ECONNRESET;

	if (wc->status == IB_WC_SUCCESS) {
		ib_dma_sync_single_for_cpu(q->path->device, q->hello_dma, sizeof(*q->hello),
					   DMA_FROM_DEVICE);
		ret = xmem_wire_check_hello(q->hello, wc->byte_len);
	}
	WRITE_ONCE(q->greeted, ret);
	wake_up(&q->path->wait);
	if (wc->status != IB_WC_SUCCESS && wc->status != IB_WC_WR_FLUSH_ERR)
		xmemc_path_break(q->path, "no hello: %s", ib_wc_status_msg(wc->status));
}

static void own_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct xmemc_path *path = cq->cq_context;

	if (wc->status != IB_WC_SUCCESS && wc->status != IB_WC_WR_FLUSH_ERR)
		xmemc_path_break(path, "the appliance does not answer: %s",
				 ib_wc_status_msg(wc->status));
	WRITE_ONCE(path->own_status, wc->status == IB_WC_SUCCESS ? 0 : -EIO);
	wake_up(&path->wait);
}

/* Wait for a result to appear; a broken or stopped path does not wait. */
static int path_await(struct xmemc_path *path, int *result, unsigned int timeout_ms,
		      const char *what)
{
	wait_event_timeout(path->wait,
			   READ_ONCE(*result) <= 0 || READ_ONCE(path->stop) ||
			   READ_ONCE(path->broken),
			   msecs_to_jiffies(timeout_ms));
	if (READ_ONCE(path->stop))
		return -ECANCELED;
	if (READ_ONCE(*result) <= 0 && !READ_ONCE(path->broken))
		return READ_ONCE(*result);
	if (READ_ONCE(path->broken))
		return READ_ONCE(*result) < 0 ? READ_ONCE(*result) : -ECONNRESET;
	xmemc_path_break(path, "%s: no answer", what);
	return -ETIMEDOUT;
}

static void port_event(struct ib_event_handler *handler, struct ib_event *event)
{
	struct xmemc_path *path = container_of(handler, struct xmemc_path, events);

	if (event->element.port_num != path->port_num ||
	    (event->event != IB_EVENT_PORT_ACTIVE && event->event != IB_EVENT_PORT_ERR))
		return;
	WRITE_ONCE(path->port_up, event->event == IB_EVENT_PORT_ACTIVE);
	wake_up(&path->wait);
}

/* Whether a burst of packets would get memory now. */
static bool packets_have_memory(void)
{
	struct sk_buff_head packets;
	struct sk_buff *packet;
	unsigned int i;

	__skb_queue_head_init(&packets);
	for (i = 0; i < PROBE_PACKETS; i++) {
		packet = alloc_skb(PROBE_SIZE, GFP_ATOMIC | __GFP_NOWARN);
		if (!packet)
			break;
		__skb_queue_tail(&packets, packet);
	}
	__skb_queue_purge(&packets);
	return i == PROBE_PACKETS;
}

/*
 * Soft RDMA (rxe) loses its queue pair for the messages of connections, and with it
 * any hope of another connection, by a single message that cannot go out: because the
 * port is down, or for want of memory for the packet. So that is waited for before. A
 * network card has memory of its own, and page-out may be waiting for it: no wait there.
 *
 * Want of memory may be why the connection broke, and the connection manager sends
 * several messages by itself once it was asked for one. So memory has to be there for
 * a while then, and not by chance. Not after the port was down: that was the reason, and
 * the sooner the handshake is over the less can happen to it.
 */
static void path_await_memory(struct xmemc_path *path, bool broke)
{
	unsigned int good = 0, enough = broke ? PROBE_STREAK : 1;

	if (path->device->ops.driver_id != RDMA_DRIVER_RXE)
		return;
	while (!READ_ONCE(path->stop) && !READ_ONCE(path->removed)) {
		good = packets_have_memory() ? good + 1 : 0;
		if (good == enough)
			return;
		wait_event_timeout(path->wait, READ_ONCE(path->stop) || READ_ONCE(path->removed),
				   PROBE_INTERVAL);
	}
}

/* Returns whether it was up at once. */
static bool path_await_port(struct xmemc_path *path)
{
	struct ib_port_attr attr;
	bool up;

	if (!path->port_num)
		return true;
	/* an event that comes from here on counts; what was before is asked for */
	smp_store_mb(path->port_up, false);
	up = ib_query_port(path->device, path->port_num, &attr) || attr.state == IB_PORT_ACTIVE;
	if (up)
		WRITE_ONCE(path->port_up, true);
	wait_event(path->wait, READ_ONCE(path->port_up) || READ_ONCE(path->stop) ||
		   READ_ONCE(path->removed));
	return up;
}

static int refuse_device(struct xmemc_path *path, int error, const char *why)
{
	xmemc_path_break(path, "RDMA device %s: %s", path->device->name, why);
	return error;
}

/* What the device can do decides how large work requests and queues are. */
static int path_measure(struct xmemc_path *path)
{
	const struct ib_device_attr *attrs = &path->device->attrs;
	unsigned int max_sge = min_t(unsigned int, attrs->max_send_sge, attrs->max_sge_rd);
	unsigned int room = min_t(unsigned int, attrs->max_qp_wr, attrs->max_cqe - RECV_WRS);
	unsigned int depth;

	max_sge = clamp(max_sge, 1U, path->nr_segs);
	if (path->depth_fixed) {
		if (max_sge < path->max_sge ||
		    room < path->depth * path->wrs_per_io + OWN_WRS)
			return refuse_device(path, -EOPNOTSUPP, "smaller than the one before");
		return 0;
	}
	path->max_sge = max_sge;
	path->wrs_per_io = DIV_ROUND_UP(path->nr_segs, max_sge) + path->nr_borders;
	depth = (room - OWN_WRS) / path->wrs_per_io;
	path->depth = min(path->depth, depth);
	if (path->depth < 4)
		return refuse_device(path, -EOPNOTSUPP, "its queues are too short");
	return 0;
}

static int path_take_device(struct xmemc_path *path, struct rdma_cm_id *id)
{
	struct ib_device *device = id->device;
	int ret;

	path->device = device;
	path->port_num = id->port_num;
	INIT_IB_EVENT_HANDLER(&path->events, device, port_event);
	ib_register_event_handler(&path->events);
	if (rdma_protocol_iwarp(device, id->port_num))
		return refuse_device(path, -EOPNOTSUPP, "iWARP is not supported");
	ret = path_measure(path);
	if (ret)
		return ret;
	path->pd = ib_alloc_pd(device, 0);
	if (IS_ERR(path->pd)) {
		ret = PTR_ERR(path->pd);
		path->pd = NULL;
		return refuse_device(path, ret, "no protection domain");
	}
	path->bounce_dma = ib_dma_map_single(device, path->bounce, XMEMC_PATH_BOUNCE,
					     DMA_FROM_DEVICE);
	if (ib_dma_mapping_error(device, path->bounce_dma))
		return refuse_device(path, -ENOMEM, "no DMA mapping");
	path->zeroes_dma = ib_dma_map_single(device, path->zeroes, path->zeroes_len,
					     DMA_TO_DEVICE);
	if (ib_dma_mapping_error(device, path->zeroes_dma)) {
		ib_dma_unmap_single(device, path->bounce_dma, XMEMC_PATH_BOUNCE, DMA_FROM_DEVICE);
		return refuse_device(path, -ENOMEM, "no DMA mapping");
	}
	path->mapped = true;
	ret = xmemc_resident_map(&path->resident, device);
	return ret ? refuse_device(path, ret, "no DMA mapping") : 0;
}

static int queue_make(struct xmemc_queue *q)
{
	struct xmemc_path *path = q->path;
	struct ib_qp_init_attr attr = {
		.qp_type = IB_QPT_RC,
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.cap.max_send_wr = path->depth * path->wrs_per_io + OWN_WRS,
		.cap.max_send_sge = path->max_sge,
		.cap.max_recv_wr = RECV_WRS,
		.cap.max_recv_sge = 1,
	};
	int ret;

	q->cq = ib_alloc_cq(path->device, path, attr.cap.max_send_wr + RECV_WRS,
			    q->index % path->device->num_comp_vectors, IB_POLL_SOFTIRQ);
	if (IS_ERR(q->cq)) {
		ret = PTR_ERR(q->cq);
		q->cq = NULL;
		return refuse_device(path, ret, "no completion queue");
	}
	attr.send_cq = q->cq;
	attr.recv_cq = q->cq;
	ret = rdma_create_qp(q->id, path->pd, &attr);
	if (ret)
		return refuse_device(path, ret, "no queue pair");
	q->qp = q->id->qp;
	return 0;
}

static int queue_expect_hello(struct xmemc_queue *q)
{
	struct ib_device *device = q->path->device;
	struct ib_sge sge = { .length = sizeof(*q->hello), .lkey = q->path->pd->local_dma_lkey };
	struct ib_recv_wr wr = { .wr_cqe = &q->hello_cqe, .sg_list = &sge, .num_sge = 1 };
	int ret;

	q->hello_dma = ib_dma_map_single(device, q->hello, sizeof(*q->hello), DMA_FROM_DEVICE);
	if (ib_dma_mapping_error(device, q->hello_dma))
		return refuse_device(q->path, -ENOMEM, "no DMA mapping");
	q->mapped = true;
	q->greeted = 1;
	sge.addr = q->hello_dma;
	ret = ib_post_recv(q->qp, &wr, NULL);
	return ret ? refuse_device(q->path, ret, "cannot post a receive") : 0;
}

static int queue_connect(struct xmemc_queue *q, const struct xmem_wire_connect *request)
{
	struct xmem_wire_connect data = *request;
	struct rdma_conn_param param = {
		.private_data = &data,
		.private_data_len = sizeof(data),
		.initiator_depth = min(q->path->device->attrs.max_qp_init_rd_atom, 128),
		.retry_count = RETRY_COUNT,
		.rnr_retry_count = RNR_RETRY_COUNT,
	};
	int ret;

	data.queue = cpu_to_le16(q->index);
	path_await_memory(q->path, q->path->broke && !q->index);
	q->step = 1;
	ret = rdma_connect(q->id, &param);
	memzero_explicit(&data, sizeof(data));
	if (ret) {
		xmemc_path_break(q->path, "connecting failed (error %d)", ret);
		return ret;
	}
	ret = path_await(q->path, &q->step, CONNECT_TIMEOUT_MS, "connect");
	if (ret)
		return ret;
	q->ready = true;
	ret = path_await(q->path, &q->greeted, HELLO_TIMEOUT_MS, "hello");
	if (ret == -EPROTO || ret == -EPROTONOSUPPORT)
		xmemc_path_break(q->path, "the appliance's hello makes no sense");
	else if (!ret && q->hello->generation != request->generation)
		return -EPROTO;
	return ret;
}

static int queue_resolve(struct xmemc_queue *q)
{
	struct xmemc_path *path = q->path;
	int ret;

	q->id = rdma_create_id(&init_net, cm_event, q, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(q->id)) {
		ret = PTR_ERR(q->id);
		q->id = NULL;
		xmemc_path_break(path, "no connection identifier (error %d)", ret);
		return ret;
	}
	q->step = 1;
	ret = rdma_resolve_addr(q->id, NULL, (struct sockaddr *)&path->addr, RESOLVE_TIMEOUT_MS);
	if (ret) {
		xmemc_path_break(path, "no RDMA device reaches the address (error %d)", ret);
		return -EHOSTUNREACH;
	}
	ret = path_await(path, &q->step, RESOLVE_TIMEOUT_MS + 1000, "address");
	if (ret)
		return ret;
	/* before the route is resolved, for RoCE takes it from there */
	rdma_set_ack_timeout(q->id, ACK_TIMEOUT);
	q->step = 1;
	ret = rdma_resolve_route(q->id, RESOLVE_TIMEOUT_MS);
	if (ret) {
		xmemc_path_break(path, "no route to the address (error %d)", ret);
		return -EHOSTUNREACH;
	}
	return path_await(path, &q->step, RESOLVE_TIMEOUT_MS + 1000, "route");
}

static int queue_open(struct xmemc_queue *q, const struct xmem_wire_connect *request)
{
	struct xmemc_path *path = q->path;
	int ret;

	ret = queue_resolve(q);
	if (ret)
		return ret;
	if (!q->index)
		ret = path_take_device(path, q->id);
	else if (q->id->device != path->device)
		ret = refuse_device(path, -EAGAIN, "another one answers for the address now");
	if (ret)
		return ret;
	ret = queue_make(q);
	if (ret)
		return ret;
	ret = queue_expect_hello(q);
	if (ret)
		return ret;
	return queue_connect(q, request);
}

/**
 * xmemc_path_open() - connect all queues
 * @path: a path that was closed
 * @request: what to tell the appliance; the queue's number is filled in
 *
 * Sleeps; to be undone by drain and close, also if it fails. The words for a
 * failure are in xmemc_path_why().
 *
 * Return: 0 or negative errno: -EACCES when the appliance refused for the reason
 * in @path->reject, -ETIMEDOUT when it did not answer, -ECANCELED when @path->stop
 * was set, and others.
 */
int xmemc_path_open(struct xmemc_path *path, const struct xmem_wire_connect *request)
{
	unsigned int i;
	int ret;

	path->reject = XMEM_REJECT_NONE;
	path->why.text[0] = '\0';
	WRITE_ONCE(path->broken, false);
	for (i = 0; i < path->nr_queues; i++) {
		ret = queue_open(&path->queues[i], request);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * xmemc_path_drain() - end all traffic
 * @path: the path; nobody posts on it any more
 *
 * When it returns, every completion was handled and no card touches memory on
 * behalf of this path.
 */
void xmemc_path_drain(struct xmemc_path *path)
{
	unsigned int i;

	for (i = 0; i < path->nr_queues; i++) {
		struct xmemc_queue *q = &path->queues[i];

		if (q->qp) {
			if (q->ready)
				ib_drain_qp(q->qp);
			rdma_destroy_qp(q->id);
		}
		if (q->cq)
			ib_free_cq(q->cq);
		q->qp = NULL;
		q->cq = NULL;
		q->ready = false;
	}
}

/**
 * xmemc_path_close() - give everything back
 * @path: the path, after xmemc_path_drain() and when nobody holds mappings on its device
 *
 * Sleeps until the port is up, the device is removed, or @path->stop is set.
 */
void xmemc_path_close(struct xmemc_path *path)
{
	unsigned int i;

	for (i = 0; i < path->nr_queues; i++) {
		struct xmemc_queue *q = &path->queues[i];

		if (q->mapped)
			ib_dma_unmap_single(path->device, q->hello_dma, sizeof(*q->hello),
					    DMA_FROM_DEVICE);
		q->mapped = false;
	}
	if (path->mapped) {
		ib_dma_unmap_single(path->device, path->bounce_dma, XMEMC_PATH_BOUNCE,
				    DMA_FROM_DEVICE);
		ib_dma_unmap_single(path->device, path->zeroes_dma, path->zeroes_len,
				    DMA_TO_DEVICE);
		path->mapped = false;
		xmemc_resident_unmap(&path->resident, path->device);
	}
	if (path->pd)
		ib_dealloc_pd(path->pd);
	path->pd = NULL;
	if (path->device) {
		path->broke = path_await_port(path) && READ_ONCE(path->broken);
		path_await_memory(path, path->broke);
		ib_unregister_event_handler(&path->events);
	}
	for (i = 0; i < path->nr_queues; i++) {
		if (path->queues[i].id)
			rdma_destroy_id(path->queues[i].id);
		path->queues[i].id = NULL;
	}
	path->device = NULL;
	path->port_num = 0;
	path->removed = false;
}

static int own_post(struct xmemc_path *path, u64 remote, u32 rkey, u32 length)
{
	struct ib_sge sge = {
		.addr = path->bounce_dma,
		.length = length,
		.lkey = path->pd->local_dma_lkey,
	};
	struct ib_rdma_wr wr = {
		.wr = {
			.wr_cqe = &path->own_cqe,
			.sg_list = &sge,
			.num_sge = 1,
			.opcode = IB_WR_RDMA_READ,
			.send_flags = IB_SEND_SIGNALED,
		},
		.remote_addr = remote,
		.rkey = rkey,
	};

	WRITE_ONCE(path->own_status, 1);
	return ib_post_send(path->queues[0].qp, &wr.wr, NULL);
}

/**
 * xmemc_path_read() - read from the appliance into the bounce buffer, and wait for it
 * @path: an open path on which nobody else uses the bounce buffer
 * @remote: remote address
 * @rkey: its key
 * @length: bytes, at most XMEMC_PATH_BOUNCE
 *
 * Return: 0 or negative errno.
 */
int xmemc_path_read(struct xmemc_path *path, u64 remote, u32 rkey, u32 length)
{
	int ret;

	ret = own_post(path, remote, rkey, length);
	if (ret) {
		xmemc_path_break(path, "cannot post a read (error %d)", ret);
		return ret;
	}
	ret = path_await(path, &path->own_status, READ_TIMEOUT_MS, "table");
	if (!ret)
		ib_dma_sync_single_for_cpu(path->device, path->bounce_dma, length,
					   DMA_FROM_DEVICE);
	return ret;
}

/**
 * xmemc_path_beat() - see whether the appliance's card answers
 * @path: an open path; the caller keeps it from being drained meanwhile
 * @remote: remote address of 8 bytes that may be read
 * @rkey: its key
 *
 * Does not wait; the next call tells the result of this one. Atomic.
 *
 * Return: 0, or -ETIMEDOUT if the one before is still unanswered.
 */
int xmemc_path_beat(struct xmemc_path *path, u64 remote, u32 rkey)
{
	if (READ_ONCE(path->own_status) == 1)
		return -ETIMEDOUT;
	return own_post(path, remote, rkey, sizeof(u64));
}

/**
 * xmemc_path_init() - allocate what a path needs of its own
 * @path: the path, zeroed but for what its owner has set
 * @nr_queues: number of queues
 * @zeroes_len: length of the buffer of zeroes
 * @resident: pages to keep mapped
 *
 * Return: 0 or -ENOMEM; in both cases xmemc_path_exit() has to follow.
 */
int xmemc_path_init(struct xmemc_path *path, unsigned int nr_queues, u32 zeroes_len,
		    const struct xmemc_resident *resident)
{
	unsigned int i;

	init_waitqueue_head(&path->wait);
	spin_lock_init(&path->lock);
	path->own_cqe.done = own_done;
	path->zeroes_len = zeroes_len;
	path->zeroes = kzalloc(zeroes_len, GFP_KERNEL);
	path->bounce = kmalloc(XMEMC_PATH_BOUNCE, GFP_KERNEL);
	path->queues = kzalloc_objs(*path->queues, nr_queues, GFP_KERNEL);
	if (!path->zeroes || !path->bounce || !path->queues ||
	    xmemc_resident_map_init(&path->resident, resident))
		return -ENOMEM;
	for (i = 0; i < nr_queues; i++, path->nr_queues++) {
		struct xmemc_queue *q = &path->queues[i];

		q->path = path;
		q->index = i;
		q->hello_cqe.done = hello_done;
		q->hello = kzalloc_obj(*q->hello, GFP_KERNEL);
		if (!q->hello)
			return -ENOMEM;
	}
	return 0;
}

/**
 * xmemc_path_exit() - free what xmemc_path_init() allocated
 * @path: a closed path
 */
void xmemc_path_exit(struct xmemc_path *path)
{
	unsigned int i;

	for (i = 0; i < path->nr_queues; i++)
		kfree(path->queues[i].hello);
	kfree(path->queues);
	xmemc_resident_map_exit(&path->resident);
	kfree(path->bounce);
	kfree(path->zeroes);
}
