// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm pagecache: block devices with a cache on other machines' memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <linux/fs.h>

#include "adm.h"
#include "args.h"
#include "dev.h"
#include "objects.h"
#include "out.h"
#include "pagecache_stack.h"
#include "size.h"
#include "word.h"

/* The file system waits for a dead cache so long, once. */
#define DEADLINE_MS 2000
#define BLOCK_MIN (32 << 10)
#define BLOCK_MAX (1 << 30)
/* With fewer blocks there is nothing to choose from. */
#define BLOCKS_MIN 16

static const struct adm_column columns[] = {
	{ "path", "DEVICE", ADM_TEXT },
	{ "origin", "ORIGIN", ADM_TEXT },
	{ "cache", "CACHE", ADM_TEXT },
	{ "state", "STATE", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },
	{ "cached", "CACHED", ADM_SIZE },
	{ "read-hits", "HITS", ADM_NUMBER },
	{ "read-misses", "MISSES", ADM_NUMBER },
	{ "read-hit-percent", "HIT%", ADM_NUMBER },
	{ 0 },
};

static const struct adm_column lines[] = {
	{ "path", "device", ADM_TEXT },
	{ "origin", "origin", ADM_TEXT },
	{ "state", "state", ADM_TEXT },
	{ "size", "size", ADM_SIZE },
	{ "open-count", "openers", ADM_NUMBER },
	{ "cache", "cache", ADM_TEXT },
	{ "cache-path", "cache device", ADM_TEXT },
	{ "cache-state", "cache state", ADM_TEXT },
	{ "cache-size", "cache size", ADM_SIZE },
	{ "block-size", "block size", ADM_SIZE },
	{ "cached", "cached", ADM_SIZE },
	{ "read-hits", "read hits", ADM_NUMBER },
	{ "read-misses", "read misses", ADM_NUMBER },
	{ "read-hit-percent", "read hits %", ADM_NUMBER },
	{ "write-hits", "write hits", ADM_NUMBER },
	{ "write-misses", "write misses", ADM_NUMBER },
	{ "promotions", "promotions", ADM_NUMBER },
	{ "demotions", "demotions", ADM_NUMBER },
	{ 0 },
};

/* The kernel's name of a block device, of which /dev has the same. */
static int kernel_name(struct adm *adm, dev_t dev, char *name, size_t size)
{
	char path[64], target[512];
	ssize_t length;
	char *c;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, errno, "cannot read %s: %s", path,
				    strerror(errno));
	target[length] = 0;
	c = strrchr(target, '/');
	snprintf(name, size, "%.63s", c ? c + 1 : target);
	for (c = name; *c; c++)
		if (*c == '!')
			*c = '/';
	return 0;
}

/* Device N of /dev/xmemN by number; what is not known stays out. */
static bool cache_of(const struct adm_pagecache *pc, struct xmem_dev *dev)
{
	struct adm quiet = { 0 };
	struct xmem_dev which = { .has_id = true };
	struct xmem_nl *nl;
	char name[64];
	int rc;

	if (!pc->cache || kernel_name(&quiet, pc->cache, name, sizeof(name)) ||
	    sscanf(name, "xmem%u", &which.id) != 1 || xmem_client_open(&nl, &quiet.err))
		return false;
	rc = xmem_dev_get(nl, &which, dev, &quiet.err);
	xmem_nl_close(nl);
	return !rc;
}

static json_t *to_json(const struct adm_pagecache *pc)
{
	struct adm quiet = { 0 };
	struct xmem_dev cache;
	char path[300] = "/dev/", *name = path + strlen(path);

	if (kernel_name(&quiet, pc->origin, name, sizeof(path) - 5))
		*path = 0;
	return adm_pagecache_json(pc, path, cache_of(pc, &cache) ? &cache : NULL);
}

static int print(struct adm *adm, const struct adm_pagecache *pc)
{
	return adm_print_object(adm, to_json(pc), lines, NULL, NULL);
}

struct search {
	const char *name; /* or NULL: by number */
	dev_t dev;	  /* of the device or of its origin */
	struct adm_pagecache *found;
};

static int compare(struct adm *adm, const struct adm_pagecache *pc, void *arg)
{
	struct search *search = arg;

	(void)adm;
	if (search->name ? !strcmp(search->name, pc->name)
			 : search->dev == pc->dev || search->dev == pc->origin)
		*search->found = *pc;
	return 0;
}

/* The cached device of that name, or path, or origin; its dev is 0 if there is none. */
static int find(struct adm *adm, const char *text, struct adm_pagecache *pc)
{
	struct search search = { .found = pc };
	struct stat st;

	memset(pc, 0, sizeof(*pc));
	if (!strchr(text, '/'))
		search.name = text;
	else if (stat(text, &st))
		return xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno, "cannot open %s: %s", text,
				    strerror(errno));
	else if (!S_ISBLK(st.st_mode))
		return adm_usage(adm, "%s is no block device", text);
	else
		search.dev = st.st_rdev;
	return adm_pc_each(adm, compare, &search);
}

