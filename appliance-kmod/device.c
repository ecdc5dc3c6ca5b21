// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMA devices come and go under us. When one goes, everything that clients
 * have on it must be gone before remove() returns: queue pairs, keys,
 * protection domains. So remove() first forbids additions (leaving), then
 * takes each grant's lock to end what is there, then waits for the last
 * reference, which may be held by a connect that is being worked on.
 */
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "device.h"
#include "grant.h"
#include "pool.h"

static DEFINE_SPINLOCK(devices_lock);
static LIST_HEAD(devices);

static void device_measure(struct xmema_device *dev)
{
	u32 pages = dev->ib->attrs.max_fast_reg_page_list_len;

	if (!pages || !(dev->ib->attrs.device_cap_flags & IB_DEVICE_MEM_MGT_EXTENSIONS))
		return;
	pages = min_t(u32, rounddown_pow_of_two(pages), XMEMA_CHUNK_SIZE >> PAGE_SHIFT);
	dev->extent_pages = pages;
	dev->extent_shift = PAGE_SHIFT + ilog2(pages);
}

static int ib_add(struct ib_device *ib)
{
	struct xmema_device *dev = kzalloc_obj(*dev, GFP_KERNEL);

	if (!dev)
		return -ENOMEM;
	dev->ib = ib;
	refcount_set(&dev->refs, 1);
	init_completion(&dev->idle);
	mutex_init(&dev->clients_lock);
	INIT_LIST_HEAD(&dev->clients);
	device_measure(dev);
	spin_lock(&devices_lock);
	list_add_tail(&dev->entry, &devices);
	spin_unlock(&devices_lock);
	return 0;
}

static void ib_remove(struct ib_device *ib, void *data)
{
	struct xmema_device *dev = xmema_device_find(ib);

	if (!dev)
		return;
	spin_lock(&devices_lock);
	list_del(&dev->entry);
	spin_unlock(&devices_lock);
	WRITE_ONCE(dev->leaving, true);
	xmema_grant_forget_device(dev);
	xmema_device_put(dev);	/* of the search */
	xmema_device_put(dev);	/* of the list */
	wait_for_completion(&dev->idle);
	kfree(dev);
}

static struct ib_client device_client = {
	.name = "xmem_appliance",
	.add = ib_add,
	.remove = ib_remove,
};

/**
 * xmema_device_find() - get a reference to what we know about a device
 * @ib: the device
 *
 * Does not sleep.
 *
 * Return: to be returned with xmema_device_put(), or NULL if it is not (or no longer) ours.
 */
struct xmema_device *xmema_device_find(struct ib_device *ib)
{
	struct xmema_device *dev, *found = NULL;

	spin_lock(&devices_lock);
	list_for_each_entry(dev, &devices, entry) {
		if (dev->ib == ib) {
			refcount_inc(&dev->refs);
			found = dev;
			break;
		}
	}
	spin_unlock(&devices_lock);
	return found;
}

/**
 * xmema_device_put() - return a reference
 * @dev: the device
 */
void xmema_device_put(struct xmema_device *dev)
{
	if (refcount_dec_and_test(&dev->refs))
		complete(&dev->idle);
}

/**
 * xmema_device_init() - learn of all devices, now and later
 *
 * Return: 0 or a negative error.
 */
int xmema_device_init(void)
{
	return ib_register_client(&device_client);
}

/**
 * xmema_device_exit() - forget all devices
 */
void xmema_device_exit(void)
{
	ib_unregister_client(&device_client);
}
