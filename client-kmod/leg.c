// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what to a leg:
 *
 * - Requests are posted by anyone, in any context, under rcu_read_lock() and only
 *   while @live is set.
 * - The worker (@work, on a WQ_MEM_RECLAIM queue, one at a time) does all else. To
 *   take the path down it clears @live and waits for an RCU grace period: from then
 *   on nobody posts. It drains the path: from then on no completion is handled and
 *   no card touches a page. Only then does it take back what is still posted, so
 *   parts of this leg have no other user at that time.
 * - xmemc_leg_stop() does the same in place of the worker, for good.
 *
 * The worker runs in memalloc_noio: page-out may be waiting for the reconnect.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "leg.h"
#include "trace.h"

#define BACKOFF_MIN_MS	50
#define BACKOFF_MAX_MS	3000
/* Longer than the card needs to notice that nobody answers, see path.c. */
#define BEAT_INTERVAL	(6 * HZ)

static struct workqueue_struct *leg_wq;

/**
 * xmemc_leg_workqueue() - the queue for all that a waiting page-out depends on
 *
 * Return: the work queue.
 */
struct workqueue_struct *xmemc_leg_workqueue(void)
{
	return leg_wq;
}

static void part_unmap(struct xmemc_part *part)
{
	enum dma_data_direction dir;
	unsigned int i;

	if (part->io->op == XMEMC_OP_ZERO || part->io->resident)
		return;
	dir = part->io->op == XMEMC_OP_READ ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	for (i = 0; i < part->nr_sges; i++)
		ib_dma_unmap_page(part->leg->path.device, part->sges[i].addr,
				  part->sges[i].length, dir);
}

static void part_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct xmemc_part *part = container_of(wc->wr_cqe, struct xmemc_part, cqe);
	struct xmemc_leg *leg = part->leg;

	if (unlikely(wc->status != IB_WC_SUCCESS)) {
		/* the part stays posted until the worker has drained the path */
		if (wc->status == IB_WC_WR_FLUSH_ERR)
			xmemc_path_break(&leg->path, "the connection broke");
		else
			xmemc_path_break(&leg->path, "%s failed: %s",
					 part->io->op == XMEMC_OP_READ ? "read" : "write",
					 ib_wc_status_msg(wc->status));
		return;
	}
	part_unmap(part);
	part->done = true;
	WRITE_ONCE(part->posted, NULL);
	leg->owner->settled(part);
}

/* Where the data of an io comes from or goes to. */
struct source {
	const struct bio_vec *seg;
	u32 skip;
};

static void source_seek(struct source *src, const struct xmemc_io *io, u32 start)
{
	src->seg = io->segs;
	src->skip = start;
	if (!start || io->op == XMEMC_OP_ZERO || io->resident)
		return;
	while (src->skip >= src->seg->bv_len)
		src->skip -= src->seg++->bv_len;
}

