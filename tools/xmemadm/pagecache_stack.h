/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block device (the origin) with a cache on external memory in front of it, out of
 * parts that every kernel has. What is mounted is NAME:
 *
 *	NAME           linear: to NAME-fallback, or straight to the origin
 *	NAME-fallback  multipath: NAME-cache first; after its first error the origin, for good
 *	NAME-cache     cache, write-through: the origin, cached on /dev/xmemN
 *
 * dm-cache alone passes an error of its cache device on to the file system. The origin
 * has all data at any time, so whatever fails above it, the fallback sends there again.
 * From then on writes pass the cache by: what it holds is stale, and a cache that
 * failed is never used again, only made anew. For the same reason its metadata may lie
 * in this machine's memory.
 */
#ifndef XMEMADM_PAGECACHE_STACK_H
#define XMEMADM_PAGECACHE_STACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "adm.h"
#include "dm.h"

enum adm_pc_state {
	ADM_PC_OFF,    /* straight to the origin */
	ADM_PC_ON,     /* through the cache */
	ADM_PC_FAILED, /* the cache failed, the fallback goes to the origin */
	ADM_PC_DOWN,   /* the origin failed as well, so does all I/O */
};

struct adm_pc_counts {
	unsigned int block_sectors, used_blocks, blocks;
	unsigned int read_hits, read_misses, write_hits, write_misses, demotions, promotions;
};

/**
 * struct adm_pagecache - a cached device
 * @name: of /dev/mapper/NAME
 * @sectors: its size
 * @dev: its number; 0 before it exists
 * @origin: number of the device that is cached
 * @cache: number of the device with the cache; 0 when @state is off
 * @open_count: how many have it open
 * @state: where I/O goes
 * @counts: since the cache was made
 */
struct adm_pagecache {
	char name[ADM_DM_NAME];
	uint64_t sectors;
	dev_t dev, origin, cache;
	int open_count;
	enum adm_pc_state state;
	struct adm_pc_counts counts;
};

/* The longest name, so that its parts have one too. */
#define ADM_PC_NAME_MAX 100

typedef int (*adm_pc_fn)(struct adm *adm, const struct adm_pagecache *pc, void *arg);

int adm_pc_each(struct adm *adm, adm_pc_fn fn, void *arg);
int adm_pc_check_kernel(struct adm *adm);
int adm_pc_build(struct adm *adm, struct adm_pagecache *pc, uint64_t cache_size,
		 uint32_t block_sectors);
int adm_pc_bypass(struct adm *adm, struct adm_pagecache *pc);
int adm_pc_remove(struct adm *adm, struct adm_pagecache *pc);

/* What targets tell of their state. */
char adm_pc_path_state(const char *status, dev_t path);
bool adm_pc_cache_state(const char *status, struct adm_pc_counts *counts);
uint32_t adm_pc_block_sectors(uint64_t cache_size);

#endif /* XMEMADM_PAGECACHE_STACK_H */
