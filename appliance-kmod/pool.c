// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that this machine lends, in chunks of 2 MiB.
 *
 * A chunk is in the list of free chunks of its node, or belongs to one region.
 * resize_lock lets one resize run at a time, since a resize may take minutes;
 * lists_lock covers lists and counters and is held only to move chunks. Order:
 * resize_lock, lists_lock. All functions may sleep.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/nodemask.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "pool.h"

#define CHUNK_ORDER	get_order(XMEMA_CHUNK_SIZE)

static DEFINE_MUTEX(resize_lock);
static DEFINE_MUTEX(lists_lock);
static struct list_head free_chunks[MAX_NUMNODES];
static unsigned long free_on_node[MAX_NUMNODES];
static unsigned long total_chunks;
static unsigned long total_free;

static void chunk_free(struct xmema_chunk *chunk)
{
	__free_pages(chunk->page, CHUNK_ORDER);
	kfree(chunk);
}

static struct xmema_chunk *chunk_alloc(int nid)
{
	struct xmema_chunk *chunk = kzalloc_obj(*chunk, GFP_KERNEL);

	if (!chunk)
		return NULL;
	/* without __GFP_COMP: the pages are never mapped, nor counted one by one */
	chunk->page = alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN |
				       __GFP_RETRY_MAYFAIL, CHUNK_ORDER);
	if (!chunk->page) {
		kfree(chunk);
		return NULL;
	}
	chunk->nid = nid;
	return chunk;
}

static void chunks_free(struct list_head *chunks)
{
	struct xmema_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, chunks, entry) {
		chunk_free(chunk);
		cond_resched();
	}
}

/* Takes chunks from all nodes in turn until each one has no more. */
static unsigned long chunks_alloc(struct list_head *chunks, unsigned long count)
{
	nodemask_t nodes = node_states[N_MEMORY];
	struct xmema_chunk *chunk;
	unsigned long got = 0;
	int nid = NUMA_NO_NODE;

	while (got < count && !nodes_empty(nodes) && !fatal_signal_pending(current)) {
		nid = next_node_in(nid, nodes);
		chunk = chunk_alloc(nid);
		if (chunk) {
			list_add_tail(&chunk->entry, chunks);
			got++;
		} else {
			node_clear(nid, nodes);
		}
		cond_resched();
	}
	return got;
}

static int pool_grow(unsigned long count, struct netlink_ext_ack *extack)
{
	struct xmema_chunk *chunk, *next;
	unsigned long got;
	LIST_HEAD(chunks);

	if (count > totalram_pages() >> CHUNK_ORDER) {
		NL_SET_ERR_MSG_FMT(extack, "more than this machine's memory of %lu MiB",
				   totalram_pages() >> (20 - PAGE_SHIFT));
		return -ENOMEM;
	}
	got = chunks_alloc(&chunks, count);
	if (got < count) {
		chunks_free(&chunks);
		if (fatal_signal_pending(current)) {
			NL_SET_ERR_MSG(extack, "interrupted");
			return -EINTR;
		}
		NL_SET_ERR_MSG_FMT(extack, "only %lu of %lu more MiB can be had in pieces of 2 MiB",
				   got << 1, count << 1);
		return -ENOMEM;
	}
	mutex_lock(&lists_lock);
	list_for_each_entry_safe(chunk, next, &chunks, entry) {
		list_move_tail(&chunk->entry, &free_chunks[chunk->nid]);
		free_on_node[chunk->nid]++;
	}
	total_chunks += count;
	total_free += count;
	mutex_unlock(&lists_lock);
	return 0;
}

/* The node with the most free chunks; lists_lock is held. */
static int fullest_node(void)
{
	int nid, best = first_node(node_states[N_MEMORY]);

	lockdep_assert_held(&lists_lock);
	for (nid = 0; nid < nr_node_ids; nid++)
		if (free_on_node[nid] > free_on_node[best])
			best = nid;
	return best;
}

static struct xmema_chunk *chunk_take(int nid)
{
	struct xmema_chunk *chunk;

	lockdep_assert_held(&lists_lock);
	chunk = list_first_entry(&free_chunks[nid], struct xmema_chunk, entry);
	list_del(&chunk->entry);
	free_on_node[nid]--;
	total_free--;
	return chunk;
}

