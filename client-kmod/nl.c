// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests run in parallel (dev-new may take long); the list of devices has its
 * own lock. The family exists in the initial network namespace only.
 *
 * An event is best effort: it is told from the worker that reconnects, on which
 * page-out may depend, so its message is dropped rather than waited for.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include "dev.h"
#include "nl.h"
#include "nl_policy.h"
#include "nl_stats.h"

static struct genl_family family;

static int refuse(struct genl_info *info, int error, const struct xmemc_refusal *why)
{
	if (why->text[0])
		NL_SET_ERR_MSG_FMT(info->extack, "%s", why->text);
	return error;
}

static size_t dev_msg_size(unsigned int nr_legs)
{
	return 512 + nr_legs * 320;
}

static int fill_leg(struct sk_buff *skb, struct xmemc_leg *leg)
{
	struct nlattr *nest = nla_nest_start(skb, XMEM_A_DEV_LEG);
	struct xmemc_refusal error;
	char device[64];

	if (!nest)
		return -EMSGSIZE;
	xmemc_leg_last_error(leg, &error);
	xmemc_leg_device(leg, device, sizeof(device));
	if (nla_put_u32(skb, XMEM_A_LEG_INDEX, leg->index) ||
	    nla_put_string(skb, XMEM_A_LEG_ADDRESS, leg->config.address) ||
	    nla_put_u16(skb, XMEM_A_LEG_PORT, leg->config.port) ||
	    xmemc_nl_put_u64(skb, XMEM_A_LEG_REGION, leg->config.region) ||
	    nla_put_u32(skb, XMEM_A_LEG_EPOCH, READ_ONCE(leg->epoch)) ||
	    xmemc_nl_put_u64(skb, XMEM_A_LEG_SIZE, READ_ONCE(leg->size)) ||
	    nla_put_u32(skb, XMEM_A_LEG_STATE, READ_ONCE(leg->state)) ||
	    (error.text[0] && nla_put_string(skb, XMEM_A_LEG_LAST_ERROR, error.text)) ||
	    xmemc_nl_put_u64(skb, XMEM_A_LEG_RECONNECTS, READ_ONCE(leg->reconnects)) ||
	    (device[0] && nla_put_string(skb, XMEM_A_LEG_DEVICE, device)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static u64 stage_size(const struct xmemc_dev *dev)
{
	const struct xmemc_stage *stage = READ_ONCE(dev->stage);

	return stage ? (u64)stage->size << PAGE_SHIFT : 0;
}

static int fill_dev(struct sk_buff *skb, struct xmemc_dev *dev, u32 portid, u32 seq, int flags,
		    u8 cmd)
{
	struct xmemc_volume *volume = dev->volume;
	void *hdr = genlmsg_put(skb, portid, seq, &family, flags, cmd);
	unsigned int i;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, XMEM_A_DEV_ID, dev->id) ||
	    nla_put_string(skb, XMEM_A_DEV_NAME, dev->name) ||
	    xmemc_nl_put_u64(skb, XMEM_A_DEV_SIZE, READ_ONCE(volume->geo.size)) ||
	    nla_put_u32(skb, XMEM_A_DEV_LAYOUT, dev->layout) ||
	    nla_put_u32(skb, XMEM_A_DEV_STATE, xmemc_dev_state(dev)) ||
	    nla_put_u32(skb, XMEM_A_DEV_DEADLINE_MS, READ_ONCE(volume->deadline_ms)) ||
	    nla_put_u32(skb, XMEM_A_DEV_QUEUES, volume->queues) ||
	    nla_put_u32(skb, XMEM_A_DEV_QUEUE_DEPTH, READ_ONCE(volume->depth)) ||
	    xmemc_nl_put_u64(skb, XMEM_A_DEV_CLIENT, dev->client) ||
	    nla_put_u32(skb, XMEM_A_DEV_OPEN_COUNT, xmemc_interfaces_users(dev)) ||
	    (READ_ONCE(volume->read_only) && nla_put_flag(skb, XMEM_A_DEV_READ_ONLY)) ||
	    nla_put_u32(skb, XMEM_A_DEV_INTERFACES, dev->interfaces) ||
	    xmemc_nl_put_u64(skb, XMEM_A_DEV_SLAB_SIZE,
			     READ_ONCE(volume->geo.size) - READ_ONCE(dev->slab_begin)) ||
	    xmemc_nl_put_u64(skb, XMEM_A_DEV_STAGE_SIZE, stage_size(dev)))
		goto too_small;
	for (i = 0; i < volume->nr_legs; i++)
		if (fill_leg(skb, volume->legs[i]))
			goto too_small;
	if (xmemc_nl_put_stats(skb, volume))
		goto too_small;
	genlmsg_end(skb, hdr);
	return 0;

too_small:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/* Takes the message, which has room for the device. */
static int reply_dev(struct genl_info *info, struct xmemc_dev *dev, struct sk_buff *skb, u8 cmd)
{
	int ret;

	ret = fill_dev(skb, dev, info->snd_portid, info->snd_seq, 0, cmd);
	if (ret) {
		nlmsg_free(skb);
		return ret;
	}
	return genlmsg_reply(skb, info);
}

static void tell(struct xmemc_dev *dev, enum xmemc_dev_event event)
{
	static const u8 cmds[] = {
		[XMEMC_DEV_ATTACHED] = XMEM_CMD_DEV_NEW_NTF,
		[XMEMC_DEV_DETACHED] = XMEM_CMD_DEV_DEL_NTF,
		[XMEMC_DEV_CHANGED] = XMEM_CMD_DEV_STATE_NTF,
	};
	struct sk_buff *skb;

	if (!genl_has_listeners(&family, &init_net, 0))
		return;
	skb = genlmsg_new(dev_msg_size(dev->volume->nr_legs), GFP_NOWAIT | __GFP_NOWARN);
	if (!skb)
		return;
	if (fill_dev(skb, dev, 0, 0, 0, cmds[event]))
		nlmsg_free(skb);
	else
		genlmsg_multicast(&family, skb, 0, 0, GFP_NOWAIT | __GFP_NOWARN);
}

static struct xmemc_dev *find_dev(struct genl_info *info)
{
	struct nlattr *id = info->attrs[XMEM_A_DEV_ID], *name = info->attrs[XMEM_A_DEV_NAME];
	struct xmemc_refusal why = {};
	struct xmemc_dev *dev;

	dev = xmemc_dev_find(id ? (int)nla_get_u32(id) : XMEMC_DEV_ID_ANY,
			     name ? nla_data(name) : NULL, &why);
	if (IS_ERR(dev))
		refuse(info, 0, &why);
	return dev;
}

/**
 * xmemc_nl_dev_get_doit() - dev-get of one device
 * @skb: the request
 * @info: the same, parsed
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xmemc_dev *dev = find_dev(info);
	struct sk_buff *answer;
	int ret;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	answer = genlmsg_new(dev_msg_size(dev->volume->nr_legs), GFP_KERNEL);
	ret = answer ? reply_dev(info, dev, answer, XMEM_CMD_DEV_GET) : -ENOMEM;
	xmemc_dev_put(dev);
	return ret;
}

/**
 * xmemc_nl_dev_get_dumpit() - dev-get of all devices
 * @skb: where they go
 * @cb: state of the dump; the first argument is the next device's number
 *
 * Return: bytes written, 0 at the end, or negative errno.
 */
int xmemc_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct xmemc_dev *dev;
	int ret;

	while ((dev = xmemc_dev_next(cb->args[0]))) {
		ret = fill_dev(skb, dev, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			       NLM_F_MULTI, XMEM_CMD_DEV_GET);
		if (!ret)
			cb->args[0] = dev->id + 1;
		xmemc_dev_put(dev);
		if (ret)
			return skb->len ?: ret;
	}
	return skb->len;
}

static int reply_stats(struct genl_info *info, struct xmemc_dev *dev)
{
	struct sk_buff *skb = genlmsg_new(XMEMC_NL_STATS_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put_reply(skb, info, &family, 0, XMEM_CMD_STATS_GET);
	if (!hdr || nla_put_u32(skb, XMEM_A_DEV_ID, dev->id) ||
	    nla_put_string(skb, XMEM_A_DEV_NAME, dev->name) ||
	    xmemc_nl_put_stats(skb, dev->volume) || xmemc_nl_put_stage(skb, dev) ||
	    xmemc_nl_put_uses(skb, dev)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/**
 * xmemc_nl_stats_get_doit() - stats-get of one device
 * @skb: the request
 * @info: the same, parsed
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xmemc_dev *dev = find_dev(info);
	int ret;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	ret = reply_stats(info, dev);
	xmemc_dev_put(dev);
	return ret;
}

static int parse_leg(struct xmemc_leg_config *leg, const struct nlattr *nest,
		     struct genl_info *info, struct xmemc_refusal *why)
{
	struct nlattr *tb[XMEM_A_LEG_MAX + 1];
	int ret;

	/* the policy of the command was applied to the nest already */
	ret = nla_parse_nested(tb, XMEM_A_LEG_MAX, nest, NULL, info->extack);
	if (ret)
		return ret;
	if (!tb[XMEM_A_LEG_ADDRESS])
		return xmemc_refuse(why, -EINVAL, "address is missing");
	if (!tb[XMEM_A_LEG_REGION])
		return xmemc_refuse(why, -EINVAL, "region is missing");
	if (!tb[XMEM_A_LEG_TOKEN])
		return xmemc_refuse(why, -EINVAL, "token is missing");
	nla_strscpy(leg->address, tb[XMEM_A_LEG_ADDRESS], sizeof(leg->address));
	leg->port = tb[XMEM_A_LEG_PORT] ? nla_get_u16(tb[XMEM_A_LEG_PORT]) : XMEM_WIRE_PORT;
	leg->region = nla_get_u64(tb[XMEM_A_LEG_REGION]);
	leg->epoch = tb[XMEM_A_LEG_EPOCH] ? nla_get_u32(tb[XMEM_A_LEG_EPOCH]) : 0;
	memcpy(leg->token, nla_data(tb[XMEM_A_LEG_TOKEN]), sizeof(leg->token));
	return xmemc_leg_config_set_address(leg, why);
}

static int parse_legs(struct xmemc_volume_config *volume, struct genl_info *info,
		      struct xmemc_refusal *why)
{
	struct xmemc_refusal what = {};
	struct nlattr *nest;
	int rem, ret;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != XMEM_A_DEV_LEG)
			continue;
		if (volume->nr_legs == XMEM_LEGS_MAX)
			return xmemc_refuse(why, -E2BIG, "more than %u legs", XMEM_LEGS_MAX);
		ret = parse_leg(&volume->legs[volume->nr_legs], nest, info, &what);
		if (ret)
			return xmemc_refuse(why, ret, "leg %u: %s", volume->nr_legs, what.text);
		volume->nr_legs++;
	}
	return 0;
}

static u32 get_u32(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

static u64 get_u64(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static int parse_config(struct xmemc_config *config, struct genl_info *info,
			struct xmemc_refusal *why)
{
	struct xmemc_volume_config *volume = &config->volume;
	struct nlattr **attrs = info->attrs;
	int ret;

	config->id = get_u32(attrs[XMEM_A_DEV_ID], XMEMC_DEV_ID_ANY);
	if (attrs[XMEM_A_DEV_NAME])
		nla_strscpy(config->name, attrs[XMEM_A_DEV_NAME], sizeof(config->name));
	volume->client = get_u64(attrs[XMEM_A_DEV_CLIENT]);
	volume->deadline_ms = get_u32(attrs[XMEM_A_DEV_DEADLINE_MS], 0);
	volume->timeout_ms = get_u32(attrs[XMEM_A_DEV_TIMEOUT_MS], 0);
	volume->queues = get_u32(attrs[XMEM_A_DEV_QUEUES], 0);
	volume->depth = get_u32(attrs[XMEM_A_DEV_QUEUE_DEPTH], 0);
	volume->read_only = nla_get_flag(attrs[XMEM_A_DEV_READ_ONLY]);
	config->interfaces = get_u32(attrs[XMEM_A_DEV_INTERFACES], 0);
	config->slab_size = get_u64(attrs[XMEM_A_DEV_SLAB_SIZE]);
	config->stage_size = get_u64(attrs[XMEM_A_DEV_STAGE_SIZE]);
	ret = parse_legs(volume, info, why);
	if (ret)
		return ret;
	volume->layout = get_u32(attrs[XMEM_A_DEV_LAYOUT], volume->nr_legs > 1 ?
				 XMEM_LAYOUT_CONCAT : XMEM_LAYOUT_SINGLE);
	return 0;
}

/**
 * xmemc_nl_dev_new_doit() - dev-new: attach
 * @skb: the request
 * @info: the same, parsed
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_dev_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xmemc_leg_config *legs;
	struct xmemc_config config = {};
	struct sk_buff *answer = NULL;
	struct xmemc_refusal why = {};
	struct xmemc_dev *dev;
	int ret;

	legs = kzalloc_objs(*legs, XMEM_LEGS_MAX, GFP_KERNEL);
	if (!legs)
		return -ENOMEM;
	config.volume.legs = legs;
	ret = parse_config(&config, info, &why);
	if (!ret) {
		/* now, because a device that is attached can no longer be refused */
		answer = genlmsg_new(dev_msg_size(config.volume.nr_legs), GFP_KERNEL);
		dev = answer ? xmemc_dev_attach(&config, &why) :
			       ERR_PTR(xmemc_refuse(&why, -ENOMEM,
						    "out of memory for the answer"));
		ret = PTR_ERR_OR_ZERO(dev);
	}
	/* there are tokens inside */
	kfree_sensitive(legs);
	if (ret) {
		nlmsg_free(answer);
		return refuse(info, ret, &why);
	}
	/* who does not take the answer gets no error: it is attached */
	reply_dev(info, dev, answer, XMEM_CMD_DEV_NEW);
	xmemc_dev_put(dev);
	return 0;
}

/**
 * xmemc_nl_dev_del_doit() - dev-del: detach
 * @skb: the request
 * @info: the same, parsed
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_dev_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct xmemc_dev *dev = find_dev(info);
	struct xmemc_refusal why = {};
	int ret;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	ret = xmemc_dev_detach(dev, nla_get_flag(info->attrs[XMEM_A_DEV_FORCE]), &why);
	xmemc_dev_put(dev);
	return ret ? refuse(info, ret, &why) : 0;
}

/**
 * xmemc_nl_dev_set_doit() - dev-set: change the deadline
 * @skb: the request
 * @info: the same, parsed
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *deadline = info->attrs[XMEM_A_DEV_DEADLINE_MS];
	struct xmemc_dev *dev;

	if (!deadline) {
		NL_SET_ERR_MSG(info->extack, "deadline-ms is missing");
		return -EINVAL;
	}
	dev = find_dev(info);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	xmemc_volume_set_deadline(dev->volume, nla_get_u32(deadline));
	xmemc_dev_put(dev);
	return 0;
}

static const struct genl_multicast_group groups[] = {
	{ .name = XMEM_MCGRP_EVENTS },
};

static struct genl_family family __ro_after_init = {
	.name = XMEM_FAMILY_NAME,
	.version = XMEM_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.ops = xmemc_nl_ops,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	.resv_start_op = XMEM_CMD_DEV_GET,
};

/**
 * xmemc_nl_module_init() - begin to take requests
 *
 * Return: 0 or negative errno.
 */
int xmemc_nl_module_init(void)
{
	int ret;

	family.n_ops = xmemc_nl_ops_count;
	ret = genl_register_family(&family);
	if (!ret)
		xmemc_dev_listen(tell);
	return ret;
}

/**
 * xmemc_nl_module_exit() - take no more requests, wait for those under way
 */
void xmemc_nl_module_exit(void)
{
	xmemc_dev_listen(NULL);
	genl_unregister_family(&family);
}
