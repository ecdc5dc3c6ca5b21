/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to offer a device's memory. An interface uses the device's volume, and, if
 * it wants them, its stage and its slab; it knows no other interface.
 */
#ifndef _XMEMC_INTERFACE_H
#define _XMEMC_INTERFACE_H

#include <linux/types.h>
#include "refusal.h"

struct xmemc_counters;
struct xmemc_dev;

/**
 * struct xmemc_interface - a way to offer memory
 * @name: as users write it
 * @lacking: why this kernel cannot do it, and what can instead; NULL if it can
 * @shares: it has requests of its own, so the queues have to be longer
 * @staged: it needs the stage
 * @forgetful: it can do without what was written
 * @add: begin; sleeps; refuses in words
 * @close: let nobody begin to use it; the last thing that can refuse a detach, in words
 *	and even if it is forced; NULL if it never has to; any context
 * @del: end, whoever uses it; if there are users, the volume was stopped; sleeps
 * @users: how many use it now and would get errors; NULL if nobody ever does
 * @sum: add up its counters; NULL if it has none; not while it is added or deleted
 */
struct xmemc_interface {
	const char *name;
	const char *lacking;
	bool shares;
	bool staged;
	bool forgetful;
	int (*add)(struct xmemc_dev *dev, struct xmemc_refusal *why);
	int (*close)(struct xmemc_dev *dev, struct xmemc_refusal *why);
	void (*del)(struct xmemc_dev *dev);
	unsigned int (*users)(const struct xmemc_dev *dev);
	void (*sum)(const struct xmemc_dev *dev, struct xmemc_counters *sum);
};

extern const struct xmemc_interface xmemc_block_interface;
extern const struct xmemc_interface xmemc_frontswap_interface;
extern const struct xmemc_interface xmemc_cleancache_interface;
extern const struct xmemc_interface xmemc_swapfile_interface;

int xmemc_interfaces_parse(const char *text, u32 *mask, struct xmemc_refusal *why);
int xmemc_interfaces_check(u32 mask, struct xmemc_refusal *why);
unsigned int xmemc_interfaces_shares(u32 mask);
bool xmemc_interfaces_staged(u32 mask);
bool xmemc_interfaces_forgetful(u32 mask);
int xmemc_interfaces_add(struct xmemc_dev *dev, struct xmemc_refusal *why);
int xmemc_interfaces_close(struct xmemc_dev *dev, struct xmemc_refusal *why);
void xmemc_interfaces_del(struct xmemc_dev *dev);
unsigned int xmemc_interfaces_users(const struct xmemc_dev *dev);
bool xmemc_interfaces_sum(const struct xmemc_dev *dev, u32 which, struct xmemc_counters *sum);

#endif /* _XMEMC_INTERFACE_H */
