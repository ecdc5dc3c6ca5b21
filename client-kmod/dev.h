/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices that are attached: their names and numbers, attach and detach. */
#ifndef _XMEMC_DEV_H
#define _XMEMC_DEV_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include "block.h"
#include "interface.h"
#include "swapfile.h"

#define XMEMC_DEV_ID_ANY	(-1)
#define XMEMC_DEV_ID_MAX	1023

/**
 * struct xmemc_config - a wish to attach
 * @id: N of /dev/xmemN, or XMEMC_DEV_ID_ANY for the lowest free one
 * @name: name of the device
 * @interfaces: how to offer it, bits of enum xmem_interface
 * @slab_size: bytes at the end that block device and swap file do not get
 * @stage_size: bytes of the stage
 * @volume: what it is made of
 *
 * Zero where the default is wanted.
 */
struct xmemc_config {
	int id;
	char name[XMEM_NAME_MAX + 1];
	u32 interfaces;
	u64 slab_size;
	u64 stage_size;
	struct xmemc_volume_config volume;
};

enum xmemc_dev_phase {
	XMEMC_DEV_ATTACHING,
	XMEMC_DEV_READY,
	XMEMC_DEV_DETACHING,
};

/**
 * struct xmemc_dev - an attached device
 * @ref: held by the list, and by whoever found it
 * @list: in the list of devices, sorted by @id
 * @id: N of /dev/xmemN
 * @name: its name
 * @layout: enum xmem_layout
 * @client: identity of this client
 * @phase: attached, or on its way; protected by the list's lock
 * @interfaces: how it is offered, bits of enum xmem_interface
 * @slab_begin: bytes before this one belong to block device and swap file, others to the slab
 * @volume: its volume
 * @stage: its stage, or NULL
 * @pages: pages by key in the slab, or NULL; set once
 * @offering: held while interfaces are added, deleted or asked; protects @offered
 * @offered: all interfaces are there
 * @block: its block device
 * @frontswap: of that interface
 * @cleancache: of that interface
 * @swapfile: its swap file
 */
struct xmemc_dev {
	struct kref ref;
	struct list_head list;
	unsigned int id;
	char name[XMEM_NAME_MAX + 1];
	u32 layout;
	u64 client;
	enum xmemc_dev_phase phase;
	u32 interfaces;
	u64 slab_begin;
	struct xmemc_volume *volume;
	struct xmemc_stage *stage;
	struct xmemc_pagestore *pages;
	struct mutex offering;	/* offered */
	bool offered;
	struct xmemc_block block;
	struct xmemc_frontswap *frontswap;
	struct xmemc_cleancache *cleancache;
	struct xmemc_swapfile swapfile;
};

enum xmemc_dev_event {
	XMEMC_DEV_ATTACHED,
	XMEMC_DEV_DETACHED,
	XMEMC_DEV_CHANGED,
};

typedef void (*xmemc_dev_listener)(struct xmemc_dev *dev, enum xmemc_dev_event event);

void xmemc_dev_listen(xmemc_dev_listener listener);
int xmemc_leg_config_set_address(struct xmemc_leg_config *leg, struct xmemc_refusal *why);
struct xmemc_dev *xmemc_dev_attach(struct xmemc_config *config, struct xmemc_refusal *why);
int xmemc_dev_detach(struct xmemc_dev *dev, bool force, struct xmemc_refusal *why);
void xmemc_dev_detach_all(void);
struct xmemc_dev *xmemc_dev_find(int id, const char *name, struct xmemc_refusal *why);
struct xmemc_dev *xmemc_dev_next(unsigned int id);
void xmemc_dev_put(struct xmemc_dev *dev);
enum xmem_dev_state xmemc_dev_state(const struct xmemc_dev *dev);
bool xmemc_dev_sum(struct xmemc_dev *dev, u32 which, struct xmemc_counters *sum);
bool xmemc_dev_try_sum(struct xmemc_dev *dev, u32 which, struct xmemc_counters *sum);

#endif /* _XMEMC_DEV_H */
