// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list's lock is never held while a disk is added or deleted, nor while a
 * connection is waited for.
 *
 * A device stays in the list, and its name and number stay taken, from before the
 * first connection until after its block device is gone.
 */
#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include "dev.h"
#include "pagestore.h"

#define ATTACHED "leg %u: region is attached as %.40s"

static LIST_HEAD(devs);
static DEFINE_MUTEX(devs_lock);
static xmemc_dev_listener dev_listener;

/**
 * xmemc_dev_listen() - hear of devices that come, go and change
 * @listener: called in process context, or NULL to stop; not while devices are attached
 */
void xmemc_dev_listen(xmemc_dev_listener listener)
{
	dev_listener = listener;
}

static void dev_tell(struct xmemc_dev *dev, enum xmemc_dev_event event)
{
	if (dev_listener)
		dev_listener(dev, event);
}

static void dev_free(struct kref *ref)
{
	struct xmemc_dev *dev = container_of(ref, struct xmemc_dev, ref);

	if (dev->pages)
		xmemc_pagestore_destroy(dev->pages);
	if (dev->stage)
		xmemc_stage_destroy(dev->stage);
	xmemc_volume_destroy(dev->volume);
	kfree(dev);
}

/**
 * xmemc_dev_put() - give a reference back
 * @dev: the device
 */
void xmemc_dev_put(struct xmemc_dev *dev)
{
	kref_put(&dev->ref, dev_free);
}

/**
 * xmemc_dev_state() - what a device does with I/O now
 * @dev: the device
 *
 * Return: the state.
 */
enum xmem_dev_state xmemc_dev_state(const struct xmemc_dev *dev)
{
	switch (READ_ONCE(dev->phase)) {
	case XMEMC_DEV_ATTACHING:
		return XMEM_DEV_STATE_CONNECTING;
	case XMEMC_DEV_DETACHING:
		return XMEM_DEV_STATE_DETACHING;
	default:
		return xmemc_volume_state(dev->volume);
	}
}

static void volume_changed(void *owner)
{
	struct xmemc_dev *dev = owner;

	/* before that, whoever attaches is told; after it, detach tells */
	if (READ_ONCE(dev->phase) != XMEMC_DEV_READY)
		return;
	if (dev->stage)
		xmemc_stage_kick(dev->stage);
	dev_tell(dev, XMEMC_DEV_CHANGED);
}

/* Before the first page is stored there is nothing to forget. */
static void volume_forgot(void *owner)
{
	struct xmemc_dev *dev = owner;
	/* pairs with the one in dev_offer(): what is seen is complete */
	struct xmemc_pagestore *pages = smp_load_acquire(&dev->pages);

	if (pages)
		xmemc_pagestore_forget(pages);
}

static int check_name(const char *name, struct xmemc_refusal *why)
{
	const char *c;

	if (!name[0])
		return xmemc_refuse(why, -EINVAL, "name is missing");
	if (!isascii(name[0]) || !isalnum(name[0]))
		return xmemc_refuse(why, -EINVAL, "name has to begin with a letter or a digit");
	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("._-", *c)))
			return xmemc_refuse(why, -EINVAL,
					    "name may have letters, digits, '.', '_' and '-' only");
	return 0;
}

static bool sockaddr_is_host(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (addr->ss_family == AF_INET)
		return !ipv4_is_zeronet(in->sin_addr.s_addr) &&
		       !ipv4_is_multicast(in->sin_addr.s_addr) &&
		       !ipv4_is_lbcast(in->sin_addr.s_addr);
	return !ipv6_addr_any(&in6->sin6_addr) && !ipv6_addr_is_multicast(&in6->sin6_addr);
}

/**
 * xmemc_leg_config_set_address() - understand the textual address of a leg
 * @leg: the leg with @address and @port set
 * @why: reason of a failure in words
 *
 * Return: 0 or -EINVAL.
 */
