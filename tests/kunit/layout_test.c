// SPDX-License-Identifier: GPL-2.0-or-later
/* The arithmetic of layouts, against a slow model that goes leg by leg. */
#include <kunit/test.h>
#include <linux/sizes.h>
#include "suites.h"
#include "layout.c"

#define GRAIN	XMEMC_LAYOUT_GRAIN
#define ROOM	8

static struct xmemc_piece pieces[ROOM + 1];

static void make(struct kunit *test, struct xmemc_geometry *geo, unsigned int type,
		 const u64 *sizes, unsigned int n)
{
	KUNIT_ASSERT_EQ(test, 0, xmemc_geometry_init(geo, xmemc_layout_get(type), sizes, n));
}

/* Check every piece of a range, and that the pieces are the range. */
static void check_map(struct kunit *test, const struct xmemc_geometry *geo, const u64 *sizes,
		      u64 offset, u32 length)
{
	unsigned int n = xmemc_geometry_map(geo, offset, length, pieces, ROOM), i, leg;
	u64 at = offset;
	u32 start = 0;

	KUNIT_ASSERT_GT(test, n, 0U);
	KUNIT_EXPECT_LE(test, n, geo->layout->pieces_max(geo, length));
	for (i = 0; i < n; i++) {
		u64 base = 0;

		for (leg = 0; at - base >= sizes[leg]; leg++)
			base += sizes[leg];
		KUNIT_EXPECT_EQ(test, pieces[i].leg, leg);
		KUNIT_EXPECT_EQ(test, pieces[i].offset, at - base);
		KUNIT_EXPECT_EQ(test, pieces[i].start, start);
		KUNIT_EXPECT_GT(test, pieces[i].length, 0U);
		KUNIT_EXPECT_LE(test, pieces[i].offset + pieces[i].length, sizes[leg]);
		at += pieces[i].length;
		start += pieces[i].length;
	}
	KUNIT_EXPECT_EQ(test, start, length);
}

static void types(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, xmemc_layout_get(XMEM_LAYOUT_SINGLE)->name, "single");
	KUNIT_EXPECT_STREQ(test, xmemc_layout_get(XMEM_LAYOUT_CONCAT)->name, "concat");
	KUNIT_EXPECT_TRUE(test, !xmemc_layout_get(XMEM_LAYOUT_CONCAT + 1));
	KUNIT_EXPECT_TRUE(test, !xmemc_layout_get(UINT_MAX));
}

static void refused(struct kunit *test)
{
	const struct xmemc_layout *single = xmemc_layout_get(XMEM_LAYOUT_SINGLE);
	const struct xmemc_layout *concat = xmemc_layout_get(XMEM_LAYOUT_CONCAT);
	u64 two[] = { SZ_2M, SZ_2M }, empty[] = { SZ_2M, 0 }, odd[] = { GRAIN + 512 };
	u64 large[] = { XMEMC_LAYOUT_SIZE_MAX, GRAIN }, wrap[] = { -(u64)GRAIN, 2 * GRAIN };
	struct xmemc_geometry geo = {};

	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, single, two, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, single, two, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, concat, two, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, concat, two, XMEM_LEGS_MAX + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, concat, empty, 2), -ERANGE);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, single, odd, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, concat, large, 2), -EFBIG);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, concat, wrap, 2), -EFBIG);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, single, wrap, 1), -EFBIG);
	KUNIT_EXPECT_EQ(test, geo.size, 0ULL);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_init(&geo, concat, large, 1), 0);
	KUNIT_EXPECT_EQ(test, geo.size, XMEMC_LAYOUT_SIZE_MAX);
}

static void holds(struct kunit *test)
{
	u64 sizes[] = { SZ_2M };
	struct xmemc_geometry geo = {};

	make(test, &geo, XMEM_LAYOUT_SINGLE, sizes, 1);
	KUNIT_EXPECT_TRUE(test, xmemc_geometry_holds(&geo, 0, SZ_2M));
	KUNIT_EXPECT_TRUE(test, xmemc_geometry_holds(&geo, SZ_2M - 1, 1));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, 0, 0));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, SZ_2M, 0));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, SZ_2M, 1));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, 0, SZ_2M + 1));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, SZ_2M - 512, 1024));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, U64_MAX, 1));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, U64_MAX - 511, 1024));
	KUNIT_EXPECT_FALSE(test, xmemc_geometry_holds(&geo, 1, U64_MAX));
}

static void single(struct kunit *test)
{
	u64 sizes[] = { SZ_1G };
	struct xmemc_geometry geo = {};

	make(test, &geo, XMEM_LAYOUT_SINGLE, sizes, 1);
	KUNIT_EXPECT_EQ(test, geo.size, (u64)SZ_1G);
	check_map(test, &geo, sizes, 0, 512);
	check_map(test, &geo, sizes, SZ_1G - 512, 512);
	check_map(test, &geo, sizes, 0, SZ_1G);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_map(&geo, 0, 512, pieces, 0), 0U);
	KUNIT_EXPECT_EQ(test, geo.layout->pieces_max(&geo, U32_MAX), 1U);
}