static int find_existing(struct adm *adm, const char *text, struct adm_pagecache *pc)
{
	int rc = find(adm, text, pc);

	if (rc || pc->dev)
		return rc;
	return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, ENOENT,
			    "%s is not cached; xmemadm pagecache list shows what is", text);
}

/* Nobody else may hold what becomes a part of this. */
static int check_free(struct adm *adm, const char *path, const char *advice)
{
	int read_only = 0, code;
	int fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);

	if (fd < 0) {
		code = errno;
		if (code == EBUSY)
			return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, code, "%s is in use: %s",
					    path, advice);
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, code, "cannot open %s: %s", path,
				    strerror(code));
	}
	if (ioctl(fd, BLKROGET, &read_only))
		read_only = 0;
	close(fd);
	if (!read_only)
		return 0;
	return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EROFS, "%s is read-only", path);
}

static int size_of(struct adm *adm, const char *path, uint64_t *sectors)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t bytes = 0;

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		bytes = 0;
	if (fd >= 0)
		close(fd);
	*sectors = bytes / 512;
	if (*sectors)
		return 0;
	return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, ENODATA, "%s has no size", path);
}

static int choose_name(struct adm *adm, const struct adm_args *args, struct adm_pagecache *pc)
{
	const char *given = adm_value(args, "name");
	struct adm_dm_info info;
	char kernel[64], *c;
	int rc;

	rc = kernel_name(adm, pc->origin, kernel, sizeof(kernel));
	if (rc)
		return rc;
	for (c = kernel; *c; c++)
		if (*c == '/')
			*c = '-';
	if (given)
		snprintf(pc->name, sizeof(pc->name), "%s", given);
	else
		snprintf(pc->name, sizeof(pc->name), "cached-%s", kernel);
	rc = adm_dm_info(adm, pc->name, &info);
	if (rc || !info.exists)
		return rc;
	return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EEXIST,
			    "/dev/mapper/%s exists already; --name gives another name", pc->name);
}

/* What is to be cached: a device that nobody uses, or one of ours whose cache is gone. */
static int check_origin(struct adm *adm, const struct adm_args *args, struct adm_pagecache *pc)
{
	const char *path = adm_value(args, "origin");
	struct stat st;
	int rc;

	if (!strchr(path, '/'))
		return adm_usage(adm, "--origin %s: possible is the path of a block device", path);
	rc = find(adm, path, pc);
	if (rc)
		return rc;
	if (pc->dev && pc->state == ADM_PC_ON)
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EBUSY,
				    "%s is cached already: xmemadm pagecache disable %s first",
				    path, pc->name);
	if (pc->dev)
		return 0;
	if (stat(path, &st))
		return xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno, "cannot open %s: %s", path,
				    strerror(errno));
	pc->origin = st.st_rdev;
	rc = check_free(adm, path, "unmount it, and mount the cached device instead");
	if (!rc)
		rc = size_of(adm, path, &pc->sectors);
	return rc ? rc : choose_name(adm, args, pc);
}

static int check_cache(struct adm *adm, const struct adm_pagecache *pc, const struct xmem_dev *dev,
		       dev_t *number)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/xmem%u", dev->id);
	if (dev->state != XMEM_DEV_STATE_LIVE)
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, ENOTCONN,
				    "%s cannot be a cache now: it is %s", dev->name,
				    xmem_dev_state_name(dev->state));
	if (stat(path, &st))
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, errno, "cannot open %s: %s", path,
				    strerror(errno));
	*number = st.st_rdev;
	if (st.st_rdev == pc->origin)
		return adm_usage(adm, "%s cannot be its own cache", path);
	/* a cache of this device that failed holds it still */
	if (pc->dev && pc->cache == st.st_rdev)
		return 0;
	return check_free(adm, path, "a cache needs it for itself");
}

static int block_size(struct adm *adm, const struct adm_args *args, uint64_t cache_size,
		      uint32_t *sectors)
{
	const char *text = adm_value(args, "block");
	uint64_t bytes;
	int rc;

	*sectors = adm_pc_block_sectors(cache_size);
	if (!text)
		return 0;
	rc = xmem_size_parse(text, &bytes, &adm->err);
	if (rc)
		return rc;
	if (bytes < BLOCK_MIN || bytes > BLOCK_MAX || bytes % BLOCK_MIN)
		return adm_usage(adm, "--block %s: possible are multiples of 32K up to 1G", text);
	if (cache_size && cache_size / bytes < BLOCKS_MIN)
		return adm_usage(adm, "--block %s is too large: a cache has %d blocks or more",
				 text, BLOCKS_MIN);
	*sectors = (uint32_t)(bytes / 512);
	return 0;
}

/*
 * Multipath marks what it passes on, and read-ahead is marked as well; a driver that
 * merges both into one request makes the kernel warn (blk_rq_set_mixed_merge), once and
 * without need. A cache's blocks are read as they are, so nothing is lost. If it cannot be
 * set, the warning is all that comes of it.
 */