int xmemc_leg_config_set_address(struct xmemc_leg_config *leg, struct xmemc_refusal *why)
{
	char port[8];

	if (!leg->address[0])
		return xmemc_refuse(why, -EINVAL, "address is missing");
	snprintf(port, sizeof(port), "%u", leg->port);
	if (inet_pton_with_scope(&init_net, AF_UNSPEC, leg->address, port, &leg->sockaddr) ||
	    !sockaddr_is_host(&leg->sockaddr))
		return xmemc_refuse(why, -EINVAL, "address '%.40s' is not one of IPv4 or IPv6",
				    leg->address);
	return 0;
}

static bool same_region(const struct xmemc_leg_config *a, const struct xmemc_leg_config *b)
{
	return a->region == b->region &&
	       !memcmp(&a->sockaddr, &b->sockaddr, sizeof(a->sockaddr));
}

/* Interfaces that share the memory of the slab, and those that share what is before it. */
#define SLAB_INTERFACES		(XMEM_INTERFACE_FRONTSWAP | XMEM_INTERFACE_CLEANCACHE)
#define FLAT_INTERFACES		(XMEM_INTERFACE_BLOCK | XMEM_INTERFACE_SWAPFILE)

static int check_read_only(u32 interfaces, bool read_only, struct xmemc_refusal *why)
{
	if (read_only && interfaces & ~XMEM_INTERFACE_BLOCK)
		return xmemc_refuse(why, -EINVAL, "only block can be read-only");
	return 0;
}

static int check_interfaces(struct xmemc_config *config, struct xmemc_refusal *why)
{
	struct xmemc_volume_config *v = &config->volume;
	int ret;

	config->interfaces = config->interfaces ?: XMEM_INTERFACE_BLOCK;
	ret = xmemc_interfaces_check(config->interfaces, why);
	if (ret)
		return ret;
	if (config->slab_size % PAGE_SIZE)
		return xmemc_refuse(why, -EINVAL, "slab-size is not a multiple of %lu",
				    PAGE_SIZE);
	if (config->slab_size && !(config->interfaces & SLAB_INTERFACES))
		return xmemc_refuse(why, -EINVAL,
				    "slab-size is for frontswap and cleancache only");
	if (config->stage_size % PAGE_SIZE || config->stage_size > XMEMC_STAGE_SIZE_MAX)
		return xmemc_refuse(why, -EINVAL,
				    "stage-size is not a multiple of %lu up to %u", PAGE_SIZE,
				    XMEMC_STAGE_SIZE_MAX);
	ret = check_read_only(config->interfaces, v->read_only, why);
	if (ret)
		return ret;
	v->shares = xmemc_interfaces_shares(config->interfaces);
	v->forgetful = xmemc_interfaces_forgetful(config->interfaces);
	if (xmemc_interfaces_staged(config->interfaces))
		v->nr_resident = (config->stage_size ?: XMEMC_STAGE_SIZE) >> PAGE_SHIFT;
	return 0;
}

static int check_config(struct xmemc_config *config, struct xmemc_refusal *why)
{
	struct xmemc_volume_config *v = &config->volume;
	const struct xmemc_layout *layout;
	unsigned int i, j;
	int ret;

	ret = check_name(config->name, why);
	if (ret)
		return ret;
	if (!v->client)
		return xmemc_refuse(why, -EINVAL, "client is missing");
	if (!v->nr_legs)
		return xmemc_refuse(why, -EINVAL, "leg is missing");
	layout = xmemc_layout_get(v->layout);
	if (!layout)
		return xmemc_refuse(why, -EINVAL, "no layout %u", v->layout);
	if (v->nr_legs < layout->legs_min || v->nr_legs > layout->legs_max)
		return xmemc_refuse(why, -EINVAL, "layout %s takes %u to %u legs, not %u",
				    layout->name, layout->legs_min, layout->legs_max, v->nr_legs);
	for (i = 0; i < v->nr_legs; i++)
		for (j = 0; j < i; j++)
			if (same_region(&v->legs[i], &v->legs[j]))
				return xmemc_refuse(why, -EINVAL,
						    "leg %u: same region as leg %u", i, j);
	v->deadline_ms = v->deadline_ms ?: XMEMC_DEADLINE_MS;
	v->timeout_ms = v->timeout_ms ?: XMEMC_TIMEOUT_MS;
	v->depth = v->depth ?: XMEMC_DEPTH;
	v->queues = v->queues ?: min_t(u32, num_online_cpus(), XMEMC_QUEUES);
	return check_interfaces(config, why);
}

