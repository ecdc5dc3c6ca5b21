// SPDX-License-Identifier: GPL-2.0-only
/* Written by uapi/generate from xmem_appliance.yaml; do not edit. */
#include "nl_policy.h"

static const struct nla_policy xmem_appliance_pool_set_policy[XMEM_APPLIANCE_A_POOL_MAX + 1] = {
	[XMEM_APPLIANCE_A_POOL_MEMORY] = { .type = NLA_U64 },
};

static const struct nla_policy xmem_appliance_region_get_policy[XMEM_APPLIANCE_A_REGION_MAX + 1] = {
	[XMEM_APPLIANCE_A_REGION_ID] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy xmem_appliance_region_new_policy[XMEM_APPLIANCE_A_REGION_MAX + 1] = {
	[XMEM_APPLIANCE_A_REGION_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_REGION_SIZE] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_REGION_LABEL] = {
		.type = NLA_NUL_STRING,
		.len = XMEM_APPLIANCE_LABEL_MAX,
	},
	[XMEM_APPLIANCE_A_REGION_OWNER] = { .type = NLA_U64 },
	[XMEM_APPLIANCE_A_REGION_ALLOC] = { .type = NLA_U64 },
	[XMEM_APPLIANCE_A_REGION_LEG_INDEX] = NLA_POLICY_MAX(NLA_U32, 63),
	[XMEM_APPLIANCE_A_REGION_LEG_COUNT] = NLA_POLICY_MAX(NLA_U32, 64),
	[XMEM_APPLIANCE_A_REGION_LAYOUT] = NLA_POLICY_MAX(NLA_U32, 1),
	[XMEM_APPLIANCE_A_REGION_META] = { .type = NLA_NUL_STRING, .len = XMEM_APPLIANCE_META_MAX },
};

static const struct nla_policy xmem_appliance_region_del_policy[XMEM_APPLIANCE_A_REGION_MAX + 1] = {
	[XMEM_APPLIANCE_A_REGION_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_REGION_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy xmem_appliance_region_set_policy[XMEM_APPLIANCE_A_REGION_MAX + 1] = {
	[XMEM_APPLIANCE_A_REGION_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_REGION_LABEL] = {
		.type = NLA_NUL_STRING,
		.len = XMEM_APPLIANCE_LABEL_MAX,
	},
	[XMEM_APPLIANCE_A_REGION_META] = { .type = NLA_NUL_STRING, .len = XMEM_APPLIANCE_META_MAX },
};

static const struct nla_policy xmem_appliance_grant_get_policy[XMEM_APPLIANCE_A_GRANT_MAX + 1] = {
	[XMEM_APPLIANCE_A_GRANT_REGION] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy xmem_appliance_grant_new_policy[XMEM_APPLIANCE_A_GRANT_MAX + 1] = {
	[XMEM_APPLIANCE_A_GRANT_REGION] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_GRANT_CLIENT] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_GRANT_TOKEN] = NLA_POLICY_EXACT_LEN(XMEM_APPLIANCE_TOKEN_LEN),
	[XMEM_APPLIANCE_A_GRANT_RIGHTS] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[XMEM_APPLIANCE_A_GRANT_EXPIRY] = { .type = NLA_U64 },
};

static const struct nla_policy xmem_appliance_grant_del_policy[XMEM_APPLIANCE_A_GRANT_MAX + 1] = {
	[XMEM_APPLIANCE_A_GRANT_REGION] = NLA_POLICY_MIN(NLA_U64, 1),
	[XMEM_APPLIANCE_A_GRANT_CLIENT] = NLA_POLICY_MIN(NLA_U64, 1),
};

/* for commands without attributes: each one is refused */
static const struct nla_policy xmem_appliance_none_policy[2] = {
	[1] = { .type = NLA_REJECT },
};

const struct genl_ops xmema_nl_ops[] = {
	{
		.cmd = XMEM_APPLIANCE_CMD_POOL_GET,
		.doit = xmema_nl_pool_get_doit,
		.policy = xmem_appliance_none_policy,
		.maxattr = 1,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_POOL_SET,
		.doit = xmema_nl_pool_set_doit,
		.policy = xmem_appliance_pool_set_policy,
		.maxattr = XMEM_APPLIANCE_A_POOL_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_REGION_GET,
		.doit = xmema_nl_region_get_doit,
		.dumpit = xmema_nl_region_get_dumpit,
		.policy = xmem_appliance_region_get_policy,
		.maxattr = XMEM_APPLIANCE_A_REGION_MAX,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_REGION_NEW,
		.doit = xmema_nl_region_new_doit,
		.policy = xmem_appliance_region_new_policy,
		.maxattr = XMEM_APPLIANCE_A_REGION_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_REGION_DEL,
		.doit = xmema_nl_region_del_doit,
		.policy = xmem_appliance_region_del_policy,
		.maxattr = XMEM_APPLIANCE_A_REGION_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_REGION_SET,
		.doit = xmema_nl_region_set_doit,
		.policy = xmem_appliance_region_set_policy,
		.maxattr = XMEM_APPLIANCE_A_REGION_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_GRANT_GET,
		.dumpit = xmema_nl_grant_get_dumpit,
		.policy = xmem_appliance_grant_get_policy,
		.maxattr = XMEM_APPLIANCE_A_GRANT_MAX,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_GRANT_NEW,
		.doit = xmema_nl_grant_new_doit,
		.policy = xmem_appliance_grant_new_policy,
		.maxattr = XMEM_APPLIANCE_A_GRANT_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_GRANT_DEL,
		.doit = xmema_nl_grant_del_doit,
		.policy = xmem_appliance_grant_del_policy,
		.maxattr = XMEM_APPLIANCE_A_GRANT_MAX,
		.flags = GENL_ADMIN_PERM,
	},
	{
		.cmd = XMEM_APPLIANCE_CMD_SESSION_GET,
		.dumpit = xmema_nl_session_get_dumpit,
		.policy = xmem_appliance_none_policy,
		.maxattr = 1,
	},
};

const unsigned int xmema_nl_ops_count = ARRAY_SIZE(xmema_nl_ops);
