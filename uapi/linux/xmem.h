/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/* Written by uapi/generate from xmem.yaml; do not edit. */
/*
 * The client module: attach the memory of appliances as block devices, look at them, change
 * them, detach them. Every request is validated strictly: unknown attributes, wrong lengths
 * and values out of range are refused in words (extended ACK) and change nothing.
 */
#ifndef _UAPI_LINUX_XMEM_H
#define _UAPI_LINUX_XMEM_H

#define XMEM_FAMILY_NAME "xmem"
#define XMEM_FAMILY_VERSION 1
#define XMEM_MCGRP_EVENTS "events"

/* Longest name of a device, in bytes without the terminating zero. */
#define XMEM_NAME_MAX 63

/* Longest textual address ("192.0.2.1", "fe80::1%eth0"), in bytes. */
#define XMEM_ADDRESS_MAX 63

/* Longest text of a last-error attribute, in bytes. */
#define XMEM_ERROR_MAX 127

/* Length of a grant's token, in bytes. */
#define XMEM_TOKEN_LEN 16

/* Most legs (regions) of one device. */
#define XMEM_LEGS_MAX 64

/* Most queues (one queue pair each, to every leg) of one device. */
#define XMEM_QUEUES_MAX 64

/* Most requests in flight of one queue. */
#define XMEM_DEPTH_MAX 1024

/* Longest deadline and time-out, in milliseconds. */
#define XMEM_DEADLINE_MAX 3600000

/*
 * Numbers in a latency histogram. Number n, from 0, counts what took less than 2^n
 * microseconds and not less than the one before; the last one counts all that took longer.
 */
#define XMEM_LATENCY_BUCKETS 24

/* How a device's bytes are spread over its legs. */
enum xmem_layout {
	/* One leg. */
	XMEM_LAYOUT_SINGLE = 0,
	/* The legs one after the other. */
	XMEM_LAYOUT_CONCAT = 1,
};

/* How a device's memory is offered. */
enum xmem_interface {
	/* A block device, /dev/xmemN. */
	XMEM_INTERFACE_BLOCK = 1,
	/*
	 * Page-out straight to the volume, past the block layer, on kernels that have the hook for
	 * modules (up to 5.16). Together with block, for swap areas on the device itself; without
	 * it, as a store in front of swap areas on any other device.
	 */
	XMEM_INTERFACE_FRONTSWAP = 2,
	/*
	 * An extension of the page cache, on kernels that have the hook (up to 5.16 with
	 * CONFIG_CLEANCACHE).
	 */
	XMEM_INTERFACE_CLEANCACHE = 4,
	/* A file of the file system xmem for swapon, past the block layer (from 6.0 on). */
	XMEM_INTERFACE_SWAPFILE = 8,
};

/* What a device does with I/O now. */
enum xmem_dev_state {
	/* Being attached; not yet visible as a block device. */
	XMEM_DEV_STATE_CONNECTING = 0,
	/* Every leg is connected. */
	XMEM_DEV_STATE_LIVE = 1,
	/* A leg is reconnecting; its I/O waits, until the deadline at most. */
	XMEM_DEV_STATE_PAUSED = 2,
	/* A leg is lost for good; its I/O fails with an I/O error. */
	XMEM_DEV_STATE_FAILED = 3,
	/* On its way out. */
	XMEM_DEV_STATE_DETACHING = 4,
};

/* The connection of one leg. */
enum xmem_leg_state {
	/* First connection is being made. */
	XMEM_LEG_STATE_CONNECTING = 0,
	/* Connected, I/O flows. */
	XMEM_LEG_STATE_LIVE = 1,
	/* The connection broke and is being made again. */
	XMEM_LEG_STATE_RECONNECTING = 2,
	/* Refused for good by the appliance, or region lost; see last-error. */
	XMEM_LEG_STATE_FAILED = 3,
};

