/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/* Written by uapi/generate from xmem_appliance.yaml; do not edit. */
/*
 * The appliance module: the pool of memory it lends, the regions made of it, the grants that
 * let a client use a region, and the sessions that do so now. Every request is validated
 * strictly; a refusal says why and changes nothing.
 */
#ifndef _UAPI_LINUX_XMEM_APPLIANCE_H
#define _UAPI_LINUX_XMEM_APPLIANCE_H

#define XMEM_APPLIANCE_FAMILY_NAME "xmem_appliance"
#define XMEM_APPLIANCE_FAMILY_VERSION 1
#define XMEM_APPLIANCE_MCGRP_EVENTS "events"

/* Regions and the pool are made of physically contiguous pieces of this many bytes. */
#define XMEM_APPLIANCE_CHUNK_SIZE 2097152

/* Longest label, in bytes without the terminating zero. */
#define XMEM_APPLIANCE_LABEL_MAX 63

/* Longest meta, in bytes without the terminating zero. */
#define XMEM_APPLIANCE_META_MAX 1023

/* Length of a grant's token, in bytes. */
#define XMEM_APPLIANCE_TOKEN_LEN 16

/* What a grant allows. */
enum xmem_appliance_right {
	/* RDMA READ of the region. */
	XMEM_APPLIANCE_RIGHT_READ = 1,
	/* RDMA WRITE to the region. */
	XMEM_APPLIANCE_RIGHT_WRITE = 2,
};

/* The memory this appliance lends. */
enum {
	XMEM_APPLIANCE_A_POOL_UNSPEC,
	/* pad */
	XMEM_APPLIANCE_A_POOL_PAD,
	/*
	 * u64: Memory taken for the pool, bytes; a multiple of the chunk size. In pool-set, the
	 * amount wanted.
	 */
	XMEM_APPLIANCE_A_POOL_MEMORY,
	/* u64: Memory not in any region, bytes. */
	XMEM_APPLIANCE_A_POOL_FREE,
	/* u64: Largest region that could be created now, bytes. */
	XMEM_APPLIANCE_A_POOL_LARGEST,
	/* u32: Number of regions. */
	XMEM_APPLIANCE_A_POOL_REGIONS,
	/* u32: Number of grants. */
	XMEM_APPLIANCE_A_POOL_GRANTS,
	/* u32: Number of client sessions connected now. */
	XMEM_APPLIANCE_A_POOL_SESSIONS,
	/* u16: RDMA CM port of the listener. */
	XMEM_APPLIANCE_A_POOL_PORT,
	/* u64: Connects refused since the module was loaded. */
	XMEM_APPLIANCE_A_POOL_REFUSED,
	/*
	 * u64: How often code of this module ran because of a client since it was loaded (connects,
	 * disconnects, completions of its own work requests). It stands still while clients read
	 * and write.
	 */
	XMEM_APPLIANCE_A_POOL_CONTROL_CALLS,
	/* private: */
	__XMEM_APPLIANCE_A_POOL_MAX,
	XMEM_APPLIANCE_A_POOL_MAX = (__XMEM_APPLIANCE_A_POOL_MAX - 1)
};

/* A piece of the pool that can be granted. */
enum {
	XMEM_APPLIANCE_A_REGION_UNSPEC,
	/* pad */
	XMEM_APPLIANCE_A_REGION_PAD,
	/*
	 * u64: Identity of the region, not 0. In region-new, the one wanted; the lowest free one
	 * without it.
	 */
	XMEM_APPLIANCE_A_REGION_ID,
	/* u64: Size in bytes; a multiple of the chunk size. */
	XMEM_APPLIANCE_A_REGION_SIZE,
	/* string: Free text for people, printable ASCII. */
	XMEM_APPLIANCE_A_REGION_LABEL,
	/*
	 * u64: Random number made at creation. A region made again under the same id has another
	 * one.
	 */
	XMEM_APPLIANCE_A_REGION_INSTANCE,
	/* u32: Grows with every change of the region's grants. */
	XMEM_APPLIANCE_A_REGION_EPOCH,
	/* u32: Number of grants of the region. */
	XMEM_APPLIANCE_A_REGION_GRANTS,
	/* u32: Number of sessions connected to the region now. */
	XMEM_APPLIANCE_A_REGION_SESSIONS,
	/*
	 * u64: Mark of the manager that created the region; 0 for none. A manager touches only its
	 * own.
	 */
	XMEM_APPLIANCE_A_REGION_OWNER,
	/* u64: The manager's identity of the allocation that the region belongs to; 0 for none. */
	XMEM_APPLIANCE_A_REGION_ALLOC,
	/* u32: Position of the region in its allocation's layout, from 0. */
	XMEM_APPLIANCE_A_REGION_LEG_INDEX,
	/* u32: Number of regions in its allocation. */
	XMEM_APPLIANCE_A_REGION_LEG_COUNT,
	/* u32: Layout of its allocation; values of the enum layout in linux/xmem.h. */
	XMEM_APPLIANCE_A_REGION_LAYOUT,
	/* u64: Time of creation, seconds since 1970. */
	XMEM_APPLIANCE_A_REGION_CREATED,
	/* flag: In region-del, destroy although grants exist; they are revoked first. */
	XMEM_APPLIANCE_A_REGION_FORCE,
	/*
	 * string: What the manager has to remember of the allocation, printable ASCII that only the
	 * manager reads. With it a manager that lost everything knows what the region is for. Left
	 * out of answers where there is none.
	 */
	XMEM_APPLIANCE_A_REGION_META,
	/* private: */
	__XMEM_APPLIANCE_A_REGION_MAX,
	XMEM_APPLIANCE_A_REGION_MAX = (__XMEM_APPLIANCE_A_REGION_MAX - 1)
};

