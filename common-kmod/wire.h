/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What client and appliance say to each other: the private data of the RDMA
 * CM handshake, the one message that the appliance sends on a new connection,
 * and the table of extents that the client reads. All else is RDMA READ and
 * RDMA WRITE. Documentation/protocol.md tells the order of events.
 *
 * Everything is little-endian and of fixed size. The private data of a connect
 * fills the 56 bytes that RDMA CM leaves on InfiniBand and RoCE, to the byte.
 */
#ifndef _XMEM_WIRE_H
#define _XMEM_WIRE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/types.h>

#define XMEM_WIRE_MAGIC		0x6d656d78	/* "xmem" */
#define XMEM_WIRE_VERSION	1
#define XMEM_WIRE_PORT		7707
#define XMEM_WIRE_TOKEN_LEN	16
#define XMEM_WIRE_MAX_QUEUES	64

/**
 * struct xmem_wire_connect - private data of the client's connect request
 * @magic: XMEM_WIRE_MAGIC
 * @version: XMEM_WIRE_VERSION
 * @queue: index of this queue pair in the session, below XMEM_WIRE_MAX_QUEUES;
 *	queue 0 is connected first
 * @client: identity of the client, not 0
 * @region: identity of the region, not 0
 * @session: random number, not 0, made once per attached leg
 * @epoch: epoch of the grant, or 0 for whatever it is now
 * @generation: 1 for the first connection of a session, one more with every
 *	reconnect; all queues of one connection carry the same
 * @token: the grant's secret
 */
struct xmem_wire_connect {
	__le32	magic;
	__le16	version;
	__le16	queue;
	__le64	client;
	__le64	region;
	__le64	session;
	__le32	epoch;
	__le32	generation;
	__u8	token[XMEM_WIRE_TOKEN_LEN];
} __packed;

/* Why a connect was refused; numbers are for ever. */
enum xmem_wire_reason {
	XMEM_REJECT_NONE	= 0,
	XMEM_REJECT_MALFORMED	= 1,	/* wrong length or magic, a field out of bounds */
	XMEM_REJECT_VERSION	= 2,	/* detail: the version that the appliance speaks */
	XMEM_REJECT_REGION	= 3,	/* no such region */
	XMEM_REJECT_GRANT	= 4,	/* no grant for this client, or wrong token */
	XMEM_REJECT_EPOCH	= 5,	/* detail: the grant's epoch */
	XMEM_REJECT_EXPIRED	= 6,	/* the grant has run out */
	XMEM_REJECT_SUPERSEDED	= 7,	/* a newer session of this client took over */
	XMEM_REJECT_QUEUE	= 8,	/* queue 0 of this generation is not connected */
	XMEM_REJECT_RESOURCES	= 9,	/* the appliance lacks memory or keys for now */
	XMEM_REJECT_SHUTDOWN	= 10,	/* the appliance is being unloaded */
	XMEM_REJECT_DEVICE	= 11,	/* the appliance's RDMA device cannot do it */
};

/**
 * struct xmem_wire_reject - private data of a refusal
 * @magic: XMEM_WIRE_MAGIC
 * @version: XMEM_WIRE_VERSION of the appliance
 * @reason: enum xmem_wire_reason
 * @detail: depends on @reason
 */
struct xmem_wire_reject {
	__le32	magic;
	__le16	version;
	__le16	reason;
	__le64	detail;
} __packed;

/* What the grant allows; bits of xmem_wire_hello.rights. */
#define XMEM_WIRE_RIGHT_READ	BIT(0)
#define XMEM_WIRE_RIGHT_WRITE	BIT(1)

/**
 * struct xmem_wire_hello - sent by the appliance on every queue when its keys are valid
 * @magic: XMEM_WIRE_MAGIC
 * @version: XMEM_WIRE_VERSION
 * @rights: XMEM_WIRE_RIGHT_*
 * @size: bytes of the region
 * @instance: random number of the region's creation
 * @table_addr: remote address of the extent table
 * @table_rkey: key of the extent table, read only
 * @extents: entries of the extent table
 * @epoch: epoch of the grant
 * @generation: the generation of the connect, echoed
 * @extent_shift: each extent but the last covers 1 << extent_shift bytes
 * @reserved: zero
 *
 * No I/O may be posted on a queue before its hello came.
 */
struct xmem_wire_hello {
	__le32	magic;
	__le16	version;
	__le16	rights;
	__le64	size;
	__le64	instance;
	__le64	table_addr;
	__le32	table_rkey;
	__le32	extents;
	__le32	epoch;
	__le32	generation;
	__u8	extent_shift;
	__u8	reserved[15];
} __packed;

/**
 * struct xmem_wire_extent - where one piece of the region lies
 * @addr: remote address of its first byte
 * @rkey: its key
 * @reserved: zero
 */
struct xmem_wire_extent {
	__le64	addr;
	__le32	rkey;
	__le32	reserved;
} __packed;

