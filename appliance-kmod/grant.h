/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_GRANT_H
#define _XMEMA_GRANT_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xmem_appliance.h>

#include "session.h"

struct netlink_ext_ack;
struct xmem_wire_connect;
struct xmema_device;
struct xmema_region;

/**
 * struct xmema_grant_spec - what is asked for in a new grant
 * @region: identity of the region
 * @client: identity of the client
 * @expiry: seconds since 1970 after which it ends, or 0
 * @rights: XMEM_APPLIANCE_RIGHT_*
 * @token: the secret
 */
struct xmema_grant_spec {
	u64 region;
	u64 client;
	u64 expiry;
	u32 rights;
	u8 token[XMEM_APPLIANCE_TOKEN_LEN];
};

/**
 * struct xmema_grant - permission for one client to use one region
 * @spec: as asked for; constant
 * @region: the region, valid while not @dead
 * @epoch: epoch of the region when the grant was made; constant
 * @serial: index among all grants; constant
 * @entry: in the region's list; xmema_regions_lock
 * @revoking: found by nobody any more; xmema_regions_lock
 * @ref: one of the lists, one of each connection and each pending work
 * @lock: protects what follows; see grant.c
 * @dead: revoked: no connections, no keys, and none will be
 * @session: the one session that the client has
 * @keys: sets of keys, one for each device
 * @timer: fires at the expiry, on the clock of the wall
 * @expire: ends the session then
 */
struct xmema_grant {
	struct xmema_grant_spec spec;
	struct xmema_region *region;
	u32 epoch;
	u32 serial;
	struct list_head entry;
	bool revoking;
	struct kref ref;
	struct mutex lock; /* protects all that follows */
	bool dead;
	struct xmema_session session;
	struct list_head keys;
	struct hrtimer timer;
	struct work_struct expire;
};

struct xmema_grant *xmema_grant_create(const struct xmema_grant_spec *spec,
				       struct netlink_ext_ack *extack);
int xmema_grant_revoke(u64 region, u64 client, struct netlink_ext_ack *extack);
void xmema_grant_revoke_all(struct xmema_region *region);
void xmema_grant_forget_device(struct xmema_device *dev);
struct xmema_grant *xmema_grant_next(u32 *serial);
unsigned int xmema_grant_match(const struct xmem_wire_connect *req, struct xmema_grant **grantp);
bool xmema_grant_expired(const struct xmema_grant *grant);
void xmema_grant_put(struct xmema_grant *grant);

#endif /* _XMEMA_GRANT_H */