/* A leg that is lost never connects again, so its region is free for others. */
static bool leg_in_use(const struct xmemc_leg *leg)
{
	return READ_ONCE(leg->state) != XMEM_LEG_STATE_FAILED;
}

/* No region may be attached twice: the second session would end the first. */
static int check_regions(const struct xmemc_dev *new, struct xmemc_refusal *why)
{
	struct xmemc_dev *dev;
	unsigned int i, j;

	list_for_each_entry(dev, &devs, list)
		for (i = 0; i < new->volume->nr_legs; i++)
			for (j = 0; j < dev->volume->nr_legs; j++)
				if (leg_in_use(dev->volume->legs[j]) &&
				    same_region(&new->volume->legs[i]->config,
						&dev->volume->legs[j]->config))
					return xmemc_refuse(why, -EEXIST, ATTACHED, i, dev->name);
	return 0;
}

/* Take name and number; from here on others see the device. */
static int dev_enlist(struct xmemc_dev *new, int id, struct xmemc_refusal *why)
{
	struct list_head *after = &devs;
	unsigned int free = 0;
	struct xmemc_dev *dev;
	int ret;

	lockdep_assert_held(&devs_lock);
	list_for_each_entry(dev, &devs, list) {
		if (!strcmp(dev->name, new->name))
			return xmemc_refuse(why, -EEXIST, "name is in use by xmem%u", dev->id);
		if (dev->id == id)
			return xmemc_refuse(why, -EEXIST, "id is in use by %.40s", dev->name);
		if (id == XMEMC_DEV_ID_ANY ? dev->id == free : dev->id < id) {
			free = dev->id + 1;
			after = &dev->list;
		}
	}
	if (id == XMEMC_DEV_ID_ANY && free > XMEMC_DEV_ID_MAX)
		return xmemc_refuse(why, -ENOSPC, "all %u devices are in use",
				    XMEMC_DEV_ID_MAX + 1);
	ret = check_regions(new, why);
	if (ret)
		return ret;
	new->id = id == XMEMC_DEV_ID_ANY ? free : id;
	list_add(&new->list, after);
	return 0;
}

static void dev_delist(struct xmemc_dev *dev)
{
	mutex_lock(&devs_lock);
	list_del(&dev->list);
	mutex_unlock(&devs_lock);
	xmemc_dev_put(dev);
}

static struct xmemc_dev *dev_create(const struct xmemc_config *config, struct xmemc_refusal *why)
{
	struct xmemc_dev *dev = kzalloc_obj(*dev, GFP_KERNEL);
	int ret;

	if (!dev) {
		xmemc_refuse(why, -ENOMEM, "out of memory");
		return ERR_PTR(-ENOMEM);
	}
	dev->volume = xmemc_volume_create(&config->volume, why);
	if (IS_ERR(dev->volume)) {
		ret = PTR_ERR(dev->volume);
		kfree(dev);
		return ERR_PTR(ret);
	}
	kref_init(&dev->ref);
	mutex_init(&dev->offering);
	strscpy(dev->name, config->name, sizeof(dev->name));
	dev->layout = config->volume.layout;
	dev->client = config->volume.client;
	dev->interfaces = config->interfaces;
	dev->volume->changed = volume_changed;
	dev->volume->forgot = volume_forgot;
	dev->volume->owner = dev;
	return dev;
}

/* Divide the memory between the interfaces. */
static int divide(struct xmemc_dev *dev, u64 slab_size, struct xmemc_refusal *why)
{
	u64 size = dev->volume->geo.size;

	if (slab_size > size)
		return xmemc_refuse(why, -ERANGE, "slab-size is more than the %llu bytes there are",
				    size);
	if (!(dev->interfaces & FLAT_INTERFACES))
		slab_size = size;
	else if (!slab_size && dev->interfaces & XMEM_INTERFACE_CLEANCACHE)
		slab_size = round_up(size / 2, PAGE_SIZE);
	dev->slab_begin = size - slab_size;
	if (dev->interfaces & FLAT_INTERFACES && !dev->slab_begin)
		return xmemc_refuse(why, -ERANGE, "slab-size leaves nothing for the others");
	return 0;
}