static int pool_shrink(unsigned long count, struct netlink_ext_ack *extack)
{
	struct xmema_chunk *chunk;
	LIST_HEAD(chunks);

	mutex_lock(&lists_lock);
	if (count > total_free) {
		NL_SET_ERR_MSG_FMT(extack, "regions use too much: of %llu bytes only %llu are free",
				   (u64)total_chunks << XMEMA_CHUNK_SHIFT,
				   (u64)total_free << XMEMA_CHUNK_SHIFT);
		mutex_unlock(&lists_lock);
		return -EBUSY;
	}
	total_chunks -= count;
	while (count--) {
		chunk = chunk_take(fullest_node());
		list_add(&chunk->entry, &chunks);
	}
	mutex_unlock(&lists_lock);
	chunks_free(&chunks);
	return 0;
}

/**
 * xmema_pool_resize() - make the pool larger or smaller
 * @bytes: size wanted, a multiple of the chunk size
 * @extack: gets the words of a refusal, may be NULL
 *
 * Return: 0, or a negative error with the pool as it was.
 */
int xmema_pool_resize(u64 bytes, struct netlink_ext_ack *extack)
{
	u64 now, want = bytes >> XMEMA_CHUNK_SHIFT;
	int ret = 0;

	if (bytes & (XMEMA_CHUNK_SIZE - 1)) {
		NL_SET_ERR_MSG(extack, "the size is not a multiple of 2 MiB");
		return -EINVAL;
	}
	mutex_lock(&resize_lock);
	now = total_chunks;
	if (want > now)
		ret = pool_grow(min_t(u64, want - now, ULONG_MAX), extack);
	else if (want < now)
		ret = pool_shrink(now - want, extack);
	mutex_unlock(&resize_lock);
	return ret;
}

/**
 * xmema_pool_bytes() - size of the pool
 *
 * Return: bytes, free ones and those of regions.
 */
u64 xmema_pool_bytes(void)
{
	return (u64)READ_ONCE(total_chunks) << XMEMA_CHUNK_SHIFT;
}

/**
 * xmema_pool_free_bytes() - what is not in any region
 *
 * Return: bytes.
 */
u64 xmema_pool_free_bytes(void)
{
	return (u64)READ_ONCE(total_free) << XMEMA_CHUNK_SHIFT;
}

/**
 * xmema_pool_take() - take chunks for a region, from one node if one has enough
 * @chunks: where to put them
 * @count: how many
 *
 * Their contents are whatever was there; see xmema_pool_zero().
 *
 * Return: 0, or -ENOSPC if fewer are free.
 */
int xmema_pool_take(struct xmema_chunk **chunks, unsigned long count)
{
	unsigned long i;
	int nid = 0;

	mutex_lock(&lists_lock);
	if (count > total_free) {
		mutex_unlock(&lists_lock);
		return -ENOSPC;
	}
	for (i = 0; i < count; i++) {
		if (!i || !free_on_node[nid])
			nid = fullest_node();
		chunks[i] = chunk_take(nid);
	}
	mutex_unlock(&lists_lock);
	return 0;
}

/**
 * xmema_pool_give() - put the chunks of a region back
 * @chunks: they, zeroed by the caller if anybody could write to them
 * @count: how many
 */
void xmema_pool_give(struct xmema_chunk **chunks, unsigned long count)
{
	unsigned long i;

	mutex_lock(&lists_lock);
	for (i = 0; i < count; i++) {
		list_add_tail(&chunks[i]->entry, &free_chunks[chunks[i]->nid]);
		free_on_node[chunks[i]->nid]++;
	}
	total_free += count;
	mutex_unlock(&lists_lock);
}

/**
 * xmema_pool_zero() - overwrite chunks that no list holds
 * @chunks: they
 * @count: how many
 */
void xmema_pool_zero(struct xmema_chunk **chunks, unsigned long count)
{
	unsigned long i;

	for (i = 0; i < count; i++) {
		memset(page_address(chunks[i]->page), 0, XMEMA_CHUNK_SIZE);
		cond_resched();
	}
}

/**
 * xmema_pool_init() - start with an empty pool
 */
void xmema_pool_init(void)
{
	int nid;

	for (nid = 0; nid < MAX_NUMNODES; nid++)
		INIT_LIST_HEAD(&free_chunks[nid]);
}

/**
 * xmema_pool_release() - give all memory back to the kernel; no region exists any more
 */
void xmema_pool_release(void)
{
	int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		chunks_free(&free_chunks[nid]);
}
