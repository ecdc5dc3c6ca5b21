// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys of a grant on one device: a memory region (MR) for each extent and
 * one for the table that tells the client about them.
 *
 * Life: prepared (MRs and mappings, all that can lack memory) before a client's
 * first connection is accepted, so that it can still be refused; registered
 * through that connection's send queue when it stands; then kept over all
 * reconnects until the grant ends or the device goes. Before they are
 * destroyed the connections are: deregistration fails on a busy key.
 *
 * Each MR is given the offset in the region as its address, and a random byte
 * in its key: an address must not tell where kernel memory lies.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <rdma/ib_verbs.h>

#include "client.h"
#include "conn.h"
#include "device.h"
#include "grant.h"
#include "keys.h"
#include "region.h"
#include "wire.h"

/* work requests posted at once; the last one of a batch signals */
#define BATCH	32

static size_t table_size(u32 extents)
{
	return PAGE_ALIGN((size_t)extents * sizeof(struct xmem_wire_extent));
}

static u32 extent_count(const struct xmema_grant *grant, const struct xmema_device *dev)
{
	return grant->region->spec.size >> dev->extent_shift;
}

/**
 * xmema_keys_possible() - whether a device can register the region of a grant
 * @grant: the grant, locked
 * @dev: the device
 *
 * Return: false if it registers no memory, or if its MRs are too small for the table.
 */
bool xmema_keys_possible(const struct xmema_grant *grant, const struct xmema_device *dev)
{
	return dev->extent_shift &&
	       table_size(extent_count(grant, dev)) <= (size_t)1 << dev->extent_shift;
}

/**
 * xmema_keys_find() - the keys that a grant has on a device
 * @grant: the grant, locked
 * @dev: the device
 *
 * Return: the keys, or NULL.
 */
struct xmema_keys *xmema_keys_find(struct xmema_grant *grant, const struct xmema_device *dev)
{
	struct xmema_keys *keys;

	lockdep_assert_held(&grant->lock);
	list_for_each_entry(keys, &grant->keys, entry)
		if (keys->client->dev == dev)
			return keys;
	return NULL;
}

static void keys_destroy(struct xmema_keys *keys)
{
	struct ib_device *ib = keys->client->dev->ib;
	unsigned long i;

	if (keys->table_mr) {
		ib_dereg_mr(keys->table_mr);
		ib_dma_unmap_single(ib, keys->table_dma, keys->table_bytes, DMA_TO_DEVICE);
	}
	for (i = 0; keys->mrs && i < keys->extents && keys->mrs[i]; i++) {
		ib_dereg_mr(keys->mrs[i]);
		cond_resched();
	}
	for (i = 0; i < keys->mapped; i++)
		ib_dma_unmap_page(ib, keys->chunk_dma[i], XMEMA_CHUNK_SIZE, DMA_BIDIRECTIONAL);
	if (keys->table)
		free_pages_exact(keys->table, keys->table_bytes);
	kvfree(keys->mrs);
	kvfree(keys->chunk_dma);
	xmema_client_put(keys->client);
	kfree(keys);
}

static int keys_map_chunks(struct xmema_keys *keys, struct ib_device *ib)
{
	struct xmema_region *region = keys->grant->region;
	u64 dma;

	while (keys->mapped < region->chunk_count) {
		dma = ib_dma_map_page(ib, region->chunks[keys->mapped]->page, 0, XMEMA_CHUNK_SIZE,
				      DMA_BIDIRECTIONAL);
		if (ib_dma_mapping_error(ib, dma))
			return -ENOMEM;
		keys->chunk_dma[keys->mapped++] = dma;
		cond_resched();
	}
	return 0;
}

/* Makes an MR of a piece of mapped memory, which the client will know as @iova. */
static struct ib_mr *mr_make(struct xmema_keys *keys, struct page *page, u64 dma,
			     unsigned int bytes, u64 iova)
{
	struct scatterlist sg;
	struct ib_mr *mr;
	int ret;

	mr = ib_alloc_mr(keys->client->pd, IB_MR_TYPE_MEM_REG, bytes >> PAGE_SHIFT);
	if (IS_ERR(mr))
		return mr;
	sg_init_table(&sg, 1);
	sg_set_page(&sg, page, bytes, 0);
	sg_dma_address(&sg) = dma;
	sg_dma_len(&sg) = bytes;
	ret = ib_map_mr_sg(mr, &sg, 1, NULL, PAGE_SIZE);
	if (ret != 1 || mr->length != bytes) {
		ib_dereg_mr(mr);
		return ERR_PTR(ret < 0 ? ret : -EIO);
	}
	mr->iova = iova;
	ib_update_fast_reg_key(mr, get_random_u32() & 0xff);
	return mr;
}

static int keys_make_mrs(struct xmema_keys *keys)
{
	unsigned int bytes = 1U << keys->extent_shift;
	struct xmema_region *region = keys->grant->region;
	struct ib_mr *mr;
	unsigned long chunk;
	u64 start;
	u32 i, in;

	for (i = 0; i < keys->extents; i++) {
		start = (u64)i << keys->extent_shift;
		chunk = start >> XMEMA_CHUNK_SHIFT;
		in = start & (XMEMA_CHUNK_SIZE - 1);
		mr = mr_make(keys, region->chunks[chunk]->page + (in >> PAGE_SHIFT),
			     keys->chunk_dma[chunk] + in, bytes, start);
		if (IS_ERR(mr))
			return PTR_ERR(mr);
		keys->mrs[i] = mr;
		keys->table[i].addr = cpu_to_le64(mr->iova);
		keys->table[i].rkey = cpu_to_le32(mr->rkey);
		cond_resched();
	}
	return 0;
}

