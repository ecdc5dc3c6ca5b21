// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel hands us pages that it pages out or in, up to 32 at a time and without
 * the block layer; they become one io of the volume, as they are. A request that
 * failed is a page that stays in memory, or a SIGBUS. Swap offset is offset in
 * the volume, as on the block device: the two are two ways to the same memory.
 *
 * Never both at once, for each may keep in memory what the other changes. To open
 * the file forbids to open the block device, and is refused while that is open;
 * the disk's open_mutex decides who was first.
 *
 * read() and write() are for mkswap: synchronous, through one page. What read_folio
 * put into the page cache is dropped by each write and each open.
 *
 * Lifetimes: the inode has a reference of the device. When the device is detached
 * the file is closed for new users first; that, and a swap area's begin, are decided
 * under @lock, so a swap area is never detached. Then @io_lock is waited for, after
 * which those who have the file open still touch nothing but @users.
 *
 * Locks, outermost first: the inode's, io_lock, the disk's open_mutex, lock. A page
 * of the cache is locked before io_lock, so none is looked for under it.
 *
 * The stage is passed by: no kernel has both this and what is staged.
 */
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/swap_ops.h>
#include <linux/uio.h>
#include "dev.h"
#include "trace.h"

static_assert(SWAP_CLUSTER_MAX <= XMEMC_IO_SEGS);

static void count(struct xmemc_dev *dev, const struct xmemc_io *io, int error)
{
	struct xmemc_counters __percpu *c = dev->swapfile.counters;
	unsigned int bucket = xmemc_latency_bucket(io->since);
	unsigned int pages = io->length >> PAGE_SHIFT;
	enum xmemc_count good = XMEMC_STORES;

	if (io->op == XMEMC_OP_READ) {
		this_cpu_add(c->count[XMEMC_LOADS], pages);
		this_cpu_inc(c->load[bucket]);
		good = XMEMC_HITS;
		trace_xmemc_swapfile_load(dev->id, io, error);
	} else {
		this_cpu_inc(c->store[bucket]);
		trace_xmemc_swapfile_store(dev->id, io, error);
	}
	this_cpu_add(c->count[error ? XMEMC_ERRORS : good], pages);
}

/* Completing the last request allows everything to be freed. */
static void swap_done(struct xmemc_io *io, int error)
{
	struct kiocb *iocb = io->owner;
	struct xmemc_dev *dev = file_inode(iocb->ki_filp)->i_private;
	long ret = error ?: (long)io->length;

	count(dev, io, error);
	xmemc_iopool_put(&dev->swapfile.pool, io);
	iocb->ki_complete(iocb, ret);
}

static void swap_submit(struct kiocb *iocb, const struct iov_iter *iter, enum xmemc_op op)
{
	struct xmemc_dev *dev = file_inode(iocb->ki_filp)->i_private;
	struct xmemc_swapfile *file = &dev->swapfile;
	size_t length = iov_iter_count(iter);
	struct xmemc_io *io;

	if (unlikely(length > XMEMC_IO_BYTES || iocb->ki_pos + length > file->size)) {
		iocb->ki_complete(iocb, -EIO);
		return;
	}
	io = xmemc_iopool_get(&file->pool);
	io->done = swap_done;
	io->owner = iocb;
	io->since = ktime_get();
	io->op = op;
	io->offset = iocb->ki_pos;
	io->length = length;
	io->nr_segs = iter->nr_segs;
	memcpy(io->segs, iter->bvec, iter->nr_segs * sizeof(*io->segs));
	xmemc_volume_submit(io);
}

static void swap_submit_write(struct swap_io_ctx *ctx)
{
	struct iov_iter iter;

	swap_fs_prepare_rw(ctx, WRITE, &iter);
	swap_submit(&ctx->sio->iocb, &iter, XMEMC_OP_WRITE);
}

static void swap_submit_read(struct swap_io_ctx *ctx)
{
	struct iov_iter iter;

	swap_fs_prepare_rw(ctx, READ, &iter);
	swap_submit(&ctx->sio->iocb, &iter, XMEMC_OP_READ);
}

static const struct swap_ops swapfile_swap_ops = {
	.can_merge = swap_fs_can_merge,
	.submit_write = swap_submit_write,
	.submit_read = swap_submit_read,
};

static bool set_swapping(struct xmemc_swapfile *file, bool swapping)
{
	bool closed;

	spin_lock(&file->lock);
	closed = file->closed;
	file->swapping = swapping && !closed;
	spin_unlock(&file->lock);
	return !closed;
}

static int swapfile_swap_activate(struct swap_info_struct *sis, struct file *f, sector_t *span)
{
	struct xmemc_dev *dev = file_inode(f)->i_private;
	int ret;

	if (!set_swapping(&dev->swapfile, true))
		return -ENODEV;
	ret = swap_fs_activate(sis, &swapfile_swap_ops);
	if (ret < 0)
		set_swapping(&dev->swapfile, false);
	*span = sis->pages;
	return ret;
}

