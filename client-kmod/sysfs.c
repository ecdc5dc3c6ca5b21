// SPDX-License-Identifier: GPL-2.0-only
/*
 * One file for each who asks, with numbers in an order that is documented in
 * Documentation/sysfs.md and only ever grows at the end. Nothing here waits for the
 * device to come or go: its end waits for whoever reads these files.
 */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/slab.h>
#include "counters.h"
#include "dev.h"
#include "sysfs.h"

static struct xmemc_dev *to_dev(struct device *dev)
{
	return container_of(dev_to_disk(dev)->private_data, struct xmemc_dev, block);
}

/* the udev rule finds the name for /dev/disk/by-xmem there */
static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_dev(dev)->name);
}
static DEVICE_ATTR_RO(name);

static ssize_t io_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct xmemc_volume *volume = to_dev(dev)->volume;
	struct xmemc_stats s;

	xmemc_volume_stats(volume, &s);
	return sysfs_emit(buf, "%llu %llu %llu %llu %llu %llu %llu %llu %llu\n",
			  s.ios[XMEMC_OP_READ], s.bytes[XMEMC_OP_READ], s.ios[XMEMC_OP_WRITE],
			  s.bytes[XMEMC_OP_WRITE], s.ios[XMEMC_OP_ZERO], s.bytes[XMEMC_OP_ZERO],
			  s.errors, s.replays, READ_ONCE(volume->nr_parked));
}
static DEVICE_ATTR_RO(io_stat);

static ssize_t stage_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct xmemc_stage *stage = to_dev(dev)->stage;
	struct xmemc_stage_stats s = {};

	if (stage)
		xmemc_stage_stats(stage, &s);
	return sysfs_emit(buf, "%llu %llu %llu %llu %llu %llu %llu\n", s.size, s.used, s.stored,
			  s.served, s.full, s.waits, s.stuck);
}
static DEVICE_ATTR_RO(stage_stat);

static ssize_t show_use(struct device *dev, u32 which, char *buf)
{
	struct xmemc_counters *sum = kzalloc_obj(*sum, GFP_KERNEL);
	unsigned int i;
	int len = 0;

	if (!sum)
		return -ENOMEM;
	if (!xmemc_dev_try_sum(to_dev(dev), which, sum)) {
		kfree(sum);
		return -ENODATA;
	}
	for (i = 0; i < XMEMC_COUNTS; i++)
		len += sysfs_emit_at(buf, len, i ? " %llu" : "%llu", sum->count[i]);
	len += sysfs_emit_at(buf, len, "\n");
	kfree(sum);
	return len;
}

static ssize_t frontswap_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_use(dev, XMEM_INTERFACE_FRONTSWAP, buf);
}
static DEVICE_ATTR_RO(frontswap_stat);

static ssize_t cleancache_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_use(dev, XMEM_INTERFACE_CLEANCACHE, buf);
}
static DEVICE_ATTR_RO(cleancache_stat);

static ssize_t swapfile_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_use(dev, XMEM_INTERFACE_SWAPFILE, buf);
}
static DEVICE_ATTR_RO(swapfile_stat);

static struct attribute *attrs[] = {
	&dev_attr_name.attr,
	&dev_attr_io_stat.attr,
	&dev_attr_stage_stat.attr,
	&dev_attr_frontswap_stat.attr,
	&dev_attr_cleancache_stat.attr,
	&dev_attr_swapfile_stat.attr,
	NULL
};

static const struct attribute_group group = {
	.name = "xmem",
	.attrs = attrs,
};

const struct attribute_group *xmemc_sysfs_groups[] = {
	&group,
	NULL
};
