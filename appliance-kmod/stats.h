/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_STATS_H
#define _XMEMA_STATS_H

#include <linux/atomic.h>

/**
 * struct xmema_stats - counters since the module was loaded, and numbers of what exists now
 * @control_calls: entries into code of this module on behalf of a client
 * @refused: connects refused
 * @regions: regions
 * @grants: grants
 * @sessions: sessions connected
 */
struct xmema_stats {
	atomic64_t control_calls;
	atomic64_t refused;
	atomic_t regions;
	atomic_t grants;
	atomic_t sessions;
};

extern struct xmema_stats xmema_stats;

/**
 * xmema_stats_control_call() - count one entry into this module that a client caused
 *
 * Called first in each CM event handler, completion and QP event. One-sided
 * I/O causes none of them, which tests assert.
 */
static inline void xmema_stats_control_call(void)
{
	atomic64_inc(&xmema_stats.control_calls);
}

#endif /* _XMEMA_STATS_H */
