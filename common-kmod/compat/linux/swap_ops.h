/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_SWAP_OPS_H
#define _XMEM_COMPAT_LINUX_SWAP_OPS_H

#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
#include_next <linux/swap_ops.h>
#else
#include <linux/fs.h>
#include <linux/swap.h>

struct swap_io_ctx {
	struct { struct kiocb iocb; } *sio;
	const struct iov_iter *iter;
};

struct swap_ops {
	void *can_merge;
	void (*submit_write)(struct swap_io_ctx *ctx);
	void (*submit_read)(struct swap_io_ctx *ctx);
};

/* the mapping's operation, and whom it asks: both in the one file that includes this */
static const struct swap_ops *xmem_compat_swap_ops;

static int xmem_compat_swap_rw(struct kiocb *iocb, struct iov_iter *iter)
{
	const struct swap_ops *ops = xmem_compat_swap_ops;
	struct swap_io_ctx ctx = { (void *)iocb, iter };

	(iov_iter_rw(iter) == WRITE ? ops->submit_write : ops->submit_read)(&ctx);
	return -EIOCBQUEUED;
}

#define swap_activate swap_rw = xmem_compat_swap_rw, .swap_activate
#define swap_fs_can_merge NULL
#define swap_fs_prepare_rw(ctx, rw, to) ((void)(rw), *(to) = *(ctx)->iter)
#define swap_fs_activate(sis, ops)						\
	(xmem_compat_swap_ops = (ops), (sis)->flags |= SWP_FS_OPS,		\
	 add_swap_extent(sis, 0, (sis)->max, 0))
#endif
#endif