static void swapfile_swap_deactivate(struct file *f)
{
	struct xmemc_dev *dev = file_inode(f)->i_private;

	set_swapping(&dev->swapfile, false);
}

/* Takes io_lock; a device that was detached has neither requests nor page any more. */
static int io_begin(struct xmemc_swapfile *file)
{
	mutex_lock(&file->io_lock);
	if (!READ_ONCE(file->closed))
		return 0;
	mutex_unlock(&file->io_lock);
	return -EIO;
}

static int rw_page(struct xmemc_swapfile *file, enum xmemc_op op, pgoff_t index,
		   struct page *page)
{
	lockdep_assert_held(&file->io_lock);
	return xmemc_iopool_rw_page(&file->pool, op, (u64)index << PAGE_SHIFT, page, false);
}

static int swapfile_read_folio(struct file *f, struct folio *folio)
{
	struct xmemc_dev *dev = folio->mapping->host->i_private;
	struct xmemc_swapfile *file = &dev->swapfile;
	int ret = io_begin(file);

	if (!ret) {
		ret = rw_page(file, XMEMC_OP_READ, folio->index, folio_page(folio, 0));
		mutex_unlock(&file->io_lock);
	}
	if (!ret)
		folio_mark_uptodate(folio);
	folio_unlock(folio);
	return ret;
}

const struct address_space_operations xmemc_swapfile_aops = {
	.read_folio = swapfile_read_folio,
	.swap_activate = swapfile_swap_activate,
	.swap_deactivate = swapfile_swap_deactivate,
};

/* Read or write what the caller wants of one page; returns its bytes or negative errno. */
static ssize_t read_part(struct xmemc_swapfile *file, loff_t pos, struct iov_iter *to)
{
	size_t offset = offset_in_page(pos);
	size_t n = min(PAGE_SIZE - offset, iov_iter_count(to));
	ssize_t ret = io_begin(file);

	if (ret)
		return ret;
	ret = rw_page(file, XMEMC_OP_READ, pos >> PAGE_SHIFT, file->bounce);
	if (!ret)
		ret = copy_page_to_iter(file->bounce, offset, n, to) ?: -EFAULT;
	mutex_unlock(&file->io_lock);
	return ret;
}

static ssize_t write_part(struct xmemc_swapfile *file, loff_t pos, struct iov_iter *from)
{
	size_t offset = offset_in_page(pos);
	size_t n = min(PAGE_SIZE - offset, iov_iter_count(from));
	pgoff_t index = pos >> PAGE_SHIFT;
	ssize_t ret = io_begin(file);

	if (ret)
		return ret;
	if (n < PAGE_SIZE)
		ret = rw_page(file, XMEMC_OP_READ, index, file->bounce);
	if (!ret && copy_page_from_iter(file->bounce, offset, n, from) != n)
		ret = -EFAULT;
	if (!ret)
		ret = rw_page(file, XMEMC_OP_WRITE, index, file->bounce);
	mutex_unlock(&file->io_lock);
	return ret ?: n;
}

static ssize_t swapfile_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct xmemc_dev *dev = file_inode(iocb->ki_filp)->i_private;
	ssize_t ret = 0, done = 0;

	while (iov_iter_count(to) && iocb->ki_pos < dev->swapfile.size) {
		ret = -EINTR;
		if (!fatal_signal_pending(current))
			ret = read_part(&dev->swapfile, iocb->ki_pos, to);
		if (ret < 0)
			break;
		iocb->ki_pos += ret;
		done += ret;
	}
	return done ?: ret;
}

/* The end of the memory is the end of the device: there is no space after it. */
static ssize_t write_pages(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct xmemc_dev *dev = inode->i_private;
	ssize_t ret = 0, done = 0;
	pgoff_t index;

	while (iov_iter_count(from)) {
		index = iocb->ki_pos >> PAGE_SHIFT;
		if (iocb->ki_pos >= dev->swapfile.size)
			ret = -ENOSPC;
		else if (fatal_signal_pending(current))
			ret = -EINTR;
		else
			ret = write_part(&dev->swapfile, iocb->ki_pos, from);
		if (ret < 0)
			break;
		iocb->ki_pos += ret;
		done += ret;
		/* only swapon looks at what is cached, and not while the inode is locked */
		invalidate_inode_pages2_range(inode->i_mapping, index, index);
	}
	return done ?: ret;
}

static ssize_t swapfile_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;

	inode_lock(inode);
	/* refuses while it is a swap area */
	ret = generic_write_checks(iocb, from);
	if (ret > 0)
		ret = write_pages(iocb, from);
	inode_unlock(inode);
	return ret;
}

