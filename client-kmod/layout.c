// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/errno.h>
#include "layout.h"

static void single_setup(struct xmemc_geometry *geo, const u64 *sizes)
{
	geo->begin[0] = 0;
	geo->begin[1] = sizes[0];
	geo->size = sizes[0];
}

static unsigned int single_map(const struct xmemc_geometry *geo, u64 offset, u32 length,
			       struct xmemc_piece *pieces, unsigned int max)
{
	if (!max)
		return 0;
	pieces[0] = (struct xmemc_piece) { .offset = offset, .length = length };
	return 1;
}

static unsigned int single_pieces_max(const struct xmemc_geometry *geo, u32 length)
{
	return 1;
}

static void concat_setup(struct xmemc_geometry *geo, const u64 *sizes)
{
	unsigned int i;

	geo->begin[0] = 0;
	for (i = 0; i < geo->nr_legs; i++)
		geo->begin[i + 1] = geo->begin[i] + sizes[i];
	geo->size = geo->begin[geo->nr_legs];
}

/* The leg that holds an offset of the volume. */
static unsigned int concat_find(const struct xmemc_geometry *geo, u64 offset)
{
	unsigned int low = 0, high = geo->nr_legs - 1;

	while (low < high) {
		unsigned int middle = (low + high + 1) / 2;

		if (geo->begin[middle] <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static unsigned int concat_map(const struct xmemc_geometry *geo, u64 offset, u32 length,
			       struct xmemc_piece *pieces, unsigned int max)
{
	unsigned int leg = concat_find(geo, offset), n;
	u32 start = 0;

	for (n = 0; start < length; n++, leg++) {
		u64 at = offset + start;

		if (n == max)
			return 0;
		pieces[n] = (struct xmemc_piece) {
			.offset = at - geo->begin[leg],
			.length = min_t(u64, length - start, geo->begin[leg + 1] - at),
			.start = start,
			.leg = leg,
		};
		start += pieces[n].length;
	}
	return n;
}

/*
 * A range touches the most legs when it begins with the last byte of one: then
 * it takes in every leg that begins before its end.
 */
static unsigned int concat_pieces_max(const struct xmemc_geometry *geo, u32 length)
{
	unsigned int first, last, most = 1;

	for (first = 0; first < geo->nr_legs; first++) {
		u64 end = geo->begin[first + 1] - 1 + length;

		for (last = first; last + 1 < geo->nr_legs && geo->begin[last + 1] < end; last++)
			;
		most = max(most, last - first + 1);
	}
	return most;
}

static const struct xmemc_layout layouts[] = {
	[XMEM_LAYOUT_SINGLE] = {
		.name = "single",
		.legs_min = 1,
		.legs_max = 1,
		.setup = single_setup,
		.map = single_map,
		.pieces_max = single_pieces_max,
	},
	[XMEM_LAYOUT_CONCAT] = {
		.name = "concat",
		.legs_min = 1,
		.legs_max = XMEM_LEGS_MAX,
		.setup = concat_setup,
		.map = concat_map,
		.pieces_max = concat_pieces_max,
	},
};

/**
 * xmemc_layout_get() - a layout by its number
 * @type: enum xmem_layout
 *
 * Return: the layout, or NULL if there is none of that number.
 */
const struct xmemc_layout *xmemc_layout_get(unsigned int type)
{
	return type < ARRAY_SIZE(layouts) ? &layouts[type] : NULL;
}

/**
 * xmemc_geometry_init() - apply a layout to legs
 * @geo: what to fill
 * @layout: the layout
 * @sizes: size of each leg in bytes
 * @nr_legs: number of legs
 *
 * Return: 0, -EINVAL if the layout cannot have so many legs, -ERANGE if a leg is
 * empty or not a multiple of the grain, -EFBIG if the volume would be too large.
 */
int xmemc_geometry_init(struct xmemc_geometry *geo, const struct xmemc_layout *layout,
			const u64 *sizes, unsigned int nr_legs)
{
	unsigned int i;
	u64 sum = 0;

	if (nr_legs < layout->legs_min || nr_legs > layout->legs_max)
		return -EINVAL;
	for (i = 0; i < nr_legs; i++) {
		if (!sizes[i] || sizes[i] % XMEMC_LAYOUT_GRAIN)
			return -ERANGE;
		if (sizes[i] > XMEMC_LAYOUT_SIZE_MAX - sum)
			return -EFBIG;
		sum += sizes[i];
	}
	geo->layout = layout;
	geo->nr_legs = nr_legs;
	layout->setup(geo, sizes);
	return 0;
}
