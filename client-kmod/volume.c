// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of an io: its parts are idle, posted or done. @pending counts the parts
 * that the present submission has not yet settled. Who settles the last one
 * decides (settle()): all done - over; otherwise it fails, or it is parked until
 * its legs are live again and only its idle parts are submitted again.
 *
 * An io is completed only when none of its parts is posted, so never while a
 * network card may touch its pages: a leg gives posted parts back after it has
 * destroyed the queue pairs.
 *
 * Locks: @lock is innermost and taken with interrupts off. Nothing here sleeps
 * but attach, stop and the retry worker.
 */
#include <linux/list_sort.h>
#include <linux/slab.h>
#include "trace.h"
#include "volume.h"

/* Pause before an io is tried again whose legs are live but that could not be posted. */
#define NUDGE	msecs_to_jiffies(10)

/* A card has given up by itself long before that, see path.c. */
#define OVERDUE	(30 * HZ)

/*
 * When an io that is not complete has to end. One that comes while a leg is down
 * already waits no longer than those before it: else, with an appliance that is
 * dead, whoever reads page after page waits the whole deadline for each.
 */
static unsigned long time_limit(const struct xmemc_volume *volume, const struct xmemc_io *io)
{
	unsigned long from = io->begin, since;
	unsigned int i;

	for (i = 0; i < io->nr_parts; i++) {
		const struct xmemc_leg *leg = io->parts[i].leg;

		if (io->parts[i].done || READ_ONCE(leg->state) != XMEM_LEG_STATE_RECONNECTING)
			continue;
		since = READ_ONCE(leg->down_since);
		if (time_before(since, from))
			from = since;
	}
	return from + msecs_to_jiffies(READ_ONCE(volume->deadline_ms));
}

/* Whether an io that is not complete has to end now. */
static bool give_up(const struct xmemc_volume *volume, const struct xmemc_io *io)
{
	unsigned int i;

	if (READ_ONCE(volume->stop) || io->impatient ||
	    time_after_eq(jiffies, time_limit(volume, io)))
		return true;
	for (i = 0; i < io->nr_parts; i++)
		if (!io->parts[i].done &&
		    READ_ONCE(io->parts[i].leg->state) == XMEM_LEG_STATE_FAILED)
			return true;
	return false;
}

/* Whether a leg that the io still needs is live. */
static bool can_go_on(const struct xmemc_io *io)
{
	unsigned int i;

	for (i = 0; i < io->nr_parts; i++)
		if (!io->parts[i].done && READ_ONCE(io->parts[i].leg->live))
			return true;
	return false;
}

/* How long a parked io may be left alone. */
static unsigned long retry_delay(const struct xmemc_volume *volume, const struct xmemc_io *io)
{
	long left = time_limit(volume, io) - jiffies;

	if (left <= 0 || give_up(volume, io) || can_go_on(io))
		return NUDGE;
	return left;
}

/*
 * The io is put in the list before its legs are looked at; a leg goes live, or is
 * lost, before the worker looks at the list. So one of the two sees the other.
 */
static void park(struct xmemc_volume *volume, struct xmemc_io *io)
{
	unsigned long flags, delay;
	bool alone;

	spin_lock_irqsave(&volume->lock, flags);
	alone = list_empty(&volume->parked);
	list_add_tail(&io->parked, &volume->parked);
	volume->nr_parked++;
	smp_mb(); /* pairs with the one in leg_changed() */
	delay = retry_delay(volume, io);
	/* one that waits longer than another is looked after with that one */
	if (alone || delay <= NUDGE)
		mod_delayed_work(xmemc_leg_workqueue(), &volume->retry, delay);
	spin_unlock_irqrestore(&volume->lock, flags);
}

static void io_end(struct xmemc_volume *volume, struct xmemc_io *io, int error)
{
	if (unlikely(error)) {
		this_cpu_inc(volume->stats->errors);
		trace_xmemc_io_failed(io);
	} else {
		this_cpu_inc(volume->stats->ios[io->op]);
		this_cpu_add(volume->stats->bytes[io->op], io->length);
	}
	io->done(io, error);
}

/* Nothing of the io is posted any more. */
static void settle(struct xmemc_io *io)
{
	struct xmemc_volume *volume = io->volume;
	unsigned int i;

	for (i = 0; i < io->nr_parts; i++)
		if (unlikely(!io->parts[i].done))
			break;
	if (likely(i == io->nr_parts))
		io_end(volume, io, 0);
	else if (give_up(volume, io))
		io_end(volume, io, -EIO);
	else
		park(volume, io);
}

