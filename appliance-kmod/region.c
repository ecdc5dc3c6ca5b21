// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions, and the lock that says which regions and grants exist.
 *
 * xmema_regions_lock covers the set of regions, the set of grants, and what of
 * them changes. It is held for list work only, never while memory is zeroed,
 * RDMA verbs are called or a grant's lock is waited for, so a connect finds its
 * region quickly whatever else goes on.
 *
 * A region's identity is reserved before its memory is zeroed and kept until
 * its memory is zeroed again, so an identity never means two memories.
 */
#include <linux/ctype.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "grant.h"
#include "nl.h"
#include "region.h"
#include "stats.h"

#if BITS_PER_LONG != 64
#error "identities are indices of an xarray: a 64-bit kernel is needed"
#endif

/* Which regions and grants exist; the lock order is told in grant.c. */
DEFINE_MUTEX(xmema_regions_lock);
static DEFINE_XARRAY_ALLOC1(regions);

/**
 * xmema_region_find() - look a region up; xmema_regions_lock is held
 * @id: its identity
 *
 * Return: the region, valid while the lock is held, or NULL.
 */
struct xmema_region *xmema_region_find(u64 id)
{
	struct xmema_region *region = xa_load(&regions, id);

	lockdep_assert_held(&xmema_regions_lock);
	return region && !region->dying ? region : NULL;
}

/**
 * xmema_region_next() - walk through the regions; xmema_regions_lock is held
 * @id: identity after which to look, 0 at first; set to what was found
 *
 * Return: the region with the next higher identity, or NULL.
 */
struct xmema_region *xmema_region_next(u64 *id)
{
	struct xmema_region *region;
	unsigned long index = *id;

	lockdep_assert_held(&xmema_regions_lock);
	do {
		region = xa_find_after(&regions, &index, ULONG_MAX, XA_PRESENT);
	} while (region && region->dying);
	*id = index;
	return region;
}

static bool is_printable(const char *text)
{
	for (; text && *text; text++)
		if (!isascii(*text) || !isprint(*text))
			return false;
	return true;
}

static int texts_check(const char *label, const char *meta, struct netlink_ext_ack *extack)
{
	if (!is_printable(label)) {
		NL_SET_ERR_MSG(extack, "the label is not printable ASCII");
		return -EINVAL;
	}
	if (!is_printable(meta)) {
		NL_SET_ERR_MSG(extack, "the meta is not printable ASCII");
		return -EINVAL;
	}
	return 0;
}

static int spec_check(const struct xmema_region_spec *spec, struct netlink_ext_ack *extack)
{
	u64 free = xmema_pool_free_bytes();

	if (!spec->size || spec->size & (XMEMA_CHUNK_SIZE - 1)) {
		NL_SET_ERR_MSG(extack, "the size is not a multiple of 2 MiB");
		return -EINVAL;
	}
	if (spec->size > XMEMA_REGION_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "larger than the largest possible region, %llu bytes",
				   XMEMA_REGION_MAX);
		return -EINVAL;
	}
	if (spec->size > free) {
		NL_SET_ERR_MSG_FMT(extack, "not enough memory: %llu bytes wanted, %llu free",
				   spec->size, free);
		return -ENOSPC;
	}
	if (spec->leg_count && spec->leg_index >= spec->leg_count) {
		NL_SET_ERR_MSG(extack, "leg-index is not below leg-count");
		return -EINVAL;
	}
	return texts_check(spec->label, spec->meta, extack);
}

static int id_reserve(struct xmema_region_spec *spec, struct netlink_ext_ack *extack)
{
	u32 id;
	int ret;

	if (spec->id) {
		ret = xa_insert(&regions, spec->id, NULL, GFP_KERNEL);
		if (ret == -EBUSY) {
			NL_SET_ERR_MSG_FMT(extack, "region %llu exists", spec->id);
			return -EEXIST;
		}
	} else {
		ret = xa_alloc(&regions, &id, NULL, xa_limit_32b, GFP_KERNEL);
		spec->id = id;
	}
	if (ret)
		NL_SET_ERR_MSG(extack, "no memory for the list of regions");
	return ret;
}

static void region_free(struct xmema_region *region)
{
	kvfree(region->chunks);
	kfree(region->spec.meta);
	kfree(region);
}

static struct xmema_region *region_alloc(const struct xmema_region_spec *spec)
{
	struct xmema_region *region = kzalloc_obj(*region, GFP_KERNEL);

	if (!region)
		return NULL;
	region->spec = *spec;
	region->chunk_count = spec->size >> XMEMA_CHUNK_SHIFT;
	region->chunks = kvcalloc(region->chunk_count, sizeof(*region->chunks), GFP_KERNEL);
	if (!region->chunks) {
		kfree(region);
		return NULL;
	}
	region->epoch = 1;
	region->created = ktime_get_real_seconds();
	get_random_bytes(&region->instance, sizeof(region->instance));
	INIT_LIST_HEAD(&region->grants);
	return region;
}