/* A device, an attached allocation. */
enum {
	XMEM_A_DEV_UNSPEC,
	/* pad */
	XMEM_A_DEV_PAD,
	/* u32: N of /dev/xmemN. In dev-new, the number wanted; the lowest free one without it. */
	XMEM_A_DEV_ID,
	/*
	 * string: The device's name, [A-Za-z0-9._-], starting with a letter or digit; /dev/disk/by-
	 * xmem/NAME.
	 */
	XMEM_A_DEV_NAME,
	/* u64: Capacity, bytes. */
	XMEM_A_DEV_SIZE,
	/* u32: How bytes map to legs; without it single for one leg, concat for several. */
	XMEM_A_DEV_LAYOUT,
	/* u32: What the device does with I/O now. */
	XMEM_A_DEV_STATE,
	/*
	 * u32: Longest time that I/O waits for a broken connection before it fails with an I/O
	 * error, milliseconds, counted from when the connection broke; 60000 by default.
	 */
	XMEM_A_DEV_DEADLINE_MS,
	/* u32: Longest time dev-new may take to connect, milliseconds; 30000 by default. */
	XMEM_A_DEV_TIMEOUT_MS,
	/*
	 * u32: Hardware queues of the block device, each with its own queue pair per leg; by
	 * default one per CPU, at most 4.
	 */
	XMEM_A_DEV_QUEUES,
	/* u32: Requests in flight per queue; 128 by default. */
	XMEM_A_DEV_QUEUE_DEPTH,
	/* u64: Identity of this client, the one the grants are made for; not 0. */
	XMEM_A_DEV_CLIENT,
	/* u32: How many openers the block device has now (mounts, swap, programs). */
	XMEM_A_DEV_OPEN_COUNT,
	/* nest: One leg, in order; 1 to 64 of them. */
	XMEM_A_DEV_LEG,
	/* nest: Counters since the attach. */
	XMEM_A_DEV_STATS,
	/* flag: In dev-del, detach although the device is open; its I/O fails from then on. */
	XMEM_A_DEV_FORCE,
	/* flag: The device refuses writes (asked for in dev-new, or the grant has no write right). */
	XMEM_A_DEV_READ_ONLY,
	/* u32: How the memory is offered, bits of the enum interface; block without it. */
	XMEM_A_DEV_INTERFACES,
	/*
	 * u64: Bytes at the end of the memory that are kept from block device and swap file for
	 * page cache and foreign swap areas; a multiple of 4096. All of it when nothing else is
	 * asked for, half of it otherwise.
	 */
	XMEM_A_DEV_SLAB_SIZE,
	/*
	 * u64: Bytes of local memory where frontswap and cleancache put pages on their way out, a
	 * multiple of 4096; 4 MiB by default, less if the RDMA device's queues are short.
	 */
	XMEM_A_DEV_STAGE_SIZE,
	/* nest: What the stage did since the attach; absent without a stage. */
	XMEM_A_DEV_STAGE,
	/* nest: What an interface did since the attach; one for each interface that counts. */
	XMEM_A_DEV_USE,
	/* private: */
	__XMEM_A_DEV_MAX,
	XMEM_A_DEV_MAX = (__XMEM_A_DEV_MAX - 1)
};

/* One region of one appliance, as part of a device. */
enum {
	XMEM_A_LEG_UNSPEC,
	/* pad */
	XMEM_A_LEG_PAD,
	/* u32: Position in the layout, from 0. */
	XMEM_A_LEG_INDEX,
	/* string: Address of the appliance as text, IPv4 or IPv6 (with %device for link-local). */
	XMEM_A_LEG_ADDRESS,
	/* u16: RDMA CM port of the appliance; 7707 by default. */
	XMEM_A_LEG_PORT,
	/* u64: Identity of the region on the appliance. */
	XMEM_A_LEG_REGION,
	/* binary: The grant's token. Never shown. */
	XMEM_A_LEG_TOKEN,
	/* u32: The grant's epoch; 0 in dev-new takes whatever the grant has now. */
	XMEM_A_LEG_EPOCH,
	/* u64: Size of the region, bytes. */
	XMEM_A_LEG_SIZE,
	/* u32: State of the connection. */
	XMEM_A_LEG_STATE,
	/*
	 * string: Why the connection broke or was refused last, in words; absent while there was no
	 * trouble.
	 */
	XMEM_A_LEG_LAST_ERROR,
	/* u64: How often the connection was made again since the attach. */
	XMEM_A_LEG_RECONNECTS,
	/* string: Name of the local RDMA device in use. */
	XMEM_A_LEG_DEVICE,
	/* private: */
	__XMEM_A_LEG_MAX,
	XMEM_A_LEG_MAX = (__XMEM_A_LEG_MAX - 1)
};

