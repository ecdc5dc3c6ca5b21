/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon hears from the kernel beside the memory that it lends: events of
 * the appliance module, the devices of the client module, and where sysfs is. Tests
 * put something else in its place. Calls may come from any thread.
 */
#ifndef XMEMD_MODULES_H
#define XMEMD_MODULES_H

#include "nl_client.h"

struct xmemd_feed;

/**
 * struct xmemd_modules - the kernel
 * @root: directory that has sys and proc; "" is the machine's own
 * @feed_open: begin to hear that regions came, changed or went
 * @feed_fd: descriptor that can be read when something happened
 * @feed_drain: take what happened; negative when the feed is over
 * @feed_close: hear no more; NULL is nothing
 * @devices: call a function for each device of the client module; -ENOENT without the module
 */
struct xmemd_modules {
	const char *(*root)(void);
	int (*feed_open)(struct xmemd_feed **feedp, struct xmem_err *err);
	int (*feed_fd)(const struct xmemd_feed *feed);
	int (*feed_drain)(struct xmemd_feed *feed, struct xmem_err *err);
	void (*feed_close)(struct xmemd_feed *feed);
	int (*devices)(xmem_dev_fn fn, void *arg, struct xmem_err *err);
};

/* The one of this program: linked in, not chosen at run time. */
extern const struct xmemd_modules xmemd_modules;

#endif /* XMEMD_MODULES_H */
