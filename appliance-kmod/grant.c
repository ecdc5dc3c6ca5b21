// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants, and the lock order of this module.
 *
 *	pool resize_lock, pool lists_lock	leaves, see pool.c
 *	xmema_regions_lock			which regions and grants exist
 *	grant->lock				connections and keys of a grant
 *	    RDMA CM handler lock of a connection
 *		devices_lock (spin)		which devices exist
 *	    device->clients_lock		protection domains
 *
 * xmema_regions_lock and grant->lock are never held together: a grant found
 * under the first is counted, then locked. CM event handlers run with the
 * handler lock and take neither; they leave a note and queue work (see conn.c).
 * So all that destroys (revoke, a newer session, expiry, device removal,
 * unload) may take grant->lock and call rdma_destroy_id(), which waits for
 * handlers, from any of these places.
 *
 * Under grant->lock, "dead" is final: whoever sets it has ended the connections
 * and invalidated the keys before he unlocks. Two who revoke one grant at the
 * same time thus both return after that.
 */
#include <crypto/utils.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "conn.h"
#include "grant.h"
#include "keys.h"
#include "region.h"
#include "stats.h"
#include "wire.h"

static DEFINE_XARRAY_ALLOC1(grants);

static void grant_release(struct kref *ref)
{
	struct xmema_grant *grant = container_of(ref, struct xmema_grant, ref);

	mutex_destroy(&grant->lock);
	kfree_sensitive(grant);
}

/**
 * xmema_grant_put() - return a reference
 * @grant: the grant
 */
void xmema_grant_put(struct xmema_grant *grant)
{
	kref_put(&grant->ref, grant_release);
}

static ktime_t expiry_time(const struct xmema_grant *grant)
{
	return ktime_set(min_t(u64, grant->spec.expiry, KTIME_SEC_MAX), 0);
}

/**
 * xmema_grant_expired() - whether its time is over
 * @grant: the grant
 *
 * Return: true from the second of its expiry on.
 */
bool xmema_grant_expired(const struct xmema_grant *grant)
{
	/* not ktime_get_real_seconds(), which may lag behind the timer by a tick */
	return grant->spec.expiry && ktime_get_real() >= expiry_time(grant);
}

/* Connections first: while one lives, a key could be used through it. */
static void grant_end(struct xmema_grant *grant)
{
	lockdep_assert_held(&grant->lock);
	xmema_session_end(grant);
	xmema_keys_destroy_all(grant);
}

static void expire_work(struct work_struct *work)
{
	struct xmema_grant *grant = container_of(work, struct xmema_grant, expire);

	mutex_lock(&grant->lock);
	if (!grant->dead) {
		if (xmema_grant_expired(grant))
			grant_end(grant);
		else	/* the clock was set back meanwhile */
			hrtimer_start(&grant->timer, expiry_time(grant), HRTIMER_MODE_ABS);
	}
	mutex_unlock(&grant->lock);
	xmema_grant_put(grant);
}

/* The last reference is not dropped before the timer is cancelled. */
static enum hrtimer_restart expire_timer(struct hrtimer *timer)
{
	struct xmema_grant *grant = container_of(timer, struct xmema_grant, timer);

	kref_get(&grant->ref);
	if (!queue_work(xmema_conn_queue, &grant->expire))
		xmema_grant_put(grant);
	return HRTIMER_NORESTART;
}

static void grant_kill(struct xmema_grant *grant)
{
	mutex_lock(&grant->lock);
	if (!grant->dead) {
		grant->dead = true;
		hrtimer_cancel(&grant->timer);
		grant_end(grant);
	}
	mutex_unlock(&grant->lock);
}

/* Takes a killed grant out of the lists, whoever comes first. */
static void grant_unlink(struct xmema_grant *grant)
{
	struct xmema_region *region = grant->region;

	mutex_lock(&xmema_regions_lock);
	if (!list_empty(&grant->entry)) {
		list_del_init(&grant->entry);
		region->grant_count--;
		region->epoch++;
		xa_erase(&grants, grant->serial);
		atomic_dec(&xmema_stats.grants);
		xmema_grant_put(grant);
	}
	mutex_unlock(&xmema_regions_lock);
}

