// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of the appliance module: a pool that exists in a file only, named by
 * XMEMD_MEMORY, of XMEMD_MEMORY_MIB. Like the module it outlives its daemon; when
 * the file is removed, the machine was restarted. XMEMD_MEMORY_CLAIM_MIB is said to
 * be free beyond what is: room that is gone by the time it is asked for. With
 * XMEMD_MEMORY_USED, a client is connected to each region that has a grant.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"
#include "crash.h"
#include "logic/plan.h"

#define REGIONS_MAX 256
#define GRANTS_MAX 1024

/* Free slots have the number 0. */
struct memory {
	uint64_t bytes, instances;
	struct xmem_region region[REGIONS_MAX];
	struct xmem_grant grant[GRANTS_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct memory *memory;

static int map_memory(struct xmem_err *err)
{
	const char *path = getenv("XMEMD_MEMORY"), *mib = getenv("XMEMD_MEMORY_MIB");
	int fd;

	if (memory)
		return 0;
	fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd < 0 || ftruncate(fd, sizeof(*memory)))
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOENT, "no XMEMD_MEMORY");
	memory = mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED) {
		memory = NULL;
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "no memory");
	}
	if (!memory->bytes)
		memory->bytes = (mib ? strtoull(mib, NULL, 10) : 256) << 20;
	return 0;
}

static int enter(struct xmem_err *err)
{
	int ret;

	xmemd_crash_point();
	pthread_mutex_lock(&lock);
	ret = map_memory(err);
	if (ret < 0)
		pthread_mutex_unlock(&lock);
	return ret;
}

static int leave(int ret)
{
	pthread_mutex_unlock(&lock);
	xmemd_crash_point();
	return ret;
}

static struct xmem_region *find_region(uint64_t id)
{
	size_t i;

	for (i = 0; i < REGIONS_MAX; i++)
		if (memory->region[i].id == id)
			return &memory->region[i];
	return NULL;
}

static struct xmem_grant *find_grant(uint64_t region, uint64_t client)
{
	size_t i;

	for (i = 0; i < GRANTS_MAX; i++)
		if (memory->grant[i].region == region && memory->grant[i].client == client)
			return &memory->grant[i];
	return NULL;
}

static uint64_t free_bytes(void)
{
	uint64_t bytes = memory->bytes;
	size_t i;

	for (i = 0; i < REGIONS_MAX; i++)
		if (memory->region[i].id)
			bytes -= memory->region[i].size;
	return bytes;
}

static int refuse_region(uint64_t id, struct xmem_err *err)
{
	return xmem_err_set(err, XMEM_ERR_REFUSED, ENOENT, "no region 0x%" PRIx64, id);
}

static int pool(struct xmem_pool *pool, struct xmem_err *err)
{
	const char *claim = getenv("XMEMD_MEMORY_CLAIM_MIB");
	size_t i;

	if (enter(err) < 0)
		return -err->code;
	*pool = (struct xmem_pool){ .memory = memory->bytes, .port = 7707 };
	pool->free = free_bytes() + (claim ? strtoull(claim, NULL, 10) << 20 : 0);
	pool->largest = pool->free;
	for (i = 0; i < REGIONS_MAX; i++)
		pool->regions += memory->region[i].id != 0;
	for (i = 0; i < GRANTS_MAX; i++)
		pool->grants += memory->grant[i].region != 0;
	return leave(0);
}

/* With XMEMD_MEMORY_USED everybody who may is connected. */
static struct xmem_region as_told(const struct xmem_region *region)
{
	struct xmem_region told = *region;

	told.sessions = getenv("XMEMD_MEMORY_USED") ? told.grants : 0;
	return told;
}

static int region_get(uint64_t id, struct xmem_region *region, struct xmem_err *err)
{
	struct xmem_region *found;
	int ret = 0;

	if (enter(err) < 0)
		return -err->code;
	found = find_region(id);
	if (found)
		*region = as_told(found);
	else
		ret = refuse_region(id, err);
	return leave(ret);
}

static int region_list(xmem_region_fn fn, void *arg, struct xmem_err *err)
{
	struct xmem_region region;
	int ret = 0;
	size_t i;

	if (enter(err) < 0)
		return -err->code;
	for (i = 0; i < REGIONS_MAX && ret >= 0; i++) {
		if (!memory->region[i].id)
			continue;
		region = as_told(&memory->region[i]);
		ret = fn(&region, arg);
	}
	return leave(ret);
}

static int region_new(const struct xmem_region *want, struct xmem_region *made,
		      struct xmem_err *err)
{
	struct xmem_region *slot;
	int ret = 0;

	if (enter(err) < 0)
		return -err->code;
	slot = find_region(0);
	if (want->size % XMEMD_CHUNK) {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, EINVAL, "not whole chunks");
	} else if (find_region(want->id)) {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, EEXIST, "region exists");
	} else if (!slot || want->size > free_bytes()) {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, ENOSPC, "pool has no room");
	} else {
		*slot = *want;
		slot->instance = ++memory->instances;
		slot->created = (uint64_t)time(NULL);
		*made = *slot;
	}
	return leave(ret);
}

static int region_meta(uint64_t id, const char *meta, struct xmem_err *err)
{
	struct xmem_region *region;
	int ret = 0;

	if (enter(err) < 0)
		return -err->code;
	region = find_region(id);
	if (region)
		snprintf(region->meta, sizeof(region->meta), "%s", meta);
	else
		ret = refuse_region(id, err);
	return leave(ret);
}

static int region_del(uint64_t id, struct xmem_err *err)
{
	struct xmem_region *region;
	int ret = 0;
	size_t i;

	if (enter(err) < 0)
		return -err->code;
	region = find_region(id);
	if (region) {
		for (i = 0; i < GRANTS_MAX; i++)
			if (memory->grant[i].region == id)
				memory->grant[i] = (struct xmem_grant){};
		*region = (struct xmem_region){};
	} else {
		ret = refuse_region(id, err);
	}
	return leave(ret);
}

static int grant_new(const struct xmem_grant *want, struct xmem_grant *made, struct xmem_err *err)
{
	struct xmem_region *region;
	struct xmem_grant *slot;
	int ret = 0;

	if (enter(err) < 0)
		return -err->code;
	region = find_region(want->region);
	slot = find_grant(0, 0);
	if (!region) {
		ret = refuse_region(want->region, err);
	} else if (find_grant(want->region, want->client)) {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, EEXIST, "grant exists");
	} else if (!slot) {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, ENOSPC, "too many grants");
	} else {
		*slot = *want;
		slot->epoch = ++region->epoch;
		region->grants++;
		*made = *slot;
	}
	return leave(ret);
}

static int grant_del(uint64_t region_id, uint64_t client, struct xmem_err *err)
{
	struct xmem_region *region;
	struct xmem_grant *grant;
	int ret = 0;

	if (enter(err) < 0)
		return -err->code;
	region = find_region(region_id);
	grant = find_grant(region_id, client);
	if (region && grant) {
		*grant = (struct xmem_grant){};
		region->epoch++;
		region->grants--;
	} else {
		ret = xmem_err_set(err, XMEM_ERR_REFUSED, ENOENT, "no such grant");
	}
	return leave(ret);
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
