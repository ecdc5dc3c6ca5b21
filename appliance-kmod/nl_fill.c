// SPDX-License-Identifier: GPL-2.0-only
/* What netlink messages tell of pool, regions, grants and sessions. */
#include "grant.h"
#include "listen.h"
#include "nl_fill.h"
#include "nl_policy.h"
#include "pool.h"
#include "region.h"
#include "stats.h"

static void *fill_begin(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd)
{
	return genlmsg_put(skb, portid, seq, &xmema_nl_family, flags, cmd);
}

static int fill_end(struct sk_buff *skb, void *head, int error)
{
	if (error) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

/**
 * xmema_nl_fill_pool() - write the state of the pool into a message
 * @skb: the message
 * @portid: port of the asker
 * @seq: sequence number of the request
 *
 * Return: 0 or -EMSGSIZE.
 */
int xmema_nl_fill_pool(struct sk_buff *skb, u32 portid, u32 seq)
{
	void *head = fill_begin(skb, portid, seq, 0, XMEM_APPLIANCE_CMD_POOL_GET);
	const int pad = XMEM_APPLIANCE_A_POOL_PAD;
	u64 free = xmema_pool_free_bytes();

	if (!head)
		return -EMSGSIZE;
	return fill_end(skb, head,
		put_u64(skb, XMEM_APPLIANCE_A_POOL_MEMORY, xmema_pool_bytes(), pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_POOL_FREE, free, pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_POOL_LARGEST, min(free, XMEMA_REGION_MAX), pad) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_POOL_REGIONS,
			    atomic_read(&xmema_stats.regions)) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_POOL_GRANTS, atomic_read(&xmema_stats.grants)) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_POOL_SESSIONS,
			    atomic_read(&xmema_stats.sessions)) ||
		nla_put_u16(skb, XMEM_APPLIANCE_A_POOL_PORT, xmema_listen_port()) ||
		put_u64(skb, XMEM_APPLIANCE_A_POOL_REFUSED,
			atomic64_read(&xmema_stats.refused), pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_POOL_CONTROL_CALLS,
			atomic64_read(&xmema_stats.control_calls), pad));
}

/**
 * xmema_nl_fill_region() - write a region into a message; xmema_regions_lock is held
 * @skb: the message
 * @portid: port of the asker, or 0
 * @seq: sequence number of the request, or 0
 * @flags: NLM_F_*
 * @cmd: command of the message
 * @region: the region
 *
 * Return: 0 or -EMSGSIZE.
 */
int xmema_nl_fill_region(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
			 const struct xmema_region *region)
{
	void *head = fill_begin(skb, portid, seq, flags, cmd);
	const struct xmema_region_spec *spec = &region->spec;
	const int pad = XMEM_APPLIANCE_A_REGION_PAD;

	if (!head)
		return -EMSGSIZE;
	return fill_end(skb, head,
		put_u64(skb, XMEM_APPLIANCE_A_REGION_ID, spec->id, pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_REGION_SIZE, spec->size, pad) ||
		nla_put_string(skb, XMEM_APPLIANCE_A_REGION_LABEL, spec->label) ||
		put_u64(skb, XMEM_APPLIANCE_A_REGION_INSTANCE, region->instance, pad) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_REGION_EPOCH, region->epoch) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_REGION_GRANTS, region->grant_count) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_REGION_SESSIONS,
			    xmema_region_sessions(region)) ||
		put_u64(skb, XMEM_APPLIANCE_A_REGION_OWNER, spec->owner, pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_REGION_ALLOC, spec->alloc, pad) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_REGION_LEG_INDEX, spec->leg_index) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_REGION_LEG_COUNT, spec->leg_count) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_REGION_LAYOUT, spec->layout) ||
		put_u64(skb, XMEM_APPLIANCE_A_REGION_CREATED, region->created, pad) ||
		(spec->meta && nla_put_string(skb, XMEM_APPLIANCE_A_REGION_META, spec->meta)));
}

/**
 * xmema_nl_fill_grant() - write a grant into a message
 * @skb: the message
 * @portid: port of the asker
 * @seq: sequence number of the request
 * @flags: NLM_F_*
 * @grant: the grant
 * @with_token: tell the secret
 *
 * Return: 0 or -EMSGSIZE.
 */
int xmema_nl_fill_grant(struct sk_buff *skb, u32 portid, u32 seq, int flags,
			const struct xmema_grant *grant, bool with_token)
{
	u8 cmd = with_token ? XMEM_APPLIANCE_CMD_GRANT_NEW : XMEM_APPLIANCE_CMD_GRANT_GET;
	void *head = fill_begin(skb, portid, seq, flags, cmd);
	const struct xmema_grant_spec *spec = &grant->spec;
	const int pad = XMEM_APPLIANCE_A_GRANT_PAD;

	if (!head)
		return -EMSGSIZE;
	return fill_end(skb, head,
		put_u64(skb, XMEM_APPLIANCE_A_GRANT_REGION, spec->region, pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_GRANT_CLIENT, spec->client, pad) ||
		(with_token && nla_put(skb, XMEM_APPLIANCE_A_GRANT_TOKEN, sizeof(spec->token),
				       spec->token)) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_GRANT_RIGHTS, spec->rights) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_GRANT_EPOCH, grant->epoch) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_GRANT_SESSIONS,
			    READ_ONCE(grant->session.queues) > 0) ||
		put_u64(skb, XMEM_APPLIANCE_A_GRANT_EXPIRY, spec->expiry, pad));
}

/**
 * xmema_nl_fill_session() - write a grant's session into a message; the grant is locked
 * @skb: the message
 * @portid: port of the asker, or 0
 * @seq: sequence number of the request, or 0
 * @flags: NLM_F_*
 * @cmd: command of the message
 * @grant: the grant
 *
 * Return: 0 or -EMSGSIZE.
 */
int xmema_nl_fill_session(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
			  const struct xmema_grant *grant)
{
	void *head = fill_begin(skb, portid, seq, flags, cmd);
	const struct xmema_session *session = &grant->session;
	const int pad = XMEM_APPLIANCE_A_SESSION_PAD;
	char peer[64];

	if (!head)
		return -EMSGSIZE;
	snprintf(peer, sizeof(peer), "%pISpc", &session->peer);
	return fill_end(skb, head,
		put_u64(skb, XMEM_APPLIANCE_A_SESSION_REGION, grant->spec.region, pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_SESSION_CLIENT, grant->spec.client, pad) ||
		put_u64(skb, XMEM_APPLIANCE_A_SESSION_ID, session->id, pad) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_SESSION_GENERATION, session->generation) ||
		nla_put_u32(skb, XMEM_APPLIANCE_A_SESSION_QUEUES, session->queues) ||
		nla_put_string(skb, XMEM_APPLIANCE_A_SESSION_PEER, peer) ||
		nla_put_string(skb, XMEM_APPLIANCE_A_SESSION_DEVICE, session->device));
}
