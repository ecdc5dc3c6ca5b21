// SPDX-License-Identifier: GPL-2.0-only
/*
 * One connection: a queue pair of a client, from the connect request to its end.
 *
 * CM events arrive with the connection's handler lock held, on a thread that
 * all connections share. Handlers therefore only set a note and queue the
 * connection's work; everything else is done there, one run at a time:
 *
 *	first run	find the grant, judge, make the queue pair, accept or reject
 *	established	register the keys if they are not, send the hello
 *	gone		end
 *	neither		the time limit: end
 *
 * Life: the request makes the connection with one reference, which ends with
 * xmema_conn_end() or with the refusal; pending work holds another. After the
 * accept a connection is in its session's list, and whoever holds the grant's
 * lock may end it, while its work waits for that lock and then finds it ended
 * (id is NULL). rdma_destroy_id() in xmema_conn_end() waits for a running
 * handler and lets no other one start, so nothing is queued after it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/slab.h>
#include <rdma/ib_cm.h>

#include "client.h"
#include "conn.h"
#include "device.h"
#include "grant.h"
#include "keys.h"
#include "listen.h"
#include "region.h"
#include "session.h"
#include "stats.h"

enum {
	CONN_ESTABLISHED,
	CONN_GONE,
};

/* a batch of registrations and a hello */
#define SEND_QUEUE	40
#define ESTABLISH_TIME	(10 * HZ)
#define POST_TIME	(10 * HZ)

struct workqueue_struct *xmema_conn_queue;

static void conn_release(struct kref *ref)
{
	struct xmema_conn *conn = container_of(ref, struct xmema_conn, ref);

	if (conn->grant)
		xmema_grant_put(conn->grant);
	kfree_sensitive(conn);
}

static void conn_put(struct xmema_conn *conn)
{
	kref_put(&conn->ref, conn_release);
}

/* Pending work has one reference, from the first who queued it until it ran. */
static void conn_queue(struct xmema_conn *conn)
{
	kref_get(&conn->ref);
	if (mod_delayed_work(xmema_conn_queue, &conn->work, 0))
		conn_put(conn);
}

/* Does nothing if an event came already. */
static void conn_start_limit(struct xmema_conn *conn)
{
	kref_get(&conn->ref);
	if (!queue_delayed_work(xmema_conn_queue, &conn->work, ESTABLISH_TIME))
		conn_put(conn);
}

static void conn_note(struct xmema_conn *conn, int note)
{
	set_bit(note, &conn->notes);
	conn_queue(conn);
}

/**
 * xmema_conn_established() - whether the client said that it is ready
 * @conn: the connection
 *
 * Return: true if so.
 */
bool xmema_conn_established(const struct xmema_conn *conn)
{
	return test_bit(CONN_ESTABLISHED, &conn->notes);
}

/**
 * xmema_conn_reject() - refuse a connect in words that the client's kernel understands
 * @id: the connection
 * @reason: enum xmem_wire_reason
 * @detail: goes with it
 */
void xmema_conn_reject(struct rdma_cm_id *id, unsigned int reason, u64 detail)
{
	struct xmem_wire_reject reject = {
		.magic = cpu_to_le32(XMEM_WIRE_MAGIC),
		.version = cpu_to_le16(XMEM_WIRE_VERSION),
		.reason = cpu_to_le16(reason),
		.detail = cpu_to_le64(detail),
	};

	atomic64_inc(&xmema_stats.refused);
	pr_notice_ratelimited("connect from %pISpc refused: %s\n", &id->route.addr.dst_addr,
			      xmem_wire_reason_text(reason));
	rdma_reject(id, &reject, sizeof(reject), IB_CM_REJ_CONSUMER_DEFINED);
}

static int conn_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	struct xmema_conn *conn = id->context;

	xmema_stats_control_call();
	switch (event->event) {
	case RDMA_CM_EVENT_ESTABLISHED:
		conn_note(conn, CONN_ESTABLISHED);
		break;
	case RDMA_CM_EVENT_TIMEWAIT_EXIT:
		break;
	default:
		/* a device that is removed waits until the work has destroyed the id */
		conn_note(conn, CONN_GONE);
	}
	return 0;
}

static void reg_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct xmema_conn *conn = container_of(wc->wr_cqe, struct xmema_conn, reg_cqe);

	xmema_stats_control_call();
	/* without an error only the last of a batch signals */
	if (wc->status)
		WRITE_ONCE(conn->post_error, -EIO);
	complete(&conn->posted);
}

static void hello_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct xmema_conn *conn = container_of(wc->wr_cqe, struct xmema_conn, hello_cqe);

	xmema_stats_control_call();
	if (wc->status)
		conn_note(conn, CONN_GONE);
}

/**
 * xmema_conn_post_wait() - post registrations and wait for them
 * @conn: the connection
 * @first: of a chain of work requests, as many as fit the send queue
 * @last: the last one, which is made to signal
 *
 * Return: 0, or a negative error: the connection is to be ended then.
 */
