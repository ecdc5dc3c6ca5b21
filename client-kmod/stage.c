// SPDX-License-Identifier: GPL-2.0-only
/*
 * At most one page of a slot is in flight. What else is stored there meanwhile waits
 * behind it as its @next, of which there is one at most: a still newer page takes its
 * place. So the appliance sees the pages of a slot in the order of their stores,
 * though requests of different queues overtake each other. What is in flight stays in
 * the index until it is settled, even when nobody wants its content any more (@dead).
 *
 * A page that could not be written before the deadline, and that its user cannot do
 * without, stays here (@stuck): it is read from here, and is sent again when the
 * appliance is back. None of its old requests can arrive any more by then, see
 * volume.c.
 *
 * Requests of the block device for the same memory wait behind what is in flight
 * (xmemc_stage_submit()), as @deferred.
 *
 * Locks: a bucket's, then the stage's; interrupts off. Nothing here sleeps but a
 * store that may wait, create and destroy.
 */
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "stage.h"

/* How long a store that may wait does so; then its caller has another way. */
#define STORE_WAIT	(HZ / 10)
#define RETRY_DELAY	HZ

struct xmemc_stage_bucket {
	spinlock_t lock;	/* head, and what the pages in it say of themselves */
	struct hlist_head head;
};

/**
 * struct xmemc_staged - a buffer
 * @node: in its bucket, unless it is the @next of another or free
 * @list: in the stage's list of free buffers
 * @deferred: requests of the block device that wait for it
 * @next: newer page of the same slot
 * @stage: the stage
 * @user: who stored it
 * @page: the page
 * @slot: where it goes, in pages
 * @dead: nobody wants the content
 * @stuck: not in flight, to be sent again
 * @io: the request
 */
struct xmemc_staged {
	struct hlist_node node;
	struct list_head list;
	struct list_head deferred;
	struct xmemc_staged *next;
	struct xmemc_stage *stage;
	struct xmemc_stage_user *user;
	struct page *page;
	u64 slot;
	bool dead;
	bool stuck;
	struct xmemc_io io;
};

static struct xmemc_staged *staged_at(const struct xmemc_stage *stage, unsigned int i)
{
	return stage->staged + i * stage->staged_size;
}

static struct xmemc_stage_bucket *bucket_of(const struct xmemc_stage *stage, u64 slot)
{
	return &stage->buckets[hash_64(slot, stage->bits)];
}

static struct xmemc_staged *find(struct xmemc_stage_bucket *bucket, u64 slot)
{
	struct xmemc_staged *s;

	lockdep_assert_held(&bucket->lock);
	hlist_for_each_entry(s, &bucket->head, node)
		if (s->slot == slot)
			return s;
	return NULL;
}

static struct xmemc_staged *take_free(struct xmemc_stage *stage)
{
	struct xmemc_staged *s;
	unsigned long flags;

	spin_lock_irqsave(&stage->lock, flags);
	s = list_first_entry_or_null(&stage->free, struct xmemc_staged, list);
	if (s) {
		list_del(&s->list);
		stage->used++;
	}
	spin_unlock_irqrestore(&stage->lock, flags);
	return s;
}

static struct xmemc_staged *take(struct xmemc_stage *stage, bool may_wait)
{
	struct xmemc_staged *s = take_free(stage);

	if (!s && may_wait && xmemc_volume_state(stage->volume) == XMEM_DEV_STATE_LIVE) {
		this_cpu_inc(stage->stats->waits);
		wait_event_timeout(stage->wait, (s = take_free(stage)), STORE_WAIT);
	}
	return s;
}

/* The page is out of the index, and nothing of it is in flight. */
static void leave(struct xmemc_staged *s, int error)
{
	struct xmemc_stage *stage = s->stage;
	unsigned long flags;

	if (s->user->left)
		s->user->left(s->user, s->slot, error);
	spin_lock_irqsave(&stage->lock, flags);
	list_add(&s->list, &stage->free);
	stage->used--;
	/* under the lock: then nothing touches the stage after the last buffer is free */
	if (wq_has_sleeper(&stage->wait))
		wake_up(&stage->wait);
	spin_unlock_irqrestore(&stage->lock, flags);
}

/* One buffer more, or less, is stuck. May be the last that is done with the stage. */
static void rest(struct xmemc_stage *stage, int change)
{
	unsigned long flags;

	spin_lock_irqsave(&stage->lock, flags);
	stage->resting += change;
	if (wq_has_sleeper(&stage->wait))
		wake_up(&stage->wait);
	spin_unlock_irqrestore(&stage->lock, flags);
}

