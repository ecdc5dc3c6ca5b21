/* SPDX-License-Identifier: GPL-2.0-only */
/* The swap file interface: a file whose pages go straight to the volume. */
#ifndef _XMEMC_SWAPFILE_H
#define _XMEMC_SWAPFILE_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include "counters.h"
#include "iopool.h"
#include "xmemfs.h"

/**
 * struct xmemc_swapfile - the file of a device
 * @file: its place in the file system
 * @size: bytes of the volume that it offers, from the beginning; whole pages
 * @pool: its requests
 * @counters: counters
 * @io_lock: protects @bounce, and everything here against being freed while it is open
 * @bounce: the page that read() and write() copy from and to
 * @lock: protects @users, @swapping and @closed; innermost
 * @users: how many have it open
 * @swapping: it is a swap area
 * @closed: it is being detached: nobody may begin to use it
 */
struct xmemc_swapfile {
	struct xmemc_fs_file file;
	u64 size;
	struct xmemc_iopool pool;
	struct xmemc_counters __percpu *counters;
	struct mutex io_lock;	/* bounce */
	struct page *bounce;
	spinlock_t lock;	/* users, swapping, closed */
	unsigned int users;
	bool swapping;
	bool closed;
};

extern const struct file_operations xmemc_swapfile_fops;
extern const struct address_space_operations xmemc_swapfile_aops;

#endif /* _XMEMC_SWAPFILE_H */