/* Nobody opens the block device until it is allowed again. */
static int block_forbid(struct xmemc_dev *dev)
{
	struct gendisk *disk = dev->block.disk;
	int ret = 0;

	if (!disk)
		return 0;
	mutex_lock(&disk->open_mutex);
	if (disk_openers(disk))
		ret = -EBUSY;
	else
		atomic_inc(&dev->block.forbidden);
	mutex_unlock(&disk->open_mutex);
	if (ret)
		pr_info_ratelimited("xmem%u: %s cannot be used as a file while /dev/xmem%u is open\n",
				    dev->id, dev->name, dev->id);
	return ret;
}

static void block_allow(struct xmemc_dev *dev)
{
	if (dev->interfaces & XMEM_INTERFACE_BLOCK)
		atomic_dec(&dev->block.forbidden);
}

static int swapfile_open(struct inode *inode, struct file *f)
{
	struct xmemc_dev *dev = inode->i_private;
	struct xmemc_swapfile *file = &dev->swapfile;
	int ret = -ENODEV;

	mutex_lock(&file->io_lock);
	/* once it is closed the disk may be gone, so look before and after */
	if (!READ_ONCE(file->closed))
		ret = block_forbid(dev);
	if (!ret) {
		spin_lock(&file->lock);
		if (file->closed)
			ret = -ENODEV;
		else
			file->users++;
		spin_unlock(&file->lock);
		if (ret)
			block_allow(dev);
	}
	mutex_unlock(&file->io_lock);
	/* the block device may have changed what was cached; a busy page is a swap area's */
	if (!ret)
		invalidate_inode_pages2(inode->i_mapping);
	return ret;
}

static int swapfile_release(struct inode *inode, struct file *f)
{
	struct xmemc_dev *dev = inode->i_private;
	struct xmemc_swapfile *file = &dev->swapfile;

	spin_lock(&file->lock);
	file->users--;
	spin_unlock(&file->lock);
	block_allow(dev);
	return 0;
}

/* A write is complete when the appliance has it, so fsync has nothing to do. */
const struct file_operations xmemc_swapfile_fops = {
	.owner = THIS_MODULE,
	.open = swapfile_open,
	.release = swapfile_release,
	.llseek = generic_file_llseek,
	.read_iter = swapfile_read_iter,
	.write_iter = swapfile_write_iter,
	.fsync = noop_fsync,
};

static void swapfile_free(struct xmemc_swapfile *file)
{
	xmemc_iopool_exit(&file->pool);
	if (file->bounce)
		__free_page(file->bounce);
	free_percpu(file->counters);
	file->bounce = NULL;
	file->counters = NULL;
}

static int swapfile_add(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	struct xmemc_swapfile *file = &dev->swapfile;
	int ret;

	mutex_init(&file->io_lock);
	spin_lock_init(&file->lock);
	file->size = round_down(dev->slab_begin, PAGE_SIZE);
	file->bounce = alloc_page(GFP_KERNEL);
	file->counters = alloc_percpu(struct xmemc_counters);
	ret = xmemc_iopool_init(&file->pool, dev->volume, dev->volume->depth, XMEMC_IO_SEGS);
	if (!file->bounce || !file->counters)
		ret = -ENOMEM;
	if (!ret)
		ret = xmemc_fs_add(dev);
	if (ret) {
		swapfile_free(file);
		return xmemc_refuse(why, ret, "out of memory for the swap file");
	}
	return 0;
}

static int swapfile_close(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	struct xmemc_swapfile *file = &dev->swapfile;
	int ret = 0;

	spin_lock(&file->lock);
	if (file->swapping)
		ret = xmemc_refuse(why, -EBUSY, "its file is in use as swap: swapoff it first");
	else
		file->closed = true;
	spin_unlock(&file->lock);
	return ret;
}

static void swapfile_del(struct xmemc_dev *dev)
{
	struct xmemc_swapfile *file = &dev->swapfile;

	xmemc_fs_del(dev);
	spin_lock(&file->lock);
	file->closed = true;
	spin_unlock(&file->lock);
	mutex_lock(&file->io_lock);
	swapfile_free(file);
	mutex_unlock(&file->io_lock);
}

static unsigned int swapfile_users(const struct xmemc_dev *dev)
{
	return READ_ONCE(dev->swapfile.users);
}

static void swapfile_sum(const struct xmemc_dev *dev, struct xmemc_counters *sum)
{
	xmemc_counters_sum(dev->swapfile.counters, sum);
}

const struct xmemc_interface xmemc_swapfile_interface = {
	.name = "swapfile",
	.shares = true,
	.add = swapfile_add,
	.close = swapfile_close,
	.del = swapfile_del,
	.users = swapfile_users,
	.sum = swapfile_sum,
};