/* Take a page that is stuck out of the index; its leave() has to follow. */
static void unstick(struct xmemc_stage_bucket *bucket, struct xmemc_staged *s)
{
	lockdep_assert_held(&bucket->lock);
	hlist_del(&s->node);
	s->stuck = false;
	rest(s->stage, -1);
}

static void send(struct xmemc_staged *s)
{
	s->io.op = XMEMC_OP_WRITE;
	s->io.offset = s->slot << PAGE_SHIFT;
	s->io.length = PAGE_SIZE;
	xmemc_volume_submit(&s->io);
}

static bool has_to_stay(const struct xmemc_staged *s)
{
	return s->user->keep && !s->dead && !s->next && !READ_ONCE(s->stage->volume->stop);
}

/* Go on with what waited for a slot. */
static void resume(struct xmemc_stage *stage, struct list_head *deferred)
{
	struct xmemc_io *io, *tmp;

	list_for_each_entry_safe(io, tmp, deferred, parked) {
		list_del(&io->parked);
		xmemc_stage_submit(stage, io);
	}
}

static void sent(struct xmemc_io *io, int error)
{
	struct xmemc_staged *s = container_of(io, struct xmemc_staged, io), *next;
	struct xmemc_stage *stage = s->stage;
	struct xmemc_stage_bucket *bucket = bucket_of(stage, s->slot);
	unsigned long flags;
	LIST_HEAD(deferred);
	bool stay;

	spin_lock_irqsave(&bucket->lock, flags);
	list_splice_init(&s->deferred, &deferred);
	next = s->next;
	stay = error && has_to_stay(s);
	if (stay) {
		s->stuck = true;
	} else {
		s->next = NULL;
		if (next)
			hlist_add_behind(&next->node, &s->node);
		else
			atomic_dec(&stage->indexed);
		hlist_del(&s->node);
	}
	spin_unlock_irqrestore(&bucket->lock, flags);

	/* who waited looks again: at the page that is stuck now, or at the next one */
	if (!stay && next)
		send(next);
	resume(stage, &deferred);
	if (stay) {
		queue_delayed_work(xmemc_leg_workqueue(), &stage->retry, RETRY_DELAY);
		rest(stage, 1);
	} else {
		leave(s, error);
	}
}

/* Put a page in the index; returns the one it replaces, which is not in flight. */
static struct xmemc_staged *publish(struct xmemc_stage *stage, struct xmemc_staged *s,
				    bool *first)
{
	struct xmemc_stage_bucket *bucket = bucket_of(stage, s->slot);
	struct xmemc_staged *before, *old = NULL;
	unsigned long flags;

	spin_lock_irqsave(&bucket->lock, flags);
	before = find(bucket, s->slot);
	*first = !before || before->stuck;
	if (!before) {
		hlist_add_head(&s->node, &bucket->head);
		atomic_inc(&stage->indexed);
	} else if (before->stuck) {
		hlist_add_behind(&s->node, &before->node);
		unstick(bucket, before);
		old = before;
	} else {
		old = before->next;
		before->next = s;
		before->dead = true;
	}
	spin_unlock_irqrestore(&bucket->lock, flags);
	return old;
}

/**
 * xmemc_stage_store() - take a page, and send it
 * @stage: the stage
 * @slot: where it goes: offset in the volume in pages
 * @page: the page; it is copied
 * @user: who stores it
 * @may_wait: sleep for a short time when there is no room; else any context will do
 *
 * The page replaces what was stored in the slot before.
 *
 * Return: 0, then @user->left() is called once when the page is gone; or -EBUSY for
 * lack of room, then nothing has changed.
 */
int xmemc_stage_store(struct xmemc_stage *stage, u64 slot, struct page *page,
		      struct xmemc_stage_user *user, bool may_wait)
{
	struct xmemc_staged *s = take(stage, may_wait), *old;
	bool first;

	if (!s) {
		this_cpu_inc(stage->stats->full);
		return -EBUSY;
	}
	copy_highpage(s->page, page);
	s->slot = slot;
	s->user = user;
	s->dead = false;
	s->stuck = false;
	old = publish(stage, s, &first);
	this_cpu_inc(stage->stats->stored);
	if (first)
		send(s);
	if (old)
		leave(old, 0);
	return 0;
}

/**
 * xmemc_stage_load() - read a page that is on its way out
 * @stage: the stage
 * @slot: the slot
 * @page: where the data goes
 *
 * Any context.
 *
 * Return: 0, or -ENOENT if nothing of the slot is here.
 */
