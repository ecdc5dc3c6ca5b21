// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pagecache_stack.h"
#include "ramdev.h"

#define UUID_TOP "xmem-pagecache-top-"
#define UUID_FALLBACK "xmem-pagecache-fallback-"
#define UUID_CACHE "xmem-pagecache-cache-"

#define SECTOR 512
#define BLOCK_MIN 64	     /* sectors; dm-cache takes no less */
#define BLOCKS_MAX (1 << 20) /* more, and dm-cache warns of the memory they take */

/* Names of the parts. */
struct parts {
	char fallback[ADM_DM_NAME], cache[ADM_DM_NAME];
};

static void name_parts(struct parts *parts, const char *name)
{
	snprintf(parts->fallback, sizeof(parts->fallback), "%.*s-fallback", ADM_PC_NAME_MAX, name);
	snprintf(parts->cache, sizeof(parts->cache), "%.*s-cache", ADM_PC_NAME_MAX, name);
}

static dev_t number_of(const char *text)
{
	unsigned int major, minor;

	return sscanf(text, "%u:%u", &major, &minor) == 2 ? makedev(major, minor) : 0;
}

/**
 * adm_pc_path_state() - what multipath says of a path
 * @status: its status line
 * @path: number of the path's device
 *
 * Return: 'A' active, 'F' failed, 0 if it has no such path.
 */
char adm_pc_path_state(const char *status, dev_t path)
{
	char number[32], state;
	const char *at = status;
	size_t length;

	length = (size_t)snprintf(number, sizeof(number), " %u:%u ", major(path), minor(path));
	at = strstr(at, number);
	if (!at || sscanf(at + length, "%c", &state) != 1)
		return 0;
	return state;
}

/**
 * adm_pc_cache_state() - what dm-cache counted
 * @status: its status line
 * @counts: result
 *
 * Return: false if it says that it failed.
 */
bool adm_pc_cache_state(const char *status, struct adm_pc_counts *counts)
{
	struct adm_pc_counts c = { 0 };

	if (sscanf(status, "%*u %*u/%*u %u %u/%u %u %u %u %u %u %u", &c.block_sectors,
		   &c.used_blocks, &c.blocks, &c.read_hits, &c.read_misses, &c.write_hits,
		   &c.write_misses, &c.demotions, &c.promotions) != 9)
		return false;
	*counts = c;
	return true;
}

/**
 * adm_pc_block_sectors() - the best size of a cache block
 * @cache_size: bytes of the cache
 *
 * Small blocks waste least; they are as small as their number allows.
 *
 * Return: sectors.
 */
uint32_t adm_pc_block_sectors(uint64_t cache_size)
{
	uint32_t sectors = BLOCK_MIN;

	while (cache_size / SECTOR / sectors > BLOCKS_MAX)
		sectors *= 2;
	return sectors;
}

/* Where I/O goes, if there is a fallback: the top's table names it. */
static int read_parts(struct adm *adm, struct adm_pagecache *pc, const struct parts *parts)
{
	char target[ADM_DM_NAME], params[ADM_DM_PARAMS], *word, *rest = params;
	struct adm_dm_info cache;
	int rc;

	rc = adm_dm_info(adm, parts->cache, &cache);
	if (!rc)
		rc = adm_dm_table(adm, parts->cache, target, params, NULL);
	if (rc)
		return rc;
	strsep(&rest, " "); /* the metadata */
	word = strsep(&rest, " ");
	pc->cache = word ? number_of(word) : 0;
	word = strsep(&rest, " ");
	pc->origin = word ? number_of(word) : 0;
	rc = adm_dm_status(adm, parts->fallback, params);
	if (rc)
		return rc;
	if (adm_pc_path_state(params, pc->origin) != 'A')
		pc->state = ADM_PC_DOWN;
	else
		pc->state = adm_pc_path_state(params, cache.dev) == 'A' ? ADM_PC_ON : ADM_PC_FAILED;
	rc = adm_dm_status(adm, parts->cache, params);
	if (!rc && !adm_pc_cache_state(params, &pc->counts) && pc->state == ADM_PC_ON)
		pc->state = ADM_PC_FAILED;
	return rc;
}