/* Pages on their way out. */
enum {
	XMEM_A_STAGE_UNSPEC,
	/* pad */
	XMEM_A_STAGE_PAD,
	/* u64: Pages that have room. */
	XMEM_A_STAGE_SIZE,
	/* u64: Pages that are there now. */
	XMEM_A_STAGE_USED,
	/* u64: Pages taken. */
	XMEM_A_STAGE_STORED,
	/* u64: Pages read while they were there. */
	XMEM_A_STAGE_SERVED,
	/* u64: Pages refused for lack of room. */
	XMEM_A_STAGE_FULL,
	/* u64: Stores that waited for room. */
	XMEM_A_STAGE_WAITS,
	/* u64: Pages that could not be written before the deadline and wait for the appliance now. */
	XMEM_A_STAGE_STUCK,
	/* private: */
	__XMEM_A_STAGE_MAX,
	XMEM_A_STAGE_MAX = (__XMEM_A_STAGE_MAX - 1)
};

/* What an interface did. */
enum {
	XMEM_A_USE_UNSPEC,
	/* pad */
	XMEM_A_USE_PAD,
	/* u32: Which one, a bit of the enum interface. */
	XMEM_A_USE_INTERFACE,
	/* u64: Pages taken. */
	XMEM_A_USE_STORES,
	/* u64: Pages asked for. */
	XMEM_A_USE_LOADS,
	/* u64: Pages given. */
	XMEM_A_USE_HITS,
	/* u64: Pages that were not there. */
	XMEM_A_USE_MISSES,
	/* u64: Those of the pages given that were still on their way out. */
	XMEM_A_USE_STAGED,
	/* u64: Pages not taken for lack of room, or thrown away to make room. */
	XMEM_A_USE_DROPS,
	/* u64: Pages that could not be read or written. */
	XMEM_A_USE_ERRORS,
	/*
	 * binary: Histogram of how long stores took for their callers; latency-buckets numbers of
	 * 64 bits.
	 */
	XMEM_A_USE_STORE_LATENCY,
	/* binary: The same for loads. */
	XMEM_A_USE_LOAD_LATENCY,
	/*
	 * u64: Pages of a read-ahead that frontswap left to the block device, which reads them all
	 * at once; neither hits nor misses.
	 */
	XMEM_A_USE_PASSED,
	/* private: */
	__XMEM_A_USE_MAX,
	XMEM_A_USE_MAX = (__XMEM_A_USE_MAX - 1)
};

/* Counters of a device since its attach. */
enum {
	XMEM_A_STATS_UNSPEC,
	/* pad */
	XMEM_A_STATS_PAD,
	/* u64: Read requests completed without error. */
	XMEM_A_STATS_READS,
	/* u64: Write requests completed without error. */
	XMEM_A_STATS_WRITES,
	/* u64: Discard and write-zeroes requests completed without error. */
	XMEM_A_STATS_ZEROES,
	/* u64: Bytes read. */
	XMEM_A_STATS_READ_BYTES,
	/* u64: Bytes written. */
	XMEM_A_STATS_WRITE_BYTES,
	/* u64: Bytes zeroed. */
	XMEM_A_STATS_ZERO_BYTES,
	/* u64: Requests that ended with an I/O error. */
	XMEM_A_STATS_ERRORS,
	/* u64: Requests sent again after a connection broke. */
	XMEM_A_STATS_REPLAYS,
	/* u64: Requests that wait for a connection now. */
	XMEM_A_STATS_PARKED,
	/* u64: RDMA READ and WRITE work requests posted. */
	XMEM_A_STATS_WORK_REQUESTS,
	/* private: */
	__XMEM_A_STATS_MAX,
	XMEM_A_STATS_MAX = (__XMEM_A_STATS_MAX - 1)
};

/* Commands; see Documentation/netlink/ for what each takes and answers. */
enum {
	XMEM_CMD_UNSPEC,
	/* One device by id or name, or (dump) all. */
	XMEM_CMD_DEV_GET,
	/*
	 * Attach: connect to every leg, then add the block device. Answers when the device is ready
	 * (with its attributes) or refused. Nothing remains of a refused attach.
	 */
	XMEM_CMD_DEV_NEW,
	/* Detach by id or name. Refused with EBUSY while the device is open, unless forced. */
	XMEM_CMD_DEV_DEL,
	/* Change a device's deadline, by id or name. */
	XMEM_CMD_DEV_SET,
	/* A device was attached. */
	XMEM_CMD_DEV_NEW_NTF,
	/* A device was detached. */
	XMEM_CMD_DEV_DEL_NTF,
	/* A device or one of its legs changed its state. */
	XMEM_CMD_DEV_STATE_NTF,
	/* What a device and its interfaces did since the attach, by id or name. */
	XMEM_CMD_STATS_GET,
	/* private: */
	__XMEM_CMD_MAX,
	XMEM_CMD_MAX = (__XMEM_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_XMEM_H */