int xmemc_stage_load(struct xmemc_stage *stage, u64 slot, struct page *page)
{
	struct xmemc_stage_bucket *bucket = bucket_of(stage, slot);
	struct xmemc_staged *s;
	unsigned long flags;

	if (!atomic_read(&stage->indexed))
		return -ENOENT;
	spin_lock_irqsave(&bucket->lock, flags);
	s = find(bucket, slot);
	if (s && s->next)
		s = s->next;
	else if (s && s->dead)
		s = NULL;
	if (s)
		copy_highpage(page, s->page);
	spin_unlock_irqrestore(&bucket->lock, flags);
	if (!s)
		return -ENOENT;
	this_cpu_inc(stage->stats->served);
	return 0;
}

/**
 * xmemc_stage_drop() - the content of a slot is not wanted any more
 * @stage: the stage
 * @slot: the slot
 *
 * Any context. What is in flight of it ends later.
 */
void xmemc_stage_drop(struct xmemc_stage *stage, u64 slot)
{
	struct xmemc_stage_bucket *bucket = bucket_of(stage, slot);
	struct xmemc_staged *s, *old = NULL;
	unsigned long flags;

	if (!atomic_read(&stage->indexed))
		return;
	spin_lock_irqsave(&bucket->lock, flags);
	s = find(bucket, slot);
	if (s && s->stuck) {
		unstick(bucket, s);
		atomic_dec(&stage->indexed);
		old = s;
	} else if (s) {
		s->dead = true;
		old = s->next;
		s->next = NULL;
	}
	spin_unlock_irqrestore(&bucket->lock, flags);
	if (old)
		leave(old, 0);
}

enum verdict {
	PASS,
	WAIT,
	FAIL,
};

/* What a request of the block device has to do because of one slot. */
static enum verdict judge(struct xmemc_stage *stage, u64 slot, struct xmemc_io *io)
{
	struct xmemc_stage_bucket *bucket = bucket_of(stage, slot);
	struct xmemc_staged *s, *old = NULL;
	enum verdict verdict = PASS;
	unsigned long flags;

	spin_lock_irqsave(&bucket->lock, flags);
	s = find(bucket, slot);
	if (s && !s->stuck) {
		list_add_tail(&io->parked, &s->deferred);
		verdict = WAIT;
	} else if (s && io->op == XMEMC_OP_READ) {
		/* the appliance has not got it */
		verdict = FAIL;
	} else if (s) {
		unstick(bucket, s);
		atomic_dec(&stage->indexed);
		old = s;
	}
	spin_unlock_irqrestore(&bucket->lock, flags);
	if (old)
		leave(old, 0);
	return verdict;
}

/**
 * xmemc_stage_submit() - carry out a request after the pages that are on their way
 * @stage: the stage
 * @io: a request of somebody else for the same memory, as for xmemc_volume_submit()
 *
 * Any context.
 */
void xmemc_stage_submit(struct xmemc_stage *stage, struct xmemc_io *io)
{
	u64 slot = io->offset >> PAGE_SHIFT, last = (io->offset + io->length - 1) >> PAGE_SHIFT;

	for (; atomic_read(&stage->indexed) && slot <= last; slot++) {
		switch (judge(stage, slot, io)) {
		case PASS:
			break;
		case WAIT:
			return;
		case FAIL:
			io->done(io, -EIO);
			return;
		}
	}
	xmemc_volume_submit(io);
}

static void retry(struct xmemc_stage *stage, struct xmemc_staged *s)
{
	/* a buffer may be used for another slot meanwhile, but not while it is stuck */
	u64 slot = READ_ONCE(s->slot);
	struct xmemc_stage_bucket *bucket = bucket_of(stage, slot);
	bool again;

	spin_lock_irq(&bucket->lock);
	again = find(bucket, slot) == s && s->stuck;
	if (again) {
		s->stuck = false;
		rest(stage, -1);
	}
	spin_unlock_irq(&bucket->lock);
	if (again)
		send(s);
}

static void retry_work(struct work_struct *work)
{
	struct xmemc_stage *stage =
		container_of(to_delayed_work(work), struct xmemc_stage, retry);
	enum xmem_dev_state state = xmemc_volume_state(stage->volume);
	unsigned int i;

	if (state == XMEM_DEV_STATE_FAILED || state == XMEM_DEV_STATE_DETACHING)
		return;
	for (i = 0; i < stage->size; i++)
		retry(stage, staged_at(stage, i));
}

/**
 * xmemc_stage_kick() - a connection came back: try again what could not be written
 * @stage: the stage
 */
void xmemc_stage_kick(struct xmemc_stage *stage)
{
	if (atomic_read(&stage->indexed))
		mod_delayed_work(xmemc_leg_workqueue(), &stage->retry, 0);
}

