/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_BLKDEV_H
#define _XMEM_COMPAT_LINUX_BLKDEV_H

#include <linux/version.h>
#include_next <linux/blkdev.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#include <linux/genhd.h>

#define GENHD_FL_NO_PART GENHD_FL_NO_PART_SCAN

#define device_add_disk(parent, disk, groups) ({	\
	(device_add_disk)(parent, disk, groups);	\
	0;						\
})

static inline unsigned int disk_openers(struct gendisk *disk)
{
	struct block_device *bdev = bdget_disk(disk, 0);
	unsigned int openers = 0;

	if (bdev) {
		openers = bdev->bd_openers;
		bdput(bdev);
	}
	return openers;
}

/* a disk is put after it was deleted, when its queue has to end, too */
static inline void xmem_compat_put_disk(struct gendisk *disk)
{
	blk_cleanup_queue(disk->queue);
	put_disk(disk);
}

#define put_disk(disk) xmem_compat_put_disk(disk)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define blk_mode_t fmode_t
#define xmem_opened block_device
#define xmem_opened_disk(bdev) ((bdev)->bd_disk)
#else
#define xmem_opened gendisk
#define xmem_opened_disk(disk) (disk)
#endif

#endif
