// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each call has a socket of its own: they are cheap beside what they ask for, and
 * calls of several threads then cannot wait for each other or mix their answers.
 */
#include "backend.h"

static int pool(struct xmem_pool *pool, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_pool_get(nl, pool, err);
	xmem_nl_close(nl);
	return ret;
}

static int region_get(uint64_t id, struct xmem_region *region, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_region_get(nl, id, region, err);
	xmem_nl_close(nl);
	return ret;
}

static int region_list(xmem_region_fn fn, void *arg, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_region_list(nl, fn, arg, err);
	xmem_nl_close(nl);
	return ret;
}

static int region_new(const struct xmem_region *want, struct xmem_region *made,
		      struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_region_new(nl, want, made, err);
	xmem_nl_close(nl);
	return ret;
}

static int region_meta(uint64_t id, const char *meta, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_region_meta(nl, id, meta, err);
	xmem_nl_close(nl);
	return ret;
}

static int region_del(uint64_t id, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_region_del(nl, id, true, err);
	xmem_nl_close(nl);
	return ret;
}

static int grant_new(const struct xmem_grant *want, struct xmem_grant *made, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_grant_new(nl, want, made, err);
	xmem_nl_close(nl);
	return ret;
}

static int grant_del(uint64_t region, uint64_t client, struct xmem_err *err)
{
	struct xmem_nl *nl;
	int ret = xmem_appliance_open(&nl, err);

	if (ret < 0)
		return ret;
	ret = xmem_grant_del(nl, region, client, err);
	xmem_nl_close(nl);
	return ret;
}

const struct xmemd_backend xmemd_backend = {
	.pool = pool,
	.region_get = region_get,
	.region_list = region_list,
	.region_new = region_new,
	.region_meta = region_meta,
	.region_del = region_del,
	.grant_new = grant_new,
	.grant_del = grant_del,
};