static int spec_check(const struct xmema_grant_spec *spec, struct netlink_ext_ack *extack)
{
	if (!(spec->rights & XMEM_APPLIANCE_RIGHT_READ)) {
		NL_SET_ERR_MSG(extack, "write without read cannot be granted");
		return -EINVAL;
	}
	if (spec->expiry && spec->expiry <= ktime_get_real_seconds()) {
		NL_SET_ERR_MSG_FMT(extack, "the expiry is in the past: it is %llu now",
				   ktime_get_real_seconds());
		return -EINVAL;
	}
	return 0;
}

static struct xmema_grant *grant_alloc(const struct xmema_grant_spec *spec)
{
	struct xmema_grant *grant = kzalloc_obj(*grant, GFP_KERNEL);

	if (!grant)
		return NULL;
	grant->spec = *spec;
	kref_init(&grant->ref);
	mutex_init(&grant->lock);
	INIT_LIST_HEAD(&grant->entry);
	INIT_LIST_HEAD(&grant->keys);
	xmema_session_init(&grant->session);
	INIT_WORK(&grant->expire, expire_work);
	hrtimer_setup(&grant->timer, expire_timer, CLOCK_REALTIME, HRTIMER_MODE_ABS);
	return grant;
}

/* Finds a grant that counts; one that is being revoked does not. */
static struct xmema_grant *grant_find(struct xmema_region *region, u64 client)
{
	struct xmema_grant *grant;

	lockdep_assert_held(&xmema_regions_lock);
	list_for_each_entry(grant, &region->grants, entry)
		if (grant->spec.client == client && !grant->revoking)
			return grant;
	return NULL;
}

static int grant_link(struct xmema_grant *grant, struct netlink_ext_ack *extack)
{
	struct xmema_region *region = xmema_region_find(grant->spec.region);
	int ret;

	if (!region) {
		NL_SET_ERR_MSG_FMT(extack, "no region %llu", grant->spec.region);
		return -ENOENT;
	}
	if (grant_find(region, grant->spec.client)) {
		NL_SET_ERR_MSG_FMT(extack, "client %#llx has a grant of region %llu",
				   grant->spec.client, grant->spec.region);
		return -EEXIST;
	}
	ret = xa_alloc(&grants, &grant->serial, grant, xa_limit_31b, GFP_KERNEL);
	if (ret) {
		NL_SET_ERR_MSG(extack, "no memory for the list of grants");
		return ret;
	}
	grant->region = region;
	grant->epoch = ++region->epoch;
	region->grant_count++;
	list_add_tail(&grant->entry, &region->grants);
	atomic_inc(&xmema_stats.grants);
	if (grant->spec.expiry)
		hrtimer_start(&grant->timer, expiry_time(grant), HRTIMER_MODE_ABS);
	return 0;
}

/**
 * xmema_grant_create() - let a client use a region
 * @spec: who may do what, with which token
 * @extack: gets the words of a refusal
 *
 * Return: the grant with xmema_regions_lock held, or an ERR_PTR without.
 */
struct xmema_grant *xmema_grant_create(const struct xmema_grant_spec *spec,
				       struct netlink_ext_ack *extack)
{
	struct xmema_grant *grant;
	int ret;

	ret = spec_check(spec, extack);
	if (ret)
		return ERR_PTR(ret);
	grant = grant_alloc(spec);
	if (!grant) {
		NL_SET_ERR_MSG(extack, "no memory for the grant");
		return ERR_PTR(-ENOMEM);
	}
	mutex_lock(&xmema_regions_lock);
	ret = grant_link(grant, extack);
	if (ret) {
		mutex_unlock(&xmema_regions_lock);
		xmema_grant_put(grant);
		return ERR_PTR(ret);
	}
	return grant;
}

/**
 * xmema_grant_revoke() - end a grant; when it returns no key of it works any more
 * @region: identity of the region
 * @client: identity of the client
 * @extack: gets the words of a refusal
 *
 * Return: 0 or -ENOENT.
 */
