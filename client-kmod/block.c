// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of the block layer become ios of the volume; the io, with all that it
 * may need, lies in the memory that blk-mq allocates with each request.
 *
 * There is no volatile cache: a write is complete when the appliance's network
 * card has acknowledged it, which it does after the data is in the appliance's
 * memory. So no flush is ever sent to us, and FUA has nothing to add.
 *
 * There are no partitions, as on other memory devices: attaching must not depend
 * on I/O, and whoever wants to divide a device creates several allocations.
 *
 * There is no time-out either: a request must not be completed while a network card
 * may touch its pages. The volume looks after requests that take too long.
 */
#include <linux/module.h>
#include "dev.h"
#include "sysfs.h"

static int block_major;

static void request_done(struct xmemc_io *io, int error)
{
	struct request *rq = blk_mq_rq_from_pdu(io);

	blk_mq_end_request(rq, unlikely(error) ? BLK_STS_IOERR : BLK_STS_OK);
}

static bool request_take_data(struct request *rq, struct xmemc_io *io)
{
	struct req_iterator iter;
	struct bio_vec bv;
	unsigned int n = 0;

	rq_for_each_bvec(bv, rq, iter) {
		if (unlikely(n == XMEMC_IO_SEGS))
			return false;
		io->segs[n++] = bv;
	}
	io->nr_segs = n;
	return true;
}