static void forbid_merges(const struct xmem_dev *cache)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/block/xmem%u/queue/nomerges", cache->id);
	f = fopen(path, "we");
	if (!f)
		return;
	fputs("2\n", f);
	fclose(f);
}

static int make(struct adm *adm, struct xmem_nl *nl, struct adm_pagecache *pc,
		const struct xmem_dev *cache, dev_t number, uint32_t block, uint32_t deadline_ms)
{
	struct xmem_dev which = { .has_id = true, .id = cache->id, .deadline_ms = deadline_ms };
	int rc = 0;

	if (pc->state != ADM_PC_OFF)
		rc = adm_pc_bypass(adm, pc);
	pc->cache = number;
	if (!rc)
		rc = adm_pc_build(adm, pc, cache->size, block);
	if (rc)
		return rc;
	forbid_merges(cache);
	return xmem_dev_set(nl, &which, &adm->err);
}

static const struct adm_option enable_options[] = {
	{ "origin", "DEVICE", true, false, "the block device that is cached", "@file" },
	{ "cache", "NAME", true, false, "the device with the cache (its name, xmemN, or N)",
	  "@dev" },
	{ "name", "NAME", false, false, "of /dev/mapper/NAME (cached- and the origin's name)",
	  NULL },
	{ "block", "SIZE", false, false, "what is cached as one (32K, more if larger than 32G)",
	  NULL },
	{ "deadline", "TIME", false, false, "how long a dead cache is waited for, once (2s)",
	  NULL },
	{ 0 },
};

static int pagecache_enable(struct adm *adm, const struct adm_args *args)
{
	const char *name = adm_value(args, "name");
	uint32_t deadline = DEADLINE_MS, block;
	struct adm_pagecache pc;
	struct xmem_dev cache;
	struct xmem_nl *nl;
	dev_t number = 0;
	int rc;

	if (name && !xmem_word_is_name(name))
		return adm_usage(adm, "\"%.64s\" cannot be a name", name);
	rc = adm_milliseconds(adm, args, "deadline", 100, XMEM_DEADLINE_MAX, &deadline);
	if (!rc)
		rc = block_size(adm, args, 0, &block);
	if (!rc)
		rc = xmem_client_open(&nl, &adm->err);
	if (rc)
		return rc;
	rc = adm_pc_check_kernel(adm);
	if (!rc)
		rc = adm_dev_find(adm, nl, adm_value(args, "cache"), &cache);
	if (!rc)
		rc = block_size(adm, args, cache.size, &block);
	if (!rc)
		rc = check_origin(adm, args, &pc);
	if (!rc)
		rc = check_cache(adm, &pc, &cache, &number);
	if (!rc)
		rc = make(adm, nl, &pc, &cache, number, block, deadline);
	xmem_nl_close(nl);
	return rc ? rc : print(adm, &pc);
}

/* Gone when nobody uses it; in use it stays, and goes straight to its origin. */
static int pagecache_disable(struct adm *adm, const struct adm_args *args)
{
	struct adm_pagecache pc;
	int rc = find_existing(adm, args->word[0], &pc);

	if (rc)
		return rc;
	if (pc.state == ADM_PC_OFF) {
		rc = adm_pc_remove(adm, &pc);
		if (rc != -EBUSY)
			return rc;
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EBUSY,
				    "%s has no cache any more and is in use: unmount it first",
				    pc.name);
	}
	rc = adm_pc_bypass(adm, &pc);
	if (rc)
		return rc;
	rc = pc.open_count ? -EBUSY : adm_pc_remove(adm, &pc);
	return rc == -EBUSY ? print(adm, &pc) : rc;
}

static int add_row(struct adm *adm, const struct adm_pagecache *pc, void *rows)
{
	(void)adm;
	return json_array_append_new(rows, to_json(pc)) ? -ENOMEM : 0;
}

static int pagecache_list(struct adm *adm, const struct adm_args *args)
{
	json_t *rows = json_array();
	int rc = adm_pc_each(adm, add_row, rows);

	(void)args;
	if (!rc)
		return adm_print_list(adm, rows, columns);
	json_decref(rows);
	return rc;
}

static int pagecache_status(struct adm *adm, const struct adm_args *args)
{
	struct adm_pagecache pc;
	int rc = find_existing(adm, args->word[0], &pc);

	return rc ? rc : print(adm, &pc);
}

static const struct adm_command commands[] = {
	{ "enable", NULL, "cache a block device; also anew, after its cache failed", enable_options,
	  pagecache_enable, NULL },
	{ "disable", "DEVICE",
	  "take the cache away, also from under a file system (/dev/mapper/NAME, NAME, or origin)",
	  NULL, pagecache_disable, "@cache" },
	{ "list", NULL, "all cached devices with their hit rate", NULL, pagecache_list, NULL },
	{ "status", "DEVICE", "one cached device with its counters", NULL, pagecache_status,
	  "@cache" },
	{ 0 },
};

static const struct adm_object pagecache = {
	"pagecache",
	"caches for block devices on other machines' memory",
	commands,
	NULL,
};
ADM_OBJECT(pagecache);
