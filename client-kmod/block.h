/* SPDX-License-Identifier: GPL-2.0-only */
/* The block device interface of a volume: /dev/xmemN. */
#ifndef _XMEMC_BLOCK_H
#define _XMEMC_BLOCK_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include "stage.h"

/**
 * struct xmemc_block - a block device
 * @volume: the volume that it offers
 * @stage: the stage that others use for the same memory, or NULL
 * @size: bytes of the volume that it offers, from the beginning
 * @disk: the disk, NULL while there is none
 * @tags: its requests
 * @name: name of the device it belongs to
 * @forbidden: nobody may open it, who looks under the disk's open_mutex
 */
struct xmemc_block {
	struct xmemc_volume *volume;
	struct xmemc_stage *stage;
	u64 size;
	struct gendisk *disk;
	struct blk_mq_tag_set tags;
	const char *name;
	atomic_t forbidden;
};

int xmemc_block_module_init(void);
void xmemc_block_module_exit(void);

#endif /* _XMEMC_BLOCK_H */