static void part_settled(struct xmemc_part *part)
{
	struct xmemc_io *io = part->io;

	if (atomic_dec_and_test(&io->pending))
		settle(io);
}

static void submit_idle_parts(struct xmemc_io *io)
{
	struct xmemc_volume *volume = io->volume;
	unsigned int i, idle = 0;
	int wrs;

	for (i = 0; i < io->nr_parts; i++)
		idle += !io->parts[i].done;
	atomic_set(&io->pending, idle);
	io->nr_sges = 0;
	io->nr_wrs = 0;
	/* once the last part is posted or settled, the io may be gone */
	for (i = 0; idle; i++) {
		struct xmemc_part *part = &io->parts[i];

		if (part->done)
			continue;
		idle--;
		WRITE_ONCE(part->since, jiffies);
		wrs = xmemc_leg_post(part->leg, part, &io->pieces[i]);
		if (unlikely(wrs < 0))
			part_settled(part);
		else
			this_cpu_add(volume->stats->wrs, wrs);
	}
}

/**
 * xmemc_volume_submit() - carry out an io
 * @io: the io: @done, @offset, @length, @op, @queue and the segments are set, and the
 *	range lies inside the volume and within the limits of its operation
 *
 * Atomic, allocates nothing. @done is called exactly once, perhaps before this returns.
 */
void xmemc_volume_submit(struct xmemc_io *io)
{
	struct xmemc_volume *volume = io->volume;
	unsigned int i;

	io->begin = jiffies;
	io->nr_parts = xmemc_geometry_map(&volume->geo, io->offset, io->length, io->pieces,
					  io->max_parts);
	if (unlikely(!io->nr_parts)) {
		io_end(volume, io, -EIO);
		return;
	}
	for (i = 0; i < io->nr_parts; i++) {
		io->parts[i].leg = volume->legs[io->pieces[i].leg];
		io->parts[i].done = false;
	}
	submit_idle_parts(io);
}

static int older(void *priv, const struct list_head *a, const struct list_head *b)
{
	const struct xmemc_io *x = container_of(a, struct xmemc_io, parked);
	const struct xmemc_io *y = container_of(b, struct xmemc_io, parked);

	return time_after(x->begin, y->begin);
}

static void retry_work(struct work_struct *work)
{
	struct xmemc_volume *volume =
		container_of(to_delayed_work(work), struct xmemc_volume, retry);
	unsigned long next = MAX_JIFFY_OFFSET;
	struct xmemc_io *io, *tmp;
	LIST_HEAD(todo);
	LIST_HEAD(keep);

	spin_lock_irq(&volume->lock);
	list_splice_init(&volume->parked, &todo);
	spin_unlock_irq(&volume->lock);
	list_sort(NULL, &todo, older);

	list_for_each_entry_safe(io, tmp, &todo, parked) {
		bool over = give_up(volume, io);

		if (!over && !can_go_on(io)) {
			list_move_tail(&io->parked, &keep);
			continue;
		}
		list_del(&io->parked);
		spin_lock_irq(&volume->lock);
		volume->nr_parked--;
		spin_unlock_irq(&volume->lock);
		if (over)
			io_end(volume, io, -EIO);
		else
			submit_idle_parts(io);
	}

	/* look at all of them once more, as a kick that came meanwhile is forgotten here */
	spin_lock_irq(&volume->lock);
	list_splice(&keep, &volume->parked);
	list_for_each_entry(io, &volume->parked, parked)
		next = min(next, retry_delay(volume, io));
	if (!list_empty(&volume->parked))
		mod_delayed_work(xmemc_leg_workqueue(), &volume->retry, next);
	spin_unlock_irq(&volume->lock);
}

static void kick(struct xmemc_volume *volume)
{
	mod_delayed_work(xmemc_leg_workqueue(), &volume->retry, 0);
}

static void leg_changed(struct xmemc_leg *leg)
{
	struct xmemc_volume *volume = leg->volume;

	smp_mb(); /* pairs with the one in park() */
	wake_up(&volume->wait);
	kick(volume);
	if (volume->changed)
		volume->changed(volume->owner);
}

static void leg_forgot(struct xmemc_leg *leg)
{
	leg->volume->forgot(leg->volume->owner);
}