int xmema_grant_revoke(u64 region, u64 client, struct netlink_ext_ack *extack)
{
	struct xmema_region *of;
	struct xmema_grant *grant;

	mutex_lock(&xmema_regions_lock);
	of = xmema_region_find(region);
	grant = of ? grant_find(of, client) : NULL;
	if (!grant) {
		mutex_unlock(&xmema_regions_lock);
		if (of)
			NL_SET_ERR_MSG_FMT(extack, "client %#llx has no grant of region %llu",
					   client, region);
		else
			NL_SET_ERR_MSG_FMT(extack, "no region %llu", region);
		return -ENOENT;
	}
	grant->revoking = true;
	kref_get(&grant->ref);
	mutex_unlock(&xmema_regions_lock);
	grant_kill(grant);
	grant_unlink(grant);
	xmema_grant_put(grant);
	return 0;
}

/**
 * xmema_grant_revoke_all() - end all grants of a region that is being destroyed
 * @region: the region; dying, so that there will be no new ones
 *
 * Waits also for those that others are revoking.
 */
void xmema_grant_revoke_all(struct xmema_region *region)
{
	struct xmema_grant *grant;

	for (;;) {
		mutex_lock(&xmema_regions_lock);
		grant = list_first_entry_or_null(&region->grants, struct xmema_grant, entry);
		if (grant) {
			grant->revoking = true;
			kref_get(&grant->ref);
		}
		mutex_unlock(&xmema_regions_lock);
		if (!grant)
			return;
		grant_kill(grant);
		grant_unlink(grant);
		xmema_grant_put(grant);
	}
}

/**
 * xmema_grant_next() - walk through all grants; no lock is held
 * @serial: after which to look, 0 at first; set to what was found
 *
 * Return: a grant, to be returned with xmema_grant_put(), or NULL.
 */
struct xmema_grant *xmema_grant_next(u32 *serial)
{
	unsigned long index = *serial;
	struct xmema_grant *grant;

	mutex_lock(&xmema_regions_lock);
	grant = xa_find_after(&grants, &index, U32_MAX, XA_PRESENT);
	if (grant)
		kref_get(&grant->ref);
	mutex_unlock(&xmema_regions_lock);
	*serial = index;
	return grant;
}

/**
 * xmema_grant_forget_device() - end all that clients have on a device which is being removed
 * @dev: the device, already marked as leaving
 */
void xmema_grant_forget_device(struct xmema_device *dev)
{
	struct xmema_grant *grant;
	u32 serial = 0;

	while ((grant = xmema_grant_next(&serial))) {
		mutex_lock(&grant->lock);
		if (grant->session.dev == dev)
			xmema_session_end(grant);
		xmema_keys_destroy_on(grant, dev);
		mutex_unlock(&grant->lock);
		xmema_grant_put(grant);
	}
}

/**
 * xmema_grant_match() - find the grant that a connect request means
 * @req: the request, of good form
 * @grantp: set to the grant, counted, if there is no reason to refuse
 *
 * One answer for a client without a grant and for a wrong token, in the same
 * time: who knows no token learns nothing about who has one.
 *
 * Return: XMEM_REJECT_NONE, _REGION or _GRANT.
 */
unsigned int xmema_grant_match(const struct xmem_wire_connect *req, struct xmema_grant **grantp)
{
	static const u8 nobodys[XMEM_WIRE_TOKEN_LEN];
	struct xmema_region *region;
	struct xmema_grant *grant = NULL;
	unsigned int reason;
	bool wrong;

	mutex_lock(&xmema_regions_lock);
	region = xmema_region_find(le64_to_cpu(req->region));
	if (region)
		grant = grant_find(region, le64_to_cpu(req->client));
	wrong = crypto_memneq(req->token, grant ? grant->spec.token : nobodys,
			      sizeof(req->token));
	if (!region) {
		reason = XMEM_REJECT_REGION;
	} else if (!grant || wrong) {
		reason = XMEM_REJECT_GRANT;
	} else {
		reason = XMEM_REJECT_NONE;
		kref_get(&grant->ref);
		*grantp = grant;
	}
	mutex_unlock(&xmema_regions_lock);
	return reason;
}
