/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a volume's bytes are spread over its legs: pure arithmetic, no I/O and no
 * state of the driver, so that it is tested by itself. A new layout is one more
 * struct xmemc_layout.
 */
#ifndef _XMEMC_LAYOUT_H
#define _XMEMC_LAYOUT_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/xmem.h>

/* Sizes and offsets in a volume are multiples of this. */
#define XMEMC_LAYOUT_GRAIN	4096
/* Largest volume; keeps every sum of offset and length far from overflow. */
#define XMEMC_LAYOUT_SIZE_MAX	BIT_ULL(52)

/**
 * struct xmemc_piece - the part of a range that lies in one leg
 * @offset: where it begins in the leg's region
 * @length: its length in bytes
 * @start: where it begins in the range
 * @leg: index of the leg
 */
struct xmemc_piece {
	u64 offset;
	u32 length;
	u32 start;
	u32 leg;
};

struct xmemc_layout;

/**
 * struct xmemc_geometry - a layout applied to legs of known sizes
 * @layout: what maps
 * @nr_legs: number of legs
 * @size: bytes of the volume
 * @begin: where each leg begins in the volume; one entry more than legs
 */
struct xmemc_geometry {
	const struct xmemc_layout *layout;
	unsigned int nr_legs;
	u64 size;
	u64 begin[XMEM_LEGS_MAX + 1];
};

/**
 * struct xmemc_layout - one way to spread bytes over legs
 * @name: for messages
 * @legs_min: fewest legs
 * @legs_max: most legs
 * @setup: set @size and @begin from the sizes of the legs (checked, multiples of the grain)
 * @map: cut a range, which lies inside the volume, in pieces; see xmemc_geometry_map()
 * @pieces_max: most pieces that any range of a length can have
 */
struct xmemc_layout {
	const char *name;
	unsigned int legs_min;
	unsigned int legs_max;
	void (*setup)(struct xmemc_geometry *geo, const u64 *sizes);
	unsigned int (*map)(const struct xmemc_geometry *geo, u64 offset, u32 length,
			    struct xmemc_piece *pieces, unsigned int max);
	unsigned int (*pieces_max)(const struct xmemc_geometry *geo, u32 length);
};

const struct xmemc_layout *xmemc_layout_get(unsigned int type);
int xmemc_geometry_init(struct xmemc_geometry *geo, const struct xmemc_layout *layout,
			const u64 *sizes, unsigned int nr_legs);

/**
 * xmemc_geometry_map() - cut a range of the volume in pieces, in order
 * @geo: the geometry
 * @offset: begin of the range
 * @length: its length, not 0; the range lies inside the volume
 * @pieces: where the pieces go
 * @max: room in @pieces
 *
 * Return: number of pieces, or 0 if there is not room enough.
 */
static inline unsigned int xmemc_geometry_map(const struct xmemc_geometry *geo, u64 offset,
					      u32 length, struct xmemc_piece *pieces,
					      unsigned int max)
{
	return geo->layout->map(geo, offset, length, pieces, max);
}

/**
 * xmemc_geometry_holds() - whether a range lies inside the volume
 * @geo: the geometry
 * @offset: begin of the range
 * @length: its length
 *
 * Return: true if it does and is not empty.
 */
static inline bool xmemc_geometry_holds(const struct xmemc_geometry *geo, u64 offset, u64 length)
{
	return length && length <= geo->size && offset <= geo->size - length;
}

#endif /* _XMEMC_LAYOUT_H */