/* The leg is drained and nobody posts on it, so its posted parts stay what they are. */
static void leg_posted(struct xmemc_leg *leg, void (*fn)(struct xmemc_part *part))
{
	struct xmemc_volume *volume = leg->volume;
	struct xmemc_part *part;
	struct xmemc_io *io;
	unsigned int i;
	bool found;

	do {
		found = false;
		spin_lock_irq(&volume->lock);
		list_for_each_entry(io, &volume->slots, slot) {
			for (i = 0; i < io->max_parts && !found; i++) {
				part = &io->parts[i];
				found = READ_ONCE(part->posted) == leg;
			}
			if (found)
				break;
		}
		spin_unlock_irq(&volume->lock);
		if (found) {
			this_cpu_inc(volume->stats->replays);
			fn(part);
		}
	} while (found);
}

/*
 * A card that neither completes a request nor complains of its connection. May see
 * a part that is completed at this instant, and be wrong: that costs a reconnect.
 */
static bool leg_overdue(struct xmemc_leg *leg)
{
	struct xmemc_volume *volume = leg->volume;
	struct xmemc_io *io;
	bool found = false;
	unsigned int i;

	spin_lock_irq(&volume->lock);
	list_for_each_entry(io, &volume->slots, slot)
		for (i = 0; i < io->max_parts; i++)
			found |= READ_ONCE(io->parts[i].posted) == leg &&
				 time_after(jiffies, READ_ONCE(io->parts[i].since) + OVERDUE);
	spin_unlock_irq(&volume->lock);
	return found;
}

static const struct xmemc_leg_owner leg_owner = {
	.changed = leg_changed,
	.forgot = leg_forgot,
	.posted = leg_posted,
	.overdue = leg_overdue,
	.settled = part_settled,
};

/* How much of everything an io needs. */
struct io_room {
	unsigned int segs;
	unsigned int parts;
	unsigned int sges;
	unsigned int wrs;
};

static struct io_room io_room(const struct xmemc_volume *volume, unsigned int segs)
{
	struct io_room room = {
		.segs = segs,
		.parts = volume->pieces_max,
		.sges = XMEMC_IO_SGES,
		.wrs = volume->wrs_max,
	};

	/* a whole page that is not larger than the grain lies in one leg and one extent */
	if (segs == 1 && PAGE_SIZE == XMEMC_LAYOUT_GRAIN) {
		room.parts = 1;
		room.sges = 1;
		room.wrs = 1;
	}
	return room;
}

static size_t parts_offset(void)
{
	return ALIGN(sizeof(struct xmemc_io), __alignof__(u64));
}

/**
 * xmemc_io_size() - how much memory an io needs
 * @volume: a connected volume
 * @segs: XMEMC_IO_SEGS, or 1 if it will only ever read or write one whole page
 *
 * Return: bytes.
 */
size_t xmemc_io_size(const struct xmemc_volume *volume, unsigned int segs)
{
	struct io_room room = io_room(volume, segs);

	return parts_offset() +
	       room.parts * (sizeof(struct xmemc_part) + sizeof(struct xmemc_piece)) +
	       room.segs * sizeof(struct bio_vec) +
	       room.sges * sizeof(struct ib_sge) +
	       room.wrs * sizeof(struct ib_rdma_wr);
}

/**
 * xmemc_io_init() - make an io known to its volume
 * @io: zeroed memory of xmemc_io_size() bytes
 * @volume: the volume
 * @segs: the same as there
 *
 * May be called in atomic context.
 */
void xmemc_io_init(struct xmemc_io *io, struct xmemc_volume *volume, unsigned int segs)
{
	struct io_room room = io_room(volume, segs);
	unsigned long flags;
	unsigned int i;

	io->parts = (void *)io + parts_offset();
	io->pieces = (void *)(io->parts + room.parts);
	io->segs = (void *)(io->pieces + room.parts);
	io->sges = (void *)(io->segs + room.segs);
	io->wrs = (void *)(io->sges + room.sges);
	io->max_parts = room.parts;
	for (i = 0; i < room.parts; i++)
		io->parts[i].io = io;
	INIT_LIST_HEAD(&io->parked);
	spin_lock_irqsave(&volume->lock, flags);
	list_add_tail(&io->slot, &volume->slots);
	spin_unlock_irqrestore(&volume->lock, flags);
	io->volume = volume;
}

/**
 * xmemc_io_exit() - make the volume forget an io
 * @io: an io that was initialised and is not in flight
 */
void xmemc_io_exit(struct xmemc_io *io)
{
	unsigned long flags;

	spin_lock_irqsave(&io->volume->lock, flags);
	list_del(&io->slot);
	spin_unlock_irqrestore(&io->volume->lock, flags);
}

