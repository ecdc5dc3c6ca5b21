/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_BLK_MQ_H
#define _XMEM_COMPAT_LINUX_BLK_MQ_H

#include <linux/version.h>
#include_next <linux/blk-mq.h>
#include <linux/blkdev.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#define BLK_MQ_F_NO_SCHED_BY_DEFAULT (BLK_MQ_F_NO_SCHED | BLK_MQ_F_SHOULD_MERGE)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
/* merging had to be asked for */
#define BLK_MQ_F_NO_SCHED_BY_DEFAULT (BLK_MQ_F_NO_SCHED_BY_DEFAULT | BLK_MQ_F_SHOULD_MERGE)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
static inline void xmem_compat_set_limits(struct request_queue *q,
					  const struct queue_limits *lim)
{
	blk_queue_logical_block_size(q, lim->logical_block_size);
	blk_queue_physical_block_size(q, lim->physical_block_size);
	blk_queue_io_min(q, lim->io_min);
	blk_queue_io_opt(q, lim->io_opt);
	blk_queue_max_hw_sectors(q, lim->max_hw_sectors);
	blk_queue_max_segments(q, lim->max_segments);
	blk_queue_max_segment_size(q, lim->max_segment_size);
	q->limits.discard_granularity = lim->discard_granularity;
	blk_queue_max_discard_sectors(q, lim->max_hw_discard_sectors);
	blk_queue_max_write_zeroes_sectors(q, lim->max_write_zeroes_sectors);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, q);
	blk_queue_flag_clear(QUEUE_FLAG_ADD_RANDOM, q);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 19, 0)
	blk_queue_flag_set(QUEUE_FLAG_DISCARD, q);
#endif
}

static inline struct gendisk *xmem_compat_alloc_disk(struct blk_mq_tag_set *set,
						     const struct queue_limits *lim, void *data)
{
	struct gendisk *disk;
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	struct request_queue *q = blk_mq_init_queue_data(set, data);

	if (IS_ERR(q))
		return ERR_CAST(q);
	disk = alloc_disk_node(1, set->numa_node);
	if (!disk) {
		blk_cleanup_queue(q);
		return ERR_PTR(-ENOMEM);
	}
	disk->queue = q;
#else
	disk = blk_mq_alloc_disk(set, data);
	if (IS_ERR(disk))
		return disk;
#endif
	xmem_compat_set_limits(disk->queue, lim);
	return disk;
}

#undef blk_mq_alloc_disk
#define blk_mq_alloc_disk(set, lim, data) xmem_compat_alloc_disk(set, lim, data)
#endif

#endif
