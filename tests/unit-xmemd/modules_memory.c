// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of the kernel: sysfs and procfs are below XMEMD_ROOT; what is written
 * into the FIFO XMEMD_FEED are events of the appliance module; each line of the file
 * XMEMD_DEVICES, "NAME REGION[,REGION…]", is a device that is attached. Without the
 * file there is no client module.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "modules.h"

static const char *root(void)
{
	const char *path = getenv("XMEMD_ROOT");

	return path ? path : "";
}

/* The descriptor and 1, so that it is not NULL. */
static int fd_of(const struct xmemd_feed *feed)
{
	return (int)((intptr_t)feed - 1);
}

static int feed_open(struct xmemd_feed **feedp, struct xmem_err *err)
{
	const char *path = getenv("XMEMD_FEED");
	/* for writing as well: a FIFO without a writer is at its end */
	int fd = path ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;

	if (fd < 0)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOENT, "no XMEMD_FEED");
	*feedp = (struct xmemd_feed *)(intptr_t)(fd + 1);
	return 0;
}

static int feed_drain(struct xmemd_feed *feed, struct xmem_err *err)
{
	char buf[256];
	ssize_t got;

	while ((got = read(fd_of(feed), buf, sizeof(buf))) > 0)
		if (memmem(buf, (size_t)got, "end", 3))
			return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "the feed is over");
	return 0;
}

static void feed_close(struct xmemd_feed *feed)
{
	if (feed)
		close(fd_of(feed));
}

static void read_device(char *line, struct xmem_dev *dev)
{
	char *word = strsep(&line, " ");

	*dev = (struct xmem_dev){};
	snprintf(dev->name, sizeof(dev->name), "%s", word);
	while ((word = strsep(&line, ",")) && dev->legs < XMEM_LEGS_MAX)
		dev->leg[dev->legs++].region = strtoull(word, NULL, 16);
}

static int devices(xmem_dev_fn fn, void *arg, struct xmem_err *err)
{
	const char *path = getenv("XMEMD_DEVICES");
	FILE *file = path ? fopen(path, "re") : NULL;
	struct xmem_dev dev;
	char line[2048];
	int ret = 0;

	if (!file)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOENT,
				    "xmem is not loaded: modprobe xmem");
	while (!ret && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		read_device(line, &dev);
		ret = fn(&dev, arg);
	}
	fclose(file);
	return ret;
}

const struct xmemd_modules xmemd_modules = {
	.root = root,
	.feed_open = feed_open,
	.feed_fd = fd_of,
	.feed_drain = feed_drain,
	.feed_close = feed_close,
	.devices = devices,
};