int xmema_conn_post_wait(struct xmema_conn *conn, struct ib_send_wr *first,
			 struct ib_send_wr *last)
{
	struct ib_send_wr *wr;
	int ret;

	for (wr = first; wr; wr = wr->next)
		wr->wr_cqe = &conn->reg_cqe;
	last->send_flags = IB_SEND_SIGNALED;
	reinit_completion(&conn->posted);
	ret = ib_post_send(conn->id->qp, first, NULL);
	if (ret)
		return ret;
	if (!wait_for_completion_timeout(&conn->posted, POST_TIME))
		return -ETIMEDOUT;
	return READ_ONCE(conn->post_error);
}

static int conn_make_qp(struct xmema_conn *conn)
{
	struct ib_qp_init_attr attr = {
		.qp_type = IB_QPT_RC,
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.cap = {
			.max_send_wr = SEND_QUEUE,
			.max_recv_wr = 1,
			.max_send_sge = 1,
			.max_recv_sge = 1,
		},
	};
	struct ib_cq *cq;
	int ret;

	cq = ib_alloc_cq_any(conn->dev->ib, conn, SEND_QUEUE + 2, IB_POLL_WORKQUEUE);
	if (IS_ERR(cq))
		return PTR_ERR(cq);
	attr.send_cq = cq;
	attr.recv_cq = cq;
	ret = rdma_create_qp(conn->id, conn->client->pd, &attr);
	if (ret) {
		ib_free_cq(cq);
		return ret;
	}
	conn->cq = cq;
	return 0;
}

/* Frees all that xmema_conn_end() and a refusal have in common. */
static void conn_teardown(struct xmema_conn *conn)
{
	if (conn->cq)
		rdma_destroy_qp(conn->id);
	rdma_destroy_id(conn->id);
	conn->id = NULL;
	if (conn->cq)
		ib_free_cq(conn->cq);
	if (conn->hello_mapped)
		ib_dma_unmap_single(conn->dev->ib, conn->hello_dma, sizeof(conn->hello),
				    DMA_TO_DEVICE);
	if (conn->client)
		xmema_client_put(conn->client);
	xmema_device_put(conn->dev);
	/* events that came meanwhile, and the time limit; a run that waits for the lock stays */
	if (cancel_delayed_work(&conn->work))
		conn_put(conn);
	conn_put(conn);
}

/**
 * xmema_conn_end() - end a connection; when it returns the client can do nothing through it
 * @conn: the connection, whose grant is locked; not to be used any more
 */
void xmema_conn_end(struct xmema_conn *conn)
{
	lockdep_assert_held(&conn->grant->lock);
	list_del(&conn->entry);
	/* tells the client, who would otherwise find out by time-out */
	rdma_disconnect(conn->id);
	conn_teardown(conn);
}

static int conn_accept(struct xmema_conn *conn)
{
	struct rdma_conn_param param = {
		.responder_resources = min_t(int, conn->responder_resources,
					     conn->dev->ib->attrs.max_qp_rd_atom),
	};
	int ret;

	rdma_lock_handler(conn->id);
	ret = rdma_accept(conn->id, &param);
	rdma_unlock_handler(conn->id);
	return ret;
}

/* Grant locked. A reason, or none: then the connection is one of its session. */
static unsigned int conn_admit(struct xmema_conn *conn, u64 *detail)
{
	struct xmema_grant *grant = conn->grant;
	struct xmema_client *client;
	unsigned int reason;

	reason = xmema_session_admit(grant, conn, detail);
	if (reason)
		return reason;
	client = xmema_client_get(conn->dev, grant->spec.client);
	if (IS_ERR(client))
		return XMEM_REJECT_RESOURCES;
	conn->client = client;
	if (conn_make_qp(conn))
		return XMEM_REJECT_RESOURCES;
	list_add_tail(&conn->entry, &grant->session.conns);
	return XMEM_REJECT_NONE;
}

static void conn_setup(struct xmema_conn *conn)
{
	struct xmema_grant *grant = NULL;
	unsigned int reason;
	u64 detail = 0;

	if (xmema_listen_closed())
		reason = XMEM_REJECT_SHUTDOWN;
	else
		reason = xmema_grant_match(&conn->req, &grant);
	if (reason) {
		xmema_conn_reject(conn->id, reason, detail);
		conn_teardown(conn);
		return;
	}
	mutex_lock(&grant->lock);
	conn->grant = grant;
	reason = conn_admit(conn, &detail);
	if (reason) {
		xmema_conn_reject(conn->id, reason, detail);
		conn_teardown(conn);
	} else {
		conn_start_limit(conn);
		/* one that fails has told the client already */
		if (conn_accept(conn))
			xmema_session_drop(grant, conn);
	}
	mutex_unlock(&grant->lock);
}