static int dev_offer(struct xmemc_dev *dev, u64 slab_size, struct xmemc_refusal *why)
{
	int ret = divide(dev, slab_size, why);
	struct xmemc_pagestore *pages;

	/* a grant may allow less than was asked for */
	if (!ret)
		ret = check_read_only(dev->interfaces, dev->volume->read_only, why);
	if (ret)
		return ret;
	if (xmemc_interfaces_staged(dev->interfaces)) {
		dev->stage = xmemc_stage_create(dev->volume);
		if (!dev->stage)
			return xmemc_refuse(why, -ENOMEM, "out of memory for the stage");
	}
	if (dev->slab_begin < dev->volume->geo.size) {
		pages = xmemc_pagestore_create(dev->volume, dev->stage,
					       dev->slab_begin >> PAGE_SHIFT);
		if (!pages)
			return xmemc_refuse(why, -ENOMEM, "out of memory for the slab");
		/* pairs with the one in volume_forgot() */
		smp_store_release(&dev->pages, pages);
	}
	mutex_lock(&dev->offering);
	ret = xmemc_interfaces_add(dev, why);
	dev->offered = !ret;
	mutex_unlock(&dev->offering);
	return ret;
}

/**
 * xmemc_dev_attach() - connect to all legs and offer the memory
 * @config: what is wanted; defaults are filled in
 * @why: reason of a failure in words
 *
 * Sleeps. Nothing remains of a failed attach.
 *
 * Return: the device with a reference for the caller, or an error pointer.
 */
struct xmemc_dev *xmemc_dev_attach(struct xmemc_config *config, struct xmemc_refusal *why)
{
	struct xmemc_dev *dev;
	int ret;

	ret = check_config(config, why);
	if (ret)
		return ERR_PTR(ret);
	dev = dev_create(config, why);
	if (IS_ERR(dev))
		return dev;
	mutex_lock(&devs_lock);
	ret = dev_enlist(dev, config->id, why);
	mutex_unlock(&devs_lock);
	if (ret) {
		xmemc_dev_put(dev);
		return ERR_PTR(ret);
	}
	ret = xmemc_volume_connect(dev->volume, &config->volume, why);
	if (!ret)
		ret = dev_offer(dev, config->slab_size, why);
	if (ret) {
		xmemc_volume_stop(dev->volume);
		dev_delist(dev);
		return ERR_PTR(ret);
	}
	kref_get(&dev->ref);
	mutex_lock(&devs_lock);
	dev->phase = XMEMC_DEV_READY;
	mutex_unlock(&devs_lock);
	pr_info("xmem%u: attached %s, %llu bytes in %u regions\n", dev->id, dev->name,
		dev->volume->geo.size, dev->volume->nr_legs);
	dev_tell(dev, XMEMC_DEV_ATTACHED);
	return dev;
}

static int dev_claim(struct xmemc_dev *dev, bool force, struct xmemc_refusal *why)
{
	unsigned int openers = xmemc_interfaces_users(dev);
	int ret;

	lockdep_assert_held(&devs_lock);
	switch (dev->phase) {
	case XMEMC_DEV_ATTACHING:
		return xmemc_refuse(why, -EBUSY, "device is being attached");
	case XMEMC_DEV_DETACHING:
		return xmemc_refuse(why, -EBUSY, "device is being detached already");
	default:
		break;
	}
	if (openers && !force)
		return xmemc_refuse(why, -EBUSY, "device is open %u times (force detaches it)",
				    openers);
	ret = xmemc_interfaces_close(dev, why);
	if (!ret)
		dev->phase = XMEMC_DEV_DETACHING;
	return ret;
}

/**
 * xmemc_dev_detach() - offer the memory no more and disconnect
 * @dev: the device
 * @force: also if it is open; its I/O fails from now on
 * @why: reason of a failure in words
 *
 * Sleeps, but does not wait for any appliance.
 *
 * Return: 0, or -EBUSY.
 */
