// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <rdma/ib_verbs.h>

#include "client.h"
#include "device.h"

static struct xmema_client *client_new(struct xmema_device *dev, u64 id)
{
	struct xmema_client *client = kzalloc_obj(*client, GFP_KERNEL);
	struct ib_pd *pd;

	if (!client)
		return ERR_PTR(-ENOMEM);
	pd = ib_alloc_pd(dev->ib, 0);
	if (IS_ERR(pd)) {
		kfree(client);
		return ERR_CAST(pd);
	}
	client->pd = pd;
	client->id = id;
	client->dev = dev;
	refcount_inc(&dev->refs);
	list_add(&client->entry, &dev->clients);
	return client;
}

/**
 * xmema_client_get() - find or make a client's protection domain on a device
 * @dev: the device, of which the caller holds a reference
 * @id: the client's identity
 *
 * Return: to be returned with xmema_client_put(), or an ERR_PTR.
 */
struct xmema_client *xmema_client_get(struct xmema_device *dev, u64 id)
{
	struct xmema_client *client;

	mutex_lock(&dev->clients_lock);
	list_for_each_entry(client, &dev->clients, entry)
		if (client->id == id)
			goto found;
	client = client_new(dev, id);
	if (IS_ERR(client))
		goto out;
found:
	client->users++;
out:
	mutex_unlock(&dev->clients_lock);
	return client;
}

/**
 * xmema_client_put() - return it; the last user must have destroyed all it had in the domain
 * @client: the client
 */
void xmema_client_put(struct xmema_client *client)
{
	struct xmema_device *dev = client->dev;
	bool last;

	mutex_lock(&dev->clients_lock);
	last = !--client->users;
	if (last)
		list_del(&client->entry);
	mutex_unlock(&dev->clients_lock);
	if (!last)
		return;
	ib_dealloc_pd(client->pd);
	kfree(client);
	xmema_device_put(dev);
}
