// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink commands. They run in parallel (parallel_ops): zeroing a large
 * region must not stop all of generic netlink. Attributes were checked by the
 * policies in nl_policy.c; what these cannot say is refused here or below, each
 * time in words. Answers are allocated before anything is changed.
 */
#include <linux/random.h>

#include "grant.h"
#include "nl.h"
#include "nl_fill.h"
#include "nl_policy.h"
#include "region.h"

static const struct genl_multicast_group nl_groups[] = {
	{ .name = XMEM_APPLIANCE_MCGRP_EVENTS },
};

struct genl_family xmema_nl_family = {
	.name = XMEM_APPLIANCE_FAMILY_NAME,
	.version = XMEM_APPLIANCE_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.ops = xmema_nl_ops,
	.mcgrps = nl_groups,
	.n_mcgrps = ARRAY_SIZE(nl_groups),
	.resv_start_op = XMEM_APPLIANCE_CMD_POOL_GET,
};

static u64 attr_u64(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u64(info->attrs[attr]) : 0;
}

static u32 attr_u32(const struct genl_info *info, int attr, u32 otherwise)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : otherwise;
}

static int attr_need(const struct genl_info *info, int attr, const char *name)
{
	if (info->attrs[attr])
		return 0;
	NL_SET_ERR_MSG_FMT(info->extack, "%s is missing", name);
	return -EINVAL;
}

static struct sk_buff *answer_new(const struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!skb)
		NL_SET_ERR_MSG(info->extack, "no memory for the answer");
	return skb;
}

static int answer_send(struct sk_buff *skb, struct genl_info *info, int error)
{
	if (error) {
		nlmsg_free(skb);
		return error;
	}
	return genlmsg_reply(skb, info);
}

/**
 * xmema_nl_pool_get_doit() - tell the state of the pool
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_pool_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *answer = answer_new(info);

	if (!answer)
		return -ENOMEM;
	return answer_send(answer, info,
			   xmema_nl_fill_pool(answer, info->snd_portid, info->snd_seq));
}

/**
 * xmema_nl_pool_set_doit() - make the pool larger or smaller
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_pool_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	int ret = attr_need(info, XMEM_APPLIANCE_A_POOL_MEMORY, "memory");

	if (ret)
		return ret;
	return xmema_pool_resize(attr_u64(info, XMEM_APPLIANCE_A_POOL_MEMORY), info->extack);
}

/**
 * xmema_nl_region_get_doit() - tell about one region
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_region_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	u64 id = attr_u64(info, XMEM_APPLIANCE_A_REGION_ID);
	struct xmema_region *region;
	struct sk_buff *answer;
	int ret;

	ret = attr_need(info, XMEM_APPLIANCE_A_REGION_ID, "id");
	if (ret)
		return ret;
	answer = answer_new(info);
	if (!answer)
		return -ENOMEM;
	mutex_lock(&xmema_regions_lock);
	region = xmema_region_find(id);
	if (region) {
		ret = xmema_nl_fill_region(answer, info->snd_portid, info->snd_seq, 0,
					   XMEM_APPLIANCE_CMD_REGION_GET, region);
	} else {
		NL_SET_ERR_MSG_FMT(info->extack, "no region %llu", id);
		ret = -ENOENT;
	}
	mutex_unlock(&xmema_regions_lock);
	return answer_send(answer, info, ret);
}

/**
 * xmema_nl_region_get_dumpit() - tell about all regions
 * @skb: answer
 * @cb: state of the dump: the last identity told
 *
 * Return: bytes of @skb used, or a negative error.
 */
int xmema_nl_region_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xmema_region *region;
	u64 id = cb->args[0];

	if (genl_info_dump(cb)->attrs[XMEM_APPLIANCE_A_REGION_ID]) {
		NL_SET_ERR_MSG(cb->extack, "a list of all regions takes no id");
		return -EINVAL;
	}
	mutex_lock(&xmema_regions_lock);
	while ((region = xmema_region_next(&id))) {
		if (xmema_nl_fill_region(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
					 NLM_F_MULTI, XMEM_APPLIANCE_CMD_REGION_GET, region))
			break;
		cb->args[0] = id;
	}
	mutex_unlock(&xmema_regions_lock);
	return skb->len;
}

/* An empty meta is none. */
static int meta_copy(struct genl_info *info, char **meta)
{
	struct nlattr *attr = info->attrs[XMEM_APPLIANCE_A_REGION_META];

	*meta = NULL;
	if (!attr || !nla_len(attr) || !*(const char *)nla_data(attr))
		return 0;
	*meta = nla_strdup(attr, GFP_KERNEL);
	if (*meta)
		return 0;
	NL_SET_ERR_MSG(info->extack, "no memory for the meta");
	return -ENOMEM;
}