static_assert(sizeof(struct xmem_wire_connect) == 56);
static_assert(sizeof(struct xmem_wire_reject) == 16);
static_assert(sizeof(struct xmem_wire_hello) == 64);
static_assert(sizeof(struct xmem_wire_extent) == 16);

#define XMEM_WIRE_EXTENT_SHIFT_MIN	12
#define XMEM_WIRE_EXTENT_SHIFT_MAX	40

/**
 * xmem_wire_check_connect() - look at private data that came with a connect request
 * @data: the private data, may be NULL
 * @len: its length in bytes
 * @detail: detail for the refusal, set for every refusal
 *
 * Only the form is checked; whether region, token, epoch and session fit is
 * for the caller to find out.
 *
 * Return: XMEM_REJECT_NONE, or the reason to refuse.
 */
static inline enum xmem_wire_reason
xmem_wire_check_connect(const void *data, size_t len, u64 *detail)
{
	const struct xmem_wire_connect *c = data;

	*detail = sizeof(*c);
	if (!data || len < offsetofend(struct xmem_wire_connect, version) ||
	    le32_to_cpu(c->magic) != XMEM_WIRE_MAGIC)
		return XMEM_REJECT_MALFORMED;
	/* the version tells how long the rest is, so it is looked at before the length */
	if (le16_to_cpu(c->version) != XMEM_WIRE_VERSION) {
		*detail = XMEM_WIRE_VERSION;
		return XMEM_REJECT_VERSION;
	}
	if (len != sizeof(*c))
		return XMEM_REJECT_MALFORMED;
	if (le16_to_cpu(c->queue) >= XMEM_WIRE_MAX_QUEUES || !c->client || !c->region ||
	    !c->session || !c->generation)
		return XMEM_REJECT_MALFORMED;
	return XMEM_REJECT_NONE;
}

/**
 * xmem_wire_check_hello() - look at the appliance's hello
 * @h: the message
 * @len: bytes received
 *
 * Return: 0, -EPROTO if it makes no sense, -EPROTONOSUPPORT if its version is not ours.
 */
static inline int xmem_wire_check_hello(const struct xmem_wire_hello *h, size_t len)
{
	u64 size;

	if (len != sizeof(*h) || le32_to_cpu(h->magic) != XMEM_WIRE_MAGIC)
		return -EPROTO;
	if (le16_to_cpu(h->version) != XMEM_WIRE_VERSION)
		return -EPROTONOSUPPORT;
	size = le64_to_cpu(h->size);
	if (!size || size >> XMEM_WIRE_EXTENT_SHIFT_MAX >> 12 ||
	    !(le16_to_cpu(h->rights) & XMEM_WIRE_RIGHT_READ) ||
	    le16_to_cpu(h->rights) & ~(XMEM_WIRE_RIGHT_READ | XMEM_WIRE_RIGHT_WRITE))
		return -EPROTO;
	if (h->extent_shift < XMEM_WIRE_EXTENT_SHIFT_MIN ||
	    h->extent_shift > XMEM_WIRE_EXTENT_SHIFT_MAX)
		return -EPROTO;
	if (le32_to_cpu(h->extents) != (size + (1ULL << h->extent_shift) - 1) >> h->extent_shift)
		return -EPROTO;
	return 0;
}

/**
 * xmem_wire_reason_text() - a reason in words
 * @reason: enum xmem_wire_reason, also one this version does not know
 *
 * Return: a string that lives for ever, fit for "refused: %s".
 */
static inline const char *xmem_wire_reason_text(unsigned int reason)
{
	switch (reason) {
	case XMEM_REJECT_MALFORMED:	return "malformed connect data";
	case XMEM_REJECT_VERSION:	return "protocol version not supported";
	case XMEM_REJECT_REGION:	return "no such region";
	case XMEM_REJECT_GRANT:		return "no grant for this client, or wrong token";
	case XMEM_REJECT_EPOCH:		return "the grant has another epoch";
	case XMEM_REJECT_EXPIRED:	return "the grant has expired";
	case XMEM_REJECT_SUPERSEDED:	return "a newer session of this client took over";
	case XMEM_REJECT_QUEUE:		return "queue 0 is not connected";
	case XMEM_REJECT_RESOURCES:	return "appliance is short of resources";
	case XMEM_REJECT_SHUTDOWN:	return "appliance is shutting down";
	case XMEM_REJECT_DEVICE:	return "the appliance's RDMA device is not suitable";
	default:			return "unknown reason";
	}
}

/**
 * xmem_wire_reason_final() - whether connecting again is pointless
 * @reason: enum xmem_wire_reason
 *
 * Return: true if the leg is lost, false if a later connect may succeed.
 */
static inline bool xmem_wire_reason_final(unsigned int reason)
{
	switch (reason) {
	case XMEM_REJECT_QUEUE:
	case XMEM_REJECT_RESOURCES:
	case XMEM_REJECT_SHUTDOWN:
		return false;
	default:
		return true;
	}
}

#endif /* _XMEM_WIRE_H */
