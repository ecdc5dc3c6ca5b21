/* SPDX-License-Identifier: GPL-2.0-only */
/* The block device interface of a volume: /dev/xmemN. */
#ifndef _XMEMC_BLOCK_H
#define _XMEMC_BLOCK_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include "volume.h"

/**
 * struct xmemc_block - a block device
 * @volume: the volume that it offers
 * @disk: the disk, NULL while there is none
 * @tags: its requests
 * @name: name of the device it belongs to
 */
struct xmemc_block {
	struct xmemc_volume *volume;
	struct gendisk *disk;
	struct blk_mq_tag_set tags;
	const char *name;
};

int xmemc_block_module_init(void);
void xmemc_block_module_exit(void);

int xmemc_block_add(struct xmemc_block *block, unsigned int id, struct xmemc_refusal *why);
void xmemc_block_del(struct xmemc_block *block);
unsigned int xmemc_block_openers(const struct xmemc_block *block);

#endif /* _XMEMC_BLOCK_H */
