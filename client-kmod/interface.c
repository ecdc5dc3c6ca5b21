// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this kernel lacks has an entry without functions: Kbuild knows which files
 * can be built, and says so by the XMEMC_HAVE_ macros.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/xmem.h>
#include "dev.h"
#include "interface.h"

#ifndef XMEMC_HAVE_FRONTSWAP
static const struct xmemc_interface lacking_frontswap = {
	.name = "frontswap",
	.lacking = "this kernel has no hook for it; take block or swapfile",
};

#define xmemc_frontswap_interface lacking_frontswap
#endif

#ifndef XMEMC_HAVE_CLEANCACHE
static const struct xmemc_interface lacking_cleancache = {
	.name = "cleancache",
	.lacking = "this kernel has no hook for it; see xmemadm pagecache",
};

#define xmemc_cleancache_interface lacking_cleancache
#endif

#ifndef XMEMC_HAVE_SWAPFILE
static const struct xmemc_interface lacking_swapfile = {
	.name = "swapfile",
	.lacking = "this kernel has no hook for it; take block or frontswap",
};

#define xmemc_swapfile_interface lacking_swapfile
#endif

/* By bit; added in this order and deleted in the opposite one. */
static const struct xmemc_interface *const interfaces[] = {
	[ilog2(XMEM_INTERFACE_BLOCK)] = &xmemc_block_interface,
	[ilog2(XMEM_INTERFACE_FRONTSWAP)] = &xmemc_frontswap_interface,
	[ilog2(XMEM_INTERFACE_CLEANCACHE)] = &xmemc_cleancache_interface,
	[ilog2(XMEM_INTERFACE_SWAPFILE)] = &xmemc_swapfile_interface,
};

/**
 * xmemc_interfaces_parse() - understand a list of names
 * @text: the names, with commas between them
 * @mask: result, bits of enum xmem_interface
 * @why: reason of a failure in words
 *
 * Return: 0 or -EINVAL.
 */
int xmemc_interfaces_parse(const char *text, u32 *mask, struct xmemc_refusal *why)
{
	const char *word = text;
	unsigned int i;
	size_t len;

	*mask = 0;
	do {
		len = strcspn(word, ",");
		for (i = 0; i < ARRAY_SIZE(interfaces); i++)
			if (strlen(interfaces[i]->name) == len &&
			    !strncmp(interfaces[i]->name, word, len))
				break;
		if (i == ARRAY_SIZE(interfaces))
			return xmemc_refuse(why, -EINVAL, "no interface '%.*s'",
					    (int)min_t(size_t, len, 20), word);
		*mask |= BIT(i);
		word += len;
	} while (*word++);
	return 0;
}

/**
 * xmemc_interfaces_check() - whether this kernel can do what is asked for
 * @mask: bits of enum xmem_interface
 * @why: reason of a failure in words
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int xmemc_interfaces_check(u32 mask, struct xmemc_refusal *why)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (mask & BIT(i) && interfaces[i]->lacking)
			return xmemc_refuse(why, -EOPNOTSUPP, "%s: %s", interfaces[i]->name,
					    interfaces[i]->lacking);
	return 0;
}

/**
 * xmemc_interfaces_shares() - how many have requests of their own
 * @mask: bits of enum xmem_interface
 *
 * Return: their number, at least 1.
 */
unsigned int xmemc_interfaces_shares(u32 mask)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(interfaces); i++)
		n += mask & BIT(i) && interfaces[i]->shares;
	return max(n, 1U);
}

/**
 * xmemc_interfaces_staged() - whether one needs the stage
 * @mask: bits of enum xmem_interface
 *
 * Return: true if one does.
 */
bool xmemc_interfaces_staged(u32 mask)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (mask & BIT(i) && interfaces[i]->staged)
			return true;
	return false;
}

/**
 * xmemc_interfaces_forgetful() - whether all can do without what was written
 * @mask: bits of enum xmem_interface
 *
 * Return: true if they can.
 */
bool xmemc_interfaces_forgetful(u32 mask)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (mask & BIT(i) && !interfaces[i]->forgetful)
			return false;
	return true;
}

static void del_below(struct xmemc_dev *dev, unsigned int end)
{
	while (end--)
		if (dev->interfaces & BIT(end))
			interfaces[end]->del(dev);
}

/**
 * xmemc_interfaces_add() - begin to offer a device's memory
 * @dev: the device, connected
 * @why: reason of a failure in words
 *
 * Sleeps. Nothing remains of a failure.
 *
 * Return: 0 or negative errno.
 */
int xmemc_interfaces_add(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(interfaces); i++) {
		if (!(dev->interfaces & BIT(i)))
			continue;
		ret = interfaces[i]->add(dev, why);
		if (ret) {
			del_below(dev, i);
			return ret;
		}
	}
	return 0;
}

/**
 * xmemc_interfaces_close() - let nobody begin to use what must not lose its memory
 * @dev: the device, which will be deleted if this succeeds
 * @why: reason of a failure in words
 *
 * Only one interface may refuse, so that nothing is closed by a refused request.
 *
 * Return: 0 or -EBUSY.
 */
int xmemc_interfaces_close(struct xmemc_dev *dev, struct xmemc_refusal *why)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(interfaces) && !ret; i++)
		if (dev->interfaces & BIT(i) && interfaces[i]->close)
			ret = interfaces[i]->close(dev, why);
	return ret;
}

/**
 * xmemc_interfaces_del() - offer the memory no more
 * @dev: the device; if it is in use, its volume was stopped
 *
 * Sleeps until every request is completed.
 */
void xmemc_interfaces_del(struct xmemc_dev *dev)
{
	del_below(dev, ARRAY_SIZE(interfaces));
}

/**
 * xmemc_interfaces_users() - how many use a device
 * @dev: the device
 *
 * Return: openers, mounts and swap areas.
 */
unsigned int xmemc_interfaces_users(const struct xmemc_dev *dev)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (dev->interfaces & BIT(i) && interfaces[i]->users)
			n += interfaces[i]->users(dev);
	return n;
}

/**
 * xmemc_interfaces_sum() - add up the counters of an interface
 * @dev: the device, which nobody detaches meanwhile
 * @which: a bit of enum xmem_interface
 * @sum: where they go
 *
 * Return: false if the device has no such interface, or it does not count.
 */
bool xmemc_interfaces_sum(const struct xmemc_dev *dev, u32 which, struct xmemc_counters *sum)
{
	const struct xmemc_interface *interface = interfaces[ilog2(which)];

	if (!(dev->interfaces & which) || !interface->sum)
		return false;
	interface->sum(dev, sum);
	return true;
}
