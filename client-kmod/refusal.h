/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why something was refused, in words. Filled where the reason is known, shown
 * by whoever asked: as extended ACK on netlink, in the kernel log for module
 * parameters, as the last error of a leg.
 */
#ifndef _XMEMC_REFUSAL_H
#define _XMEMC_REFUSAL_H

#include <linux/compiler_attributes.h>
#include <linux/xmem.h>

/* The kernel's buffer for a formatted extended ACK is this long; texts are kept shorter. */
#define XMEMC_REFUSAL_LEN 80

/**
 * struct xmemc_refusal - a reason in words
 * @text: the words, empty as long as nothing was refused
 */
struct xmemc_refusal {
	char text[XMEMC_REFUSAL_LEN];
};

__printf(3, 4)
int xmemc_refuse(struct xmemc_refusal *why, int error, const char *fmt, ...);

#endif /* _XMEMC_REFUSAL_H */
