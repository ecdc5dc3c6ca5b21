// SPDX-License-Identifier: GPL-2.0-only
/* Written by uapi/generate from xmem.yaml; do not edit. */
#include "nl_policy.h"

static const struct netlink_range_validation xmem_deadline_ms_range = {
	.min = 100,
	.max = XMEM_DEADLINE_MAX,
};

static const struct netlink_range_validation xmem_timeout_ms_range = {
	.min = 100,
	.max = XMEM_DEADLINE_MAX,
};

static const struct nla_policy xmem_leg_policy[XMEM_A_LEG_MAX + 1] = {
	[XMEM_A_LEG_ADDRESS] = { .type = NLA_NUL_STRING, .len = XMEM_ADDRESS_MAX },
	[XMEM_A_LEG_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[XMEM_A_LEG_REGION] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_A_LEG_TOKEN] = NLA_POLICY_EXACT_LEN(XMEM_TOKEN_LEN),
	[XMEM_A_LEG_EPOCH] = { .type = NLA_U32 },
};

static const struct nla_policy xmem_dev_get_policy[XMEM_A_DEV_MAX + 1] = {
	[XMEM_A_DEV_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
	[XMEM_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = XMEM_NAME_MAX },
};

static const struct nla_policy xmem_dev_new_policy[XMEM_A_DEV_MAX + 1] = {
	[XMEM_A_DEV_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
	[XMEM_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = XMEM_NAME_MAX },
	[XMEM_A_DEV_LAYOUT] = NLA_POLICY_MAX(NLA_U32, 1),
	[XMEM_A_DEV_DEADLINE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &xmem_deadline_ms_range),
	[XMEM_A_DEV_TIMEOUT_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &xmem_timeout_ms_range),
	[XMEM_A_DEV_QUEUES] = NLA_POLICY_RANGE(NLA_U32, 1, XMEM_QUEUES_MAX),
	[XMEM_A_DEV_QUEUE_DEPTH] = NLA_POLICY_RANGE(NLA_U32, 4, XMEM_DEPTH_MAX),
	[XMEM_A_DEV_CLIENT] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_A_DEV_LEG] = NLA_POLICY_NESTED(xmem_leg_policy),
	[XMEM_A_DEV_READ_ONLY] = { .type = NLA_FLAG },
	[XMEM_A_DEV_INTERFACES] = NLA_POLICY_RANGE(NLA_U32, 1, 15),
	[XMEM_A_DEV_SLAB_SIZE] = { .type = NLA_U64 },
	[XMEM_A_DEV_STAGE_SIZE] = { .type = NLA_U64 },
};

static const struct nla_policy xmem_dev_del_policy[XMEM_A_DEV_MAX + 1] = {
	[XMEM_A_DEV_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
	[XMEM_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = XMEM_NAME_MAX },
	[XMEM_A_DEV_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy xmem_dev_set_policy[XMEM_A_DEV_MAX + 1] = {
	[XMEM_A_DEV_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
	[XMEM_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = XMEM_NAME_MAX },
	[XMEM_A_DEV_DEADLINE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &xmem_deadline_ms_range),
};

static const struct nla_policy xmem_stats_get_policy[XMEM_A_DEV_MAX + 1] = {
	[XMEM_A_DEV_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
	[XMEM_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = XMEM_NAME_MAX },
};

const struct genl_ops xmemc_nl_ops[] = {
	{
		.cmd = XMEM_CMD_DEV_GET,
		.doit = xmemc_nl_dev_get_doit,
		.dumpit = xmemc_nl_dev_get_dumpit,
		.policy = xmem_dev_get_policy,
		.maxattr = XMEM_A_DEV_MAX,
	},
	{
		.cmd = XMEM_CMD_DEV_NEW,
		.doit = xmemc_nl_dev_new_doit,
		.policy = xmem_dev_new_policy,
		.maxattr = XMEM_A_DEV_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_CMD_DEV_DEL,
		.doit = xmemc_nl_dev_del_doit,
		.policy = xmem_dev_del_policy,
		.maxattr = XMEM_A_DEV_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_CMD_DEV_SET,
		.doit = xmemc_nl_dev_set_doit,
		.policy = xmem_dev_set_policy,
		.maxattr = XMEM_A_DEV_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_CMD_STATS_GET,
		.doit = xmemc_nl_stats_get_doit,
		.policy = xmem_stats_get_policy,
		.maxattr = XMEM_A_DEV_MAX,
	},
};

const unsigned int xmemc_nl_ops_count = ARRAY_SIZE(xmemc_nl_ops);