/* Permission for one client to use one region. */
enum {
	XMEM_APPLIANCE_A_GRANT_UNSPEC,
	/* pad */
	XMEM_APPLIANCE_A_GRANT_PAD,
	/* u64: Identity of the region. */
	XMEM_APPLIANCE_A_GRANT_REGION,
	/* u64: Identity of the client, not 0. */
	XMEM_APPLIANCE_A_GRANT_CLIENT,
	/*
	 * binary: The secret that the client shows when it connects. In grant-new, the one wanted;
	 * a random one without it. Only the reply to grant-new shows it.
	 */
	XMEM_APPLIANCE_A_GRANT_TOKEN,
	/* u32: What the client may do, bits of the enum right; read and write without it. */
	XMEM_APPLIANCE_A_GRANT_RIGHTS,
	/* u32: The region's epoch when the grant was made. */
	XMEM_APPLIANCE_A_GRANT_EPOCH,
	/* u32: Number of sessions connected with this grant now. */
	XMEM_APPLIANCE_A_GRANT_SESSIONS,
	/*
	 * u64: Time, seconds since 1970, from which connects are refused and existing sessions are
	 * ended; 0 or absent for never.
	 */
	XMEM_APPLIANCE_A_GRANT_EXPIRY,
	/* private: */
	__XMEM_APPLIANCE_A_GRANT_MAX,
	XMEM_APPLIANCE_A_GRANT_MAX = (__XMEM_APPLIANCE_A_GRANT_MAX - 1)
};

/* A client connected to a region. */
enum {
	XMEM_APPLIANCE_A_SESSION_UNSPEC,
	/* pad */
	XMEM_APPLIANCE_A_SESSION_PAD,
	/* u64: Identity of the region. */
	XMEM_APPLIANCE_A_SESSION_REGION,
	/* u64: Identity of the client. */
	XMEM_APPLIANCE_A_SESSION_CLIENT,
	/* u64: The client's random number for this attach. */
	XMEM_APPLIANCE_A_SESSION_ID,
	/* u32: Grows with each reconnect of the session. */
	XMEM_APPLIANCE_A_SESSION_GENERATION,
	/* u32: Queue pairs connected. */
	XMEM_APPLIANCE_A_SESSION_QUEUES,
	/* string: Address of the client as text. */
	XMEM_APPLIANCE_A_SESSION_PEER,
	/* string: Name of the local RDMA device. */
	XMEM_APPLIANCE_A_SESSION_DEVICE,
	/* private: */
	__XMEM_APPLIANCE_A_SESSION_MAX,
	XMEM_APPLIANCE_A_SESSION_MAX = (__XMEM_APPLIANCE_A_SESSION_MAX - 1)
};

/* Commands; see Documentation/netlink/ for what each takes and answers. */
enum {
	XMEM_APPLIANCE_CMD_UNSPEC,
	/* State of the pool. */
	XMEM_APPLIANCE_CMD_POOL_GET,
	/* Grow the pool, or shrink it by memory that no region uses. */
	XMEM_APPLIANCE_CMD_POOL_SET,
	/* One region by id, or (dump) all. */
	XMEM_APPLIANCE_CMD_REGION_GET,
	/* Create a region of zeroed memory. Answers with its attributes. */
	XMEM_APPLIANCE_CMD_REGION_NEW,
	/*
	 * Destroy a region and zero its memory. Refused with EBUSY while it has grants, unless
	 * forced.
	 */
	XMEM_APPLIANCE_CMD_REGION_DEL,
	/* Change a region's label, its meta, or both. */
	XMEM_APPLIANCE_CMD_REGION_SET,
	/* The grants of one region, or of all without a region (dump). */
	XMEM_APPLIANCE_CMD_GRANT_GET,
	/* Let a client use a region. Answers with the grant and its token. */
	XMEM_APPLIANCE_CMD_GRANT_NEW,
	/*
	 * Revoke: end the client's sessions on the region and invalidate its keys. When the answer
	 * comes, no key of this grant reaches the memory any more.
	 */
	XMEM_APPLIANCE_CMD_GRANT_DEL,
	/* The sessions connected now (dump). */
	XMEM_APPLIANCE_CMD_SESSION_GET,
	/* A region was created, changed or destroyed. */
	XMEM_APPLIANCE_CMD_REGION_NTF,
	/* A session came or went (queues is 0 then). */
	XMEM_APPLIANCE_CMD_SESSION_NTF,
	/* private: */
	__XMEM_APPLIANCE_CMD_MAX,
	XMEM_APPLIANCE_CMD_MAX = (__XMEM_APPLIANCE_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_XMEM_APPLIANCE_H */