/* Make a scatter entry of at most @room bytes; returns its length, 0 if it cannot be mapped. */
static u32 source_map(struct source *src, const struct xmemc_io *io,
		      const struct xmemc_path *path, struct ib_sge *sge, u32 room)
{
	sge->lkey = path->pd->local_dma_lkey;
	if (io->op == XMEMC_OP_ZERO) {
		sge->addr = path->zeroes_dma;
		sge->length = min(room, path->zeroes_len);
		return sge->length;
	}
	if (io->resident) {
		sge->addr = path->resident.dma[io->resident - 1] + src->skip;
		sge->length = min(room, (u32)PAGE_SIZE - src->skip);
		ib_dma_sync_single_for_device(path->device, sge->addr, sge->length, DMA_TO_DEVICE);
		src->skip += sge->length;
		return sge->length;
	}
	sge->length = min(room, src->seg->bv_len - src->skip);
	sge->addr = ib_dma_map_page(path->device, src->seg->bv_page,
				    src->seg->bv_offset + src->skip, sge->length,
				    io->op == XMEMC_OP_READ ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
	if (unlikely(ib_dma_mapping_error(path->device, sge->addr)))
		return 0;
	src->skip += sge->length;
	if (src->skip == src->seg->bv_len) {
		src->seg++;
		src->skip = 0;
	}
	return sge->length;
}

static struct ib_rdma_wr *wr_take(struct xmemc_part *part)
{
	struct xmemc_io *io = part->io;
	struct ib_rdma_wr *wr = &io->wrs[io->nr_wrs++];

	wr->wr.wr_cqe = &part->cqe;
	wr->wr.sg_list = &part->sges[part->nr_sges];
	wr->wr.num_sge = 0;
	wr->wr.opcode = io->op == XMEMC_OP_READ ? IB_WR_RDMA_READ : IB_WR_RDMA_WRITE;
	wr->wr.send_flags = 0;
	wr->wr.next = &(wr + 1)->wr;
	return wr;
}

/* Write the chain of work requests for a piece; returns its first one, NULL without mapping. */
static struct ib_rdma_wr *part_build(struct xmemc_leg *leg, struct xmemc_part *part,
				     const struct xmemc_piece *piece)
{
	u64 extent_size = 1ULL << leg->extent_shift, at = piece->offset;
	struct xmemc_io *io = part->io;
	struct ib_rdma_wr *first = &io->wrs[io->nr_wrs], *wr;
	u32 left = piece->length;
	struct source src;

	part->sges = &io->sges[io->nr_sges];
	part->nr_sges = 0;
	source_seek(&src, io, piece->start);
	do {
		const struct xmemc_extent *extent = &leg->extents[at >> leg->extent_shift];
		u64 inside = at & (extent_size - 1);
		u32 room = min_t(u64, left, extent_size - inside), n;

		wr = wr_take(part);
		wr->remote_addr = extent->addr + inside;
		wr->rkey = extent->rkey;
		do {
			n = source_map(&src, io, &leg->path, &part->sges[part->nr_sges], room);
			if (unlikely(!n)) {
				part_unmap(part);
				io->nr_wrs = first - io->wrs;
				return NULL;
			}
			part->nr_sges++;
			wr->wr.num_sge++;
			room -= n;
			left -= n;
			at += n;
		} while (room && wr->wr.num_sge < leg->path.max_sge);
	} while (left);
	wr->wr.next = NULL;
	wr->wr.send_flags = IB_SEND_SIGNALED;
	io->nr_sges += part->nr_sges;
	return first;
}

/**
 * xmemc_leg_post() - send a part's work requests
 * @leg: the leg
 * @part: the part, idle, with @leg set in it
 * @piece: what it is about
 *
 * Atomic; allocates nothing. If it does not fail the part belongs to the leg until
 * the owner's settled() is called for it, which may have happened already.
 *
 * Return: number of work requests, -ENOTCONN if the leg is not live, -ENOMEM if the
 * pages cannot be mapped.
 */
int xmemc_leg_post(struct xmemc_leg *leg, struct xmemc_part *part,
		   const struct xmemc_piece *piece)
{
	struct ib_rdma_wr *first;
	int count = -ENOTCONN;
	struct ib_qp *qp;
	int ret;

	rcu_read_lock();
	/* pairs with the barrier in leg_up(): who sees it live sees the table and the queues */
	if (!smp_load_acquire(&leg->live))
		goto out;
	count = -ENOMEM;
	first = part_build(leg, part, piece);
	if (unlikely(!first))
		goto out;
	count = &part->io->wrs[part->io->nr_wrs] - first;
	part->cqe.done = part_done;
	qp = leg->path.queues[part->io->queue].qp;
	WRITE_ONCE(part->posted, leg);
	ret = ib_post_send(qp, &first->wr, NULL);
	/* some of the chain may be on its way: the worker takes the part back */
	if (unlikely(ret))
		xmemc_path_break(&leg->path, "cannot post (error %d)", ret);
out:
	rcu_read_unlock();
	return count;
}

static void leg_set_state(struct xmemc_leg *leg, enum xmem_leg_state state)
{
	WRITE_ONCE(leg->state, state);
	trace_xmemc_leg_state(leg);
	leg->owner->changed(leg);
}

static void part_take_back(struct xmemc_part *part)
{
	part_unmap(part);
	WRITE_ONCE(part->posted, NULL);
	part->leg->owner->settled(part);
}

static void leg_note_error(struct xmemc_leg *leg)
{
	spin_lock(&leg->lock);
	xmemc_path_why(&leg->path, &leg->last_error);
	spin_unlock(&leg->lock);
}

/* Take a live leg down; afterwards nothing of this generation moves any more. */
static void leg_down(struct xmemc_leg *leg)
{
	WRITE_ONCE(leg->down_since, jiffies);
	WRITE_ONCE(leg->live, false);
	synchronize_rcu();
	cancel_delayed_work_sync(&leg->beat);
	xmemc_path_drain(&leg->path);
	leg->owner->posted(leg, part_take_back);
	leg_note_error(leg);
	if (!READ_ONCE(leg->stop))
		leg_set_state(leg, XMEM_LEG_STATE_RECONNECTING);
	xmemc_path_close(&leg->path);
}

__printf(3, 4)
static int lose(struct xmemc_leg *leg, int error, const char *fmt, ...)
{
	struct va_format text;
	va_list args;

	va_start(args, fmt);
	text.fmt = fmt;
	text.va = &args;
	xmemc_path_break(&leg->path, "%pV", &text);
	va_end(args);
	return error;
}

/* What the hello says of the region, at the first connect. */
static int region_meet(struct xmemc_leg *leg, const struct xmem_wire_hello *hello)
{
	if (hello->extent_shift < XMEMC_EXTENT_SHIFT_MIN)
		return lose(leg, -EPROTO, "extents of %llu bytes are too small",
			    1ULL << hello->extent_shift);
	if (le64_to_cpu(hello->size) % XMEMC_LAYOUT_GRAIN)
		return lose(leg, -EPROTO, "the region's size is not a multiple of %u",
			    XMEMC_LAYOUT_GRAIN);
	leg->nr_extents = le32_to_cpu(hello->extents);
	leg->extents = kvcalloc(leg->nr_extents, sizeof(*leg->extents), GFP_KERNEL);
	if (!leg->extents)
		return lose(leg, -ENOMEM, "no memory for a table of %u extents", leg->nr_extents);
	leg->extent_shift = hello->extent_shift;
	leg->size = le64_to_cpu(hello->size);
	leg->instance = le64_to_cpu(hello->instance);
	leg->rights = le16_to_cpu(hello->rights);
	leg->epoch = le32_to_cpu(hello->epoch);
	return 0;
}

/*
 * Whether it is still the same region, at a reconnect. -ESTALE is final. Who is
 * forgetful takes another one; also with another epoch, because somebody else may have
 * had the region in between.
 */
static int region_meet_again(struct xmemc_leg *leg, const struct xmem_wire_hello *hello)
{
	u64 instance = le64_to_cpu(hello->instance);
	u32 epoch = le32_to_cpu(hello->epoch);

	if (instance != leg->instance && !leg->forgetful)
		return lose(leg, -ESTALE, "the region was made anew, its old contents are gone");
	if (le64_to_cpu(hello->size) != leg->size || hello->extent_shift != leg->extent_shift)
		return lose(leg, -ESTALE, "the region has another size now");
	if (leg->rights & ~le16_to_cpu(hello->rights))
		return lose(leg, -ESTALE, "the grant has fewer rights now");
	if (leg->forgetful && (instance != leg->instance || epoch != leg->epoch)) {
		leg->owner->forgot(leg);
		leg->instance = instance;
		WRITE_ONCE(leg->epoch, epoch);
	}
	return 0;
}

static int table_read(struct xmemc_leg *leg)
{
	const u32 bite = XMEMC_PATH_BOUNCE / sizeof(struct xmem_wire_extent);
	const struct xmem_wire_extent *wire = leg->path.bounce;
	u32 i, done, n;
	int ret;

	for (done = 0; done < leg->nr_extents; done += n) {
		n = min(bite, leg->nr_extents - done);
		ret = xmemc_path_read(&leg->path, leg->table_addr + (u64)done * sizeof(*wire),
				      leg->table_rkey, n * sizeof(*wire));
		if (ret)
			return ret;
		for (i = 0; i < n; i++) {
			leg->extents[done + i].addr = le64_to_cpu(wire[i].addr);
			leg->extents[done + i].rkey = le32_to_cpu(wire[i].rkey);
		}
	}
	return 0;
}

/* Learn from the hellos and the table where the region lies now. */
static int region_learn(struct xmemc_leg *leg)
{
	const struct xmem_wire_hello *hello = leg->path.queues[0].hello;
	unsigned int i;
	int ret;

	ret = leg->instance ? region_meet_again(leg, hello) : region_meet(leg, hello);
	if (ret)
		return ret;
	for (i = 1; i < leg->path.nr_queues; i++)
		if (leg->path.queues[i].hello->instance != hello->instance)
			return lose(leg, -EPROTO, "queues were led to different regions");
	leg->table_addr = le64_to_cpu(hello->table_addr);
	leg->table_rkey = le32_to_cpu(hello->table_rkey);
	return table_read(leg);
}

static int leg_connect(struct xmemc_leg *leg)
{
	struct xmem_wire_connect request = {
		.magic = cpu_to_le32(XMEM_WIRE_MAGIC),
		.version = cpu_to_le16(XMEM_WIRE_VERSION),
		.client = cpu_to_le64(leg->client),
		.region = cpu_to_le64(leg->config.region),
		.session = cpu_to_le64(leg->session),
		/* the epoch fences us off what is not ours any more, if we wanted to have it */
		.epoch = cpu_to_le32(leg->forgetful ? leg->config.epoch : leg->epoch),
		.generation = cpu_to_le32(leg->generation),
	};
	int ret;

	memcpy(request.token, leg->config.token, sizeof(request.token));
	ret = xmemc_path_open(&leg->path, &request);
	memzero_explicit(&request, sizeof(request));
	if (!ret)
		ret = region_learn(leg);
	/* an appliance that never saw generation 1 complete may see it again */
	if (!ret || leg->generation > 1)
		leg->generation++;
	return ret;
}

static void leg_up(struct xmemc_leg *leg)
{
	bool first = leg->state == XMEM_LEG_STATE_CONNECTING;

	spin_lock(&leg->lock);
	strscpy(leg->device, leg->path.device->name, sizeof(leg->device));
	spin_unlock(&leg->lock);
	leg->path.depth_fixed = true;
	leg->backoff_ms = BACKOFF_MIN_MS;
	if (!first)
		leg->reconnects++;
	/*
	 * Who sees it live sees table and queues (xmemc_leg_post()), and a connection that
	 * breaks now is seen here or sees it live (xmemc_path_break()).
	 */
	smp_mb();
	WRITE_ONCE(leg->live, true);
	smp_mb(); /* as above */
	if (READ_ONCE(leg->path.broken))
		mod_delayed_work(leg_wq, &leg->work, 0);
	queue_delayed_work(leg_wq, &leg->beat, BEAT_INTERVAL);
	leg_set_state(leg, XMEM_LEG_STATE_LIVE);
}

/* Reasons that end when somebody makes the region, or the grant, once more. */
static bool reason_waits(unsigned int reason)
{
	return reason == XMEM_REJECT_REGION || reason == XMEM_REJECT_GRANT ||
	       reason == XMEM_REJECT_EXPIRED;
}

/* Whether a failed connect is the end; at the attach, whoever waits rather hears of it. */
static bool leg_is_lost(const struct xmemc_leg *leg, int error)
{
	unsigned int reject = leg->path.reject;

	if (error == -ESTALE)
		return true;
	if (leg->state == XMEM_LEG_STATE_CONNECTING)
		return reject ? reject != XMEM_REJECT_QUEUE : error != -ETIMEDOUT;
	return reject && xmem_wire_reason_final(reject) &&
	       !(leg->forgetful && reason_waits(reject));
}

static void leg_failed(struct xmemc_leg *leg, int error)
{
	unsigned int pause = leg->backoff_ms / 2 + get_random_u32() % (leg->backoff_ms / 2 + 1);

	if (leg_is_lost(leg, error)) {
		leg->error = error;
		leg_set_state(leg, XMEM_LEG_STATE_FAILED);
		return;
	}
	leg->backoff_ms = min_t(unsigned int, leg->backoff_ms * 2, BACKOFF_MAX_MS);
	queue_delayed_work(leg_wq, &leg->work, msecs_to_jiffies(pause));
}

static void leg_work(struct work_struct *work)
{
	struct xmemc_leg *leg = container_of(to_delayed_work(work), struct xmemc_leg, work);
	unsigned int noio = memalloc_noio_save();
	int ret;

	if (leg->live)
		leg_down(leg);
	if (!READ_ONCE(leg->stop) && leg->state != XMEM_LEG_STATE_FAILED) {
		ret = leg_connect(leg);
		if (!ret) {
			leg_up(leg);
		} else {
			xmemc_path_drain(&leg->path);
			xmemc_path_close(&leg->path);
			leg_note_error(leg);
			if (ret != -ECANCELED)
				leg_failed(leg, ret);
		}
	}
	memalloc_noio_restore(noio);
}

static void leg_beat(struct work_struct *work)
{
	struct xmemc_leg *leg = container_of(to_delayed_work(work), struct xmemc_leg, beat);
	int ret = 0;

	rcu_read_lock();
	/* as in xmemc_leg_post() */
	if (smp_load_acquire(&leg->live))
		ret = xmemc_path_beat(&leg->path, leg->table_addr, leg->table_rkey);
	rcu_read_unlock();
	if (ret)
		xmemc_path_break(&leg->path, "heartbeat: no answer (error %d)", ret);
	else if (leg->owner->overdue(leg))
		xmemc_path_break(&leg->path, "a request got no answer");
	else
		queue_delayed_work(leg_wq, &leg->beat, BEAT_INTERVAL);
}

static void leg_broken(struct xmemc_path *path)
{
	struct xmemc_leg *leg = container_of(path, struct xmemc_leg, path);

	if (READ_ONCE(leg->live) && !READ_ONCE(leg->stop))
		mod_delayed_work(leg_wq, &leg->work, 0);
}

/**
 * xmemc_leg_create() - make a leg that does nothing yet
 * @config: what identifies it
 * @client: identity of this client
 * @nr_queues: number of queues
 * @depth: requests in flight per queue
 * @resident: pages to keep mapped
 *
 * Return: the leg, or NULL for lack of memory.
 */
struct xmemc_leg *xmemc_leg_create(const struct xmemc_leg_config *config, u64 client,
				   unsigned int nr_queues, unsigned int depth,
				   const struct xmemc_resident *resident)
{
	struct xmemc_leg *leg = kzalloc_obj(*leg, GFP_KERNEL);

	if (!leg)
		return NULL;
	leg->config = *config;
	leg->epoch = config->epoch;
	leg->client = client;
	do {
		leg->session = get_random_u64();
	} while (!leg->session);
	leg->generation = 1;
	leg->backoff_ms = BACKOFF_MIN_MS;
	spin_lock_init(&leg->lock);
	INIT_DELAYED_WORK(&leg->work, leg_work);
	INIT_DELAYED_WORK(&leg->beat, leg_beat);
	leg->path.addr = config->sockaddr;
	leg->path.depth = depth;
	leg->path.nr_segs = XMEMC_IO_SEGS;
	leg->path.nr_borders = XMEMC_IO_BORDERS;
	leg->path.on_broken = leg_broken;
	if (xmemc_path_init(&leg->path, nr_queues, XMEMC_ZERO_BUF, resident)) {
		xmemc_leg_destroy(leg);
		return NULL;
	}
	return leg;
}

/**
 * xmemc_leg_start() - begin to connect
 * @leg: the leg, with owner, volume and index set
 *
 * The owner hears of the result by changed().
 */
void xmemc_leg_start(struct xmemc_leg *leg)
{
	queue_delayed_work(leg_wq, &leg->work, 0);
}

/**
 * xmemc_leg_stop() - disconnect for good
 * @leg: the leg
 *
 * Sleeps, but does not wait for the appliance. When it returns, every part that
 * was posted was given back to the owner, and nothing is posted any more.
 */
void xmemc_leg_stop(struct xmemc_leg *leg)
{
	WRITE_ONCE(leg->stop, true);
	WRITE_ONCE(leg->path.stop, true);
	wake_up(&leg->path.wait);
	cancel_delayed_work_sync(&leg->work);
	if (leg->live)
		leg_down(leg);
	/* a connection that broke between the flag and the first cancel */
	cancel_delayed_work_sync(&leg->work);
}

/**
 * xmemc_leg_destroy() - free a leg
 * @leg: the leg, never started or stopped
 */
void xmemc_leg_destroy(struct xmemc_leg *leg)
{
	xmemc_path_exit(&leg->path);
	kvfree(leg->extents);
	kfree_sensitive(leg);
}

/**
 * xmemc_leg_last_error() - why the connection broke or was refused last
 * @leg: the leg
 * @why: where the words go, empty if there was no trouble
 */
void xmemc_leg_last_error(struct xmemc_leg *leg, struct xmemc_refusal *why)
{
	spin_lock(&leg->lock);
	*why = leg->last_error;
	spin_unlock(&leg->lock);
}

/**
 * xmemc_leg_device() - name of the RDMA device in use
 * @leg: the leg
 * @name: where it goes
 * @size: room there
 */
void xmemc_leg_device(struct xmemc_leg *leg, char *name, size_t size)
{
	spin_lock(&leg->lock);
	strscpy(name, leg->device, size);
	spin_unlock(&leg->lock);
}

/**
 * xmemc_leg_module_init() - set up what all legs share
 *
 * Return: 0 or -ENOMEM.
 */
int xmemc_leg_module_init(void)
{
	leg_wq = alloc_workqueue("xmem", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return leg_wq ? 0 : -ENOMEM;
}

/**
 * xmemc_leg_module_exit() - undo xmemc_leg_module_init()
 */
void xmemc_leg_module_exit(void)
{
	destroy_workqueue(leg_wq);
}
