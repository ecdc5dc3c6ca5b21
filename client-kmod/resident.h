/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that stay mapped for the network card as long as there is a connection, so
 * that sending one needs no mapping that could fail. They are a volume's; each path
 * maps them for its device.
 */
#ifndef _XMEMC_RESIDENT_H
#define _XMEMC_RESIDENT_H

#include <rdma/ib_verbs.h>

/**
 * struct xmemc_resident - the pages
 * @pages: the pages, one by one
 * @nr: how many
 */
struct xmemc_resident {
	struct page **pages;
	unsigned int nr;
};

/**
 * struct xmemc_resident_map - the same as one device sees them
 * @resident: the pages
 * @dma: address of each
 * @nr: how many are mapped
 */
struct xmemc_resident_map {
	const struct xmemc_resident *resident;
	u64 *dma;
	unsigned int nr;
};

int xmemc_resident_init(struct xmemc_resident *resident, unsigned int nr);
void xmemc_resident_exit(struct xmemc_resident *resident);
int xmemc_resident_map_init(struct xmemc_resident_map *map,
			    const struct xmemc_resident *resident);
void xmemc_resident_map_exit(struct xmemc_resident_map *map);
int xmemc_resident_map(struct xmemc_resident_map *map, struct ib_device *device);
void xmemc_resident_unmap(struct xmemc_resident_map *map, struct ib_device *device);

#endif /* _XMEMC_RESIDENT_H */
