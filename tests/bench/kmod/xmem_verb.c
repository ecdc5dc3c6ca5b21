// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor under every block device over RDMA: what one RDMA READ or WRITE
 * costs that kernel code posts, with nothing around it. Two queue pairs of one
 * machine are connected to each other by RDMA CM at @addr; the far one has a
 * memory region registered as an appliance does it. Loading the module
 * measures; the parameters ns and ops show the outcome until it is unloaded.
 *
 * With depth=1 a thread posts, sleeps until the completion handler wakes it,
 * and posts the next, as a synchronous read of one page does. With more, each
 * completion posts the next.
 *
 * Lifetimes: everything hangs from the one static object and is made and taken
 * down by module init, which may sleep. The CM handler runs in CM's workqueue
 * and is over when rdma_destroy_id() returned. Completion handlers run in
 * softirq and are over after ib_drain_qp().
 */
#include <linux/completion.h>
#include <linux/inet.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>

#define VERB_PORT	7711
#define VERB_MAX_DEPTH	128
#define VERB_MAX_SIZE	(128 * 1024)
#define VERB_MR_ORDER	9
#define VERB_MR_SIZE	(PAGE_SIZE << VERB_MR_ORDER)
#define VERB_TIMEOUT	(10 * HZ)

static char *addr = "10.77.0.1";
module_param(addr, charp, 0444);
MODULE_PARM_DESC(addr, "local IPv4 address on an RDMA device");

static bool write;
module_param(write, bool, 0444);
MODULE_PARM_DESC(write, "RDMA WRITE instead of RDMA READ");

static unsigned int depth = 1;
module_param(depth, uint, 0444);
MODULE_PARM_DESC(depth, "operations in flight, 1 to 128");

static unsigned int size = 4096;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "bytes of each operation, 512 to 131072");

static unsigned int count = 10000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "operations to measure, after a tenth as many to warm up");

static unsigned long long ns;
module_param(ns, ullong, 0444);
MODULE_PARM_DESC(ns, "outcome: nanoseconds for all operations");

static unsigned int ops;
module_param(ops, uint, 0444);
MODULE_PARM_DESC(ops, "outcome: operations measured");

/* One operation in flight, with its own memory. */
struct verb_slot {
	struct ib_cqe cqe;
	struct ib_rdma_wr wr;
	struct ib_sge sge;
	void *buf;
};

/* One end of the connection. */
struct verb_end {
	struct rdma_cm_id *id;
	struct ib_pd *pd;
	struct ib_cq *cq;
};

static struct {
	struct rdma_cm_id *listener;
	struct verb_end client;
	struct verb_end server;
	struct completion step;		/* a CM step of the client is over */
	struct completion served;	/* the server's side is established */
	int status;			/* of the last step; set before it completes */

	struct page *pages;		/* what the server lends */
	struct scatterlist sg;
	struct ib_mr *mr;
	struct ib_cqe reg_cqe;
	struct completion registered;

	struct verb_slot *slots;
	atomic_t to_post;
	atomic_t to_finish;
	atomic_t position;
	struct completion finished;
} verb;

static int slot_post(struct verb_slot *slot)
{
	u32 place = atomic_add_return(size, &verb.position) % (VERB_MR_SIZE - size);

	slot->wr.remote_addr = verb.mr->iova + (place & PAGE_MASK);
	return ib_post_send(verb.client.id->qp, &slot->wr.wr, NULL);
}

static void slot_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct verb_slot *slot = container_of(wc->wr_cqe, struct verb_slot, cqe);

	if (wc->status != IB_WC_SUCCESS) {
		verb.status = -EIO;
		complete(&verb.finished);
		return;
	}
	if (atomic_dec_if_positive(&verb.to_post) >= 0 && slot_post(slot)) {
		verb.status = -EIO;
		complete(&verb.finished);
		return;
	}
	if (atomic_dec_and_test(&verb.to_finish))
		complete(&verb.finished);
}