static int read_one(struct adm *adm, const char *name, struct adm_pagecache *pc)
{
	char target[ADM_DM_NAME], params[ADM_DM_PARAMS];
	struct adm_dm_info top, fallback;
	struct parts parts;
	int rc;

	*pc = (struct adm_pagecache){ 0 };
	snprintf(pc->name, sizeof(pc->name), "%s", name);
	name_parts(&parts, name);
	rc = adm_dm_info(adm, name, &top);
	if (!rc)
		rc = adm_dm_table(adm, name, target, params, &pc->sectors);
	if (!rc)
		rc = adm_dm_info(adm, parts.fallback, &fallback);
	if (rc)
		return rc;
	pc->dev = top.dev;
	pc->open_count = top.open_count;
	pc->origin = number_of(params);
	if (fallback.exists && pc->origin == fallback.dev)
		return read_parts(adm, pc, &parts);
	return 0;
}

struct walk {
	adm_pc_fn fn;
	void *arg;
};

static int read_again(struct adm *adm, struct adm_pagecache *pc)
{
	struct adm_pagecache was = *pc;

	return read_one(adm, was.name, pc);
}

static int walk_one(struct adm *adm, const char *name, void *arg)
{
	struct walk *walk = arg;
	struct adm_pagecache pc;
	int rc = read_one(adm, name, &pc);

	return rc ? rc : walk->fn(adm, &pc, walk->arg);
}

/**
 * adm_pc_each() - walk the cached devices
 * @adm: the run
 * @fn: called for each; a negative return ends the walk and is returned
 * @arg: for @fn
 *
 * Return: 0 or a negative errno.
 */
int adm_pc_each(struct adm *adm, adm_pc_fn fn, void *arg)
{
	struct walk walk = { fn, arg };

	return adm_dm_each(adm, UUID_TOP, walk_one, &walk);
}

/**
 * adm_pc_check_kernel() - check that the kernel has all parts
 * @adm: the run
 *
 * Return: 0 or a negative errno.
 */
int adm_pc_check_kernel(struct adm *adm)
{
	static const char *const targets[] = { "cache", "multipath" };
	size_t i;
	int rc = adm_ramdev_check(adm);

	for (i = 0; !rc && i < sizeof(targets) / sizeof(targets[0]); i++)
		rc = adm_dm_has(adm, targets[i]);
	return rc;
}

static int drop(struct adm *adm, const char *name)
{
	struct adm_dm_info info;
	int rc = adm_dm_info(adm, name, &info);

	return rc || !info.exists ? rc : adm_dm_remove(adm, name);
}

/* The fallback first: it holds the cache. */
static int drop_parts(struct adm *adm, const char *name)
{
	struct parts parts;
	int rc;

	name_parts(&parts, name);
	rc = drop(adm, parts.fallback);
	return rc ? rc : drop(adm, parts.cache);
}

static int create(struct adm *adm, const char *name, const char *prefix, struct adm_dm_info *info)
{
	char uuid[ADM_DM_NAME + sizeof(UUID_FALLBACK)];
	int rc;

	snprintf(uuid, sizeof(uuid), "%s%s", prefix, name);
	rc = adm_dm_create(adm, name, uuid);
	return rc ? rc : adm_dm_info(adm, name, info);
}

static int load_cache(struct adm *adm, const struct adm_pagecache *pc, const char *name,
		      uint64_t cache_size, uint32_t block)
{
	/* the kernel's documentation gives this bound */
	uint64_t size = (4 << 20) + 16 * (cache_size / SECTOR / block);
	char params[ADM_DM_PARAMS];
	dev_t metadata = 0;
	int fd, rc;

	fd = adm_ramdev_new(adm, (size + 4095) & ~4095ULL, &metadata);
	if (fd < 0)
		return fd;
	snprintf(params, sizeof(params), "%u:%u %u:%u %u:%u %u 2 metadata2 writethrough smq 0",
		 major(metadata), minor(metadata), major(pc->cache), minor(pc->cache),
		 major(pc->origin), minor(pc->origin), block);
	rc = adm_dm_load(adm, name, pc->sectors, "cache", params);
	close(fd);
	return rc;
}

static int load_fallback(struct adm *adm, const struct adm_pagecache *pc, const char *name,
			 dev_t cache)
{
	char params[ADM_DM_PARAMS];

	snprintf(params, sizeof(params),
		 "2 queue_mode bio 0 2 1 round-robin 0 1 0 %u:%u round-robin 0 1 0 %u:%u",
		 major(cache), minor(cache), major(pc->origin), minor(pc->origin));
	return adm_dm_load(adm, name, pc->sectors, "multipath", params);
}