/**
 * xmema_nl_region_new_doit() - create a region and tell about it
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_region_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xmema_region_spec spec = {
		.id = attr_u64(info, XMEM_APPLIANCE_A_REGION_ID),
		.size = attr_u64(info, XMEM_APPLIANCE_A_REGION_SIZE),
		.owner = attr_u64(info, XMEM_APPLIANCE_A_REGION_OWNER),
		.alloc = attr_u64(info, XMEM_APPLIANCE_A_REGION_ALLOC),
		.leg_index = attr_u32(info, XMEM_APPLIANCE_A_REGION_LEG_INDEX, 0),
		.leg_count = attr_u32(info, XMEM_APPLIANCE_A_REGION_LEG_COUNT, 0),
		.layout = attr_u32(info, XMEM_APPLIANCE_A_REGION_LAYOUT, 0),
	};
	struct nlattr *label = info->attrs[XMEM_APPLIANCE_A_REGION_LABEL];
	struct xmema_region *region;
	struct sk_buff *answer;
	int ret;

	ret = attr_need(info, XMEM_APPLIANCE_A_REGION_SIZE, "size");
	if (!ret)
		ret = meta_copy(info, &spec.meta);
	if (ret)
		return ret;
	if (label)
		nla_strscpy(spec.label, label, sizeof(spec.label));
	answer = answer_new(info);
	region = answer ? xmema_region_create(&spec, info->extack) : ERR_PTR(-ENOMEM);
	if (IS_ERR(region)) {
		kfree(spec.meta);
		return answer ? answer_send(answer, info, PTR_ERR(region)) : -ENOMEM;
	}
	xmema_nl_region_notify(region);
	ret = xmema_nl_fill_region(answer, info->snd_portid, info->snd_seq, 0,
				   XMEM_APPLIANCE_CMD_REGION_NEW, region);
	mutex_unlock(&xmema_regions_lock);
	return answer_send(answer, info, ret);
}

/**
 * xmema_nl_region_del_doit() - destroy a region
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_region_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	int ret = attr_need(info, XMEM_APPLIANCE_A_REGION_ID, "id");

	if (ret)
		return ret;
	return xmema_region_destroy(attr_u64(info, XMEM_APPLIANCE_A_REGION_ID),
				    info->attrs[XMEM_APPLIANCE_A_REGION_FORCE], info->extack);
}

/**
 * xmema_nl_region_set_doit() - change a region's label or meta
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_region_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *label = info->attrs[XMEM_APPLIANCE_A_REGION_LABEL];
	bool has_meta = info->attrs[XMEM_APPLIANCE_A_REGION_META];
	char text[XMEM_APPLIANCE_LABEL_MAX + 1], *meta;
	int ret;

	ret = attr_need(info, XMEM_APPLIANCE_A_REGION_ID, "id");
	if (!ret && !label && !has_meta)
		ret = attr_need(info, XMEM_APPLIANCE_A_REGION_LABEL, "label or meta");
	if (!ret)
		ret = meta_copy(info, &meta);
	if (ret)
		return ret;
	if (label)
		nla_strscpy(text, label, sizeof(text));
	ret = xmema_region_set(attr_u64(info, XMEM_APPLIANCE_A_REGION_ID), label ? text : NULL,
			       has_meta ? &meta : NULL, info->extack);
	kfree(meta);
	return ret;
}

/**
 * xmema_nl_grant_get_dumpit() - tell about the grants of one region or of all
 * @skb: answer
 * @cb: state of the dump: the last serial told
 *
 * Return: bytes of @skb used, or a negative error.
 */
int xmema_nl_grant_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *region = genl_info_dump(cb)->attrs[XMEM_APPLIANCE_A_GRANT_REGION];
	struct xmema_grant *grant;
	u32 serial = cb->args[0];
	int ret = 0;

	while (!ret && (grant = xmema_grant_next(&serial))) {
		if (!region || nla_get_u64(region) == grant->spec.region)
			ret = xmema_nl_fill_grant(skb, NETLINK_CB(cb->skb).portid,
						  cb->nlh->nlmsg_seq, NLM_F_MULTI, grant, false);
		if (!ret)
			cb->args[0] = serial;
		xmema_grant_put(grant);
	}
	return skb->len;
}

