// SPDX-License-Identifier: GPL-2.0-or-later
/* What the two modules accept of each other. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/string.h>
#include "suites.h"
#include "wire.h"

static struct xmem_wire_connect good_connect(void)
{
	return (struct xmem_wire_connect) {
		.magic = cpu_to_le32(XMEM_WIRE_MAGIC),
		.version = cpu_to_le16(XMEM_WIRE_VERSION),
		.queue = cpu_to_le16(XMEM_WIRE_MAX_QUEUES - 1),
		.client = cpu_to_le64(1),
		.region = cpu_to_le64(U64_MAX),
		.session = cpu_to_le64(1ULL << 63),
		.generation = cpu_to_le32(U32_MAX),
	};
}

static struct xmem_wire_hello good_hello(void)
{
	return (struct xmem_wire_hello) {
		.magic = cpu_to_le32(XMEM_WIRE_MAGIC),
		.version = cpu_to_le16(XMEM_WIRE_VERSION),
		.rights = cpu_to_le16(XMEM_WIRE_RIGHT_READ | XMEM_WIRE_RIGHT_WRITE),
		.size = cpu_to_le64(5ULL << 20),
		.extents = cpu_to_le32(3),
		.extent_shift = 21,
	};
}

static void sizes(struct kunit *test)
{
	/* the numbers of the protocol document, not those of the compiler */
	KUNIT_EXPECT_EQ(test, sizeof(struct xmem_wire_connect), (size_t)56);
	KUNIT_EXPECT_EQ(test, offsetof(struct xmem_wire_connect, token), (size_t)40);
	KUNIT_EXPECT_EQ(test, offsetof(struct xmem_wire_connect, generation), (size_t)36);
	KUNIT_EXPECT_EQ(test, sizeof(struct xmem_wire_reject), (size_t)16);
	KUNIT_EXPECT_EQ(test, sizeof(struct xmem_wire_hello), (size_t)64);
	KUNIT_EXPECT_EQ(test, offsetof(struct xmem_wire_hello, extent_shift), (size_t)48);
	KUNIT_EXPECT_EQ(test, sizeof(struct xmem_wire_extent), (size_t)16);
}

static void expect_connect(struct kunit *test, const struct xmem_wire_connect *c, size_t len,
			   enum xmem_wire_reason reason, u64 detail)
{
	u64 got = 0;

	KUNIT_EXPECT_EQ(test, (int)xmem_wire_check_connect(c, len, &got), (int)reason);
	if (reason != XMEM_REJECT_NONE)
		KUNIT_EXPECT_EQ(test, got, detail);
}

static void connect_lengths(struct kunit *test)
{
	struct { struct xmem_wire_connect c; u8 more[200]; } d = { .c = good_connect() };
	size_t len;

	for (len = 0; len <= sizeof(d); len++)
		expect_connect(test, &d.c, len,
			       len == sizeof(d.c) ? XMEM_REJECT_NONE : XMEM_REJECT_MALFORMED,
			       sizeof(d.c));
	expect_connect(test, NULL, 0, XMEM_REJECT_MALFORMED, sizeof(d.c));
	expect_connect(test, NULL, sizeof(d.c), XMEM_REJECT_MALFORMED, sizeof(d.c));
}

static void connect_version(struct kunit *test)
{
	struct xmem_wire_connect c = good_connect();
	unsigned int version;

	for (version = 0; version <= U16_MAX; version++) {
		if (version == XMEM_WIRE_VERSION)
			continue;
		c.version = cpu_to_le16(version);
		/* another version may have another length */
		expect_connect(test, &c, sizeof(c), XMEM_REJECT_VERSION, XMEM_WIRE_VERSION);
		expect_connect(test, &c, 6, XMEM_REJECT_VERSION, XMEM_WIRE_VERSION);
		expect_connect(test, &c, 5, XMEM_REJECT_MALFORMED, sizeof(c));
	}
	c.magic = cpu_to_le32(XMEM_WIRE_MAGIC ^ 1);
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
}

static void connect_fields(struct kunit *test)
{
	struct xmem_wire_connect c = good_connect();

	c.queue = cpu_to_le16(XMEM_WIRE_MAX_QUEUES);
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
	c.queue = cpu_to_le16(U16_MAX);
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
	c = good_connect();
	c.client = 0;
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
	c = good_connect();
	c.region = 0;
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
	c = good_connect();
	c.session = 0;
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
	c = good_connect();
	c.generation = 0;
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_MALFORMED, sizeof(c));
	c = good_connect();
	c.epoch = cpu_to_le32(U32_MAX);
	memset(c.token, 0xff, sizeof(c.token));
	expect_connect(test, &c, sizeof(c), XMEM_REJECT_NONE, 0);
}