static void staged_init(struct xmemc_stage *stage, unsigned int i)
{
	struct xmemc_staged *s = staged_at(stage, i);

	s->stage = stage;
	s->page = stage->volume->resident.pages[i];
	INIT_LIST_HEAD(&s->deferred);
	xmemc_io_init(&s->io, stage->volume, 1);
	s->io.done = sent;
	s->io.queue = i % stage->volume->queues;
	s->io.resident = i + 1;
	s->io.segs[0] = (struct bio_vec) { .bv_page = s->page, .bv_len = PAGE_SIZE };
	s->io.nr_segs = 1;
	list_add_tail(&s->list, &stage->free);
}

static int stage_alloc(struct xmemc_stage *stage)
{
	unsigned int i;

	stage->staged_size = ALIGN(offsetof(struct xmemc_staged, io) +
				   xmemc_io_size(stage->volume, 1), SMP_CACHE_BYTES);
	stage->bits = ilog2(roundup_pow_of_two(stage->size)) + 1;
	stage->stats = alloc_percpu(struct xmemc_stage_stats);
	stage->buckets = kvcalloc(1U << stage->bits, sizeof(*stage->buckets), GFP_KERNEL);
	stage->staged = kvcalloc(stage->size, stage->staged_size, GFP_KERNEL);
	if (!stage->stats || !stage->buckets || !stage->staged)
		return -ENOMEM;
	for (i = 0; i < 1U << stage->bits; i++)
		spin_lock_init(&stage->buckets[i].lock);
	for (i = 0; i < stage->size; i++)
		staged_init(stage, i);
	return 0;
}

static void stage_free(struct xmemc_stage *stage)
{
	kvfree(stage->staged);
	kvfree(stage->buckets);
	free_percpu(stage->stats);
	kfree(stage);
}

/* The leg with the shortest queues decides: all pages may be meant for it. */
static unsigned int max_in_flight(const struct xmemc_volume *volume)
{
	unsigned int i, wrs = UINT_MAX;

	for (i = 0; i < volume->nr_legs; i++)
		wrs = min(wrs, volume->legs[i]->path.wrs_per_io);
	/* a work request each, beside as many reads as the depth */
	return volume->queues * volume->depth * (wrs - 1);
}

/**
 * xmemc_stage_create() - make a stage of a volume's resident pages
 * @volume: the volume, connected
 *
 * Return: the stage, or NULL for lack of memory.
 */
struct xmemc_stage *xmemc_stage_create(struct xmemc_volume *volume)
{
	struct xmemc_stage *stage = kzalloc_obj(*stage, GFP_KERNEL);

	if (!stage)
		return NULL;
	stage->volume = volume;
	stage->size = min(volume->resident.nr, max_in_flight(volume));
	spin_lock_init(&stage->lock);
	INIT_LIST_HEAD(&stage->free);
	init_waitqueue_head(&stage->wait);
	INIT_DELAYED_WORK(&stage->retry, retry_work);
	if (stage_alloc(stage)) {
		stage_free(stage);
		return NULL;
	}
	return stage;
}

/**
 * xmemc_stage_drain() - wait until nothing is in flight
 * @stage: the stage; nobody stores
 *
 * Sleeps; if the volume was stopped, not for long. After this the stage has done with
 * every user whose pages do not stay in it.
 */
void xmemc_stage_drain(struct xmemc_stage *stage)
{
	spin_lock_irq(&stage->lock);
	wait_event_lock_irq(stage->wait, stage->used == stage->resting, stage->lock);
	spin_unlock_irq(&stage->lock);
}

/**
 * xmemc_stage_destroy() - free a stage
 * @stage: the stage; its volume was stopped, and nobody stores, loads or submits any more
 *
 * Sleeps until nothing is in flight, which is soon.
 */
void xmemc_stage_destroy(struct xmemc_stage *stage)
{
	unsigned int i;

	xmemc_stage_drain(stage);
	cancel_delayed_work_sync(&stage->retry);
	for (i = 0; i < stage->size; i++)
		xmemc_io_exit(&staged_at(stage, i)->io);
	stage_free(stage);
}

/**
 * xmemc_stage_stats() - sum up the counters
 * @stage: the stage
 * @sum: where they go
 */
void xmemc_stage_stats(struct xmemc_stage *stage, struct xmemc_stage_stats *sum)
{
	unsigned int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct xmemc_stage_stats *s = per_cpu_ptr(stage->stats, cpu);

		sum->stored += s->stored;
		sum->served += s->served;
		sum->full += s->full;
		sum->waits += s->waits;
	}
	sum->size = stage->size;
	sum->used = READ_ONCE(stage->used);
	sum->stuck = READ_ONCE(stage->resting);
}