/**
 * xmemc_volume_create() - make a volume that is not connected yet
 * @config: what it is made of, checked
 * @why: reason of a failure in words
 *
 * Return: the volume, or an error pointer.
 */
struct xmemc_volume *xmemc_volume_create(const struct xmemc_volume_config *config,
					 struct xmemc_refusal *why)
{
	struct xmemc_volume *volume;

	volume = kzalloc_obj(*volume, GFP_KERNEL);
	if (!volume)
		goto no_memory;
	volume->queues = config->queues;
	volume->depth = config->depth;
	volume->shares = config->shares;
	volume->read_only = config->read_only;
	volume->deadline_ms = config->deadline_ms;
	spin_lock_init(&volume->lock);
	INIT_LIST_HEAD(&volume->parked);
	INIT_LIST_HEAD(&volume->slots);
	INIT_DELAYED_WORK(&volume->retry, retry_work);
	init_waitqueue_head(&volume->wait);
	volume->stats = alloc_percpu(struct xmemc_stats);
	volume->legs = kzalloc_objs(*volume->legs, config->nr_legs, GFP_KERNEL);
	if (!volume->stats || !volume->legs ||
	    xmemc_resident_init(&volume->resident, config->nr_resident))
		goto no_memory;
	for (; volume->nr_legs < config->nr_legs; volume->nr_legs++) {
		struct xmemc_leg *leg;

		leg = xmemc_leg_create(&config->legs[volume->nr_legs], config->client,
				       config->queues, config->depth * config->shares,
				       &volume->resident);
		if (!leg)
			goto no_memory;
		leg->volume = volume;
		leg->owner = &leg_owner;
		leg->index = volume->nr_legs;
		leg->forgetful = config->forgetful;
		volume->legs[volume->nr_legs] = leg;
	}
	return volume;

no_memory:
	if (volume)
		xmemc_volume_destroy(volume);
	xmemc_refuse(why, -ENOMEM, "out of memory");
	return ERR_PTR(-ENOMEM);
}

static unsigned int count_legs(const struct xmemc_volume *volume, enum xmem_leg_state state)
{
	unsigned int i, n = 0;

	for (i = 0; i < volume->nr_legs; i++)
		n += READ_ONCE(volume->legs[i]->state) == state;
	return n;
}

static bool connect_is_over(const struct xmemc_volume *volume)
{
	return count_legs(volume, XMEM_LEG_STATE_FAILED) ||
	       count_legs(volume, XMEM_LEG_STATE_CONNECTING) == 0;
}

/* Say which leg did not connect, and why. */
static int refuse_connect(struct xmemc_volume *volume, u32 timeout_ms, struct xmemc_refusal *why)
{
	struct xmemc_refusal last;
	unsigned int i;

	for (i = 0; i < volume->nr_legs; i++) {
		struct xmemc_leg *leg = volume->legs[i];

		if (READ_ONCE(leg->state) != XMEM_LEG_STATE_FAILED)
			continue;
		xmemc_leg_last_error(leg, &last);
		return xmemc_refuse(why, leg->error, "leg %u: %s", i, last.text);
	}
	for (i = 0; i < volume->nr_legs; i++) {
		struct xmemc_leg *leg = volume->legs[i];

		if (READ_ONCE(leg->state) != XMEM_LEG_STATE_CONNECTING)
			continue;
		xmemc_leg_last_error(leg, &last);
		return xmemc_refuse(why, -ETIMEDOUT, "leg %u: not connected in %u ms%s%s", i,
				    timeout_ms, last.text[0] ? "; last: " : "", last.text);
	}
	return xmemc_refuse(why, -ETIMEDOUT, "not connected in %u ms", timeout_ms);
}

/* What follows from the regions that were found. */
static int volume_measure(struct xmemc_volume *volume, u32 layout_type,
			  struct xmemc_refusal *why)
{
	const struct xmemc_layout *layout = xmemc_layout_get(layout_type);
	u64 sizes[XMEM_LEGS_MAX];
	unsigned int i;
	int ret;