static int conn_send_hello(struct xmema_conn *conn, const struct xmema_keys *keys)
{
	struct ib_device *ib = conn->dev->ib;
	struct xmema_grant *grant = conn->grant;
	struct ib_send_wr wr = {
		.wr_cqe = &conn->hello_cqe,
		.opcode = IB_WR_SEND,
		.send_flags = IB_SEND_SIGNALED,
		.num_sge = 1,
	};
	struct ib_sge sge;

	conn->hello = (struct xmem_wire_hello){
		.magic = cpu_to_le32(XMEM_WIRE_MAGIC),
		.version = cpu_to_le16(XMEM_WIRE_VERSION),
		.rights = cpu_to_le16(grant->spec.rights),
		.size = cpu_to_le64(grant->region->spec.size),
		.instance = cpu_to_le64(grant->region->instance),
		.table_addr = cpu_to_le64(keys->table_mr->iova),
		.table_rkey = cpu_to_le32(keys->table_mr->rkey),
		.extents = cpu_to_le32(keys->extents),
		.epoch = cpu_to_le32(grant->epoch),
		.generation = conn->req.generation,
		.extent_shift = keys->extent_shift,
	};
	conn->hello_dma = ib_dma_map_single(ib, &conn->hello, sizeof(conn->hello), DMA_TO_DEVICE);
	if (ib_dma_mapping_error(ib, conn->hello_dma))
		return -ENOMEM;
	conn->hello_mapped = true;
	sge.addr = conn->hello_dma;
	sge.length = sizeof(conn->hello);
	sge.lkey = conn->client->pd->local_dma_lkey;
	wr.sg_list = &sge;
	return ib_post_send(conn->id->qp, &wr, NULL);
}

/* Keys that are not valid are registered by the first connection, that of queue 0. */
static void conn_greet(struct xmema_conn *conn)
{
	struct xmema_grant *grant = conn->grant;
	struct xmema_keys *keys = xmema_keys_find(grant, conn->dev);
	int ret = keys->valid ? 0 : xmema_keys_register(keys, conn);

	if (ret) {
		pr_notice_ratelimited("region %llu: no keys for client %#llx: error %d\n",
				      grant->spec.region, grant->spec.client, ret);
		/* registered in part: good for nothing, and no other queue may use them */
		xmema_session_end(grant);
		xmema_keys_destroy_on(grant, conn->dev);
		return;
	}
	if (conn_send_hello(conn, keys))
		xmema_session_drop(grant, conn);
	else
		xmema_session_greeted(grant, conn);
}

static void conn_advance(struct xmema_conn *conn)
{
	/* not established: the time limit */
	if (test_bit(CONN_GONE, &conn->notes) || !xmema_conn_established(conn))
		xmema_session_drop(conn->grant, conn);
	else if (!conn->greeted)
		conn_greet(conn);
}

static void conn_work(struct work_struct *work)
{
	struct xmema_conn *conn = container_of(to_delayed_work(work), struct xmema_conn, work);
	struct xmema_grant *grant = conn->grant;

	if (!grant) {
		if (conn->id)
			conn_setup(conn);
	} else {
		mutex_lock(&grant->lock);
		if (conn->id)
			conn_advance(conn);
		mutex_unlock(&grant->lock);
	}
	conn_put(conn);
}

/**
 * xmema_conn_request() - take a connect request whose form is good
 * @id: the new connection
 * @param: what came with it
 *
 * Called by the CM event handler of a listener; all but the taking is done by the work.
 *
 * Return: 0, or the reason to refuse; then the connection is not ours.
 */
int xmema_conn_request(struct rdma_cm_id *id, const struct rdma_conn_param *param)
{
	struct xmema_device *dev = xmema_device_find(id->device);
	struct xmema_conn *conn;

	/* not there yet, or leaving: not final, as in xmema_session_admit() */
	if (!dev)
		return XMEM_REJECT_SHUTDOWN;
	conn = kzalloc_obj(*conn, GFP_KERNEL);
	if (!conn) {
		xmema_device_put(dev);
		return XMEM_REJECT_RESOURCES;
	}
	kref_init(&conn->ref);
	INIT_DELAYED_WORK(&conn->work, conn_work);
	init_completion(&conn->posted);
	conn->reg_cqe.done = reg_done;
	conn->hello_cqe.done = hello_done;
	conn->dev = dev;
	conn->id = id;
	conn->req = *(const struct xmem_wire_connect *)param->private_data;
	conn->responder_resources = param->responder_resources;
	id->context = conn;
	id->event_handler = conn_event;
	conn_queue(conn);
	return 0;
}

/**
 * xmema_conn_init() - prepare for connections
 *
 * Return: 0 or a negative error.
 */
int xmema_conn_init(void)
{
	/* each connection's work can wait long for others of its grant, hence unbound */
	xmema_conn_queue = alloc_workqueue("xmem_appliance", WQ_UNBOUND, 0);
	return xmema_conn_queue ? 0 : -ENOMEM;
}

/**
 * xmema_conn_exit() - finish what pends; no listener, region or grant is left
 */
void xmema_conn_exit(void)
{
	destroy_workqueue(xmema_conn_queue);
}