static void expect_hello(struct kunit *test, const struct xmem_wire_hello *h, size_t len, int ret)
{
	KUNIT_EXPECT_EQ(test, xmem_wire_check_hello(h, len), ret);
}

static void hello_form(struct kunit *test)
{
	struct { struct xmem_wire_hello h; u8 more[64]; } d = { .h = good_hello() };
	size_t len;

	for (len = 0; len <= sizeof(d); len++)
		expect_hello(test, &d.h, len, len == sizeof(d.h) ? 0 : -EPROTO);
	d.h.version = cpu_to_le16(XMEM_WIRE_VERSION + 1);
	expect_hello(test, &d.h, sizeof(d.h), -EPROTONOSUPPORT);
	d.h.magic = 0;
	expect_hello(test, &d.h, sizeof(d.h), -EPROTO);
}

static void hello_rights(struct kunit *test)
{
	struct xmem_wire_hello h = good_hello();
	unsigned int rights;

	for (rights = 0; rights <= U16_MAX; rights++) {
		h.rights = cpu_to_le16(rights);
		expect_hello(test, &h, sizeof(h), rights == 1 || rights == 3 ? 0 : -EPROTO);
	}
}

static void hello_extents(struct kunit *test)
{
	struct xmem_wire_hello h = good_hello();
	u64 size = 5ULL << 20, extents;
	unsigned int shift;

	for (shift = 0; shift <= U8_MAX; shift++) {
		extents = shift < 64 ? (size + (1ULL << shift) - 1) >> shift : 1;
		h.extent_shift = shift;
		h.extents = cpu_to_le32(extents);
		expect_hello(test, &h, sizeof(h), shift >= XMEM_WIRE_EXTENT_SHIFT_MIN &&
			     shift <= XMEM_WIRE_EXTENT_SHIFT_MAX ? 0 : -EPROTO);
	}
	h = good_hello();
	h.extents = cpu_to_le32(2);
	expect_hello(test, &h, sizeof(h), -EPROTO);
	h.extents = cpu_to_le32(4);
	expect_hello(test, &h, sizeof(h), -EPROTO);
	h.extents = 0;
	expect_hello(test, &h, sizeof(h), -EPROTO);
}

static void hello_size(struct kunit *test)
{
	struct xmem_wire_hello h = good_hello();

	h.extent_shift = XMEM_WIRE_EXTENT_SHIFT_MIN;
	h.size = 0;
	h.extents = 0;
	expect_hello(test, &h, sizeof(h), -EPROTO);
	h.size = cpu_to_le64(1);
	h.extents = cpu_to_le32(1);
	expect_hello(test, &h, sizeof(h), 0);
	/* more extents than the field can count */
	h.size = cpu_to_le64(1ULL << 44);
	expect_hello(test, &h, sizeof(h), -EPROTO);
	/* sizes at which size plus extent would wrap */
	h.extent_shift = XMEM_WIRE_EXTENT_SHIFT_MAX;
	h.size = cpu_to_le64(U64_MAX);
	h.extents = 0;
	expect_hello(test, &h, sizeof(h), -EPROTO);
	h.size = cpu_to_le64(1ULL << 52);
	h.extents = cpu_to_le32(1 << 12);
	expect_hello(test, &h, sizeof(h), -EPROTO);
	h.size = cpu_to_le64((1ULL << 52) - 1);
	expect_hello(test, &h, sizeof(h), 0);
}

static void reasons(struct kunit *test)
{
	static const unsigned int again[] = {
		XMEM_REJECT_QUEUE, XMEM_REJECT_RESOURCES, XMEM_REJECT_SHUTDOWN,
	};
	unsigned int reason, other;

	for (reason = 0; reason < 1000; reason++) {
		bool final = reason != again[0] && reason != again[1] && reason != again[2];

		KUNIT_EXPECT_EQ(test, xmem_wire_reason_final(reason), final);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, xmem_wire_reason_text(reason));
	}
	for (reason = XMEM_REJECT_MALFORMED; reason <= XMEM_REJECT_DEVICE; reason++)
		for (other = 0; other < reason; other++)
			KUNIT_EXPECT_STRNEQ(test, xmem_wire_reason_text(reason),
					    xmem_wire_reason_text(other));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sizes),
	KUNIT_CASE(connect_lengths),
	KUNIT_CASE(connect_version),
	KUNIT_CASE(connect_fields),
	KUNIT_CASE(hello_form),
	KUNIT_CASE(hello_rights),
	KUNIT_CASE(hello_extents),
	KUNIT_CASE(hello_size),
	KUNIT_CASE(reasons),
	{}
};

static struct kunit_suite xmem_wire_suite = {
	.name = "xmem_wire",
	.test_cases = cases,
};

kunit_test_suites(&xmem_layout_suite, &xmem_wire_suite, &xmem_slab_suite, &xmem_index_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of xmem: layouts, wire format, slab and index");