/**
 * xmema_nl_grant_new_doit() - let a client use a region, and tell the token
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_grant_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xmema_grant_spec spec = {
		.region = attr_u64(info, XMEM_APPLIANCE_A_GRANT_REGION),
		.client = attr_u64(info, XMEM_APPLIANCE_A_GRANT_CLIENT),
		.expiry = attr_u64(info, XMEM_APPLIANCE_A_GRANT_EXPIRY),
		.rights = attr_u32(info, XMEM_APPLIANCE_A_GRANT_RIGHTS,
				   XMEM_APPLIANCE_RIGHT_READ | XMEM_APPLIANCE_RIGHT_WRITE),
	};
	struct nlattr *token = info->attrs[XMEM_APPLIANCE_A_GRANT_TOKEN];
	struct xmema_grant *grant;
	struct sk_buff *answer;
	int ret;

	ret = attr_need(info, XMEM_APPLIANCE_A_GRANT_REGION, "region");
	if (!ret)
		ret = attr_need(info, XMEM_APPLIANCE_A_GRANT_CLIENT, "client");
	if (ret)
		return ret;
	if (token)
		nla_memcpy(spec.token, token, sizeof(spec.token));
	else
		get_random_bytes(spec.token, sizeof(spec.token));
	answer = answer_new(info);
	if (!answer)
		return -ENOMEM;
	grant = xmema_grant_create(&spec, info->extack);
	memzero_explicit(&spec, sizeof(spec));
	if (IS_ERR(grant))
		return answer_send(answer, info, PTR_ERR(grant));
	ret = xmema_nl_fill_grant(answer, info->snd_portid, info->snd_seq, 0, grant, true);
	xmema_nl_region_notify(grant->region);
	mutex_unlock(&xmema_regions_lock);
	return answer_send(answer, info, ret);
}

/**
 * xmema_nl_grant_del_doit() - revoke a grant
 * @skb: request
 * @info: its attributes
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_grant_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	int ret = attr_need(info, XMEM_APPLIANCE_A_GRANT_REGION, "region");

	if (!ret)
		ret = attr_need(info, XMEM_APPLIANCE_A_GRANT_CLIENT, "client");
	if (ret)
		return ret;
	return xmema_grant_revoke(attr_u64(info, XMEM_APPLIANCE_A_GRANT_REGION),
				  attr_u64(info, XMEM_APPLIANCE_A_GRANT_CLIENT), info->extack);
}

/**
 * xmema_nl_session_get_dumpit() - tell about the sessions
 * @skb: answer
 * @cb: state of the dump: the serial of the last grant looked at
 *
 * Return: bytes of @skb used, or a negative error.
 */
int xmema_nl_session_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xmema_grant *grant;
	u32 serial = cb->args[0];
	int ret = 0;

	while (!ret && (grant = xmema_grant_next(&serial))) {
		mutex_lock(&grant->lock);
		if (grant->session.queues)
			ret = xmema_nl_fill_session(skb, NETLINK_CB(cb->skb).portid,
						    cb->nlh->nlmsg_seq, NLM_F_MULTI,
						    XMEM_APPLIANCE_CMD_SESSION_GET, grant);
		mutex_unlock(&grant->lock);
		if (!ret)
			cb->args[0] = serial;
		xmema_grant_put(grant);
	}
	return skb->len;
}

static void notify_send(struct sk_buff *skb, int error)
{
	if (error)
		nlmsg_free(skb);
	else
		genlmsg_multicast(&xmema_nl_family, skb, 0, 0, GFP_KERNEL);
}

/**
 * xmema_nl_region_notify() - tell listeners that a region came or changed
 * @region: the region; xmema_regions_lock is held
 */
void xmema_nl_region_notify(const struct xmema_region *region)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (skb)
		notify_send(skb, xmema_nl_fill_region(skb, 0, 0, 0, XMEM_APPLIANCE_CMD_REGION_NTF,
						      region));
}

/**
 * xmema_nl_region_gone() - tell listeners that a region was destroyed: only its identity
 * @region: the region
 */
void xmema_nl_region_gone(const struct xmema_region *region)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *head;

	if (!skb)
		return;
	head = genlmsg_put(skb, 0, 0, &xmema_nl_family, 0, XMEM_APPLIANCE_CMD_REGION_NTF);
	if (!head || nla_put_u64_64bit(skb, XMEM_APPLIANCE_A_REGION_ID, region->spec.id,
				       XMEM_APPLIANCE_A_REGION_PAD)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	notify_send(skb, 0);
}

/**
 * xmema_nl_session_notify() - tell listeners that a session came or went
 * @grant: its grant, locked
 */
void xmema_nl_session_notify(const struct xmema_grant *grant)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (skb)
		notify_send(skb, xmema_nl_fill_session(skb, 0, 0, 0,
						       XMEM_APPLIANCE_CMD_SESSION_NTF, grant));
}

/**
 * xmema_nl_init() - begin to take commands
 *
 * Return: 0 or a negative error.
 */
int xmema_nl_init(void)
{
	/* a constant in another file, which no initializer can name */
	xmema_nl_family.n_ops = xmema_nl_ops_count;
	return genl_register_family(&xmema_nl_family);
}

/**
 * xmema_nl_exit() - take no more commands; waits for those that run
 */
void xmema_nl_exit(void)
{
	genl_unregister_family(&xmema_nl_family);
}