	for (i = 0; i < volume->nr_legs; i++) {
		struct xmemc_leg *leg = volume->legs[i];

		sizes[i] = leg->size;
		volume->depth = min(volume->depth, leg->path.depth / volume->shares);
		volume->wrs_max = max(volume->wrs_max, leg->path.wrs_per_io);
		volume->read_only |= !(leg->rights & XMEM_WIRE_RIGHT_WRITE);
		if (i + 1 < volume->nr_legs && leg->size < 1 << XMEMC_EXTENT_SHIFT_MIN)
			return xmemc_refuse(why, -ERANGE, "leg %u: %llu bytes are too small", i,
					    leg->size);
	}
	ret = xmemc_geometry_init(&volume->geo, layout, sizes, volume->nr_legs);
	if (ret == -EFBIG)
		return xmemc_refuse(why, ret, "the device would be larger than %llu bytes",
				    XMEMC_LAYOUT_SIZE_MAX);
	if (ret)
		return xmemc_refuse(why, ret, "layout %s does not fit these legs", layout->name);
	volume->pieces_max = layout->pieces_max(&volume->geo, XMEMC_IO_ZERO_BYTES);
	return 0;
}

/**
 * xmemc_volume_connect() - make the first connection of all legs
 * @volume: a new volume
 * @config: what it was made of
 * @why: reason of a failure in words
 *
 * Sleeps, at most as long as @config says; a signal ends it. If it fails, the
 * volume is to be stopped and destroyed.
 *
 * Return: 0 or negative errno.
 */
int xmemc_volume_connect(struct xmemc_volume *volume, const struct xmemc_volume_config *config,
			 struct xmemc_refusal *why)
{
	unsigned int i;
	long left;

	for (i = 0; i < volume->nr_legs; i++)
		xmemc_leg_start(volume->legs[i]);
	left = wait_event_interruptible_timeout(volume->wait, connect_is_over(volume),
						msecs_to_jiffies(config->timeout_ms));
	if (left < 0)
		return xmemc_refuse(why, -EINTR, "interrupted");
	if (!left || count_legs(volume, XMEM_LEG_STATE_FAILED))
		return refuse_connect(volume, config->timeout_ms, why);
	return volume_measure(volume, config->layout, why);
}

/**
 * xmemc_volume_stop() - disconnect for good
 * @volume: the volume
 *
 * Every io that is under way or comes later ends with an error, soon. Sleeps, but
 * does not wait for any appliance.
 */
void xmemc_volume_stop(struct xmemc_volume *volume)
{
	unsigned int i;

	WRITE_ONCE(volume->stop, true);
	for (i = 0; i < volume->nr_legs; i++)
		xmemc_leg_stop(volume->legs[i]);
	kick(volume);
	flush_delayed_work(&volume->retry);
}

/**
 * xmemc_volume_destroy() - free a volume
 * @volume: the volume, never connected or stopped, without ios
 */
void xmemc_volume_destroy(struct xmemc_volume *volume)
{
	unsigned int i;

	cancel_delayed_work_sync(&volume->retry);
	for (i = 0; i < volume->nr_legs; i++)
		xmemc_leg_destroy(volume->legs[i]);
	kfree(volume->legs);
	xmemc_resident_exit(&volume->resident);
	free_percpu(volume->stats);
	kfree(volume);
}

/**
 * xmemc_volume_set_deadline() - how long an io may wait from now on
 * @volume: the volume
 * @deadline_ms: milliseconds
 */
void xmemc_volume_set_deadline(struct xmemc_volume *volume, u32 deadline_ms)
{
	WRITE_ONCE(volume->deadline_ms, deadline_ms);
	kick(volume);
}

/**
 * xmemc_volume_state() - what the volume does with I/O now
 * @volume: a connected volume
 *
 * Return: the state, as far as the legs decide it.
 */
enum xmem_dev_state xmemc_volume_state(const struct xmemc_volume *volume)
{
	if (READ_ONCE(volume->stop))
		return XMEM_DEV_STATE_DETACHING;
	if (count_legs(volume, XMEM_LEG_STATE_FAILED))
		return XMEM_DEV_STATE_FAILED;
	if (count_legs(volume, XMEM_LEG_STATE_LIVE) == volume->nr_legs)
		return XMEM_DEV_STATE_LIVE;
	return XMEM_DEV_STATE_PAUSED;
}

/**
 * xmemc_volume_stats() - sum up the counters
 * @volume: the volume
 * @sum: where they go
 */
void xmemc_volume_stats(const struct xmemc_volume *volume, struct xmemc_stats *sum)
{
	unsigned int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct xmemc_stats *s = per_cpu_ptr(volume->stats, cpu);

		for (i = 0; i < XMEMC_OP_COUNT; i++) {
			sum->ios[i] += s->ios[i];
			sum->bytes[i] += s->bytes[i];
		}
		sum->errors += s->errors;
		sum->replays += s->replays;
		sum->wrs += s->wrs;
	}
}