/* Every range of up to seven grains over legs of different sizes, at its borders too. */
static void concat_all(struct kunit *test)
{
	static const u64 sizes[] = { GRAIN, 3 * GRAIN, GRAIN, GRAIN, 2 * GRAIN };
	struct xmemc_geometry geo = {};
	u64 offset;
	u32 length;

	make(test, &geo, XMEM_LAYOUT_CONCAT, sizes, ARRAY_SIZE(sizes));
	KUNIT_EXPECT_EQ(test, geo.size, 8ULL * GRAIN);
	for (offset = 0; offset < geo.size; offset += 512)
		for (length = 512; length <= 7 * GRAIN && offset + length <= geo.size;
		     length += 512)
			check_map(test, &geo, sizes, offset, length);
	check_map(test, &geo, sizes, GRAIN - 1, 2);
	check_map(test, &geo, sizes, 0, 8 * GRAIN);
}

static void concat_beyond_4g(struct kunit *test)
{
	static const u64 sizes[] = { 5ULL << 30, 1ULL << 40, SZ_2M };
	struct xmemc_geometry geo = {};

	make(test, &geo, XMEM_LAYOUT_CONCAT, sizes, ARRAY_SIZE(sizes));
	check_map(test, &geo, sizes, (5ULL << 30) - GRAIN, 2 * GRAIN);
	check_map(test, &geo, sizes, (5ULL << 30) - 512, SZ_2M);
	check_map(test, &geo, sizes, (5ULL << 30) + (1ULL << 40) - 512, SZ_2M);
	check_map(test, &geo, sizes, geo.size - SZ_2M, SZ_2M);
	check_map(test, &geo, sizes, geo.size - 512, 512);
}

static void concat_64_legs(struct kunit *test)
{
	u64 sizes[XMEM_LEGS_MAX];
	struct xmemc_geometry geo = {};
	unsigned int i;

	for (i = 0; i < XMEM_LEGS_MAX; i++)
		sizes[i] = SZ_2M;
	make(test, &geo, XMEM_LAYOUT_CONCAT, sizes, XMEM_LEGS_MAX);
	for (i = 1; i < XMEM_LEGS_MAX; i++) {
		check_map(test, &geo, sizes, (u64)i * SZ_2M - 512, 1024);
		check_map(test, &geo, sizes, (u64)i * SZ_2M, 512);
	}
	KUNIT_EXPECT_EQ(test, geo.layout->pieces_max(&geo, 1), 1U);
	KUNIT_EXPECT_EQ(test, geo.layout->pieces_max(&geo, 2), 2U);
	KUNIT_EXPECT_EQ(test, geo.layout->pieces_max(&geo, SZ_2M), 2U);
	KUNIT_EXPECT_EQ(test, geo.layout->pieces_max(&geo, SZ_2M + 1), 2U);
	KUNIT_EXPECT_EQ(test, geo.layout->pieces_max(&geo, SZ_2M + 2), 3U);
}

static void concat_no_room(struct kunit *test)
{
	static const u64 sizes[] = { GRAIN, GRAIN, GRAIN };
	struct xmemc_geometry geo = {};

	make(test, &geo, XMEM_LAYOUT_CONCAT, sizes, ARRAY_SIZE(sizes));
	pieces[2].length = 4711;
	KUNIT_EXPECT_EQ(test, xmemc_geometry_map(&geo, 0, 3 * GRAIN, pieces, 2), 0U);
	KUNIT_EXPECT_EQ(test, pieces[2].length, 4711U);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_map(&geo, 0, 2 * GRAIN, pieces, 2), 2U);
	KUNIT_EXPECT_EQ(test, xmemc_geometry_map(&geo, 0, 3 * GRAIN, pieces, 3), 3U);
}

/* The bound is reached, so it is not merely large enough. */
static void concat_pieces_max_is_tight(struct kunit *test)
{
	static const u64 sizes[] = { 4 * GRAIN, GRAIN, GRAIN, 4 * GRAIN };
	struct xmemc_geometry geo = {};
	unsigned int most;
	u64 offset;
	u32 length;

	make(test, &geo, XMEM_LAYOUT_CONCAT, sizes, ARRAY_SIZE(sizes));
	for (length = 512; length <= 6 * GRAIN; length += 512) {
		most = 0;
		for (offset = 0; offset + length <= geo.size; offset++)
			if (offset % GRAIN == 0 || offset % GRAIN == GRAIN - 1)
				most = max(most, xmemc_geometry_map(&geo, offset, length, pieces,
								    ROOM));
		KUNIT_EXPECT_EQ(test, most, geo.layout->pieces_max(&geo, length));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(types),
	KUNIT_CASE(refused),
	KUNIT_CASE(holds),
	KUNIT_CASE(single),
	KUNIT_CASE(concat_all),
	KUNIT_CASE(concat_beyond_4g),
	KUNIT_CASE(concat_64_legs),
	KUNIT_CASE(concat_no_room),
	KUNIT_CASE(concat_pieces_max_is_tight),
	{}
};

struct kunit_suite xmem_layout_suite = {
	.name = "xmem_layout",
	.test_cases = cases,
};
