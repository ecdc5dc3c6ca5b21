// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "modules.h"
#include "nl_appliance.h"

static const char *root(void)
{
	return "";
}

/* A feed is nothing but its socket. */
static struct xmem_nl *socket_of(const struct xmemd_feed *feed)
{
	return (struct xmem_nl *)feed;
}

static int feed_open(struct xmemd_feed **feedp, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_nl_subscribe(nl, err);
	if (ret < 0)
		xmem_nl_close(nl);
	else
		*feedp = (struct xmemd_feed *)nl;
	return ret;
}

static int feed_fd(const struct xmemd_feed *feed)
{
	return xmem_nl_fd(socket_of(feed));
}

/* That something happened is enough: the pool is read as a whole afterwards. */
static int feed_drain(struct xmemd_feed *feed, struct xmem_err *err)
{
	static const struct xmem_appliance_events nothing = {};
	int ret = xmem_appliance_events(socket_of(feed), &nothing, NULL, err);

	return ret == -ENOBUFS ? 0 : ret;
}

static void feed_close(struct xmemd_feed *feed)
{
	xmem_nl_close(socket_of(feed));
}

static int devices(xmem_dev_fn fn, void *arg, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_client_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_dev_list(nl, fn, arg, err);
	xmem_nl_close(nl);
	return ret;
}

const struct xmemd_modules xmemd_modules = {
	.root = root,
	.feed_open = feed_open,
	.feed_fd = feed_fd,
	.feed_drain = feed_drain,
	.feed_close = feed_close,
	.devices = devices,
};