static blk_status_t block_queue_rq(struct blk_mq_hw_ctx *hctx,
				   const struct blk_mq_queue_data *bd)
{
	struct xmemc_block *block = hctx->queue->queuedata;
	struct xmemc_volume *volume = block->volume;
	struct request *rq = bd->rq;
	struct xmemc_io *io = blk_mq_rq_to_pdu(rq);

	/* an I/O scheduler brings requests of its own, so they are met at first use */
	if (unlikely(!io->volume)) {
		io->done = request_done;
		xmemc_io_init(io, volume, XMEMC_IO_SEGS);
	}
	io->offset = (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
	io->length = blk_rq_bytes(rq);
	io->queue = hctx->queue_num;
	switch (req_op(rq)) {
	case REQ_OP_READ:
		io->op = XMEMC_OP_READ;
		break;
	case REQ_OP_WRITE:
		io->op = XMEMC_OP_WRITE;
		break;
	case REQ_OP_DISCARD:
	case REQ_OP_WRITE_ZEROES:
		io->op = XMEMC_OP_ZERO;
		break;
	default:
		return BLK_STS_NOTSUPP;
	}
	if (unlikely(io->op != XMEMC_OP_READ && volume->read_only))
		return BLK_STS_IOERR;
	if (io->op != XMEMC_OP_ZERO && unlikely(!request_take_data(rq, io)))
		return BLK_STS_IOERR;
	if (unlikely(io->offset + io->length > block->size))
		return BLK_STS_IOERR;
	blk_mq_start_request(rq);
	if (block->stage)
		xmemc_stage_submit(block->stage, io);
	else
		xmemc_volume_submit(io);
	return BLK_STS_OK;
}

static void block_exit_request(struct blk_mq_tag_set *set, struct request *rq,
			       unsigned int hctx_idx)
{
	struct xmemc_io *io = blk_mq_rq_to_pdu(rq);

	if (io->volume)
		xmemc_io_exit(io);
}

static const struct blk_mq_ops block_mq_ops = {
	.queue_rq = block_queue_rq,
	.exit_request = block_exit_request,
};

static const struct block_device_operations block_fops = {
	.owner = THIS_MODULE,
};

static int block_open(struct xmem_opened *opened, blk_mode_t mode)
{
	struct gendisk *disk = xmem_opened_disk(opened);
	struct xmemc_block *block = disk->private_data;

	if (!atomic_read(&block->forbidden))
		return 0;
	pr_info_ratelimited("%s: cannot be opened while the file of %s is open\n",
			    disk->disk_name, block->name);
	return -EBUSY;
}

/* For a device that has a swap file, too. */
static const struct block_device_operations block_shared_fops = {
	.owner = THIS_MODULE,
	.open = block_open,
};

static int block_alloc_tags(struct xmemc_block *block)
{
	struct blk_mq_tag_set *set = &block->tags;

	set->ops = &block_mq_ops;
	set->nr_hw_queues = block->volume->queues;
	set->queue_depth = block->volume->depth;
	set->numa_node = NUMA_NO_NODE;
	set->cmd_size = xmemc_io_size(block->volume, XMEMC_IO_SEGS);
	set->flags = BLK_MQ_F_NO_SCHED_BY_DEFAULT;
	return blk_mq_alloc_tag_set(set);
}

static int block_add(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	struct xmemc_block *block = &dev->block;
	struct queue_limits lim = {
		.logical_block_size = SECTOR_SIZE,
		.physical_block_size = PAGE_SIZE,
		.io_min = PAGE_SIZE,
		.io_opt = XMEMC_IO_BYTES,
		.max_hw_sectors = XMEMC_IO_BYTES >> SECTOR_SHIFT,
		.max_segments = XMEMC_IO_SEGS,
		.max_segment_size = XMEMC_IO_BYTES,
		.discard_granularity = SECTOR_SIZE,
		.max_hw_discard_sectors = XMEMC_IO_ZERO_BYTES >> SECTOR_SHIFT,
		.max_write_zeroes_sectors = XMEMC_IO_ZERO_BYTES >> SECTOR_SHIFT,
	};
	struct gendisk *disk;
	int ret;

	block->volume = dev->volume;
	block->stage = dev->stage;
	block->name = dev->name;
	block->size = dev->slab_begin;
	ret = block_alloc_tags(block);
	if (ret)
		return xmemc_refuse(why, ret, "out of memory for requests");
	disk = blk_mq_alloc_disk(&block->tags, &lim, block);
	if (IS_ERR(disk)) {
		blk_mq_free_tag_set(&block->tags);
		return xmemc_refuse(why, PTR_ERR(disk), "out of memory for the disk");
	}
	disk->major = block_major;
	disk->first_minor = dev->id;
	disk->minors = 1;
	disk->flags |= GENHD_FL_NO_PART;
	disk->fops = dev->interfaces & XMEM_INTERFACE_SWAPFILE ? &block_shared_fops : &block_fops;
	disk->private_data = block;
	snprintf(disk->disk_name, sizeof(disk->disk_name), "xmem%u", dev->id);
	set_capacity(disk, block->size >> SECTOR_SHIFT);
	set_disk_ro(disk, block->volume->read_only);
	ret = device_add_disk(NULL, disk, xmemc_sysfs_groups);
	if (ret) {
		put_disk(disk);
		blk_mq_free_tag_set(&block->tags);
		return xmemc_refuse(why, ret, "cannot add the disk (error %d)", ret);
	}
	WRITE_ONCE(block->disk, disk);
	return 0;
}

/* Whoever has the device open keeps it open, and gets errors. */
static void block_del(struct xmemc_dev *dev)
{
	struct xmemc_block *block = &dev->block;
	struct gendisk *disk = block->disk;

	del_gendisk(disk);
	WRITE_ONCE(block->disk, NULL);
	put_disk(disk);
	blk_mq_free_tag_set(&block->tags);
}

static unsigned int block_users(const struct xmemc_dev *dev)
{
	struct gendisk *disk = READ_ONCE(dev->block.disk);

	return disk ? disk_openers(disk) : 0;
}

const struct xmemc_interface xmemc_block_interface = {
	.name = "block",
	.shares = true,
	.add = block_add,
	.del = block_del,
	.users = block_users,
};

/**
 * xmemc_block_module_init() - get a major number
 *
 * Return: 0 or negative errno.
 */
int xmemc_block_module_init(void)
{
	block_major = register_blkdev(0, "xmem");
	return block_major < 0 ? block_major : 0;
}

/**
 * xmemc_block_module_exit() - give the major number back
 */
void xmemc_block_module_exit(void)
{
	unregister_blkdev(block_major, "xmem");
}