static int keys_make_table(struct xmema_keys *keys, struct ib_device *ib)
{
	struct ib_mr *mr;
	u64 dma;

	dma = ib_dma_map_single(ib, keys->table, keys->table_bytes, DMA_TO_DEVICE);
	if (ib_dma_mapping_error(ib, dma))
		return -ENOMEM;
	mr = mr_make(keys, virt_to_page(keys->table), dma, keys->table_bytes, 0);
	if (IS_ERR(mr)) {
		ib_dma_unmap_single(ib, dma, keys->table_bytes, DMA_TO_DEVICE);
		return PTR_ERR(mr);
	}
	keys->table_dma = dma;
	keys->table_mr = mr;
	return 0;
}

static int keys_fill(struct xmema_keys *keys, struct ib_device *ib)
{
	int ret;

	keys->chunk_dma = kvcalloc(keys->grant->region->chunk_count, sizeof(*keys->chunk_dma),
				   GFP_KERNEL);
	keys->mrs = kvcalloc(keys->extents, sizeof(struct ib_mr *), GFP_KERNEL);
	keys->table = alloc_pages_exact(keys->table_bytes, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN |
					__GFP_RETRY_MAYFAIL);
	if (!keys->chunk_dma || !keys->mrs || !keys->table)
		return -ENOMEM;
	ret = keys_map_chunks(keys, ib);
	if (!ret)
		ret = keys_make_mrs(keys);
	/* mapped last: the device must see what was written to it */
	if (!ret)
		ret = keys_make_table(keys, ib);
	return ret;
}

/**
 * xmema_keys_prepare() - make all that the keys of a grant on a device need
 * @grant: the grant, locked, without keys on the device
 * @dev: the device, which can (xmema_keys_possible())
 *
 * Return: keys that are not valid yet, or an ERR_PTR.
 */
struct xmema_keys *xmema_keys_prepare(struct xmema_grant *grant, struct xmema_device *dev)
{
	struct xmema_keys *keys = kzalloc_obj(*keys, GFP_KERNEL);
	int ret;

	lockdep_assert_held(&grant->lock);
	if (!keys)
		return ERR_PTR(-ENOMEM);
	keys->client = xmema_client_get(dev, grant->spec.client);
	if (IS_ERR(keys->client)) {
		ret = PTR_ERR(keys->client);
		kfree(keys);
		return ERR_PTR(ret);
	}
	keys->grant = grant;
	keys->extent_shift = dev->extent_shift;
	keys->extents = extent_count(grant, dev);
	keys->table_bytes = table_size(keys->extents);
	ret = keys_fill(keys, dev->ib);
	if (ret) {
		keys_destroy(keys);
		return ERR_PTR(ret);
	}
	list_add(&keys->entry, &grant->keys);
	return keys;
}

static int keys_access(const struct xmema_grant *grant)
{
	int access = IB_ACCESS_REMOTE_READ;

	if (grant->spec.rights & XMEM_APPLIANCE_RIGHT_WRITE)
		access |= IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_WRITE;
	return access;
}

static void wr_fill(struct ib_reg_wr *wr, struct ib_mr *mr, int access)
{
	memset(wr, 0, sizeof(*wr));
	wr->wr.opcode = IB_WR_REG_MR;
	wr->mr = mr;
	wr->key = mr->rkey;
	wr->access = access;
}

/**
 * xmema_keys_register() - make keys valid through the send queue of a connection
 * @keys: prepared keys
 * @conn: a connection of the grant on the device, established
 *
 * Return: 0, or a negative error: the connection is of no use any more and the keys are to
 * be destroyed after it.
 */
int xmema_keys_register(struct xmema_keys *keys, struct xmema_conn *conn)
{
	int access = keys_access(keys->grant);
	struct ib_reg_wr *wrs;
	u32 i = 0, n;
	int ret = 0;

	wrs = kmalloc_array(BATCH, sizeof(*wrs), GFP_KERNEL);
	if (!wrs)
		return -ENOMEM;
	/* the table goes with the last batch, as entry number "extents" */
	while (!ret && i <= keys->extents) {
		for (n = 0; n < BATCH && i <= keys->extents; n++, i++) {
			if (i < keys->extents)
				wr_fill(&wrs[n], keys->mrs[i], access);
			else
				wr_fill(&wrs[n], keys->table_mr, IB_ACCESS_REMOTE_READ);
			if (n)
				wrs[n - 1].wr.next = &wrs[n].wr;
		}
		ret = xmema_conn_post_wait(conn, &wrs[0].wr, &wrs[n - 1].wr);
	}
	kfree(wrs);
	keys->valid = !ret;
	return ret;
}

/**
 * xmema_keys_destroy_on() - invalidate a grant's keys on one device
 * @grant: the grant, locked, without connections on the device
 * @dev: the device
 */
void xmema_keys_destroy_on(struct xmema_grant *grant, const struct xmema_device *dev)
{
	struct xmema_keys *keys = xmema_keys_find(grant, dev);

	if (!keys)
		return;
	list_del(&keys->entry);
	keys_destroy(keys);
}

/**
 * xmema_keys_destroy_all() - invalidate all keys of a grant
 * @grant: the grant, locked, without connections
 */
void xmema_keys_destroy_all(struct xmema_grant *grant)
{
	struct xmema_keys *keys, *next;

	lockdep_assert_held(&grant->lock);
	list_for_each_entry_safe(keys, next, &grant->keys, entry) {
		list_del(&keys->entry);
		keys_destroy(keys);
	}
}