int xmemc_dev_detach(struct xmemc_dev *dev, bool force, struct xmemc_refusal *why)
{
	int ret;

	mutex_lock(&devs_lock);
	ret = dev_claim(dev, force, why);
	mutex_unlock(&devs_lock);
	if (ret)
		return ret;
	/* nobody has it open, or that one was given up: no I/O is worth waiting for */
	xmemc_volume_stop(dev->volume);
	mutex_lock(&dev->offering);
	dev->offered = false;
	xmemc_interfaces_del(dev);
	mutex_unlock(&dev->offering);
	pr_info("xmem%u: detached %s\n", dev->id, dev->name);
	dev_tell(dev, XMEMC_DEV_DETACHED);
	dev_delist(dev);
	return 0;
}

/**
 * xmemc_dev_sum() - what an interface of a device has counted
 * @dev: the device
 * @which: a bit of enum xmem_interface
 * @sum: where it goes
 *
 * Sleeps, also while the device is being detached.
 *
 * Return: false if the device does not have it now, or it does not count.
 */
bool xmemc_dev_sum(struct xmemc_dev *dev, u32 which, struct xmemc_counters *sum)
{
	bool ret;

	mutex_lock(&dev->offering);
	ret = dev->offered && xmemc_interfaces_sum(dev, which, sum);
	mutex_unlock(&dev->offering);
	return ret;
}

/**
 * xmemc_dev_try_sum() - the same for who must not wait for an attach or a detach
 * @dev: the device
 * @which: a bit of enum xmem_interface
 * @sum: where it goes
 *
 * Return: false also while interfaces come or go.
 */
bool xmemc_dev_try_sum(struct xmemc_dev *dev, u32 which, struct xmemc_counters *sum)
{
	bool ret;

	if (!mutex_trylock(&dev->offering))
		return false;
	ret = dev->offered && xmemc_interfaces_sum(dev, which, sum);
	mutex_unlock(&dev->offering);
	return ret;
}

/**
 * xmemc_dev_detach_all() - detach every device
 *
 * For the end of the module: nobody attaches any more, and nobody has a device open.
 */
void xmemc_dev_detach_all(void)
{
	struct xmemc_refusal why;
	struct xmemc_dev *dev;

	while ((dev = xmemc_dev_next(0))) {
		xmemc_dev_detach(dev, true, &why);
		xmemc_dev_put(dev);
	}
}

/**
 * xmemc_dev_find() - a device by number or name
 * @id: its number, or XMEMC_DEV_ID_ANY if only the name counts
 * @name: its name, or NULL if only the number counts
 * @why: reason of a failure in words
 *
 * Return: the device with a reference for the caller, or an error pointer.
 */
struct xmemc_dev *xmemc_dev_find(int id, const char *name, struct xmemc_refusal *why)
{
	struct xmemc_dev *dev, *found = NULL;

	if (id == XMEMC_DEV_ID_ANY && !name)
		return ERR_PTR(xmemc_refuse(why, -EINVAL, "id or name is missing"));
	mutex_lock(&devs_lock);
	list_for_each_entry(dev, &devs, list)
		if ((id == XMEMC_DEV_ID_ANY || dev->id == id) &&
		    (!name || !strcmp(dev->name, name))) {
			kref_get(&dev->ref);
			found = dev;
			break;
		}
	mutex_unlock(&devs_lock);
	if (found)
		return found;
	if (!name)
		return ERR_PTR(xmemc_refuse(why, -ENODEV, "no device xmem%d", id));
	if (id == XMEMC_DEV_ID_ANY)
		return ERR_PTR(xmemc_refuse(why, -ENODEV, "no device named %.40s", name));
	return ERR_PTR(xmemc_refuse(why, -ENODEV, "xmem%d is not named %.40s", id, name));
}

/**
 * xmemc_dev_next() - walk over the devices
 * @id: lowest number wanted
 *
 * Return: the device of the lowest number from @id on, with a reference for the
 * caller, or NULL.
 */
struct xmemc_dev *xmemc_dev_next(unsigned int id)
{
	struct xmemc_dev *dev, *found = NULL;

	mutex_lock(&devs_lock);
	list_for_each_entry(dev, &devs, list)
		if (dev->id >= id) {
			kref_get(&dev->ref);
			found = dev;
			break;
		}
	mutex_unlock(&devs_lock);
	return found;
}