static int load_top(struct adm *adm, const struct adm_pagecache *pc, dev_t to)
{
	char params[ADM_DM_PARAMS];

	snprintf(params, sizeof(params), "%u:%u 0", major(to), minor(to));
	return adm_dm_load(adm, pc->name, pc->sectors, "linear", params);
}

/*
 * Puts loaded tables to use, those below first. While the top is suspended this
 * process must neither end nor need a page that lies behind it.
 */
static int switch_over(struct adm *adm, const struct adm_pagecache *pc, const struct parts *parts,
		       bool live)
{
	uint32_t cookie = 0;
	struct xmem_err err;
	sigset_t all, old;
	int rc = 0, rc2;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	if (live)
		rc = adm_dm_suspend(adm, pc->name);
	if (!rc && parts)
		rc = adm_dm_resume(adm, parts->cache, true, &cookie);
	if (!rc && parts)
		rc = adm_dm_resume(adm, parts->fallback, true, &cookie);
	err = adm->err;
	if (rc && live)
		adm_dm_unload(adm, pc->name);
	if (!rc || live) {
		rc2 = adm_dm_resume(adm, pc->name, false, &cookie);
		if (rc)
			adm->err = err;
		else
			rc = rc2;
	}
	munlockall();
	sigprocmask(SIG_SETMASK, &old, NULL);
	adm_dm_settle(cookie);
	return rc;
}

static int build(struct adm *adm, struct adm_pagecache *pc, const struct parts *parts,
		 uint64_t cache_size, uint32_t block, bool live)
{
	struct adm_dm_info top, fallback, cache;
	int rc = create(adm, parts->cache, UUID_CACHE, &cache);

	if (!rc)
		rc = create(adm, parts->fallback, UUID_FALLBACK, &fallback);
	if (!rc)
		rc = load_cache(adm, pc, parts->cache, cache_size, block);
	if (!rc)
		rc = load_fallback(adm, pc, parts->fallback, cache.dev);
	if (!rc && !live)
		rc = create(adm, pc->name, UUID_TOP, &top);
	if (!rc)
		rc = load_top(adm, pc, fallback.dev);
	return rc ? rc : switch_over(adm, pc, parts, live);
}

/**
 * adm_pc_build() - put a cache between a device and its users
 * @adm: the run
 * @pc: name, size, origin, cache; dev if it exists and goes straight to the origin
 * @cache_size: bytes of the cache
 * @block_sectors: size of a cache block
 *
 * Nothing is read through the cache before everything goes through it: the new parts
 * get their tables while they are suspended, the top while nothing is in flight.
 *
 * Return: 0 or a negative errno, then everything is as it was.
 */
int adm_pc_build(struct adm *adm, struct adm_pagecache *pc, uint64_t cache_size,
		 uint32_t block_sectors)
{
	bool live = pc->dev;
	struct xmem_err err;
	struct parts parts;
	int rc;

	name_parts(&parts, pc->name);
	rc = drop_parts(adm, pc->name);
	if (rc)
		return rc;
	rc = build(adm, pc, &parts, cache_size, block_sectors, live);
	if (!rc)
		return read_again(adm, pc);
	err = adm->err;
	if (live)
		adm_dm_unload(adm, pc->name);
	else
		drop(adm, pc->name);
	drop_parts(adm, pc->name);
	adm->err = err;
	return rc;
}

/**
 * adm_pc_bypass() - send I/O straight to the origin and take the cache away
 * @adm: the run
 * @pc: the device, which may be in use
 *
 * Return: 0 or a negative errno.
 */
int adm_pc_bypass(struct adm *adm, struct adm_pagecache *pc)
{
	int rc = load_top(adm, pc, pc->origin);

	if (!rc)
		rc = switch_over(adm, pc, NULL, true);
	if (!rc)
		rc = drop_parts(adm, pc->name);
	return rc ? rc : read_again(adm, pc);
}

/**
 * adm_pc_remove() - take a device away that goes straight to the origin
 * @adm: the run
 * @pc: the device
 *
 * Return: 0 or a negative errno, -EBUSY when it is in use.
 */
int adm_pc_remove(struct adm *adm, struct adm_pagecache *pc)
{
	return adm_dm_remove(adm, pc->name);
}
