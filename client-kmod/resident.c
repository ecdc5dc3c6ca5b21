// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>
#include "resident.h"

/**
 * xmemc_resident_init() - allocate pages
 * @resident: zeroed memory
 * @nr: how many, perhaps none
 *
 * Return: 0 or -ENOMEM; in both cases xmemc_resident_exit() has to follow.
 */
int xmemc_resident_init(struct xmemc_resident *resident, unsigned int nr)
{
	if (!nr)
		return 0;
	resident->pages = kvcalloc(nr, sizeof(*resident->pages), GFP_KERNEL);
	if (!resident->pages)
		return -ENOMEM;
	for (; resident->nr < nr; resident->nr++) {
		resident->pages[resident->nr] = alloc_page(GFP_KERNEL);
		if (!resident->pages[resident->nr])
			return -ENOMEM;
	}
	return 0;
}

/**
 * xmemc_resident_exit() - free the pages
 * @resident: the pages, mapped nowhere
 */
void xmemc_resident_exit(struct xmemc_resident *resident)
{
	unsigned int i;

	for (i = 0; i < resident->nr; i++)
		__free_page(resident->pages[i]);
	kvfree(resident->pages);
}

/**
 * xmemc_resident_map_init() - allocate what a mapping needs
 * @map: zeroed memory
 * @resident: the pages
 *
 * Return: 0 or -ENOMEM; in both cases xmemc_resident_map_exit() has to follow.
 */
int xmemc_resident_map_init(struct xmemc_resident_map *map,
			    const struct xmemc_resident *resident)
{
	map->resident = resident;
	if (!resident->nr)
		return 0;
	map->dma = kvcalloc(resident->nr, sizeof(*map->dma), GFP_KERNEL);
	return map->dma ? 0 : -ENOMEM;
}

/**
 * xmemc_resident_map_exit() - free what xmemc_resident_map_init() allocated
 * @map: nothing is mapped
 */
void xmemc_resident_map_exit(struct xmemc_resident_map *map)
{
	kvfree(map->dma);
}

/**
 * xmemc_resident_map() - map all pages for a device
 * @map: nothing is mapped
 * @device: the device
 *
 * Return: 0, or -ENOMEM; then nothing is mapped.
 */
int xmemc_resident_map(struct xmemc_resident_map *map, struct ib_device *device)
{
	for (; map->nr < map->resident->nr; map->nr++) {
		map->dma[map->nr] = ib_dma_map_page(device, map->resident->pages[map->nr], 0,
						    PAGE_SIZE, DMA_TO_DEVICE);
		if (ib_dma_mapping_error(device, map->dma[map->nr])) {
			xmemc_resident_unmap(map, device);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * xmemc_resident_unmap() - undo xmemc_resident_map()
 * @map: perhaps mapped
 * @device: the device
 */
void xmemc_resident_unmap(struct xmemc_resident_map *map, struct ib_device *device)
{
	while (map->nr)
		ib_dma_unmap_page(device, map->dma[--map->nr], PAGE_SIZE, DMA_TO_DEVICE);
}
