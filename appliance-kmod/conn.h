/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_CONN_H
#define _XMEMA_CONN_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/workqueue.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>

#include "wire.h"

struct xmema_client;
struct xmema_device;
struct xmema_grant;

/**
 * struct xmema_conn - one queue pair of a client
 * @ref: one while @id lives, one of pending work
 * @id: connection; NULL when ended
 * @dev: its device, counted
 * @req: what the client sent; constant
 * @responder_resources: RDMA READs that the client wants outstanding; constant
 * @work: all that happens to the connection, and its establishment's time limit
 * @notes: what the CM told, CONN_* in conn.c
 * @grant: counted; NULL until it was found
 * @entry: in the session's list, if there
 * @greeted: the hello was posted
 * @client: owner of the protection domain, counted
 * @cq: completions of what this side posts: registrations and the hello
 * @posted: completed when a batch is done
 * @post_error: the first error of the batch
 * @reg_cqe: completion handler of registrations
 * @hello_cqe: completion handler of the hello
 * @hello: the message
 * @hello_dma: its DMA address
 * @hello_mapped: whether it is
 *
 * From @entry on under the lock of the grant.
 */
struct xmema_conn {
	struct kref ref;
	struct rdma_cm_id *id;
	struct xmema_device *dev;
	struct xmem_wire_connect req;
	u8 responder_resources;
	struct delayed_work work;
	unsigned long notes;
	struct xmema_grant *grant;

	struct list_head entry;
	bool greeted;
	struct xmema_client *client;
	struct ib_cq *cq;
	struct completion posted;
	int post_error;
	struct ib_cqe reg_cqe;
	struct ib_cqe hello_cqe;
	struct xmem_wire_hello hello;
	u64 hello_dma;
	bool hello_mapped;
};

extern struct workqueue_struct *xmema_conn_queue;

int xmema_conn_request(struct rdma_cm_id *id, const struct rdma_conn_param *param);
void xmema_conn_reject(struct rdma_cm_id *id, unsigned int reason, u64 detail);
bool xmema_conn_established(const struct xmema_conn *conn);
int xmema_conn_post_wait(struct xmema_conn *conn, struct ib_send_wr *first,
			 struct ib_send_wr *last);
void xmema_conn_end(struct xmema_conn *conn);
int xmema_conn_init(void);
void xmema_conn_exit(void);

#endif /* _XMEMA_CONN_H */