/**
 * xmema_region_create() - make a region of zeroed memory
 * @spec: what is wanted; its meta is the region's if this succeeds
 * @extack: gets the words of a refusal
 *
 * Return: the region with xmema_regions_lock held, or an ERR_PTR without.
 */
struct xmema_region *xmema_region_create(const struct xmema_region_spec *spec,
					 struct netlink_ext_ack *extack)
{
	struct xmema_region *region;
	int ret;

	ret = spec_check(spec, extack);
	if (ret)
		return ERR_PTR(ret);
	region = region_alloc(spec);
	if (!region) {
		NL_SET_ERR_MSG(extack, "no memory to describe the region");
		return ERR_PTR(-ENOMEM);
	}
	ret = id_reserve(&region->spec, extack);
	if (ret)
		goto err_free;
	ret = xmema_pool_take(region->chunks, region->chunk_count);
	if (ret) {
		NL_SET_ERR_MSG(extack, "not enough memory: another region took it");
		goto err_id;
	}
	xmema_pool_zero(region->chunks, region->chunk_count);
	mutex_lock(&xmema_regions_lock);
	/* cannot fail: the slot was reserved */
	xa_store(&regions, region->spec.id, region, GFP_KERNEL);
	atomic_inc(&xmema_stats.regions);
	return region;

err_id:
	xa_release(&regions, region->spec.id);
err_free:
	region->spec.meta = NULL;
	region_free(region);
	return ERR_PTR(ret);
}

/* Ends all grants, after which no key reaches the memory, and lets nobody have it unzeroed. */
static void region_teardown(struct xmema_region *region)
{
	xmema_grant_revoke_all(region);
	xmema_pool_zero(region->chunks, region->chunk_count);
	xmema_pool_give(region->chunks, region->chunk_count);
	xa_erase(&regions, region->spec.id);
	atomic_dec(&xmema_stats.regions);
	xmema_nl_region_gone(region);
	region_free(region);
}

/**
 * xmema_region_destroy() - destroy a region; when it returns its memory is zeroed and free
 * @id: its identity
 * @force: also if it has grants, which are revoked first
 * @extack: gets the words of a refusal
 *
 * Return: 0 or a negative error.
 */
int xmema_region_destroy(u64 id, bool force, struct netlink_ext_ack *extack)
{
	struct xmema_region *region;
	unsigned int grants;

	mutex_lock(&xmema_regions_lock);
	region = xmema_region_find(id);
	if (!region) {
		mutex_unlock(&xmema_regions_lock);
		NL_SET_ERR_MSG_FMT(extack, "no region %llu", id);
		return -ENOENT;
	}
	grants = region->grant_count;
	if (grants && !force) {
		mutex_unlock(&xmema_regions_lock);
		NL_SET_ERR_MSG_FMT(extack, "region %llu has %u grant(s); revoke or force", id,
				   grants);
		return -EBUSY;
	}
	region->dying = true;
	mutex_unlock(&xmema_regions_lock);
	region_teardown(region);
	return 0;
}

/**
 * xmema_region_set() - change a region's label or meta
 * @id: its identity
 * @label: the new one, or NULL to keep it
 * @meta: the new one, or NULL to keep it; set to the old one, for the caller to free
 * @extack: gets the words of a refusal
 *
 * Return: 0, or a negative error with nothing changed.
 */
int xmema_region_set(u64 id, const char *label, char **meta, struct netlink_ext_ack *extack)
{
	struct xmema_region *region;
	int ret;

	ret = texts_check(label, meta ? *meta : NULL, extack);
	if (ret)
		return ret;
	mutex_lock(&xmema_regions_lock);
	region = xmema_region_find(id);
	if (region) {
		if (label)
			strscpy(region->spec.label, label, sizeof(region->spec.label));
		if (meta)
			swap(region->spec.meta, *meta);
		xmema_nl_region_notify(region);
	} else {
		NL_SET_ERR_MSG_FMT(extack, "no region %llu", id);
		ret = -ENOENT;
	}
	mutex_unlock(&xmema_regions_lock);
	return ret;
}

/**
 * xmema_region_sessions() - count the sessions of a region; xmema_regions_lock is held
 * @region: the region
 *
 * Return: how many clients are connected.
 */
unsigned int xmema_region_sessions(const struct xmema_region *region)
{
	struct xmema_grant *grant;
	unsigned int count = 0;

	lockdep_assert_held(&xmema_regions_lock);
	list_for_each_entry(grant, &region->grants, entry)
		count += READ_ONCE(grant->session.queues) > 0;
	return count;
}

/**
 * xmema_region_destroy_all() - destroy all regions at unload; nobody creates any
 */
void xmema_region_destroy_all(void)
{
	struct xmema_region *region;
	unsigned long id;

	xa_for_each(&regions, id, region)
		region_teardown(region);
	xa_destroy(&regions);
}