/* Wait for what a completion handler signals; its error, or -ETIMEDOUT. */
static int wait_step(struct completion *done)
{
	if (!wait_for_completion_timeout(done, VERB_TIMEOUT))
		return -ETIMEDOUT;
	return verb.status;
}

static int run_one_by_one(unsigned int n)
{
	int ret;

	while (n--) {
		reinit_completion(&verb.finished);
		atomic_set(&verb.to_finish, 1);
		ret = slot_post(&verb.slots[0]);
		if (!ret)
			ret = wait_step(&verb.finished);
		if (ret)
			return ret;
	}
	return 0;
}

static int run_at_depth(unsigned int n)
{
	unsigned int i, first = min(n, depth);
	int ret;

	reinit_completion(&verb.finished);
	atomic_set(&verb.to_finish, n);
	atomic_set(&verb.to_post, n - first);
	for (i = 0; i < first; i++) {
		ret = slot_post(&verb.slots[i]);
		if (ret)
			return ret;
	}
	/* Long runs are bounded by their count, not by time. */
	wait_for_completion(&verb.finished);
	return verb.status;
}

static int run(unsigned int n)
{
	return depth == 1 ? run_one_by_one(n) : run_at_depth(n);
}

static int measure(void)
{
	u64 start;
	int ret;

	ret = run(max(count / 10, 1U));
	if (ret)
		return ret;
	start = ktime_get_ns();
	ret = run(count);
	if (ret)
		return ret;
	ns = ktime_get_ns() - start;
	ops = count;
	return 0;
}

static int slot_make(struct verb_slot *slot)
{
	struct ib_device *dev = verb.client.pd->device;

	slot->buf = kmalloc(size, GFP_KERNEL);
	if (!slot->buf)
		return -ENOMEM;
	slot->sge.addr = ib_dma_map_single(dev, slot->buf, size, DMA_BIDIRECTIONAL);
	if (ib_dma_mapping_error(dev, slot->sge.addr)) {
		kfree(slot->buf);
		slot->buf = NULL;
		return -ENOMEM;
	}
	slot->sge.length = size;
	slot->sge.lkey = verb.client.pd->local_dma_lkey;
	slot->cqe.done = slot_done;
	slot->wr.wr.wr_cqe = &slot->cqe;
	slot->wr.wr.sg_list = &slot->sge;
	slot->wr.wr.num_sge = 1;
	slot->wr.wr.opcode = write ? IB_WR_RDMA_WRITE : IB_WR_RDMA_READ;
	slot->wr.wr.send_flags = IB_SEND_SIGNALED;
	slot->wr.rkey = verb.mr->rkey;
	return 0;
}

static void slots_free(void)
{
	struct verb_slot *slot;

	if (!verb.slots)
		return;
	for (slot = verb.slots; slot < verb.slots + depth && slot->buf; slot++) {
		ib_dma_unmap_single(verb.client.pd->device, slot->sge.addr, size,
				    DMA_BIDIRECTIONAL);
		kfree(slot->buf);
	}
	kfree(verb.slots);
}

static int slots_make(void)
{
	unsigned int i;
	int ret;

	verb.slots = kcalloc(depth, sizeof(*verb.slots), GFP_KERNEL);
	if (!verb.slots)
		return -ENOMEM;
	for (i = 0; i < depth; i++) {
		ret = slot_make(&verb.slots[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static void reg_done(struct ib_cq *cq, struct ib_wc *wc)
{
	if (wc->status != IB_WC_SUCCESS)
		verb.status = -EIO;
	complete(&verb.registered);
}

/* Memory of the far end, registered with the far queue pair as an appliance does it. */
static int memory_make(void)
{
	struct ib_reg_wr reg = {
		.wr.opcode = IB_WR_REG_MR,
		.wr.send_flags = IB_SEND_SIGNALED,
		.wr.wr_cqe = &verb.reg_cqe,
		.access = IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE,
	};
	struct ib_pd *pd = verb.server.pd;
	int n;

	verb.pages = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP, VERB_MR_ORDER);
	if (!verb.pages)
		return -ENOMEM;
	verb.mr = ib_alloc_mr(pd, IB_MR_TYPE_MEM_REG, 1 << VERB_MR_ORDER);
	if (IS_ERR(verb.mr)) {
		n = PTR_ERR(verb.mr);
		verb.mr = NULL;
		return n;
	}
	sg_init_table(&verb.sg, 1);
	sg_set_page(&verb.sg, verb.pages, VERB_MR_SIZE, 0);
	if (ib_dma_map_sg(pd->device, &verb.sg, 1, DMA_BIDIRECTIONAL) != 1)
		return -ENOMEM;
	n = ib_map_mr_sg(verb.mr, &verb.sg, 1, NULL, PAGE_SIZE);
	if (n != 1)
		return n < 0 ? n : -EINVAL;
	reg.mr = verb.mr;
	reg.key = verb.mr->rkey;
	verb.reg_cqe.done = reg_done;
	n = ib_post_send(verb.server.id->qp, &reg.wr, NULL);
	return n ? n : wait_step(&verb.registered);
}

static void memory_free(void)
{
	if (verb.mr) {
		ib_dma_unmap_sg(verb.server.pd->device, &verb.sg, 1, DMA_BIDIRECTIONAL);
		ib_dereg_mr(verb.mr);
	}
	if (verb.pages)
		__free_pages(verb.pages, VERB_MR_ORDER);
}

static void end_free(struct verb_end *end)
{
	if (end->id && end->id->qp)
		rdma_destroy_qp(end->id);
	if (end->cq)
		ib_free_cq(end->cq);
	if (end->pd)
		ib_dealloc_pd(end->pd);
	if (end->id)
		rdma_destroy_id(end->id);
}

/* What a queue pair needs; on error end_free() takes away what there is. */
static int end_make(struct verb_end *end)
{
	struct ib_qp_init_attr attr = {
		.cap = { .max_send_wr = VERB_MAX_DEPTH + 4, .max_recv_wr = 4,
			 .max_send_sge = 1, .max_recv_sge = 1 },
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.qp_type = IB_QPT_RC,
	};
	struct ib_device *dev = end->id->device;
	struct ib_pd *pd;
	struct ib_cq *cq;

	pd = ib_alloc_pd(dev, 0);
	if (IS_ERR(pd))
		return PTR_ERR(pd);
	end->pd = pd;
	cq = ib_alloc_cq(dev, NULL, VERB_MAX_DEPTH + 8, 0, IB_POLL_SOFTIRQ);
	if (IS_ERR(cq))
		return PTR_ERR(cq);
	end->cq = cq;
	attr.send_cq = cq;
	attr.recv_cq = cq;
	return rdma_create_qp(end->id, pd, &attr);
}

static void fill_param(struct rdma_conn_param *param, struct ib_device *dev)
{
	memset(param, 0, sizeof(*param));
	param->responder_resources = min(dev->attrs.max_qp_rd_atom, 128);
	param->initiator_depth = min(dev->attrs.max_qp_init_rd_atom, 128);
	param->retry_count = 7;
	param->rnr_retry_count = 7;
}

static int accept_client(struct rdma_cm_id *id)
{
	struct rdma_conn_param param;
	int ret;

	if (verb.server.id)
		return -EBUSY;	/* somebody else; CM destroys the id */
	verb.server.id = id;
	ret = end_make(&verb.server);
	if (!ret) {
		fill_param(&param, id->device);
		ret = rdma_accept(id, &param);
	}
	/* Module init destroys the id, also after an error. */
	if (ret) {
		verb.status = ret;
		complete(&verb.served);
	}
	return 0;
}

static int connect_server(struct rdma_cm_id *id)
{
	struct rdma_conn_param param;
	int ret;

	ret = end_make(&verb.client);
	if (ret)
		return ret;
	fill_param(&param, id->device);
	return rdma_connect(id, &param);
}

/* Both ends and the listener; the client's steps are waited for one by one. */
static int cm_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	if (event->event == RDMA_CM_EVENT_CONNECT_REQUEST)
		return accept_client(id);
	if (id == verb.server.id) {
		if (event->event == RDMA_CM_EVENT_ESTABLISHED)
			complete(&verb.served);
		return 0;
	}
	if (id != verb.client.id)
		return 0;
	switch (event->event) {
	case RDMA_CM_EVENT_ADDR_RESOLVED:
	case RDMA_CM_EVENT_ROUTE_RESOLVED:
	case RDMA_CM_EVENT_ESTABLISHED:
		complete(&verb.step);
		break;
	case RDMA_CM_EVENT_DISCONNECTED:
	case RDMA_CM_EVENT_TIMEWAIT_EXIT:
		break;
	default:
		verb.status = event->status ? event->status : -ECONNREFUSED;
		complete(&verb.step);
	}
	return 0;
}

static int listen_at(struct sockaddr_in *sin)
{
	struct rdma_cm_id *id;
	int ret;

	id = rdma_create_id(&init_net, cm_event, NULL, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(id))
		return PTR_ERR(id);
	verb.listener = id;
	ret = rdma_bind_addr(id, (struct sockaddr *)sin);
	return ret ? ret : rdma_listen(id, 1);
}

static int connect_to(struct sockaddr_in *sin)
{
	struct rdma_cm_id *id;
	int ret;

	id = rdma_create_id(&init_net, cm_event, NULL, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(id))
		return PTR_ERR(id);
	verb.client.id = id;
	ret = rdma_resolve_addr(id, NULL, (struct sockaddr *)sin, 2000);
	if (!ret)
		ret = wait_step(&verb.step);
	if (!ret)
		ret = rdma_resolve_route(id, 2000);
	if (!ret)
		ret = wait_step(&verb.step);
	if (!ret)
		ret = connect_server(id);
	if (!ret)
		ret = wait_step(&verb.step);
	return ret ? ret : wait_step(&verb.served);
}

static void take_down(void)
{
	if (verb.client.id && verb.client.id->qp) {
		rdma_disconnect(verb.client.id);
		ib_drain_qp(verb.client.id->qp);
	}
	/* No new server end, and none half made, after this. */
	if (verb.listener)
		rdma_destroy_id(verb.listener);
	if (verb.server.id && verb.server.id->qp)
		ib_drain_qp(verb.server.id->qp);
	slots_free();
	memory_free();
	end_free(&verb.client);
	end_free(&verb.server);
}

static int __init verb_init(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(VERB_PORT) };
	int ret;

	if (!in4_pton(addr, -1, (u8 *)&sin.sin_addr, '\0', NULL) || !depth ||
	    depth > VERB_MAX_DEPTH || size < 512 || size > VERB_MAX_SIZE || !count) {
		pr_err("xmem_verb: a parameter is out of bounds, see modinfo\n");
		return -EINVAL;
	}
	init_completion(&verb.step);
	init_completion(&verb.served);
	init_completion(&verb.registered);
	init_completion(&verb.finished);
	ret = listen_at(&sin);
	if (!ret)
		ret = connect_to(&sin);
	if (!ret)
		ret = memory_make();
	if (!ret)
		ret = slots_make();
	if (!ret)
		ret = measure();
	take_down();
	if (ret)
		pr_err("xmem_verb: failed with error %d\n", ret);
	return ret;
}

static void __exit verb_exit(void)
{
}

module_init(verb_init);
module_exit(verb_exit);
MODULE_DESCRIPTION("Cost of a bare RDMA READ or WRITE, for comparison");
MODULE_LICENSE("GPL");
